"""Pacing: a short wait is waited, a long one gives the keys back; all processes share one row."""

from __future__ import annotations

import pytest

from scim_bridge.access.connector import Rate
from scim_bridge.access.errors import Transient
from scim_bridge.db import Database, utc_now
from scim_bridge.reconcile.gate import PATIENCE_SECONDS, DatabaseGate
from scim_bridge.work import pace


def test_a_long_wait_is_an_answer_for_everybody_and_not_a_sleep(database: Database) -> None:
    slow = Rate(per_minute=6, burst=2)
    here, there = DatabaseGate(database, "lab", slow), DatabaseGate(database, "lab", slow)
    here.pass_through()
    there.pass_through()  # the burst is the platform's, not the process's
    with pytest.raises(Transient, match="rate") as told:
        here.pass_through()
    assert told.value.everybody
    assert told.value.retry_after is not None
    assert PATIENCE_SECONDS < told.value.retry_after <= 10


def test_a_short_wait_is_waited(database: Database) -> None:
    gate = DatabaseGate(database, "lab", Rate(per_minute=6000, burst=1))
    began = utc_now()
    for _ in range(6):
        gate.pass_through()
    assert (utc_now() - began).total_seconds() >= 5 * 60 / 6000


def test_a_pause_stops_whoever_is_under_way(database: Database) -> None:
    gate = DatabaseGate(database, "lab", Rate(per_minute=6000, burst=10))
    gate.pass_through()
    with database.writing() as connection:
        pace.quiet(connection, "lab", until=utc_now().replace(year=utc_now().year + 1))
    with pytest.raises(Transient):
        gate.pass_through()
