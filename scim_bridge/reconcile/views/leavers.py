"""Everybody who left within some days: each on each platform, what remains and why, and how long leaving takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Any, Literal

from scim_bridge.audit.records import Happening, happenings
from scim_bridge.audit.trail import BACK, SIGNALS
from scim_bridge.db import Database, utc_now
from scim_bridge.db.statements import chunks
from scim_bridge.directory import persons
from scim_bridge.directory.persons import FoundPerson
from scim_bridge.mapping.model import PlatformRules
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.views.leaving_books import Books, read_books
from scim_bridge.reconcile.views.offboarding import Clock, Offboarding, Remaining, judged, left_at, together

Ending = Literal["done", "under way", "nothing to do", "rehired"]

CHUNK = 500


@dataclass(frozen=True)
class OnPlatform:
    """One leaver on one platform."""

    platform: str
    state: Ending
    signalled_at: datetime
    finished_at: datetime | None
    seconds: float | None
    """From the signal to the last confirmed removal."""
    remaining: Sequence[Remaining]
    returned: Sequence[Happening]
    """What came back after they had left, and was found by a sweep."""

    def as_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in ("platform", "state", "signalled_at", "finished_at", "seconds")}
        back = [{"at": each.at, "what": each.detail} for each in self.returned]
        return {**plain, "remaining": [vars(each) for each in self.remaining], "returned": back}


@dataclass(frozen=True)
class Leaver:
    person: str
    source: str
    signalled_at: datetime
    finished_at: datetime | None
    state: Ending
    seconds: float | None
    platforms: Sequence[OnPlatform]

    def as_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "platforms"}
        return {**plain, "platforms": [each.as_json() for each in self.platforms]}


@dataclass(frozen=True)
class Pace:
    """How long leaving took, in seconds, over those who are done. None where nobody is."""

    median_seconds: float | None
    p99_seconds: float | None
    """By nearest rank: 99 of 100 took no longer."""
    done: int
    under_way: int


@dataclass(frozen=True)
class Leavers:
    since: datetime
    until: datetime | None
    leavers: Sequence[Leaver]

    @property
    def pace(self) -> Pace:
        return pace_of(self.leavers)

    @property
    def platforms(self) -> dict[str, Pace]:
        """By platform, over the people who had something there."""
        names = sorted({each.platform for leaver in self.leavers for each in leaver.platforms})
        rows = [each for leaver in self.leavers for each in leaver.platforms]
        return {name: pace_of([each for each in rows if each.platform == name]) for name in names}

    def count(self, state: Ending) -> int:
        return sum(1 for leaver in self.leavers if leaver.state == state)

    def as_json(self) -> dict[str, Any]:
        """`offboarding --since --json`."""
        return {
            "since": self.since,
            "until": self.until,
            "leavers": [each.as_json() for each in self.leavers],
            **vars(self.pace),
            "rehired": self.count("rehired"),
            "nothing_to_do": self.count("nothing to do"),
            "platforms": {name: vars(pace) for name, pace in self.platforms.items()},
        }


def pace_of(rows: Iterable[Leaver | OnPlatform]) -> Pace:
    every = list(rows)
    times = sorted(each.seconds for each in every if each.state == "done" and each.seconds is not None)
    under_way = sum(1 for each in every if each.state == "under way")
    done = sum(1 for each in every if each.state == "done")
    return Pace(median(times) if times else None, nearest_rank(times, 0.99), done, under_way)


def nearest_rank(times: Sequence[float], share: float) -> float | None:
    """The least of these, in order, that this share of them does not exceed."""
    return times[math.ceil(share * len(times)) - 1] if times else None


def leavers(
    database: Database, platforms: Platforms, *, since: datetime, until: datetime | None = None, only: str | None = None
) -> Leavers:
    """Whose signal came at `since` or later and before `until`, by the time of it; `only` one platform's share of their leaving.

    Somebody who is back since is among them as rehired. A deletion after a deactivation is no signal: they had left.
    """
    with database.reading() as connection:
        signals = happenings(connection, SIGNALS, since=since, until=until)
    latest = {each.person_id: each.at for each in signals}
    rules = platforms.rules().platforms
    found: list[Leaver] = []
    for ids in chunks(sorted(latest), CHUNK):
        with database.reading() as connection:
            people = persons.known(connection, ids)
            back = _first_back(happenings(connection, BACK, person_ids=ids, since=since), latest)
        here = {each: latest[each] for each, person in people.items() if _is_back(person, latest[each], until)}
        gone = {each: at for each, person in people.items() if each not in here and (at := left_at(person)) and at >= since}
        books = read_books(database, platforms, {**here, **gone}) if here or gone else {}
        found += [_rehired(people[each], books[each], at, back.get(each), only) for each, at in here.items()]
        found += [_gone(people[each], books[each], at, rules, only) for each, at in gone.items()]
    return Leavers(since, until, sorted(found, key=lambda each: (each.signalled_at, each.person.casefold())))


def _is_back(person: FoundPerson, signalled_at: datetime, until: datetime | None) -> bool:
    """Here now, or back in between and gone again after the range."""
    left = left_at(person)
    return left is None or (until is not None and left >= until)


def _first_back(records: Iterable[Happening], signals: Mapping[int, datetime]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for each in records:
        if each.at > signals[each.person_id]:
            found.setdefault(each.person_id, each.at)
    return found


def _gone(
    person: FoundPerson, books: Books, signalled_at: datetime, rules: Mapping[str, PlatformRules], only: str | None
) -> Leaver:
    judgement = judged(person, books, rules)
    clocks = [clock for clock in judgement.clocks if only in (None, clock.platform)]
    rows = [_on_platform(clock, signalled_at, judgement, books) for clock in clocks]
    return _leaver(person, signalled_at, together([clock.state for clock in clocks]), rows)


def _on_platform(clock: Clock, signalled_at: datetime, judgement: Offboarding, books: Books) -> OnPlatform:
    name = clock.platform
    remaining = [each for each in judgement.remaining if each.platform == name]
    returned = [each for each in books.returned if each.platform == name]
    return OnPlatform(name, clock.state, signalled_at, clock.finished_at, clock.seconds, remaining, returned)


def _rehired(
    person: FoundPerson, books: Books, signalled_at: datetime, back_at: datetime | None, only: str | None
) -> Leaver:
    """What was taken between leaving and coming back. Nothing remains that should not."""
    end = back_at or utc_now()
    mine = replace(books, steps=[step for step in books.steps if step.at < end])
    rows = []
    for name in sorted({step.platform for step in mine.steps if only in (None, step.platform)}):
        confirmed = [step.confirmed_at for step in mine.steps_of_leaving(name) if step.confirmed_at is not None]
        finished_at = max(confirmed, default=None)
        seconds = (finished_at - signalled_at).total_seconds() if finished_at is not None else None
        returned = [each for each in mine.returned if each.platform == name and each.at < end]
        rows.append(OnPlatform(name, "rehired", signalled_at, finished_at, seconds, [], returned))
    return _leaver(person, signalled_at, "rehired", rows)


def _leaver(person: FoundPerson, signalled_at: datetime, state: Ending, rows: Sequence[OnPlatform]) -> Leaver:
    ended = [each.finished_at for each in rows if each.finished_at is not None]
    finished_at = max(ended) if ended and state in {"done", "rehired"} else None
    seconds = (finished_at - signalled_at).total_seconds() if finished_at is not None else None
    return Leaver(person.user_name, person.source, signalled_at, finished_at, state, seconds, rows)
