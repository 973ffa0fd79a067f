"""What the books say about the leaving of some people, read together: so many statements a chunk, however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from scim_bridge.audit.records import Happening, happenings
from scim_bridge.audit.trail import Restoring, restorings
from scim_bridge.db import Database, utc_now
from scim_bridge.ledger.credentials import SeenKey, open_keys
from scim_bridge.ledger.holds import Hold, holds
from scim_bridge.ledger.intents import Removal, removals_of
from scim_bridge.ledger.pauses import Pause, pauses
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.views.holdings import Row, holdings
from scim_bridge.work.slate import Item, unsettled

RETURNED = "leaver.returned"


@dataclass(frozen=True)
class Books:
    """About one person. `steps`, `returned` and `restorings` are those since the signal."""

    steps: Sequence[Removal] = ()
    rows: Sequence[Row] = ()
    keys: Sequence[SeenKey] = ()
    """Those that open something."""
    work: Mapping[str, Item] = field(default_factory=dict)
    """By platform."""
    holds: Sequence[Hold] = ()
    returned: Sequence[Happening] = ()
    """What came back after they had left, as the sweep found it."""
    restorings: Sequence[Restoring] = ()
    """Keys that somebody gave back by name, the oldest first."""
    pauses: Mapping[str, Pause] = field(default_factory=dict)
    """By platform, whoever is asked about."""

    def restored(self, platform: str, key_id: str) -> Restoring | None:
        """By whom this key was given back, unless it went again since."""
        given = next((each for each in reversed(self.restorings) if (each.platform, each.key_id) == (platform, key_id)), None)
        gone = [step for step in self.steps if (step.platform, step.object, step.kind) == (platform, key_id, "withdraw_key")]
        again = any(step.confirmed_at is not None and given.at < step.at for step in gone) if given is not None else True
        return None if again else given

    def returned_at(self, platform: str) -> datetime | None:
        """When something first came back there."""
        return min((each.at for each in self.returned if each.platform == platform), default=None)

    def steps_to_take(self, platform: str) -> list[Removal]:
        """All of them there, but for keys that were given back by name and went again."""
        given = {each.key_id: each.at for each in reversed(self.restorings) if each.platform == platform}
        return [
            step
            for step in self.steps
            if step.platform == platform
            and not (step.kind == "withdraw_key" and step.object in given and given[step.object] < step.at)
        ]

    def steps_of_leaving(self, platform: str) -> list[Removal]:
        """What was taken because of the signal; what came back and was taken again is no part of it."""
        steps = self.steps_to_take(platform)
        back = self.returned_at(platform)
        return [step for step in steps if back is None or step.at < back] or steps


def read_books(database: Database, platforms: Platforms, signals: Mapping[int, datetime | None]) -> dict[int, Books]:
    """By person. `signals` says since when (None: ever) each of these, a chunk at most, is asked about."""
    ids = sorted(signals)
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in holdings(database, platforms, person_ids=ids):
        rows[row.person_id].append(row)
    times = [each for each in signals.values() if each is not None]
    earliest = min(times) if times and len(times) == len(signals) else None
    held: dict[int, list[Hold]] = defaultdict(list)
    returned: dict[int, list[Happening]] = defaultdict(list)
    with database.reading() as connection:
        steps = removals_of(connection, ids, since=earliest)
        keys = open_keys(connection, ids)
        work = _work(unsettled(connection, now=utc_now()))
        for each in holds(connection, person_ids=ids, released=False):
            held[each.person_id].append(each)
        for back in happenings(connection, [RETURNED], person_ids=ids, since=earliest):
            returned[back.person_id].append(back)
        given = restorings(connection, ids, since=earliest)
        paused = pauses(connection)
    return {
        person_id: Books(
            steps=[step for step in steps.get(person_id, ()) if signal is None or step.at >= signal],
            rows=rows[person_id],
            keys=keys.get(person_id, ()),
            work=work.get(person_id, {}),
            holds=held[person_id],
            returned=[back for back in returned[person_id] if signal is None or back.at >= signal],
            restorings=[each for each in given.get(person_id, ()) if signal is None or each.at >= signal],
            pauses=paused,
        )
        for person_id, signal in signals.items()
    }


def _work(items: Sequence[Item]) -> dict[int, dict[str, Item]]:
    """By person and platform."""
    found: dict[int, dict[str, Item]] = defaultdict(dict)
    for item in items:
        if item.key.kind == "person":
            found[int(item.key.subject)][item.key.platform] = item
    return found
