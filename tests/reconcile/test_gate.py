"""Pacing: a short wait is waited, a long one gives the keys back; all processes share one row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scim_bridge.access.connector import Rate
from scim_bridge.access.errors import Transient
from scim_bridge.db import Database, utc_now
from scim_bridge.reconcile.gate import PATIENCE_SECONDS, DatabaseGate, answers, gate_of
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
    with pytest.raises(Transient, match="left alone"):
        gate.pass_through()


def test_a_pause_after_a_fault_is_not_taken_for_a_rate_that_is_used_up(database: Database) -> None:
    gate = DatabaseGate(database, "lab", Rate(per_minute=6, burst=1))
    gate.pass_through()
    with pytest.raises(Transient, match="rate is used up"):
        gate.pass_through()
    with database.writing() as connection:
        pace.quiet(connection, "lab", until=utc_now() + timedelta(seconds=30))
    with pytest.raises(Transient, match="it failed, or asked for a pause") as told:
        gate.pass_through()
    assert "rate" not in str(told.value)


@pytest.mark.parametrize("rate", [None, Rate(per_minute=6000, burst=10)], ids=["without a rate", "with one"])
def test_a_second_request_tells_that_the_first_was_answered(database: Database, rate: Rate | None) -> None:
    gate = gate_of(database, "lab", rate)
    gate.pass_through()  # nobody listens
    with answers() as heard:
        for _ in range(3):  # attempts that end with their first request
            heard.begin()
            gate.pass_through()
            assert not heard.any
        gate.pass_through()
        assert heard.any
        heard.begin()
        assert heard.any
    with answers() as heard:
        assert not heard.any
