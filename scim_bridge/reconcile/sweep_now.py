"""`offboarding --sweep`: the sweep of leavers now, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scim_bridge.audit.records import Happening, happenings, newest_id
from scim_bridge.db import Connection, Database, utc_now
from scim_bridge.db.statements import chunks
from scim_bridge.directory import persons
from scim_bridge.ledger.holds import holds
from scim_bridge.ledger.intents import Removal, removals_of
from scim_bridge.reconcile.applying import work_off
from scim_bridge.reconcile.hand import Hand
from scim_bridge.reconcile.leavers import begin_sweep
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.preview import held_now
from scim_bridge.reconcile.views.leaving_books import RETURNED
from scim_bridge.reconcile.views.work import Work, work
from scim_bridge.work import pace, slate


@dataclass(frozen=True)
class Swept:
    """How it ended, for the people and platforms it was about."""

    asked: int
    """How many leavers were looked at, each counted once a platform."""
    found: Sequence[tuple[str, Happening]]
    """userName, and what came back."""
    withdrawn: Sequence[tuple[str, Removal]]
    left: Sequence[Work]
    """What did not come to its end: parked or delayed."""
    digest: str | None
    """Of everything that the brake holds now, when something of a leaver is among it."""
    causes: Sequence[str] = ()

    @property
    def held(self) -> bool:
        return self.digest is not None

    def as_json(self) -> dict[str, Any]:
        """`offboarding --sweep --json`."""
        return {
            "asked": self.asked,
            "found": [
                {"at": each.at, "platform": each.platform, "person": person, "what": each.detail}
                for person, each in self.found
            ],
            "withdrawn": [
                {"person": person, **vars(each), "confirmed": each.confirmed_at is not None} for person, each in self.withdrawn
            ],
            "left": [each.as_json() for each in self.left],
            "held": self.held,
            "digest": self.digest,
            "causes": list(self.causes),
        }


def sweep_now(database: Database, platforms: Platforms, hand: Hand, *, only: str | None = None) -> Swept:
    """Look for every leaver where something was or is theirs, on platforms in mode apply, and wait for what comes of it."""
    rules = platforms.rules().platforms
    names = [name for name, each in rules.items() if each.policy.mode == "apply" and only in (None, name)]
    began = utc_now()
    with database.reading() as connection:
        newest = newest_id(connection)
    asked = {name: frozenset(begin_sweep(database, platforms, name, now=began)) for name in names}
    database.write(lambda connection: _take_up(connection, asked, began))
    work_off(database, hand, names)
    return _came_of_it(database, asked, began, newest)


def _take_up(connection: Connection, asked: Mapping[str, Collection[int]], now: datetime) -> None:
    """Somebody asked: what waits for its next try is tried now, and no pause is waited for."""
    for name, people in asked.items():
        pace.resume(connection, name)
        for ids in chunks(sorted(people)):
            slate.retry(connection, now=now, platform=name, subjects=[str(each) for each in ids], kind="person")


def _came_of_it(database: Database, asked: Mapping[str, Collection[int]], began: datetime, newest: int) -> Swept:
    found: list[tuple[str, Happening]] = []
    withdrawn: list[tuple[str, Removal]] = []
    held = False
    for ids in _everybody(asked):
        with database.reading() as connection:
            names = {each: person.user_name for each, person in persons.known(connection, ids).items()}
            back = happenings(connection, [RETURNED], person_ids=ids, after=newest)
            gone = removals_of(connection, ids, since=began)
            waiting = holds(connection, person_ids=ids, released=False)
        held = held or any(each.person_id in asked.get(each.platform, ()) for each in waiting)
        found += [(names[each.person_id], each) for each in back if each.person_id in asked.get(each.platform or "", ())]
        withdrawn += [(names[who], step) for who, steps in gone.items() for step in steps if who in asked.get(step.platform, ())]
    left = [each for each in work(database) if each.kind == "person" and int(each.id) in asked.get(each.platform, ())]
    digest, causes = held_now(database) if held else (None, ())
    return Swept(sum(map(len, asked.values())), found, withdrawn, left, digest, causes)


def _everybody(asked: Mapping[str, Collection[int]]) -> Iterator[Sequence[int]]:
    return chunks(sorted({each for people in asked.values() for each in people}))
