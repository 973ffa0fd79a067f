"""Each request to a platform passes here first: paced over all processes, and counted for whoever wants to know of answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from scim_bridge.access.connector import Gate, Rate
from scim_bridge.access.errors import Transient
from scim_bridge.db import Database, utc_now
from scim_bridge.work import pace

PATIENCE_SECONDS = 2.0
"""A wait longer than this gives the keys back instead of holding a thread."""


USED_UP = "The platform's published rate is used up for now."
RESTS = "The platform is left alone for now: it failed, or asked for a pause."


@dataclass
class Answers:
    """Whether a platform answered anything: a fault ends an attempt, so that a second request tells of an answer to the first."""

    sent: int = 0
    """Requests in the attempt under way."""
    any: bool = False

    def begin(self) -> None:
        """Another attempt."""
        self.sent = 0

    def send(self) -> None:
        self.any = self.any or self.sent > 0
        self.sent += 1


_listening: ContextVar[Answers | None] = ContextVar("answers", default=None)


@contextmanager
def answers() -> Iterator[Answers]:
    """Hear of what this thread asks of platforms meanwhile."""
    heard = Answers()
    before = _listening.set(heard)
    try:
        yield heard
    finally:
        _listening.reset(before)


def _pass() -> None:
    heard = _listening.get()
    if heard is not None:
        heard.send()


class OpenGate:
    """For a platform that publishes no rate."""

    def pass_through(self) -> None:
        _pass()


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
                _pass()
                return
            if wait > PATIENCE_SECONDS:
                raise Transient(self._why(), retry_after=wait, everybody=True)
            time.sleep(wait)

    def _why(self) -> str:
        with self._database.reading() as connection:
            pausing = pace.quiet_until(connection, self._platform) > utc_now().timestamp()
        return RESTS if pausing else USED_UP


def gate_of(database: Database | None, platform: str, rate: Rate | None) -> Gate:
    """The pace of a platform, shared through the database where there is one and the platform has a rate."""
    return DatabaseGate(database, platform, rate) if database is not None and rate is not None else OpenGate()
