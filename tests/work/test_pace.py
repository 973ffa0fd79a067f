"""The rate over all processes: never more than published, nearly all of it, and a pause that counts for everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scim_bridge.access.connector import Rate
from scim_bridge.db import Database
from scim_bridge.work import pace
from scim_bridge.work.tables import pace as table

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def fresh() -> Database:
    database = Database("sqlite:///:memory:")
    table.create(database.engine)
    return database


@settings(max_examples=25, deadline=None)
@given(
    per_minute=st.sampled_from([30.0, 60.0, 80.0, 600.0]),
    burst=st.integers(1, 20),
    gaps=st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=60),
)
def test_no_window_ever_holds_more_than_the_rate_and_the_burst(per_minute: float, burst: int, gaps: list[float]) -> None:
    database, passed, at = fresh(), [], 0.0
    with database.writing() as connection:
        for gap in gaps:
            at += gap
            if pace.take(connection, "lab", Rate(per_minute, burst), now=later(at)) <= 0:
                passed.append(at)
    database.dispose()
    interval = 60 / per_minute
    for first, start in enumerate(passed):
        for last in range(first, len(passed)):
            span = passed[last] - start
            assert last - first + 1 <= burst + span / interval + 1e-3


@settings(max_examples=25, deadline=None)
@given(per_minute=st.sampled_from([30.0, 80.0, 600.0]), burst=st.integers(1, 20), asked=st.integers(1, 60))
def test_whoever_waits_as_told_gets_through_and_uses_the_whole_rate(per_minute: float, burst: int, asked: int) -> None:
    database, at = fresh(), 0.0
    with database.writing() as connection:
        for _ in range(asked):
            while (wait := pace.take(connection, "lab", Rate(per_minute, burst), now=later(at))) > 0:
                at += max(wait, 1e-4)
    database.dispose()
    assert at <= max(0, asked - burst) * 60 / per_minute + 0.1


def test_a_refused_request_takes_nothing(database: Database) -> None:
    rate = Rate(60, 1)
    with database.writing() as connection:
        assert pace.take(connection, "lab", rate, now=NOW) == 0
        for _ in range(50):
            assert 0.9 < pace.take(connection, "lab", rate, now=NOW) <= 1
        assert pace.take(connection, "lab", rate, now=later(1.001)) == 0


def test_a_pause_counts_for_everybody_and_for_that_platform_alone(database: Database) -> None:
    rate = Rate(600, 10)
    with database.writing() as connection:
        pace.quiet(connection, "lab", until=later(30))
        assert pace.take(connection, "lab", rate, now=NOW) == 30
        assert pace.take(connection, "lab", None, now=NOW) == 30
        assert pace.take(connection, "other", rate, now=NOW) == 0
        assert pace.quiet_until(connection, "lab") == later(30).timestamp()
        assert pace.take(connection, "lab", rate, now=later(30)) == 0


def test_a_shorter_pause_never_shortens_a_longer_one(database: Database) -> None:
    with database.writing() as connection:
        pace.quiet(connection, "lab", until=later(30))
        pace.quiet(connection, "lab", until=later(5))
        assert pace.quiet_until(connection, "lab") == later(30).timestamp()


def test_a_platform_that_was_never_asked_is_not_paused(database: Database) -> None:
    with database.reading() as connection:
        assert pace.quiet_until(connection, "lab") == 0.0
