"""Claims: a key is one run's at a time, and what comes during the run is not lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from scim_bridge.db import Connection, Database
from scim_bridge.work import claims as claiming
from scim_bridge.work.claims import Claim
from scim_bridge.work.marks import Key, Kind, mark
from scim_bridge.work.slate import Item, groups_waiting, is_fanning_out, next_due, pending, platforms_waiting, retry, unsettled
from scim_bridge.work.tables import work

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ALL: tuple[Kind, ...] = ("person", "group", "everybody")


def key(subject: int | str, kind: Kind = "person", platform: str = "lab") -> Key:
    return Key(platform, kind, str(subject))


def claim(connection: Connection, *, now: datetime = NOW, limit: int = 10, platform: str = "lab") -> list[Claim]:
    return claiming.claim(connection, platform, ALL, now=now, limit=limit)


def states(connection: Connection, now: datetime = NOW) -> dict[str, Item]:
    return {item.key.subject: item for item in unsettled(connection, now=now)}


@settings(max_examples=25, deadline=None)
@given(
    marked=st.lists(st.integers(1, 12), max_size=20),
    limits=st.lists(st.integers(1, 6), min_size=2, max_size=6),
)
def test_two_claimers_never_share_a_key(marked: list[int], limits: list[int]) -> None:
    database = Database("sqlite:///:memory:")
    work.create(database.engine)
    with database.writing() as connection:
        mark(connection, [key(each) for each in marked], now=NOW)
        taken = [each.key for limit in limits for each in claim(connection, limit=limit)]
        assert len(taken) == len(set(taken))
        assert len(taken) == min(len(set(marked)), sum(limits))
    database.dispose()


def test_a_claim_takes_only_what_is_due_of_its_platform_and_kind(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1), key(2, "group"), key(3, platform="other")], now=NOW)
        mark(connection, [key(4)], now=NOW + MINUTE)
        assert [each.key for each in claiming.claim(connection, "lab", ("person",), now=NOW, limit=9)] == [key(1)]
        assert [each.key for each in claim(connection)] == [key(2, "group")]
        assert [each.key for each in claim(connection, now=NOW + MINUTE)] == [key(2, "group"), key(1), key(4)]


def test_the_longest_due_come_first(database: Database) -> None:
    with database.writing() as connection:
        for subject, age in ((1, 1), (2, 2), (3, 3)):
            mark(connection, [key(subject)], now=NOW - age * MINUTE)
        assert [each.key.subject for each in claim(connection, limit=2)] == ["3", "2"]


def test_completing_settles_what_was_wanted_at_the_claim(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1)], now=NOW)
        (mine,) = claim(connection)
        assert claiming.complete(connection, mine, now=NOW)
        assert unsettled(connection, now=NOW) == []


def test_a_mark_during_the_run_means_exactly_one_more_run(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1)], now=NOW)
        (mine,) = claim(connection)
        for _ in range(1000):
            mark(connection, [key(1)], now=NOW)
        assert claim(connection) == []  # somebody has it
        claiming.complete(connection, mine, now=NOW)
        (again,) = claim(connection)
        assert again.seen == 1001
        claiming.complete(connection, again, now=NOW)
        assert claim(connection) == []


def test_a_lease_that_ran_out_is_free_and_its_late_holder_changes_nothing(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1)], now=NOW)
        (first,) = claim(connection)
        assert claim(connection, now=NOW + claiming.LEASE - SECOND) == []
        (second,) = claim(connection, now=NOW + claiming.LEASE)
        assert not claiming.still_ours(connection, first, now=NOW + claiming.LEASE)
        assert claiming.still_ours(connection, second, now=NOW + claiming.LEASE)
        for late in (
            claiming.complete(connection, first, now=NOW),
            claiming.park(connection, first, reason="late", now=NOW),
            claiming.delay(connection, first, until=NOW, reason="late", now=NOW),
            claiming.again(connection, first, at=NOW),
        ):
            assert late is False
        assert states(connection)["1"].reason is None
        assert claiming.complete(connection, second, now=NOW)


def test_a_renewed_lease_holds_longer(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1), key(2)], now=NOW)
        mine = claim(connection)
        claiming.renew(connection, mine, now=NOW + 10 * SECOND)
        assert claim(connection, now=NOW + claiming.LEASE + 5 * SECOND) == []


def test_a_renewal_does_not_take_back_what_somebody_else_has(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1)], now=NOW)
        first = claim(connection)
        (second,) = claim(connection, now=NOW + claiming.LEASE)
        claiming.renew(connection, first, now=NOW + claiming.LEASE)
        assert claiming.still_ours(connection, second, now=NOW + claiming.LEASE)
        assert not claiming.still_ours(connection, first[0], now=NOW + claiming.LEASE)


def test_what_is_no_longer_as_wanted_is_no_longer_ours(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1)], now=NOW)
        (mine,) = claim(connection)
        assert claiming.still_ours(connection, mine, now=NOW)
        mark(connection, [key(1)], now=NOW)
        assert not claiming.still_ours(connection, mine, now=NOW)


def test_a_group_that_waits_to_be_spread_may_be_about_anybody(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1)], now=NOW)
        (mine,) = claim(connection)
        mark(connection, [key(7, "group", "other")], now=NOW)
        assert claiming.still_ours(connection, mine, now=NOW)
        mark(connection, [key(7, "group")], now=NOW)
        assert not claiming.still_ours(connection, mine, now=NOW)


def test_a_delay_counts_and_keeps_its_time_through_a_new_mark(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1)], now=NOW)
        (mine,) = claim(connection)
        claiming.delay(connection, mine, until=NOW + MINUTE, reason="not now", now=NOW)
        mark(connection, [key(1)], now=NOW + SECOND, requested_by="r2")
        item = states(connection)["1"]
        assert (item.state, item.attempts, item.due_at, item.reason) == ("delayed", 1, NOW + MINUTE, "not now")
        assert (item.first_failed_at, item.requested_by) == (NOW, "r2")


@pytest.mark.parametrize("parked", [False, True])
def test_lesson_47_what_a_sweep_finds_waiting_is_still_done_because_of_the_push(database: Database, parked: bool) -> None:
    with database.writing() as connection:
        mark(connection, [key(1)], now=NOW, requested_by="r1")
        if parked:
            claiming.park(connection, *claim(connection), reason="no such place", now=NOW)
        mark(connection, [key(1)], now=NOW)
        (mine,) = claim(connection)
        assert (mine.requested_by, mine.wide) == ("r1", True)
        claiming.complete(connection, mine, now=NOW)
        mark(connection, [key(1)], now=NOW)
        (mine,) = claim(connection)
        assert (mine.requested_by, mine.wide) == (None, True)  # that push has been done


def test_a_push_does_not_narrow_the_look_that_a_sweep_asked_for(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1), key(2)], now=NOW)
        mark(connection, [key(1), key(3)], now=NOW, requested_by="r1")
        found = {each.key.subject: (each.requested_by, each.wide) for each in claim(connection)}
        assert found == {"1": ("r1", True), "2": (None, True), "3": ("r1", False)}


def test_giving_back_counts_no_failure_and_keeps_the_reason(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1)], now=NOW)
        (mine,) = claim(connection)
        claiming.again(connection, mine, at=NOW + MINUTE, reason="rate limit")
        (mine,) = claim(connection, now=NOW + MINUTE)
        claiming.again(connection, mine, at=NOW + MINUTE)
        item = states(connection)["1"]
        assert (item.attempts, item.reason) == (0, "rate limit")


def test_parked_work_is_left_alone_until_a_mark_or_a_retry(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1), key(2), key(3)], now=NOW)
        for each in claim(connection):
            claiming.park(connection, each, reason="no such place", now=NOW)
        assert {item.state for item in states(connection).values()} == {"parked"}
        assert claim(connection, now=NOW + MINUTE) == []
        mark(connection, [key(1)], now=NOW + MINUTE)
        assert retry(connection, now=NOW + MINUTE, subjects=["2"]) == 1
        again = claim(connection, now=NOW + MINUTE)
        assert sorted((each.key.subject, each.attempts, each.reason) for each in again) == [
            ("1", 0, "no such place"),
            ("2", 0, "no such place"),
        ]


def test_parking_does_not_bury_a_wish_that_came_during_the_run(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1)], now=NOW)
        (mine,) = claim(connection)
        mark(connection, [key(1)], now=NOW)
        claiming.park(connection, mine, reason="no such place", now=NOW)
        assert states(connection)["1"].state == "due"


def test_a_retry_takes_up_what_waits_too_and_narrows_by_platform_and_kind(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1), key(1, "group"), key(1, platform="other")], now=NOW + MINUTE)
        assert retry(connection, now=NOW, platform="lab", subjects=["1"], kind="person") == 1
        assert [each.key for each in claim(connection)] == [key(1)]


def test_the_slate_tells_due_from_running_delayed_and_parked(database: Database) -> None:
    with database.writing() as connection:
        mark(connection, [key(1), key(2)], now=NOW)
        running, parked = claim(connection)
        claiming.park(connection, parked, reason="x", now=NOW)
        mark(connection, [key(3)], now=NOW + MINUTE)
        mark(connection, [key(4)], now=NOW)
        found = {subject: item.state for subject, item in states(connection).items()}
        assert found == {"1": "running", "2": "parked", "3": "delayed", "4": "due"}
        assert running.key == key(1)


def test_what_the_loops_ask_the_slate(database: Database) -> None:
    with database.writing() as connection:
        assert next_due(connection, "lab") is None
        mark(connection, [key(1), key(5, "group", "other")], now=NOW)
        assert claiming.is_anything_due(connection, "lab", ("person",), now=NOW)
        assert not claiming.is_anything_due(connection, "lab", ("person",), now=NOW - SECOND)
        assert (is_fanning_out(connection, "lab"), is_fanning_out(connection, "other")) == (False, True)
        assert pending(connection, "lab", "person") == [("1", 1)]
        assert groups_waiting(connection) == {"5"}
        assert platforms_waiting(connection) == ("lab", "other")
        assert next_due(connection, "lab") == NOW


def test_marks_of_one_transaction_are_written_in_one_order(database: Database) -> None:
    """Two writers over the same people, in opposite order, cannot wait for each other."""
    written: list[str] = []
    with database.writing() as connection:
        mark(connection, [key(number) for number in (30, 4, 200, 4, 1)], now=NOW)
        written = list(connection.scalars(select(work.c.subject)))
    assert sorted(written) == ["1", "200", "30", "4"]


def test_a_mark_rolls_back_with_its_push(database: Database) -> None:
    class Failed(Exception):
        pass

    try:
        with database.writing() as connection:
            mark(connection, [key(1)], now=NOW)
            raise Failed
    except Failed:
        pass
    with database.reading() as connection:
        assert unsettled(connection, now=NOW) == []
