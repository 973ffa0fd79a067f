"""Roles in places: what to give, what to change, what to take, and what to leave alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from scim_bridge.access.books import kept
from scim_bridge.access.case import Case
from scim_bridge.access.change import Change
from scim_bridge.access.observed import Membership
from scim_bridge.access.standing import Holding, Intent, Provenance, WantedPlace
from scim_bridge.access.whose import Whose


@dataclass
class Tally:
    """What looking at the places of one person comes to."""

    changes: list[Change] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    forgotten: list[tuple[str, str]] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    unmanaged: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    """Place ids in which nothing is left after the changes."""


def compare_places(case: Case, whose: Whose) -> Tally:
    """Wanted against held against observed, for a person who has an account and may stay."""
    tally = Tally()
    observed: dict[str, list[Membership]] = defaultdict(list)
    for each in case.slice.memberships:
        observed[each.place_id].append(each)
    wanted: dict[str, list[WantedPlace]] = defaultdict(list)
    for grant in case.wanted.places:
        wanted[grant.place_id].append(grant)
    held: dict[str, list[Holding]] = defaultdict(list)
    for holding in case.standing.holdings:
        held[holding.place_id].append(holding)
    tally.holdings += kept(case.wanted, case.standing, case.unseen)
    for place_id in sorted((wanted.keys() | held.keys() | observed.keys()) - case.unseen):
        ours = _carried_out(case, tally, observed[place_id], held[place_id], place_id)
        seen, grants = observed[place_id], wanted[place_id]
        roles = {each.role for each in seen} | {each.role for each in ours} | {each.role for each in grants}
        rivals = {role for role in roles if case.capabilities.exclusive(role)}
        if rivals:
            _Place(case, whose, tally, place_id, _of(rivals, seen), _of(rivals, ours)).one(_of(rivals, grants))
        beside = roles - rivals
        if beside:
            _Place(case, whose, tally, place_id, _of(beside, seen), _of(beside, ours)).several(_of(beside, grants))
    return tally


_WithRole = TypeVar("_WithRole", Membership, Holding, WantedPlace)


def _of(roles: set[str], those: Iterable[_WithRole]) -> list[_WithRole]:
    return [each for each in those if each.role in roles]


def _carried_out(
    case: Case, tally: Tally, seen: list[Membership], held: list[Holding], place_id: str
) -> list[Holding]:
    """What the ledger would say here, had the answers to our open intents not been lost. The platform shows which were done."""
    roles = {each.role for each in seen if not each.inherited}
    ours = {each.role: each for each in held}
    for intent in case.standing.intended("grant", "change_role", "revoke"):
        if intent.place_id != place_id or intent.role is None:
            continue
        if intent.kind == "revoke" and intent.role not in roles:
            ours.pop(intent.role, None)
        elif intent.kind != "revoke" and intent.role in roles and intent.role not in ours:
            ours = _given(case, ours, intent, place_id)
    tally.forgotten += [(each.place_id, each.role) for each in held if each.role not in ours]
    return list(ours.values())


def _given(case: Case, ours: dict[str, Holding], intent: Intent, place_id: str) -> dict[str, Holding]:
    role = intent.role or ""
    exclusive = case.capabilities.exclusive
    rivals = {name: each for name, each in ours.items() if exclusive(name)} if exclusive(role) else {}
    others = {name: each for name, each in ours.items() if name not in rivals}
    before = next(iter(rivals.values()), None)
    if before is not None and before.found_role == role:
        return others  # back where a human had put it
    named = case.named(place_id)
    fresh = Holding(
        place_id,
        before.place if before is not None else named[1] if named else place_id,
        role,
        found_role=before.found_role if before is not None else None,
        reasons=before.reasons if before is not None else (),
    )
    return {**others, role: fresh}


@dataclass
class _Place:
    case: Case
    whose: Whose
    tally: Tally
    place_id: str
    seen: list[Membership]
    held: list[Holding]

    def one(self, wanted: list[WantedPlace]) -> None:
        """Roles that exclude each other: a principal has one of them in a place."""
        present = next((each for each in self.seen if not each.inherited), None)
        ours = self._one_of_ours(present)
        if not wanted:
            self._take(ours, present)
            return
        grant = wanted[0]
        if any(each.inherited and self._covers(each, grant) for each in self.seen):
            self._satisfied(grant, ours, present.role if present else grant.role)
        elif present is None:
            self._missing(grant, ours)
        elif present.role == grant.role:
            self._satisfied(grant, ours, present.role)
        else:
            self._differs(grant, ours, present)

    def _one_of_ours(self, present: Membership | None) -> Holding | None:
        """The line of the ledger that counts: the one that says what is there. A line beside it is of no use."""
        if not self.held:
            return None
        ours = next((each for each in self.held if present is not None and each.role == present.role), self.held[0])
        self.tally.forgotten += [(each.place_id, each.role) for each in self.held if each is not ours]
        return ours

    def several(self, wanted: list[WantedPlace]) -> None:
        """Roles that may be held beside each other: each by itself."""
        roles = {grant.role for grant in wanted}
        direct = {each.role: each for each in self.seen if not each.inherited}
        inherited = {each.role for each in self.seen if each.inherited}
        held = {each.role: each for each in self.held}
        for grant in wanted:
            if grant.role in direct or grant.role in inherited:
                self._satisfied(grant, held.get(grant.role), grant.role)
            else:
                self._missing(grant, held.get(grant.role))
        for role in sorted((direct.keys() | held.keys()) - roles):
            self._take(held.get(role), direct.get(role))

    def _covers(self, membership: Membership, grant: WantedPlace) -> bool:
        return self.case.rank(membership.role, place=True) >= self.case.rank(grant.role, place=True)

    def _satisfied(self, grant: WantedPlace, ours: Holding | None, role: str) -> None:
        """It is as wanted. What was there before we gave anything becomes ours only by adoption."""
        if ours is not None:
            if ours.role != role:
                self.tally.forgotten.append((ours.place_id, ours.role))
            kept = replace(ours, role=role, state="held", reasons=grant.reasons, place=grant.place)
            self.tally.holdings.append(kept)
            return
        provenance: Provenance = "adopted" if self._adopts() else "found"
        self.tally.holdings.append(Holding(self.place_id, grant.place, role, provenance, reasons=grant.reasons))

    def _adopts(self) -> bool:
        return self.case.policy.accounts.existing == "adopt"

    def _missing(self, grant: WantedPlace, ours: Holding | None) -> None:
        if grant.absent:
            self.tally.forgotten += [(ours.place_id, ours.role)] if ours is not None else []
            return
        if ours is not None and self.case.policy.drift == "report":
            if ours.state == "held":
                self.tally.by_hand.append(f'"{ours.role}" in {grant.place} was taken away by hand')
            self.tally.holdings.append(replace(ours, state="removed_by_hand", reasons=grant.reasons))
            return
        if ours is not None:
            self.tally.forgotten.append((ours.place_id, ours.role))
        place = (self.place_id, grant.place)
        self.tally.changes.append(
            self.case.change("grant", self.whose, place=place, role=grant.role, because=grant.reasons)
        )

    def _differs(self, grant: WantedPlace, ours: Holding | None, present: Membership) -> None:
        by_hand = ours is not None and present.role != ours.role
        if ours is not None and by_hand and ours.role == grant.role and self.case.policy.drift == "report":
            self.tally.unmanaged.append(f'"{present.role}" in {grant.place}, set by hand where the rules say "{grant.role}"')
            self.tally.holdings.append(replace(ours, state="removed_by_hand", reasons=grant.reasons))
            return
        if ours is not None and ours.provenance == "found":
            if ours.role != present.role:
                self.tally.forgotten.append((ours.place_id, ours.role))
            ours = None  # a human gave it: as if we had not known
        if ours is None and not self._adopts() and self._covers(present, grant):
            self.tally.unmanaged.append(f'"{present.role}" in {grant.place}, given by hand and stronger than the rules say')
            self.tally.holdings.append(
                Holding(self.place_id, grant.place, present.role, "found", reasons=grant.reasons)
            )
            return
        if ours is None:
            found = None if self._adopts() else present.role
            # The raise is ours, what it was raised from is not: written down first, so that losing it goes back there.
            self.tally.holdings.append(
                Holding(self.place_id, grant.place, present.role, "created", found_role=found, reasons=grant.reasons)
            )
        else:
            self.tally.holdings.append(replace(ours, state="held", reasons=grant.reasons))
        place = (self.place_id, grant.place)
        self.tally.changes.append(
            self.case.change(
                "change_role", self.whose, place=place, role=grant.role, was=present.role, because=grant.reasons
            )
        )

    def _take(self, ours: Holding | None, present: Membership | None) -> None:
        if ours is None:
            if present is not None:
                self.tally.unmanaged.append(f'"{present.role}" in {self._name()}, given by hand')
            return
        untouched = present is not None and ours.found_role == present.role
        if present is None or untouched or ours.provenance == "found" or ours.state == "removed_by_hand":
            self.tally.forgotten.append((ours.place_id, ours.role))
            return
        self.tally.holdings.append(ours)
        place = (self.place_id, ours.place)
        if ours.found_role is not None:
            change = self.case.change(
                "change_role", self.whose, place=place, role=ours.found_role, was=present.role, because=ours.reasons
            )
        else:
            change = self.case.change("revoke", self.whose, place=place, role=present.role, because=ours.reasons)
            self.tally.lost.add(self.place_id)
        self.tally.changes.append(change)

    def _name(self) -> str:
        named = self.case.named(self.place_id)
        return named[1] if named else self.place_id
