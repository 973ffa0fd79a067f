"""The rules of one platform as values, ready to be resolved. Made by `load`, never changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from scim_bridge.access.desired import Desired, Grant, PlaceName, Reason
from scim_bridge.access.observed import ORGANIZATION
from scim_bridge.access.policy import Policy
from scim_bridge.mapping.index import Index
from scim_bridge.mapping.patterns import Pattern
from scim_bridge.scim.filters import Node


@dataclass(frozen=True)
class When:
    """What must hold. Everything given must; nothing given means everybody. `person_text` is the filter as written."""

    group: str | None = None
    groups: tuple[str, ...] = ()
    pattern: Pattern | None = None
    person: Node | None = None
    person_text: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class PlaceGrant:
    """A role in a place. `place` and `role` may hold `{part}`s of the rule's pattern."""

    place: str
    role: str
    allow_admin: bool = False
    to: Literal["people", "group"] = "people"


@dataclass(frozen=True)
class AccountGrant:
    """A role of the account itself."""

    role: str
    allow_admin: bool = False


@dataclass(frozen=True)
class Rule:
    """`line` is where it begins in the file. `denies` holds places, `*` for all."""

    name: str
    line: int
    when: When
    grants: tuple[PlaceGrant, ...] = ()
    accounts: tuple[AccountGrant, ...] = ()
    denies: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlatformRules:
    """One mapping file. `connection` is as written, defaults filled in, `${NAME}` not yet replaced."""

    name: str
    file: str
    connector: str
    connection: Mapping[str, Any]
    sources: tuple[str, ...]
    policy: Policy
    places: Mapping[str, PlaceName]
    rules: tuple[Rule, ...]
    connection_line: int = 1
    """Where `connection` stands, for a mistake that two files make together."""

    @cached_property
    def index(self) -> Index:
        """Rules by what can make them hold. Built once for each set of rules."""
        return Index(tuple((rule.when.group, rule.when.groups, rule.when.pattern) for rule in self.rules))

    @cached_property
    def gives_to_groups(self) -> bool:
        """Whether some grant says `to: group`."""
        return any(grant.to == "group" for rule in self.rules for grant in rule.grants)

    @cached_property
    def _places_by_name(self) -> dict[str, PlaceName]:
        return {place.name: place for place in reversed(tuple(self.places.values())) if place.name is not None}

    @cached_property
    def _first_of(self) -> dict[tuple[str | None, str | None], PlaceName]:
        return {(place.id, place.name): place for place in reversed(tuple(self.places.values()))}

    def place(self, text: str) -> PlaceName:
        """The place a text means: an alias, else the platform's exact name. Two aliases of one place are one."""
        place = self.places.get(text) or self._places_by_name.get(text) or PlaceName(text)
        return self._first_of.get((place.id, place.name), place)


@dataclass(frozen=True)
class RuleSet:
    """All files of one revision, by platform name."""

    platforms: Mapping[str, PlatformRules] = field(default_factory=dict)


@dataclass(frozen=True)
class WeighedGrant(Grant):
    """A grant that knows which of its reasons give the role it has; the others give a weaker one in the same place."""

    decisive: frozenset[Reason] = frozenset()
    allow_admin: bool = False
    """Whether a grant that gives this role says so. For custom roles only the platform can tell whether it must."""


@dataclass(frozen=True)
class Parked:
    """What a rule wants for somebody and the bridge must not ask for: a role that came out of a group's name."""

    place: PlaceName | None
    """None: the account's own role."""
    role: str
    why: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Wish(Desired):
    """`Desired`, and what the hand needs beside it.

    `parked` is not part of `grants` and gives nobody an account. `denied` (or `denies_all`) was already taken off here;
    whoever learns that two names are one place at the platform takes it off again.
    """

    account_custom: tuple[WeighedGrant, ...] = ()
    """Custom roles of the account, on platforms that have them: held beside `account_role`, in the place `ORGANIZATION`."""
    groups: tuple[Grant, ...] = ()
    """Groups that are to be principals (`to: group`) and that this person is to be in there, by `group_place`."""
    parked: tuple[Parked, ...] = ()
    denied: frozenset[PlaceName] = frozenset()
    denies_all: bool = False

    @property
    def everything(self) -> tuple[Grant, ...]:
        """Places, custom roles of the account and groups to be in, all as grants in places."""
        return (*self.grants, *self.account_custom, *self.groups)


_IN_GROUP = "group "
IN_ORGANIZATION = PlaceName("organization", id=ORGANIZATION)


def group_place(group: str) -> PlaceName:
    """A platform's group as a place for the people in it. The platform's id of it is known to the ledger only."""
    return PlaceName(_IN_GROUP + group)


def group_name(place: PlaceName) -> str:
    """The group of a `group_place`."""
    return place.alias.removeprefix(_IN_GROUP)
