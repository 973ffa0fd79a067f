"""Somebody's leaving: the clock from the signal to the last confirmed removal, every step, and what remains and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from scim_bridge.access.policy import Policy
from scim_bridge.db import Database, utc_now
from scim_bridge.directory.persons import FoundPerson
from scim_bridge.ledger.credentials import SeenKey
from scim_bridge.ledger.holds import Hold
from scim_bridge.ledger.intents import Removal
from scim_bridge.mapping.model import PlatformRules
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.views.holdings import Row
from scim_bridge.reconcile.views.kept import kept_because
from scim_bridge.reconcile.views.leaving_books import Books, read_books
from scim_bridge.reconcile.views.work import paused_because

Progress = Literal["done", "under way", "nothing to do"]

KEPT = "kept by policy"
WAITING = "waiting"
RESTORED = "restored by {}: {}"
NEXT_LOOK = "the next look at them takes it away"
ORPHANED = "no mapping file speaks of this platform: put the file back, or `scim-bridge platform retire {}`"
PLANNED = "mode plan: nothing is written there"


@dataclass(frozen=True)
class Remaining:
    """Something of theirs that is still there. `kept`: it is meant to be."""

    platform: str
    object: str
    why: str
    since: datetime | None
    kept: bool = False
    what: str | None = None
    """The object as a person knows it, where its id says little."""


@dataclass(frozen=True)
class Clock:
    """One platform by itself: none waits for another."""

    platform: str
    state: Progress
    finished_at: datetime | None
    seconds: float | None
    """From the signal to the last confirmed removal."""


@dataclass(frozen=True)
class Offboarding:
    person: str
    signalled_at: datetime | None
    finished_at: datetime | None
    state: Progress
    steps: Sequence[Removal]
    remaining: Sequence[Remaining]
    clocks: Sequence[Clock]

    def as_json(self) -> dict[str, Any]:
        """`offboarding --json`."""
        return {
            "person": self.person,
            "signalled_at": self.signalled_at,
            "finished_at": self.finished_at,
            "state": self.state,
            "steps": [{**vars(each), "confirmed": each.confirmed_at is not None} for each in self.steps],
            "remaining": [vars(each) for each in self.remaining],
            "platforms": [vars(each) for each in self.clocks],
        }


def offboarding(database: Database, platforms: Platforms, person: FoundPerson) -> Offboarding:
    """How far their leaving is. For somebody who stays: what they lost, and what is still to go."""
    books = read_books(database, platforms, {person.person_id: left_at(person)})[person.person_id]
    return judged(person, books, platforms.rules().platforms)


def left_at(person: FoundPerson) -> datetime | None:
    """The signal; None for somebody who is here."""
    return person.deactivated_at or person.deleted_at


def judged(person: FoundPerson, books: Books, rules: Mapping[str, PlatformRules]) -> Offboarding:
    """What the books come to. `rules` are those in force."""
    signal = left_at(person)
    signalled_at = signal or min((step.at for step in books.steps), default=None)
    remaining = [*_access(books, rules, person, signalled_at), *_keys(books, rules, person, signalled_at)]
    remaining += _left_alone(books, remaining, person)
    names = sorted(
        {each.platform for each in books.steps} | {each.platform for each in remaining} | (books.work.keys() if signal else set())
    )
    clocks = [_clock(name, books, remaining, signalled_at, leaver=signal is not None) for name in names]
    state = together([clock.state for clock in clocks])
    finished = max((clock.finished_at for clock in clocks if clock.finished_at is not None), default=None)
    return Offboarding(
        person.user_name, signalled_at, finished if state == "done" else None, state, books.steps, remaining, clocks
    )


def _access(
    books: Books, rules: Mapping[str, PlatformRules], person: FoundPerson, signalled_at: datetime | None
) -> list[Remaining]:
    found = []
    for each in books.rows:
        kept = each.state in {"held", "invited"}
        if each.state not in {"leaving", "held_back", "orphaned"} and not (kept and not person.active):
            continue
        if each.state == "held_back" and person.active and not _goes(each, books.holds):
            continue
        name = each.role + (f" of {each.place}" if each.place is not None else "")
        what = name if each.place is not None else f"account ({each.role})"
        why = KEPT if kept else _why(each.platform, books, rules, each.why)
        found.append(Remaining(each.platform, what, why, signalled_at, kept))
    return found


def _goes(row: Row, held: Sequence[Hold]) -> bool:
    """Whether it is a loss that is held back, and not something to come."""
    return any(hold.platform == row.platform and hold.category == "people" for hold in held)


def _keys(
    books: Books, rules: Mapping[str, PlatformRules], person: FoundPerson, signalled_at: datetime | None
) -> list[Remaining]:
    if person.active:
        return []
    found = []
    for key in books.keys:
        policy: Policy | None = rules[key.platform].policy if key.platform in rules else None
        spared = kept_because(policy, key, utc_now().date())
        kept = spared is not None or (policy is not None and _fate(policy, key) in {"keep", "report"})
        why = spared or (KEPT if kept else _why(key.platform, books, rules, _cause(books.holds, key.platform)))
        since, back = signalled_at, books.restored(key.platform, key.id)
        if back is not None:  # somebody's wish: no part of their leaving
            kept, since = True, back.at
            why = RESTORED.format(back.by, NEXT_LOOK if why == WAITING else why)
        found.append(Remaining(key.platform, key.id, why, since, kept, f"{key.kind} key {key.hint or key.id}"))
    return found


def _fate(policy: Policy, key: SeenKey) -> str:
    return policy.offboarding.personal_keys if key.kind == "personal" else policy.offboarding.shared_keys


def _cause(held: Sequence[Hold], platform: str) -> str | None:
    kinds = {"people", "keys"}
    return next((hold.cause for hold in held if hold.platform == platform and hold.category in kinds), None)


def _left_alone(books: Books, remaining: Sequence[Remaining], person: FoundPerson) -> list[Remaining]:
    """What may be a leaver's again, but may be somebody else's: it waits for a human, and is no part of their leaving."""
    known = {each.platform for each in remaining}
    waiting = [item for name, item in sorted(books.work.items()) if item.state == "parked" and name not in known]
    return [
        Remaining(item.key.platform, "left alone", item.reason or "parked", item.first_failed_at, kept=True)
        for item in waiting
        if not person.active
    ]


def _why(platform: str, books: Books, rules: Mapping[str, PlatformRules], said: str | None) -> str:
    if platform not in rules:
        return ORPHANED.format(platform)
    if rules[platform].policy.mode == "plan":
        return PLANNED
    item = books.work.get(platform)
    reason = item.reason if item is not None else None
    parked = reason if item is not None and item.state == "parked" else None
    paused = paused_because(platform, books.pauses[platform]) if platform in books.pauses else None
    return said or parked or paused or reason or WAITING


def _clock(
    name: str, books: Books, remaining: Sequence[Remaining], signalled_at: datetime | None, *, leaver: bool
) -> Clock:
    confirmed = [step.confirmed_at for step in books.steps_of_leaving(name) if step.confirmed_at is not None]
    unconfirmed = any(step.confirmed_at is None for step in books.steps_to_take(name))
    open_ = unconfirmed or any(each.platform == name and not each.kept for each in remaining)
    if open_ or (leaver and name in books.work and books.work[name].state != "parked"):
        return Clock(name, "under way", None, None)
    if not confirmed:
        return Clock(name, "nothing to do", None, None)
    finished_at = max(confirmed)
    seconds = (finished_at - signalled_at).total_seconds() if signalled_at is not None else None
    return Clock(name, "done", finished_at, seconds)


def together(states: Sequence[Progress]) -> Progress:
    if "under way" in states:
        return "under way"
    return "done" if "done" in states else "nothing to do"
