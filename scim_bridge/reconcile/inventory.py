"""The inventory of keys: every key of an installation as one listing shows it, with whose it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from scim_bridge.db import Connection, Database, utc_now
from scim_bridge.ledger.credentials import keys, note_gone, note_seen
from scim_bridge.reconcile.platforms import Platform, Platforms

AFTER_FAILURE = timedelta(minutes=1)
WITHOUT_RATE = timedelta(seconds=10)
"""A platform that publishes no rate may be asked often: a key is seen soon after it was made."""


class Inventory:
    """Takes the inventory of each platform when its time has come. Asked from one thread a platform, when it is idle."""

    def __init__(self, database: Database, platforms: Platforms, *, interval: timedelta) -> None:
        self._database = database
        self._platforms = platforms
        self._interval = interval
        self._next: dict[str, datetime] = {}

    def look(self, name: str) -> None:
        now = utc_now()
        if now < self._next.get(name, now):
            return
        self._next[name] = now + AFTER_FAILURE
        platform = self._platforms.platform(name)
        interval = self._interval
        if platform is not None:
            take_inventory(self._database, platform)
            interval = interval if platform.capabilities.rate is not None else min(interval, WITHOUT_RATE)
        self._next[name] = now + interval


def take_inventory(database: Database, platform: Platform) -> int:
    """Read all keys and note them; those that are gone are noted as gone. Returns how many there are. Raises `PlatformError`."""
    if not platform.capabilities.credentials_listable:
        return 0
    began = utc_now()
    listed = platform.connector.credentials()
    there = {key.id for key in listed}

    def note(connection: Connection) -> None:
        known = keys(connection, platform=platform.name)
        gone = [key.id for key in known if key.usable and key.id not in there and key.seen_at and key.seen_at < began]
        note_seen(connection, platform.name, listed, {}, now=began)
        note_gone(connection, platform.name, gone, now=began)

    database.write(note)
    return len(listed)
