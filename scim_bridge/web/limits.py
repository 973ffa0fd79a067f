"""How fast somebody may send: a bucket of tokens for each, in this process's memory.

For sources it is off unless set: Okta's first burst and Entra's initial cycle (25 requests a second) are normal traffic and
must not be turned away. For requests without a valid token it is low, by the client's address. A valid token is never
counted there, nor turned away: an identity provider may share an address, a proxy's, with whoever tries.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from ipaddress import ip_network
from threading import Lock
from time import monotonic

from scim_bridge.scim.errors import TooManyRequests

BURST_SECONDS = 60
"""A bucket holds what its rate gives in this time."""
MOST_BUCKETS = 10_000
"""Beyond that the one that was used longest ago is forgotten, which is as good as full."""
SOURCE = "This source sends more requests than the bridge is set to take. Send it again later."
STRANGER = "Too many requests without a valid token came from this address. Send a valid one, or wait."


class Limits:
    """`rate` requests a second for each, 0 for no limit; `sentence` is said beyond. `clock` counts seconds."""

    def __init__(self, rate: float, clock: Callable[[], float] = monotonic, *, sentence: str = SOURCE) -> None:
        self._rate = rate
        self._clock = clock
        self._sentence = sentence
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, who: Hashable) -> None:
        """Return when they may send this request; TooManyRequests with whole seconds when they may not."""
        if self._rate <= 0:
            return
        missing = self._missing(who)
        if missing > 0:
            raise TooManyRequests(self._sentence, retry_after=math.ceil(missing / self._rate))

    def _missing(self, who: Hashable) -> float:
        """How much of a token is missing; none is taken then."""
        with self._lock:
            now, full = self._clock(), max(1.0, self._rate * BURST_SECONDS)
            level, then = self._buckets.pop(who, (full, now))
            level = min(full, level + (now - then) * self._rate)
            self._buckets[who] = (level if level < 1 else level - 1, now)
            if len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
            return max(0.0, 1 - level)


def neighbourhood(address: str | None) -> str:
    """What one client can choose among counts as one address: of IPv6 the network of 64 bits."""
    try:
        return str(ip_network((address or "", 64), strict=False)) if ":" in (address or "") else address or ""
    except ValueError:
        return address or ""
