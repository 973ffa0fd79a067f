"""How fast a source may send: a bucket of tokens for each, in this process's memory.

Off unless set. Okta's first burst and Entra's initial cycle are normal traffic and must not be turned away.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from threading import Lock
from time import monotonic

from scim_bridge.scim.errors import TooManyRequests

BURST_SECONDS = 10
"""A bucket holds what its rate gives in this time."""


class Limits:
    """`rate` requests a second for each source, 0 for no limit. `clock` counts seconds."""

    def __init__(self, rate: float, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: dict[int, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, source_id: int) -> None:
        """Return when the source may send this request; TooManyRequests with whole seconds when it may not."""
        if self._rate <= 0:
            return
        missing = self._missing(source_id)
        if missing > 0:
            raise TooManyRequests(
                "This source sends more requests than the bridge is set to take. Send it again later.",
                retry_after=math.ceil(missing / self._rate),
            )

    def _missing(self, source_id: int) -> float:
        """How much of a token is missing; none is taken then."""
        with self._lock:
            now, full = self._clock(), max(1.0, self._rate * BURST_SECONDS)
            level, then = self._buckets.get(source_id, (full, now))
            level = min(full, level + (now - then) * self._rate)
            self._buckets[source_id] = (level if level < 1 else level - 1, now)
            return max(0.0, 1 - level)
