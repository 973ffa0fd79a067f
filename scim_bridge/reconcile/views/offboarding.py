"""Somebody's leaving: the clock from the signal to the last confirmed removal, every step, and what remains and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from scim_bridge.access.policy import Policy
from scim_bridge.db import Database, utc_now
from scim_bridge.directory.persons import FoundPerson
from scim_bridge.ledger import credentials
from scim_bridge.ledger.credentials import SeenKey
from scim_bridge.ledger.holds import Hold, holds
from scim_bridge.ledger.intents import Removal, removals_of
from scim_bridge.mapping.model import PlatformRules
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.views.holdings import Row, holdings
from scim_bridge.work.slate import Item, unsettled

Progress = Literal["done", "under way", "nothing to do"]

KEPT = "kept by policy"
WAITING = "waiting"
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


@dataclass(frozen=True)
class _Books:
    """What the books say about one person, read together."""

    steps: Sequence[Removal]
    rows: Sequence[Row]
    keys: Sequence[SeenKey]
    work: dict[str, Item]
    holds: Sequence[Hold]


def offboarding(database: Database, platforms: Platforms, person: FoundPerson) -> Offboarding:
    """How far their leaving is. For somebody who stays: what they lost, and what is still to go."""
    left_at = person.deactivated_at or person.deleted_at
    books = _read(database, platforms, person, left_at)
    signalled_at = left_at or min((step.at for step in books.steps), default=None)
    rules = platforms.rules().platforms
    remaining = [*_access(books, rules, person, signalled_at), *_keys(books, rules, person, signalled_at)]
    names = sorted(
        {each.platform for each in books.steps} | {each.platform for each in remaining} | (books.work.keys() if left_at else set())
    )
    clocks = [_clock(name, books, remaining, signalled_at, leaver=left_at is not None) for name in names]
    state = _together([clock.state for clock in clocks])
    finished = max((clock.finished_at for clock in clocks if clock.finished_at is not None), default=None)
    return Offboarding(
        person.user_name, signalled_at, finished if state == "done" else None, state, books.steps, remaining, clocks
    )


def _read(database: Database, platforms: Platforms, person: FoundPerson, since: datetime | None) -> _Books:
    rows = holdings(database, platforms, person_ids=[person.person_id])
    with database.reading() as connection:
        return _Books(
            steps=removals_of(connection, person.person_id, since=since),
            rows=rows,
            keys=[key for key in credentials.keys(connection, person_id=person.person_id) if key.usable],
            work={
                item.key.platform: item
                for item in unsettled(connection, now=utc_now())
                if item.key.kind == "person" and item.key.subject == str(person.person_id)
            },
            holds=holds(connection, person_ids=[person.person_id], released=False),
        )


def _access(
    books: _Books, rules: Mapping[str, PlatformRules], person: FoundPerson, signalled_at: datetime | None
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
        found.append(Remaining(each.platform, what, why, _since(books, each.platform, signalled_at), kept))
    return found


def _goes(row: Row, held: Sequence[Hold]) -> bool:
    """Whether it is a loss that is held back, and not something to come."""
    return any(hold.platform == row.platform and hold.category == "people" for hold in held)


def _keys(
    books: _Books, rules: Mapping[str, PlatformRules], person: FoundPerson, signalled_at: datetime | None
) -> list[Remaining]:
    if person.active:
        return []
    found = []
    for key in books.keys:
        policy: Policy | None = rules[key.platform].policy if key.platform in rules else None
        kept = policy is not None and _fate(policy, key) in {"keep", "report"}
        why = KEPT if kept else _why(key.platform, books, rules, _cause(books.holds, key.platform))
        what = f"{key.kind} key {key.hint or key.id}"
        found.append(Remaining(key.platform, key.id, why, _since(books, key.platform, signalled_at), kept, what))
    return found


def _fate(policy: Policy, key: SeenKey) -> str:
    return policy.offboarding.personal_keys if key.kind == "personal" else policy.offboarding.shared_keys


def _cause(held: Sequence[Hold], platform: str) -> str | None:
    kinds = {"people", "keys"}
    return next((hold.cause for hold in held if hold.platform == platform and hold.category in kinds), None)


def _why(platform: str, books: _Books, rules: Mapping[str, PlatformRules], said: str | None) -> str:
    if platform not in rules:
        return ORPHANED.format(platform)
    if rules[platform].policy.mode == "plan":
        return PLANNED
    item = books.work.get(platform)
    return said or (item.reason if item is not None else None) or WAITING


def _since(books: _Books, platform: str, signalled_at: datetime | None) -> datetime | None:
    item = books.work.get(platform)
    return (item.first_failed_at if item is not None else None) or signalled_at


def _clock(
    name: str, books: _Books, remaining: Sequence[Remaining], signalled_at: datetime | None, *, leaver: bool
) -> Clock:
    steps = [step for step in books.steps if step.platform == name]
    confirmed = [step.confirmed_at for step in steps if step.confirmed_at is not None]
    open_ = any(each.platform == name and not each.kept for each in remaining) or len(confirmed) < len(steps)
    if open_ or (leaver and name in books.work and books.work[name].state != "parked"):
        return Clock(name, "under way", None, None)
    if not confirmed:
        return Clock(name, "nothing to do", None, None)
    finished_at = max(confirmed)
    seconds = (finished_at - signalled_at).total_seconds() if signalled_at is not None else None
    return Clock(name, "done", finished_at, seconds)


def _together(states: Sequence[Progress]) -> Progress:
    if "under way" in states:
        return "under way"
    return "done" if "done" in states else "nothing to do"
