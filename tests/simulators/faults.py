"""A clock that can be moved, request buckets and faults on request, for every simulator."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


class Clock:
    """Wall time plus an offset that tests move, or so many times as fast."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._speed = 1.0
        self._since = datetime.now(UTC)

    def now(self) -> datetime:
        return self._since + (datetime.now(UTC) - self._since) * self._speed + self._offset

    def hurry(self, speed: float) -> None:
        """From now on time passes so many times as fast."""
        self._offset, self._since = self.now() - datetime.now(UTC), datetime.now(UTC)
        self._speed = speed

    def advance(self, **span: float) -> None:
        """Move on by `timedelta(**span)`."""
        self._offset += timedelta(**span)


class Bucket:
    """At most `limit` entries in any `window`; None is no limit."""

    def __init__(self, clock: Clock, window: timedelta) -> None:
        self._clock = clock
        self._window = window
        self._entries: deque[datetime] = deque()

    def take(self, limit: int | None) -> int | None:
        """None when let through, else the whole seconds until the next entry is."""
        now = self._clock.now()
        while self._entries and self._entries[0] <= now - self._window:
            self._entries.popleft()
        if limit is not None and len(self._entries) >= limit:
            wait = self._entries[0] + self._window - now
            return max(1, math.ceil(wait.total_seconds()))
        self._entries.append(now)
        return None


@dataclass
class Fault:
    """What befalls the next `times` calls that match, after `skip` of them went well.

    `status` None drops the connection without an answer. `applied` lets the call have its effect first.
    `raw` answers exactly these bytes.
    """

    status: int | None
    times: int = 1
    skip: int = 0
    method: str | None = None
    route: str | None = None
    writing: bool = False
    """Only requests that are no GET."""
    error_code: str | None = None
    message: str | None = None
    retry_after: str | None = None
    applied: bool = False
    raw: bytes | None = None
    content_type: str = "application/json"

    def concerns(self, method: str, route: str | None) -> bool:
        if self.writing and method == "GET":
            return False
        return self.method in (None, method) and self.route in (None, route)


@dataclass
class Faults:
    """The faults that wait for their call, oldest first."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def take(self, method: str, route: str | None) -> Fault | None:
        for fault in self.waiting:
            if not fault.concerns(method, route):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if not fault.times:
                self.waiting.remove(fault)
            return fault
        return None
