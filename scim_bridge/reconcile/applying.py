"""`apply`: look at everybody on every platform afresh and carry out what is not held, until nothing is due any more.

A worker beside it may take part: both claim from the same slate.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scim_bridge.access.errors import PlatformError
from scim_bridge.access.plan import digest_of
from scim_bridge.audit.records import Entry, record
from scim_bridge.db import Connection, Database, utc_now
from scim_bridge.errors import BridgeError, UsageError
from scim_bridge.ledger import holds as holding
from scim_bridge.ledger.holds import Hold
from scim_bridge.ledger.pauses import is_paused, pauses
from scim_bridge.mapping.secrets import VariableUnset
from scim_bridge.reconcile.hand import Hand
from scim_bridge.reconcile.inventory import take_inventory
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.preview import held_now
from scim_bridge.reconcile.views.work import Work, work
from scim_bridge.work import pace, slate
from scim_bridge.work.marks import EVERYBODY, Key, mark

PATIENCE = timedelta(seconds=5)
"""What is tried again within this time is waited for; what waits longer is left to the worker."""
LONGEST = timedelta(hours=1)
"""Under a stream of pushes something is always due: after this long, the rest is left to the worker."""
IDLE_SECONDS = 0.05


class MovedOn(BridgeError):
    """What is held now is not what the digest named. Nothing was released."""

    def __init__(self, digest: str) -> None:
        super().__init__(
            f"The plan has moved on: what is held now has the digest {digest}. Look at it with `scim-bridge plan` and release "
            "that one. Nothing was changed."
        )
        self.digest = digest


@dataclass(frozen=True)
class Applied:
    """How it ended."""

    digest: str | None
    """Of what is held now; None when nothing is."""
    causes: tuple[str, ...] = ()
    paused: tuple[str, ...] = ()
    """Platforms at which nothing is done until somebody resumes them."""
    left: Sequence[Work] = field(default_factory=tuple)
    """What did not come to its end: parked or delayed. What came due since is the worker's, and no answer to this."""
    released: int = 0

    @property
    def held(self) -> bool:
        return self.digest is not None

    def as_json(self) -> dict[str, Any]:
        return {
            "held": self.held,
            "digest": self.digest,
            "causes": list(self.causes),
            "paused": list(self.paused),
            "released": self.released,
            "work": [each.as_json() for each in self.left],
        }


def apply_all(database: Database, platforms: Platforms, hand: Hand) -> Applied:
    """Everybody on every platform. What is parked or delayed is tried again, and no pause is waited for."""
    names = [name for name, rules in platforms.rules().platforms.items() if rules.policy.mode == "apply"]
    now = utc_now()

    def look_at_everybody(connection: Connection) -> None:
        slate.retry(connection, now=now)
        pace.resume(connection)
        mark(connection, [Key(name, "everybody", EVERYBODY) for name in names], now=now)

    database.write(look_at_everybody)
    done = _finish(database, platforms, hand)
    for name in names:
        _take_inventory(database, platforms, name)
    return done


def _take_inventory(database: Database, platforms: Platforms, name: str) -> None:
    """Keys as they are now. A platform that cannot be asked is told by its work already."""
    with contextlib.suppress(PlatformError, VariableUnset):
        platform = platforms.platform(name)
        if platform is not None:
            take_inventory(database, platform)


def apply_held(database: Database, platforms: Platforms, hand: Hand, *, digest: str, by: str) -> Applied:
    """Exactly the held plan of that digest, in somebody's name. Raises `MovedOn`, and `UsageError` when nothing is held."""
    released = database.write(lambda connection: release_held(connection, digest, by, utc_now()))
    return _finish(database, platforms, hand, released=len({(each.platform, each.person_id) for each in released}))


def release_held(connection: Connection, digest: str, by: str, now: datetime) -> list[Hold]:
    """Let what is held under this digest go on. What follows is put down to the pushes that had asked for it."""
    released = holding.release(connection, by=by, now=now)
    if not released:
        raise UsageError("Nothing is held, so there is no digest to release. `scim-bridge apply` without one does the rest.")
    found = digest_of(each.line() for each in released)
    if found != digest:
        raise MovedOn(found)
    for asked in {each.requested_by for each in released}:
        theirs = [Key(each.platform, "person", str(each.person_id)) for each in released if each.requested_by == asked]
        mark(connection, theirs, now=now, requested_by=asked, wide=True)
    record(connection, _entries(released, digest, by), now=now)
    return released


def _entries(released: Iterable[Hold], digest: str, by: str) -> list[Entry]:
    """One for each platform."""
    people: dict[str, set[int]] = {}
    causes: dict[str, dict[str, None]] = {}
    for each in released:
        people.setdefault(each.platform, set()).add(each.person_id)
        causes.setdefault(each.platform, {})[each.cause] = None
    return [
        Entry(
            "brake.released",
            platform,
            subject_kind="platform",
            initiator=by,
            platform=platform,
            after={"digest": digest, "people": len(people[platform])},
            detail="; ".join(causes[platform]),
        )
        for platform in sorted(people)
    ]


def _finish(database: Database, platforms: Platforms, hand: Hand, *, released: int = 0) -> Applied:
    """One thread a platform, so that none waits for another; orphaned platforms' marks are settled too."""
    in_time = work_off(database, hand, platforms.names())
    digest, causes = held_now(database)
    with database.reading() as connection:
        resting = tuple(sorted(set(pauses(connection)) & set(platforms.names())))
    return Applied(digest, causes, resting, _left(database, in_time=in_time), released)


def work_off(database: Database, hand: Hand, names: Sequence[str]) -> bool:
    """Work on these platforms until nothing is due any more or will be soon. False when that took too long."""
    until = utc_now() + LONGEST
    with ThreadPoolExecutor(max_workers=max(1, len(names)), thread_name_prefix="apply") as pool:
        for done in [pool.submit(_drain, database, hand, name, until) for name in names]:
            done.result()
    return utc_now() < until


def _left(database: Database, *, in_time: bool) -> tuple[Work, ...]:
    unsettled = work(database)
    return tuple(each for each in unsettled if not in_time or each.state in {"parked", "delayed"})


def _drain(database: Database, hand: Hand, name: str, until: datetime) -> None:
    while utc_now() < until:
        if hand.step(name):
            continue
        if not _worth_waiting(database, name):
            return
        time.sleep(IDLE_SECONDS)


def _worth_waiting(database: Database, name: str) -> bool:
    """Whether something is due or running here, or will be tried again soon."""
    now = utc_now()
    with database.reading() as connection:
        if is_paused(connection, name):
            return False
        items = slate.unsettled(connection, now=now, platform=name)
        quiet_until = pace.quiet_until(connection, name)
    soon = now + PATIENCE
    if quiet_until > soon.timestamp():
        return any(item.state == "running" for item in items)
    return any(item.state in {"due", "running"} or (item.state == "delayed" and item.due_at <= soon) for item in items)
