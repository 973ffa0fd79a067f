"""What is behind one thing that somebody holds or lacks: the push, the plan, the platform's answer; and why it is not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scim_bridge.access.observed import ORGANIZATION
from scim_bridge.audit.records import Record
from scim_bridge.audit.trail import GIVING, TAKING, Trail, group_of
from scim_bridge.mapping.told import Denied
from scim_bridge.reconcile.views.holdings import Row
from scim_bridge.scim.fold import fold
from scim_bridge.work.slate import Item

THERE = frozenset({"held", "invited", "orphaned", "removed_by_hand"})
"""States of what has been given; of the others a deed is still to come."""
PLANNED = "mode plan: nothing is written there"
SOON = "the hand looks at it next"
INVITED = "the invitation{} has to be accepted first"
LATER = "nothing is due: the next sweep looks, or `scim-bridge apply` now"
BY_HAND = "a human took it away at the platform; `drift: report` does not give it back"
NO_FILE = "no mapping file in force speaks of this platform"


@dataclass(frozen=True)
class Push:
    """A request of an identity provider."""

    request_id: str | None
    source: str | None
    initiator: str
    at: datetime | None
    action: str
    group: str | None = None
    """The one that it is about, where it is about a group."""


@dataclass(frozen=True)
class Plan:
    """What was decided between the push and the deed: a set of files taken up, a held plan released (or still held)."""

    digest: str | None = None
    """Of what the brake held. With `by` None it is held still."""
    by: str | None = None
    revision: int | None = None
    """Of the mapping files, where they changed after the push."""


@dataclass(frozen=True)
class Behind:
    push: Push | None
    plan: Plan | None
    answer: str | None
    why: str | None
    """Why it is not as wanted; None when it is."""

    def as_json(self) -> dict[str, Any]:
        return {
            "push": vars(self.push) if self.push is not None else None,
            "plan": vars(self.plan) if self.plan is not None else None,
            "answer": self.answer,
            "why": self.why,
        }


@dataclass(frozen=True)
class Reader:
    """Reads the books about one person on one platform."""

    trail: Trail
    source: str
    platform: str
    mode: str | None
    """None: no file in force speaks of the platform."""
    denied: Sequence[Denied]
    work: Item | None
    spreading: bool
    """Whether a whole group, or everybody, has still to be looked at there."""
    held_digest: str | None
    times: Mapping[tuple[str, str | None, str], datetime]
    """Since when the ledger has what is there, by platform, place id and role."""
    is_invited: bool
    """Whether their invitation has not been accepted."""
    paused: str | None
    """A sentence while a human has paused the platform."""

    def behind(self, row: Row) -> Behind:
        deed = self._deed(row)
        why = self._why(row)
        if row.state in THERE:
            return Behind(*self._led_to(row, deed), self._answer(row, deed), why)
        if row.state == "leaving":
            return Behind(*self._takes(row, deed), self._answer(row, deed), why)
        push = self.trail.push_behind(self._groups(row), request_id=self._asked, source=self.source)
        plan = Plan(digest=self.held_digest) if row.state == "held_back" else None
        return Behind(_push(push), plan, self._answer(row, deed), why)

    def since(self, row: Row) -> datetime | None:
        """Since when it is as it is: of what is leaving, when that was said."""
        if row.state != "leaving":
            return self.times.get((self.platform, row.place_id, row.has or row.role))
        push, taken_up = self._cause(row, self._deed(row))
        cause = push or taken_up
        return cause.at if cause is not None else None

    @property
    def _asked(self) -> str | None:
        return self.work.requested_by if self.work is not None else None

    def _groups(self, row: Row) -> set[str]:
        """Those that give it, or keep them out of it."""
        kept_out = {fold(each.group) for one in self.denied if one.place == row.place for each in one.denied_by if each.group}
        return _groups(row) | kept_out

    def _deed(self, row: Row) -> Record | None:
        """The newest that gave what is there."""
        return next((each for each in self._about(row, GIVING) if each.outcome == "done"), None)

    def _about(self, row: Row, actions: Sequence[str]) -> Sequence[Record]:
        """Deeds and refusals that concern what is there, or what is to be, the newest first."""
        roles = {row.role, row.has, None} if row.place is None else {row.role, row.has} - {None}
        place = row.place if row.place_id != ORGANIZATION else None
        return [each for each in self._here(*actions) if each.place == place and each.role in roles]

    def _here(self, *actions: str) -> Sequence[Record]:
        return [each for each in self.trail.deeds if each.platform == self.platform and each.action in actions]

    def _takes(self, row: Row, deed: Record | None) -> tuple[Push | None, Plan | None]:
        """What takes it away: a push, else a changed set of files."""
        push, taken_up = self._cause(row, deed)
        return _push(push), _plan(None, taken_up)

    def _cause(self, row: Row, deed: Record | None) -> tuple[Record | None, Record | None]:
        """Either the push by which it goes, or the set of files."""
        after = deed.id if deed is not None else 0
        push = self.trail.signal(self.source) or self.trail.loss_behind(
            self._groups(row), request_id=self._asked, source=self.source, after=after
        )
        return push, self.trail.turn("mapping.taken_up", self.platform, after=after) if push is None else None

    def _led_to(self, row: Row, deed: Record | None) -> tuple[Push | None, Plan | None]:
        if deed is None:
            return None, None
        push = self.trail.push_behind(_groups(row), request_id=deed.request_id, source=self.source, before=deed.id)
        after = push.id if push is not None else 0
        released = self.trail.turn("brake.released", self.platform, after=after, before=deed.id)
        taken_up = self.trail.turn("mapping.taken_up", self.platform, after=after, before=deed.id)
        return _push(push), _plan(released, taken_up)

    def _answer(self, row: Row, deed: Record | None) -> str | None:
        """What the platform said to the deed that gave it; of what is to come or to go, what it said to the newest try."""
        if row.state in THERE:
            return deed.detail if deed is not None else None
        if row.state == "held_back":
            return None  # nobody has tried
        if row.state == "leaving":
            tried = next(iter(self._about(row, TAKING)), None)
        else:
            tried = next((each for each in self._about(row, GIVING) if each.outcome != "done"), None)
        return tried.detail if tried is not None and (deed is None or tried.id > deed.id) else None

    def _why(self, row: Row) -> str | None:
        if row.state == "removed_by_hand":
            return BY_HAND + self._seen(row)
        if row.state == "orphaned":
            return NO_FILE
        if row.state in {"held", "invited"} or row.why is not None:
            return row.why
        if self.mode == "plan":
            return PLANNED
        if self.paused is not None:
            return self.paused
        if self.work is not None and self.work.reason:
            return self.work.reason
        if self.is_invited and row.state == "waiting":
            return INVITED.format(self._invited_on())
        return SOON if self.work is not None or self.spreading else LATER

    def _invited_on(self) -> str:
        at = next((each.at for each in self._here("invite") if each.outcome == "done"), None)
        return f" of {at:%Y-%m-%d %H:%M}Z" if at is not None else ""

    def _seen(self, row: Row) -> str:
        notes = self._here("drift.removed_by_hand")
        named = [each for each in notes if (row.place or "account") in (each.detail or "")]
        at = next((each.at for each in named or notes), None)
        return f" (seen {at:%Y-%m-%d %H:%M}Z)" if at is not None else ""


def _groups(row: Row) -> set[str]:
    return {fold(each.group) for each in row.because if each.group is not None}


def _push(record: Record | None) -> Push | None:
    if record is None:
        return None
    return Push(record.request_id, record.source, record.initiator, record.at, record.action, group_of(record))


def _plan(released: Record | None, taken_up: Record | None) -> Plan | None:
    if released is None and taken_up is None:
        return None
    digest = (released.after or {}).get("digest") if released is not None else None
    revision = (taken_up.after or {}).get("revision") if taken_up is not None else None
    return Plan(digest, released.initiator if released is not None else None, revision)
