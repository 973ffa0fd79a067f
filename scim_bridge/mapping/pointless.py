"""Rules without which everybody would have exactly the same: others give, or deny, all that they do. Pure.

A rule is pointless when each of its deeds is done, or undone, by a rule that holds whenever it does. Of two that say the
same the later one is; all that are called so can be taken out together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from scim_bridge.access.connector import Capabilities
from scim_bridge.access.desired import PlaceName
from scim_bridge.mapping.model import PlatformRules, Rule
from scim_bridge.mapping.patterns import filled
from scim_bridge.mapping.reach import holds_whenever, parts_in, sure_groups, unreachable
from scim_bridge.mapping.resolve import EVERY_PLACE

_PART = re.compile(r"\{([^{}]*)\}")

ANYWHERE = PlaceName("*")

MOST_READINGS = 64
"""A grant whose tables make more of it than this is not looked into."""


@dataclass(frozen=True)
class Pointless:
    """`done_by` give, or deny, what it gives, or denies; `undone_by` deny what it gives."""

    number: int
    done_by: tuple[Rule, ...] = ()
    undone_by: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Deed:
    """One thing that a rule does. Texts hold `{part}`s, as long as they are not read for one group."""

    kind: Literal["deny", "grant", "account"]
    place: str = ""
    role: str = ""
    allow_admin: bool = False

    def read(self, parts: Mapping[str, str]) -> Deed:
        return replace(self, place=filled(self.place, parts), role=filled(self.role, parts))

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_PART.findall(self.place) + _PART.findall(self.role)))


def pointless(rules: PlatformRules, can: Capabilities) -> tuple[Pointless, ...]:
    """The rules that change nothing, in the file's order."""
    search = _Search(rules, can)
    left = dict(enumerate(rules.rules))
    for number in unreachable(rules):
        del left[number]
    found = []
    for number in sorted(left, reverse=True):
        made = search.made_by(number, left[number], [each for other, each in left.items() if other != number])
        if made is not None:
            found.append(made)
            del left[number]
    return tuple(reversed(found))


def _deeds(rule: Rule) -> tuple[Deed, ...]:
    return (
        *(Deed("deny", place) for place in rule.denies),
        *(Deed("grant", each.place, each.role, each.allow_admin) for each in rule.grants if each.to == "people"),
        *(Deed("account", "", each.role, each.allow_admin) for each in rule.accounts),
    )


class _Search:
    def __init__(self, rules: PlatformRules, can: Capabilities) -> None:
        self.rules = rules
        self.can = can
        self.places = {rule.name: self._places_of(rule) for rule in rules.rules}
        """Where the deeds of each rule are."""
        self.has_principals = any(grant.to == "group" for rule in rules.rules for grant in rule.grants)

    def made_by(self, number: int, rule: Rule, others: Iterable[Rule]) -> Pointless | None:
        """What makes this rule pointless. None when nothing does, or when it speaks for a group as a principal."""
        if any(grant.to == "group" for grant in rule.grants):
            return None
        alike = [other for other in others if self._is_about_the_same(other, rule)]
        weaker = [other for other in alike if holds_whenever(other.when, rule.when, self.rules.sources)]
        done: dict[str, Rule] = {}
        undone: dict[str, Rule] = {}
        for deed in _deeds(rule) if weaker else ():
            causes = self._causes(rule, deed, weaker)
            if causes is None:
                return None
            for cause, undoes in causes:
                (undone if undoes else done)[cause.name] = cause
        return Pointless(number, tuple(done.values()), tuple(undone.values())) if weaker else None

    def _is_about_the_same(self, other: Rule, rule: Rule) -> bool:
        """Whether it may have to do with any deed of the rule: a quick look, before conditions are compared."""
        theirs, mine = self.places[other.name], self.places[rule.name]
        return ANYWHERE in theirs or ANYWHERE in mine or not theirs.isdisjoint(mine)

    def _places_of(self, rule: Rule) -> frozenset[PlaceName | None]:
        """Places, None for accounts, `ANYWHERE` where a group's name or a star tells."""
        return frozenset(self._place_of(deed) for deed in _deeds(rule))

    def _place_of(self, deed: Deed) -> PlaceName | None:
        if deed.kind == "account":
            return None
        return ANYWHERE if "{" in deed.place or deed.place == EVERY_PLACE else self.rules.place(deed.place)

    def _causes(self, rule: Rule, deed: Deed, weaker: Sequence[Rule]) -> list[tuple[Rule, bool]] | None:
        """The rules that do this deed, or (true) undo it, for everybody for whom it is done."""
        alike = [other for other in weaker if other.when.pattern == rule.when.pattern]
        whole = self._cause(rule, deed, [(other, _deeds(other)) for other in alike])
        if whole is not None:
            return [whole]
        known = [(other, _certain(other, rule)) for other in weaker]
        found = [self._cause(rule, reading, known) for reading in _readings(rule, deed)]
        return [each for each in found if each is not None] if found and None not in found else None

    def _cause(self, rule: Rule, deed: Deed, known: Sequence[tuple[Rule, Sequence[Deed]]]) -> tuple[Rule, bool] | None:
        for other, theirs in known:
            if any(self._undoes(each, deed) for each in theirs):
                return other, True
        for other, theirs in known:
            if self._may_stand_in(rule, deed, other) and any(self._does(each, deed) for each in theirs):
                return other, False
        return None

    def _may_stand_in(self, rule: Rule, deed: Deed, other: Rule) -> bool:
        """What a rule about groups denies it also denies groups that are principals, and there only the same words count."""
        about_principals = deed.kind == "deny" and self.has_principals and rule.when.person is None
        return not about_principals or rule.when == other.when

    def _undoes(self, other: Deed, deed: Deed) -> bool:
        return other.kind == "deny" and deed.kind == "grant" and self._reaches(other, deed)

    def _does(self, other: Deed, deed: Deed) -> bool:
        if other.kind != deed.kind:
            return False
        if deed.kind == "deny":
            return self._reaches(other, deed)
        return self._is_same_place(other, deed) and self._is_as_strong(other, deed)

    def _reaches(self, denial: Deed, deed: Deed) -> bool:
        return denial.place == EVERY_PLACE or (deed.place != EVERY_PLACE and self._is_same_place(denial, deed))

    def _is_same_place(self, one: Deed, other: Deed) -> bool:
        return self.rules.place(one.place) == self.rules.place(other.place)

    def _is_as_strong(self, other: Deed, deed: Deed) -> bool:
        """The same role, or where one excludes the other a stronger one of the published order."""
        if other.role == deed.role:
            known = "{" not in deed.role  # a role out of a group's name may be one that must be allowed
            return other.allow_admin == deed.allow_admin or (known and other.allow_admin)
        order = self.can.account_roles if deed.kind == "account" else self.can.place_roles
        if other.role not in order or deed.role not in order:
            return False
        exclusive = deed.kind == "account" or (self.can.exclusive(other.role) and self.can.exclusive(deed.role))
        return exclusive and order.index(other.role) > order.index(deed.role)


def _readings(rule: Rule, deed: Deed) -> list[Deed]:
    """Everything the deed can come to, by the tables of its parts. Empty when that cannot be told, or is too much."""
    tables = rule.when.pattern.tables if rule.when.pattern is not None else {}
    if any(part not in tables for part in deed.parts):
        return []
    choices = [sorted(set(tables[part].values())) for part in deed.parts]
    if math.prod(map(len, choices)) > MOST_READINGS:
        return []
    return list(dict.fromkeys(deed.read(dict(zip(deed.parts, chosen, strict=True))) for chosen in product(*choices)))


def _certain(other: Rule, rule: Rule) -> list[Deed]:
    """What `other`, which holds whenever `rule` does, then does in any case."""
    found = [deed for deed in _deeds(other) if not deed.parts]
    pattern = other.when.pattern
    for name in sure_groups(rule.when).values() if pattern is not None else ():
        parts = parts_in(pattern, name) if pattern is not None else None
        found += [deed.read(parts) for deed in _deeds(other) if deed.parts and set(deed.parts) <= parts.keys()] if parts else []
    return found
