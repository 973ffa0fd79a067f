"""From a platform's log and the bridge's own records: how long somebody's leaving took, and how much of it the platform's rate did."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from sqlalchemy import func, select

from scim_bridge.access.connector import Rate
from scim_bridge.connectors.anthropic.roles import CAPABILITIES as ANTHROPIC
from scim_bridge.connectors.openai.roles import CAPABILITIES as OPENAI
from scim_bridge.db import Database
from scim_bridge.ledger.tables import removal
from scim_bridge.reconcile.views.leavers import Leaver, nearest_rank
from tests.simulators.anthropic import AnthropicSimulator
from tests.simulators.openai import OpenAISimulator

RATES = {"claude": ANTHROPIC.rate, "openai": OPENAI.rate}
MARGIN = 1.02
"""The simulated limit of OpenAI, which publishes none, is the connector's own pace and this much more."""


class TimedAnthropic(AnthropicSimulator):
    """As published: 100 requests in any minute."""

    def __init__(self) -> None:
        super().__init__(requests_per_minute=100, invites_per_hour=None)
        self.times: list[float] = []

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Any:
        self.times.append(datetime.now(UTC).timestamp())
        return super().answer(method, target, headers, body)


class TimedOpenAI(OpenAISimulator):
    """Refuses what the connector's own pace should never reach."""

    def __init__(self) -> None:
        rate = RATES["openai"] or Rate(300, 60)
        super().__init__(requests_per_minute=int((rate.per_minute + rate.burst) * MARGIN))
        self.times: list[float] = []

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Any:
        self.times.append(datetime.now(UTC).timestamp())
        return super().answer(method, target, headers, body)


Timed = TimedAnthropic | TimedOpenAI


@dataclass(frozen=True)
class Figures:
    """One platform's. Real seconds are those of the run, in which the rate was `hurry` times as fast."""

    hurry: float
    calls: int
    refused: int
    """429s."""
    by_route: Mapping[tuple[str, str], int]
    interval: float
    """Seconds between two requests at the unscaled rate."""
    clock: Sequence[float]
    """By person, real seconds from signal to confirmed removal."""
    own: Sequence[float]
    """Of these, what the rate took for this person's requests and all that were made before them."""
    reading_back: Sequence[float]
    """By person, real seconds from the answer to the last removal until it was confirmed: in between others of the batch left."""

    @property
    def beyond(self) -> list[float]:
        """What is left beyond the platform's own time, in real seconds: the bridge's own work does not scale with the rate."""
        return [clock - own for clock, own in zip(self.clock, self.own, strict=True)]

    def middle(self, times: Sequence[float]) -> float:
        return median(times)

    def worst(self, times: Sequence[float]) -> float:
        """By nearest rank, 99 of 100 are no more."""
        return nearest_rank(sorted(times), 0.99) or 0.0


def reading_back(database: Database, name: str, since: datetime) -> list[float]:
    last = select(func.max(removal.c.at).label("at"), func.max(removal.c.confirmed_at).label("confirmed_at"))
    with database.reading() as connection:
        rows = connection.execute(
            last.where(removal.c.platform == name, removal.c.at >= since).group_by(removal.c.person_id)
        ).all()
    return [(row.confirmed_at - row.at).total_seconds() for row in rows]


def figures(
    leavers: Sequence[Leaver], name: str, platform: Timed, hurry: float, read_back: Sequence[float]
) -> Figures:
    """Of people who have left one platform; whoever has not is missing, which the caller must not let pass."""
    rate = RATES[name]
    assert rate is not None
    interval = 60.0 / rate.per_minute
    rows = [each for leaver in leavers for each in leaver.platforms if each.platform == name and each.state == "done"]
    assert len(rows) == len(leavers), f"{len(rows)} of {len(leavers)} left {name}"
    times = sorted(platform.times)
    began = min(row.signalled_at.timestamp() for row in rows)
    clock, own = [], []
    for row in rows:
        assert row.finished_at is not None
        made = bisect_right(times, row.finished_at.timestamp())
        due = began + max(0, made - rate.burst) * interval / hurry
        clock.append(row.seconds or 0.0)
        own.append(max(0.0, due - row.signalled_at.timestamp()))
    return Figures(
        hurry=hurry,
        calls=len(times),
        refused=sum(1 for call in platform.log if call.status == 429),
        by_route=Counter(platform.calls),
        interval=interval,
        clock=clock,
        own=own,
        reading_back=read_back,
    )
