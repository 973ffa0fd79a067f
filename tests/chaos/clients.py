"""An identity provider that asks again until it is answered, and remembers what it was promised."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Mapping
from random import Random
from typing import Any
from urllib.parse import quote

from tests.chaos.organizations import Organizations
from tests.chaos.people import Person, Register, Team
from tests.chaos.processes import Bridge

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PAUSE = 0.15
"""Seconds between two deeds of one client, so that there is not more to settle than a test may wait for."""
JOINING = (("Research",), ("Research", "Lab"), ("Evals",), ("Lab",), ("Evals", "Lab"), ("Research", "team"), ("team",))


class Provider:
    """One connection to the bridge, over its deaths."""

    def __init__(self, bridge: Bridge, over: threading.Event) -> None:
        self._bridge = bridge
        self._over = over
        self.acknowledged = 0

    def insist(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any, bool]:
        """Status, answer, and whether an answer to an earlier try was lost."""
        lost = False
        while True:
            try:
                status, answer = self._bridge.push(method, path, body)
            except (OSError, http.client.HTTPException):
                lost = True
                self._over.wait(0.05)
                continue
            if status != 503:
                self.acknowledged += 1
                return status, answer, lost
            self._over.wait(0.05)

    def find(self, kind: str, attribute: str, value: str) -> str | None:
        status, answer, _ = self.insist("GET", f"/{kind}?filter=" + quote(f'{attribute} eq "{value}"'))
        assert status == 200, answer
        return str(answer["Resources"][0]["id"]) if answer["Resources"] else None

    def patch(self, path: str, *operations: Mapping[str, Any]) -> None:
        status, answer, _ = self.insist("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})
        assert status in {200, 204}, answer

    def delete(self, path: str) -> None:
        status, answer, lost = self.insist("DELETE", path)
        assert status == 204 or (lost and status == 404), answer

    def new_user(self, name: str) -> str:
        status, answer, lost = self.insist("POST", "/Users", {"userName": name, **_address(name), "active": True})
        if lost and status == 409:
            return self.find("Users", "userName", name) or ""
        assert status == 201, answer
        return str(answer["id"])

    def new_group(self, name: str) -> str:
        """A group of that name is made once, whether or not the answer came."""
        while True:
            try:
                status, answer = self._bridge.push("POST", "/Groups", {"displayName": name, "members": []})
            except (OSError, http.client.HTTPException):
                status, answer = 503, None
            if status == 201:
                self.acknowledged += 1
                return str(answer["id"])
            found = self.find("Groups", "displayName", name)
            if found is not None:
                return found

    def add(self, group: str, user: str) -> None:
        self.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": user}]})

    def remove(self, group: str, user: str) -> None:
        self.patch(f"/Groups/{group}", {"op": "remove", "path": f'members[value eq "{user}"]'})


class Client(Provider):
    """Pushes what happens in one department: its people are its own, the groups Research, Evals and Lab are everybody's."""

    def __init__(
        self, bridge: Bridge, over: threading.Event, number: int, seed: int, groups: Mapping[str, str], register: Register,
        organizations: Organizations,
    ) -> None:
        super().__init__(bridge, over)
        self._number = number
        self._chance = Random(f"{seed}/{number}")
        self._groups = groups
        self._register = register
        self._organizations = organizations
        self._people: list[Person] = []
        self._teams: list[Team] = []
        self._joined = 0

    def run(self) -> None:
        """Until it is over; what has begun is pushed to its end."""
        deeds: dict[Callable[[], None], int] = {
            self.join: 26, self.move: 22, self.leave: 10, self.rename: 8, self.make_keys: 28, self.reshape_team: 6,
        }
        self.found_team()
        while not self._over.is_set():
            [deed] = self._chance.choices(list(deeds), list(deeds.values()))
            deed()
            self._over.wait(PAUSE)

    # deeds

    def join(self) -> None:
        self._joined += 1
        name = f"p{self._number}-{self._joined}@example.com"
        chosen = self._chance.choice(JOINING)
        person = Person([name], sleeper=self._chance.random() < 0.1, groups=set(chosen) - {"team"})
        self._register.add(person, name)
        self._people.append(person)
        person.user = self.new_user(name)
        for group in sorted(person.groups):
            self.add(self._groups[group], person.user)
        if "team" in chosen and self._teams[-1].place is not None:
            person.team = self._teams[-1]
            self.add(person.team.group, person.user)

    def move(self) -> None:
        """From Research to Evals, or out of a group. Nobody comes back to where they were."""
        person = self._somebody()
        if person is None:
            return
        if "Lab" in person.groups:
            self._out_of(person, "Lab")
        elif "Research" in person.groups:
            person.groups.add("Evals")
            self.add(self._groups["Evals"], person.user)
            self._out_of(person, "Research")
        elif person.team is None:
            self._out_of(person, "Evals")

    def _out_of(self, person: Person, group: str) -> None:
        person.groups.discard(group)
        self.remove(self._groups[group], person.user)

    def leave(self) -> None:
        """Deactivated, deleted, or first the one and then the other."""
        person = self._somebody()
        if person is None:
            return
        person.active = False
        how = self._chance.choice(("deactivated", "deleted", "both"))
        if how != "deleted":
            self.patch(f"/Users/{person.user}", {"op": "replace", "value": {"active": False}})
        if how != "deactivated":
            person.deleted = True
            self.delete(f"/Users/{person.user}")

    def rename(self) -> None:
        """Another userName and another address."""
        person = self._somebody()
        if person is None:
            return
        name = person.name.replace("@", f".{len(person.names)}@")
        self._register.add(person, name)
        person.names.append(name)
        self.patch(f"/Users/{person.user}", {"op": "replace", "value": {"userName": name, **_address(name)}})

    def make_keys(self) -> None:
        """Somebody who has none yet and is in some place makes one there, on both platforms where they are in it."""
        without = [each for each in self._people if each.has_access and not each.keys]
        for person in self._chance.sample(without, len(without)):
            for platform in ("claude", "openai"):
                for place in person.places(platform):
                    self._organizations.make_key(person, platform, place)
            if person.keys:
                return

    def found_team(self) -> None:
        team = Team(f"{self._number}x{len(self._teams)}", "research")
        team.group = self.new_group(team.name)
        self._teams.append(team)

    def reshape_team(self) -> None:
        """The team moves with all its people; then it is no more, and another is founded."""
        team = self._teams[-1]
        if team.place == "research":
            team.place = "evals"
            self.patch(f"/Groups/{team.group}", {"op": "replace", "path": "displayName", "value": team.name})
        else:
            team.place = None
            self.delete(f"/Groups/{team.group}")
            self.found_team()

    def _somebody(self) -> Person | None:
        """Who has some access yet; more often than not one who has made keys with it."""
        left = [each for each in self._people if each.has_access]
        busy = [each for each in left if each.keys]
        chosen = busy if busy and self._chance.random() < 0.6 else left
        return self._chance.choice(chosen) if chosen else None


def _address(name: str) -> dict[str, Any]:
    return {"emails": [{"value": name, "primary": True}]}
