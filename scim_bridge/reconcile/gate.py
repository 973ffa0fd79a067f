"""Pacing over all processes: each request to a platform passes here first."""

from __future__ import annotations

import time

from scim_bridge.access.connector import Gate, Rate
from scim_bridge.access.errors import Transient
from scim_bridge.db import Database, utc_now
from scim_bridge.work import pace

PATIENCE_SECONDS = 2.0
"""A wait longer than this gives the keys back instead of holding a thread."""


class OpenGate:
    """For a platform that publishes no rate."""

    def pass_through(self) -> None:
        return None


class DatabaseGate:
    """The platform's published rate, shared by every process through one row."""

    def __init__(self, database: Database, platform: str, rate: Rate) -> None:
        self._database = database
        self._platform = platform
        self._rate = rate

    def pass_through(self) -> None:
        while True:
            wait = self._database.write(lambda connection: pace.take(connection, self._platform, self._rate, now=utc_now()))
            if wait <= 0:
                return
            if wait > PATIENCE_SECONDS:
                raise Transient("The platform's published rate is used up for now.", retry_after=wait, everybody=True)
            time.sleep(wait)


def gate_of(database: Database | None, platform: str, rate: Rate | None) -> Gate:
    """The pace of a platform, shared through the database where there is one and the platform has a rate."""
    return DatabaseGate(database, platform, rate) if database is not None and rate is not None else OpenGate()
