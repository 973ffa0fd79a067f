"""The sweep of leavers: once a day, everybody who has left is looked for again where they had something.

A push about somebody long gone costs no call: only what a sweep asks about is asked for. It marks, the hand looks.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from scim_bridge.db import Connection, Database
from scim_bridge.directory import leavers
from scim_bridge.ledger import formers
from scim_bridge.ledger.accounts import holders
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.work.marks import Key, mark

EVERY = timedelta(days=1)
"""One look a day costs a few listings; what somebody does with an account that came back within a day is in the platform's log."""


def sweep_when_due(database: Database, platforms: Platforms, name: str, *, now: datetime) -> bool:
    """Begin the sweep of a platform whose last one, by whichever process, was a day ago. Writes nothing otherwise."""
    with database.reading() as connection:
        last = formers.last_sweep(connection, name)
    if last is not None and now - last < EVERY:
        return False
    begin_sweep(database, platforms, name, now=now, unless_since=now - EVERY)
    return True


def begin_sweep(
    database: Database, platforms: Platforms, name: str, *, now: datetime, unless_since: datetime | None = None
) -> list[int]:
    """Mark everybody who has left and had, or still has, something there, together with what to ask for. Returns whom."""
    gone = _gone(database, name)
    applied = {each for each, rules in platforms.rules().platforms.items() if rules.policy.mode == "apply"}

    def note(connection: Connection) -> list[int]:
        if not formers.begin_sweep(connection, name, now=now, unless_since=unless_since):
            return []
        _forget_old(connection, applied, now)
        formers.note_taken_by_hand(connection, name, gone, since=now - formers.KEPT)
        formers.seek(connection, name, gone, now=now)
        mark(connection, [Key(name, "person", str(each)) for each in gone], now=now)
        return gone

    return database.write(note)


def _gone(database: Database, name: str) -> list[int]:
    with database.reading() as connection:
        known = {*formers.remembered(connection, name), *formers.taken_by_hand(connection, name), *holders(connection, name)}
        return leavers.gone(connection, sorted(known))


def _forget_old(connection: Connection, applied: set[str], now: datetime) -> None:
    """What ended long ago is asked about no more. Whoever waited for somebody to act because of it is looked at, without a call."""
    forgotten = formers.purge_formers(connection, before=now - formers.KEPT)
    mark(connection, [Key(name, "person", str(each)) for name, each in forgotten if name in applied], now=now)
