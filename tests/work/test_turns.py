"""Turns: one process at a time, and never longer than a lease without renewing it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scim_bridge.db import Database
from scim_bridge.work import turns
from scim_bridge.work.slate import unsettled

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_a_turn_is_one_processs_until_it_ends_it(database: Database) -> None:
    with database.writing() as connection:
        mine = turns.take_turn(connection, "lab", "administrators", now=NOW)
        assert mine is not None
        assert turns.take_turn(connection, "lab", "administrators", now=NOW) is None
        assert turns.take_turn(connection, "other", "administrators", now=NOW) is not None
        turns.end_turn(connection, mine)
        assert turns.take_turn(connection, "lab", "administrators", now=NOW) is not None


def test_a_turn_of_the_dead_comes_free_and_the_late_do_not_keep_it(database: Database) -> None:
    with database.writing() as connection:
        late = turns.take_turn(connection, "lab", "administrators", now=NOW)
        assert late is not None
        assert turns.keep_turn(connection, late, now=NOW + timedelta(seconds=30))
        over = NOW + timedelta(seconds=30) + turns.LEASE
        other = turns.take_turn(connection, "lab", "administrators", now=over)
        assert other is not None
        assert not turns.keep_turn(connection, late, now=over)
        turns.end_turn(connection, late)
        assert turns.take_turn(connection, "lab", "administrators", now=over) is None


def test_a_turn_is_no_work(database: Database) -> None:
    with database.writing() as connection:
        turns.take_turn(connection, "lab", "administrators", now=NOW)
        assert unsettled(connection, now=NOW) == []
