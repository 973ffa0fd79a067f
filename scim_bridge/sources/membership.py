"""Okta's pushed groups against the bridge's. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim_bridge.sources.difference import Book, Difference, Member
from scim_bridge.sources.matching import ScimUser
from scim_bridge.sources.okta.groups import OktaGroup
from scim_bridge.sources.okta.people import OktaPerson

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
NAMED = 5


def group_differences(
    people: Sequence[OktaPerson], pushed: Sequence[OktaGroup], matches: Mapping[str, ScimUser], book: Book
) -> Iterator[Difference]:
    """Groups are matched by `displayName` without case: Okta gives the bridge's id of a group nowhere."""
    roll = _Roll.of(people, matches, book)
    left = {str(group["displayName"]).casefold(): group for group in book.groups}
    taken: set[str] = set()
    for group in pushed:
        folded = group.display_name.casefold()
        if folded in taken:
            detail = "two group-push mappings lead to this name; the first one counts."
            yield Difference("same_name", group.display_name, detail, okta_id=group.okta_id)
            continue
        taken.add(folded)
        known = left.pop(folded, None)
        yield from _new(group, roll) if known is None else _changed(group, known, roll)
    for known in left.values():
        detail = "the bridge has it, Okta does not push it; left alone."
        yield Difference("group_not_pushed", str(known["displayName"]), detail, id=str(known["id"]))


@dataclass(frozen=True)
class _Roll:
    """Everybody who may be a member, on either side."""

    names: Mapping[str, str]
    """Names by Okta id."""
    ids: Mapping[str, str]
    """The bridge's ids by Okta id."""
    users: Mapping[str, ScimUser]
    """The bridge's users by their id."""

    @classmethod
    def of(cls, people: Sequence[OktaPerson], matches: Mapping[str, ScimUser], book: Book) -> _Roll:
        return cls(
            {person.okta_id: person.user_name for person in people},
            {okta_id: str(user["id"]) for okta_id, user in matches.items()},
            {str(user["id"]): user for user in book.users},
        )

    def members(self, okta_ids: Collection[str]) -> tuple[Member, ...]:
        """Only people of the listing: somebody assigned after it was read comes with a push of their own."""
        found = [
            Member(self.names[okta_id], okta_id, self.ids.get(okta_id)) for okta_id in okta_ids if okta_id in self.names
        ]
        return tuple(sorted(found, key=lambda member: member.name.casefold()))

    def gone(self, user_ids: Collection[str]) -> tuple[Member, ...]:
        """Without those whom Okta does not know at all: they are left alone, here as everywhere."""
        known = set(self.ids.values())
        # A nested group is no user either.
        users = [self.users[user_id] for user_id in sorted(user_ids) if user_id in self.users]
        return tuple(
            Member(str(user["userName"]), user.get("externalId"), str(user["id"]))
            for user in users if user.get("externalId") or str(user["id"]) in known
        )


def _new(group: OktaGroup, roll: _Roll) -> Iterator[Difference]:
    members = roll.members(group.members)
    yield Difference(
        "create_group", group.display_name, f"pushed by Okta, unknown to the bridge; members: {_listed(members)}",
        okta_id=group.okta_id, body={"schemas": [GROUP], "displayName": group.display_name}, members=members,
    )


def _changed(group: OktaGroup, known: Mapping[str, Any], roll: _Roll) -> Iterator[Difference]:
    group_id, name = str(known["id"]), group.display_name
    if known["displayName"] != name:
        detail = f"{known['displayName']} becomes {name}"
        yield Difference("rename_group", name, detail, id=group_id, okta_id=group.okta_id)
    present = {str(member["value"]) for member in known.get("members") or ()}
    wanted = roll.members(group.members)
    add = tuple(member for member in wanted if member.id not in present)
    remove = roll.gone(present.difference(member.id or "" for member in wanted))
    if add:
        yield Difference("add_members", name, _listed(add), id=group_id, okta_id=group.okta_id, members=add)
    if remove:
        yield Difference("remove_members", name, _listed(remove), id=group_id, okta_id=group.okta_id, members=remove)


def _listed(members: Sequence[Member]) -> str:
    names = ", ".join(member.name for member in members[:NAMED]) or "none"
    return names if len(members) <= NAMED else f"{names} and {len(members) - NAMED} more"
