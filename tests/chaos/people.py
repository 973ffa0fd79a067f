"""The people of the company, and what they should have in the end: computed by hand from the rules, not by the bridge."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

PLACES = ("research", "evals")
STRENGTH = ("workspace_restricted_developer", "workspace_user", "workspace_developer")


@dataclass(eq=False)
class Team:
    """A group whose name says where it works; `place` None once it is deleted."""

    number: str
    place: str | None
    group: str = ""
    """Its SCIM id."""

    @property
    def name(self) -> str:
        return f"Team-{self.number}-{self.place}"


@dataclass(eq=False)
class Person:
    """One human, as the identity provider has them now, whatever was pushed of it by then."""

    names: list[str]
    """Every userName and address they ever had, newest last."""
    sleeper: bool
    """Never accepts an invitation."""
    groups: set[str] = field(default_factory=set)
    """Of Research, Evals and Lab."""
    team: Team | None = None
    user: str = ""
    """The SCIM id."""
    active: bool = True
    deleted: bool = False
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Every key they ever made: platform and place by its id."""

    @property
    def name(self) -> str:
        """The first one, for good."""
        return self.names[0]

    def places(self, platform: str) -> dict[str, str]:
        """The roles they should have in person."""
        roles: list[tuple[str, str]] = []
        if "Research" in self.groups:
            roles.append(("research", "workspace_user"))
        if "Evals" in self.groups:
            roles.append(("evals", "workspace_developer"))
        if "Lab" in self.groups and platform == "claude":
            roles.append(("research", "workspace_developer"))
        if self.team is not None and self.team.place is not None:
            roles.append((self.team.place, "workspace_restricted_developer"))
        if not self.active:
            return {}
        if platform == "openai":
            return {place: "member" for place, _ in roles}
        return dict(sorted(roles, key=lambda each: STRENGTH.index(each[1])))

    @property
    def in_lab(self) -> bool:
        return self.active and "Lab" in self.groups

    @property
    def has_access(self) -> bool:
        return self.in_lab or bool(self.places("claude"))


class Register:
    """Everybody who ever was, by every name they ever had. Written to before a name is pushed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_name: dict[str, Person] = {}

    def add(self, person: Person, name: str) -> None:
        with self._lock:
            self._by_name[name] = person

    def of(self, name: str) -> Person:
        with self._lock:
            return self._by_name[name]

    def people(self) -> list[Person]:
        with self._lock:
            return list(dict.fromkeys(self._by_name.values()))


def as_should_be(people: Iterable[Person], platform: str) -> dict[str, Any]:
    """One platform in the end; people by their first name, whichever of their addresses their account has."""
    those = list(people)
    joined = [each for each in those if each.has_access and not each.sleeper]
    return {
        "accounts": sorted(each.name for each in joined),
        "invitations": sorted(each.name for each in those if each.has_access and each.sleeper),
        "members": {(each.name, place): role for each in joined for place, role in each.places(platform).items()},
        "lab": sorted(each.name for each in joined if each.in_lab and platform == "openai"),
        "keys": {
            key for each in joined for key, (where, place) in each.keys.items()
            if where == platform and place in each.places(platform)
        },
    }
