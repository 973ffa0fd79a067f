"""The deeds of an identity provider, one after another and several at once, each with the answer that the model foretells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.stateful.model import Group, Model, User
from tests.stateful.wire import Wire
from tests.web.doors import GROUP_URN, PATCH_URN, USER_URN

USER_NAMES = st.sampled_from(["ada@example.com", "ADA@example.com", "grace@example.com", "linus@example.com", "zo\u00eb", "ZO\u00cb"])
GROUP_NAMES = st.sampled_from(["Engineers", "engineers", "Sales & Co", "\u00c9quipe"])
TITLES = st.sampled_from(["Countess", 'with "quotes"', "\u00fc\\n"])
PICK = st.integers(0, 7)
ACTIVE = st.sampled_from([True, False])
DIALECTS = st.sampled_from(["bare", "path", "text", "pathless"])
FORMS = st.sampled_from(["filter", "list"])


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_URN], "Operations": list(operations)}


def switched(active: bool, dialect: str) -> dict[str, Any]:
    """The ways in which Okta and Entra say it."""
    return {
        "bare": {"op": "replace", "value": {"active": active}},
        "path": {"op": "Replace", "path": "active", "value": active},
        "text": {"op": "Replace", "path": "active", "value": str(active)},
        "pathless": {"op": "Add", "value": {"urn:ietf:params:scim:schemas:core:2.0:User:active": active}},
    }[dialect]


def added(*users: str) -> dict[str, Any]:
    return {"op": "Add", "path": "members", "value": [{"value": user} for user in users]}


def removed(user: str, form: str) -> dict[str, Any]:
    if form == "filter":
        return {"op": "remove", "path": f'members[value eq "{user}"]'}
    return {"op": "Remove", "path": "members", "value": [{"value": user}]}


class Machine(RuleBasedStateMachine):
    wire: ClassVar[Wire]
    new_tenant: ClassVar[Callable[[], str]]
    """Adds a source and returns its token: each run begins before an empty directory."""

    @initialize()
    def begin(self) -> None:
        self.model = Model()
        type(self).wire.token = type(self).new_tenant()

    def _user(self, pick: int) -> str:
        return list(self.model.users)[pick % len(self.model.users)]

    def _group(self, pick: int) -> str:
        return list(self.model.groups)[pick % len(self.model.groups)]

    def _has_users(self) -> bool:
        return bool(self.model.users)

    def _has_groups(self) -> bool:
        return bool(self.model.groups)

    def _has_both(self) -> bool:
        return bool(self.model.users and self.model.groups)

    # people

    @rule(name=USER_NAMES, active=ACTIVE)
    def create_or_rehire(self, name: str, active: bool) -> None:
        taken = self.model.user_named(name) is not None
        status, body, _ = self.wire.send("POST", "/Users", {"schemas": [USER_URN], "userName": name, "active": active})
        assert status == (409 if taken else 201), body
        if not taken:
            assert body["id"] not in self.model.users
            self.model.users[body["id"]] = User(name, active)

    @precondition(_has_users)
    @rule(pick=PICK, active=ACTIVE, dialect=DIALECTS)
    def switch(self, pick: int, active: bool, dialect: str) -> None:
        user = self._user(pick)
        status, body, _ = self.wire.send("PATCH", f"/Users/{user}", patch(switched(active, dialect)))
        assert (status, body["active"]) == (200, active)
        self.model.users[user].active = active

    @precondition(_has_users)
    @rule(pick=PICK, title=TITLES | st.none())
    def entitle(self, pick: int, title: str | None) -> None:
        user = self._user(pick)
        change = {"op": "remove", "path": "title"} if title is None else {"op": "replace", "value": {"title": title}}
        assert self.wire.send("PATCH", f"/Users/{user}", patch(change))[0] == 200
        self.model.users[user].title = title

    @precondition(_has_users)
    @rule(pick=PICK, name=USER_NAMES)
    def replace_and_rename(self, pick: int, name: str) -> None:
        user = self._user(pick)
        refused = self.model.user_named(name) not in (None, user)
        status, body, _ = self.wire.send("PUT", f"/Users/{user}", {"schemas": [USER_URN], "userName": name, "title": "New"})
        assert status == (409 if refused else 200), body
        if not refused:
            self.model.users[user] = User(name, self.model.users[user].active, "New")

    @precondition(_has_users)
    @rule(pick=PICK)
    def delete_user(self, pick: int) -> None:
        user = self._user(pick)
        assert self.wire.send("DELETE", f"/Users/{user}")[0] == 204
        assert self.wire.send("DELETE", f"/Users/{user}")[0] == 404
        self.model.forget_user(user)

    @precondition(_has_users)
    @rule(pick=PICK, title=TITLES)
    def change_only_what_was_read(self, pick: int, title: str) -> None:
        """With the version that was read; then again with the same, which is not the version any more."""
        user = self._user(pick)
        version = self.wire.send("GET", f"/Users/{user}")[2]
        if version is None:
            return
        titles = [f"{title} 1", f"{title} 2"]
        change = {each: patch({"op": "replace", "value": {"title": each}}) for each in titles}
        statuses = [self.wire.send("PATCH", f"/Users/{user}", change[each], {"If-Match": version})[0] for each in titles]
        expected = [200, 412] if self.model.users[user].title != titles[0] else [200, 200]
        assert statuses == expected
        self.model.users[user].title = titles[0] if expected[1] == 412 else titles[1]

    # groups

    @rule(name=GROUP_NAMES, picks=st.lists(PICK, max_size=3))
    def create_group(self, name: str, picks: list[int]) -> None:
        members = {self._user(pick) for pick in picks} if self.model.users else set()
        taken = self.model.group_named(name) is not None
        content = {"schemas": [GROUP_URN], "displayName": name, "members": [{"value": each} for each in sorted(members)]}
        status, body, _ = self.wire.send("POST", "/Groups", content)
        assert status == (409 if taken else 201), body
        if not taken:
            self.model.groups[body["id"]] = Group(name, members)

    @precondition(_has_both)
    @rule(group=PICK, user=PICK)
    def add_member(self, group: int, user: int) -> None:
        key, who = self._group(group), self._user(user)
        assert self.wire.send("PATCH", f"/Groups/{key}", patch(added(who)))[0] == 204
        self.model.groups[key].members.add(who)

    @precondition(_has_both)
    @rule(group=PICK, user=PICK, form=FORMS)
    def remove_member(self, group: int, user: int, form: str) -> None:
        key, who = self._group(group), self._user(user)
        assert self.wire.send("PATCH", f"/Groups/{key}", patch(removed(who, form)))[0] == 204
        self.model.groups[key].members.discard(who)

    @precondition(_has_both)
    @rule(group=PICK, user=PICK)
    def a_change_that_is_half_wrong_does_nothing(self, group: int, user: int) -> None:
        key, who = self._group(group), self._user(user)
        status, _, _ = self.wire.send("PATCH", f"/Groups/{key}", patch(removed(who, "filter"), added("nobody")))
        assert status in (400, 404)

    @precondition(_has_groups)
    @rule(group=PICK, name=GROUP_NAMES, picks=st.none() | st.lists(PICK, max_size=3))
    def replace_group(self, group: int, name: str, picks: list[int] | None) -> None:
        """Without `members` they stay as they are."""
        key = self._group(group)
        refused = self.model.group_named(name) not in (None, key)
        content: dict[str, Any] = {"schemas": [GROUP_URN], "displayName": name}
        members = self.model.groups[key].members
        if picks is not None:
            members = {self._user(pick) for pick in picks} if self.model.users else set()
            content["members"] = [{"value": each} for each in sorted(members)]
        status, body, _ = self.wire.send("PUT", f"/Groups/{key}", content)
        assert status == (409 if refused else 200), body
        if not refused:
            self.model.groups[key] = Group(name, set(members))

    @precondition(_has_groups)
    @rule(group=PICK)
    def delete_group(self, group: int) -> None:
        key = self._group(group)
        assert self.wire.send("DELETE", f"/Groups/{key}")[0] == 204
        assert self.wire.send("GET", f"/Groups/{key}")[0] == 404
        del self.model.groups[key]

    # several at once

    @precondition(_has_both)
    @rule(group=PICK, comes=ACTIVE, form=FORMS)
    def everybody_comes_or_goes_at_once(self, group: int, comes: bool, form: str) -> None:
        """Each client speaks of another person."""
        key, users = self._group(group), sorted(self.model.users)
        turn = {user: patch(added(user) if comes else removed(user, form)) for user in users}
        deeds = [lambda user=user: self.wire.send("PATCH", f"/Groups/{key}", turn[user])[0] for user in users]
        assert set(self.wire.at_once(deeds)) == {204}
        self.model.groups[key].members = set(users) if comes else set()

    @precondition(_has_users)
    @rule(active=ACTIVE)
    def everybody_is_switched_at_once(self, active: bool) -> None:
        change = patch(switched(active, "path"))
        deeds = [lambda user=user: self.wire.send("PATCH", f"/Users/{user}", change)[0] for user in self.model.users]
        assert set(self.wire.at_once(deeds)) == {200}
        for user in self.model.users.values():
            user.active = active

    @rule(name=USER_NAMES)
    def one_name_is_created_by_several_at_once(self, name: str) -> None:
        if self.model.user_named(name) is not None:
            return
        content = {"schemas": [USER_URN], "userName": name}
        answers = self.wire.at_once([lambda: self.wire.send("POST", "/Users", content)] * 3)
        assert sorted(status for status, _, _ in answers) == [201, 409, 409]
        self.model.users[next(body["id"] for status, body, _ in answers if status == 201)] = User(name)

    # what must hold after each

    @invariant()
    def the_directory_is_the_models(self) -> None:
        status, found, _ = self.wire.send("GET", "/Users?count=100")
        assert (status, found["totalResults"]) == (200, len(self.model.users))
        assert {each["id"]: self._seen(each) for each in found["Resources"]} == {
            key: (user.name, user.active, user.title, self.model.groups_of(key)) for key, user in self.model.users.items()
        }
        status, found, _ = self.wire.send("GET", "/Groups?count=100")
        assert (status, found["totalResults"]) == (200, len(self.model.groups))
        assert {each["id"]: (each["displayName"], _values(each, "members")) for each in found["Resources"]} == {
            key: (group.name, group.members) for key, group in self.model.groups.items()
        }

    def _seen(self, user: dict[str, Any]) -> tuple[str, bool, str | None, set[str]]:
        return user["userName"], user["active"], user.get("title"), _values(user, "groups")


def _values(resource: dict[str, Any], name: str) -> set[str]:
    values = [str(each["value"]) for each in resource.get(name, [])]
    assert len(values) == len(set(values)), "one value twice"
    return set(values)
