"""Everybody who left within some days: figures on known numbers, rehired people, returns, and statements by chunks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert

from scim_bridge.db import utc_now
from scim_bridge.intake.push import Push
from scim_bridge.intake.users import create_user, patch_user
from scim_bridge.ledger.tables import removal
from scim_bridge.reconcile.sweep_now import sweep_now
from scim_bridge.reconcile.views import leavers as view
from scim_bridge.reconcile.views.leavers import Leaver, Leavers, OnPlatform, leavers, nearest_rank, pace_of
from scim_bridge.reconcile.views.offboarding import offboarding
from tests.reconcile.conftest import MakeWorld
from tests.web.doors import PATCH_URN, USER_URN
from tests.world import World, mapping

ADA, GRACE = "ada@example.com", "grace@example.com"
DAY = timedelta(days=1)
START = datetime(2026, 11, 1, tzinfo=UTC)


def seen(world: World, *, since: datetime | None = None, until: datetime | None = None, only: str | None = None) -> Leavers:
    return leavers(world.database, world.house.platforms, since=since or utc_now() - DAY, until=until, only=only)


def states(found: Leavers) -> dict[str, str]:
    return {each.person: each.state for each in found.leavers}


def on(leaver: Leaver, platform: str = "sandbox") -> OnPlatform:
    return next(each for each in leaver.platforms if each.platform == platform)


def took(seconds: float | None, state: Any = "done") -> Leaver:
    return Leaver("p", "default", START, None, state, seconds, ())


# figures


def test_median_and_p99_of_a_hundred_known_times() -> None:
    pace = pace_of([took(float(number)) for number in range(100, 0, -1)])
    assert (pace.median_seconds, pace.p99_seconds, pace.done) == (50.5, 99.0, 100)


@pytest.mark.parametrize(("count", "p99"), [(1, 1.0), (2, 2.0), (99, 99.0), (101, 100.0), (200, 198.0)])
def test_p99_is_the_least_time_that_ninety_nine_in_a_hundred_do_not_exceed(count: int, p99: float) -> None:
    assert nearest_rank([float(number) for number in range(1, count + 1)], 0.99) == p99


def test_only_those_who_are_done_have_a_time() -> None:
    pace = pace_of([took(4.0), took(None, "under way"), took(90.0, "rehired"), took(None, "nothing to do"), took(2.0)])
    assert (pace.median_seconds, pace.p99_seconds, pace.done, pace.under_way) == (3.0, 4.0, 2, 1)


def test_with_nobody_done_there_is_no_figure() -> None:
    assert (pace_of([]).median_seconds, pace_of([]).p99_seconds) == (None, None)


# who is among them


def test_a_leaver_is_done_on_one_platform_and_under_way_on_the_one_that_is_down(make_world: MakeWorld) -> None:
    world = make_world({"left": mapping(connection={"path": "left.db"}), "right": mapping(connection={"path": "right.db"})})
    ada = world.join(ADA, "Research")
    world.settle()
    world.store("right").set_fault("down")
    world.deactivate(ada)
    world.settle()
    (leaver,) = seen(world).leavers
    assert (leaver.state, on(leaver, "left").state, on(leaver, "right").state) == ("under way", "done", "under way")
    assert on(leaver, "left").seconds == pytest.approx((on(leaver, "left").finished_at - leaver.signalled_at).total_seconds())
    assert {each.what or each.object for each in on(leaver, "right").remaining} == {"account (user)", "member of research"}
    assert all("down" in each.why for each in on(leaver, "right").remaining)
    assert seen(world).platforms["right"].under_way == 1
    assert states(seen(world, only="left")) == {ADA: "done"}


def test_the_range_says_of_everybody_what_the_question_about_one_says(world: World) -> None:
    ada, grace = world.join(ADA, "Research"), world.join(GRACE, "Research", "Production")
    world.settle()
    for each in (ada, grace):
        world.deactivate(each)
    world.settle()
    for leaver in seen(world).leavers:
        with world.database.reading() as connection:
            found = view.persons.find(connection, leaver.person)[0]
        alone = offboarding(world.database, world.house.platforms, found)
        assert (leaver.state, leaver.signalled_at, leaver.finished_at) == (alone.state, alone.signalled_at, alone.finished_at)
        assert on(leaver).seconds == alone.clocks[0].seconds


def test_the_range_begins_at_since_and_ends_before_until(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    world.deactivate(ada)
    world.settle()
    signal = seen(world).leavers[0].signalled_at
    tick = timedelta(microseconds=1)
    assert states(seen(world, since=signal, until=signal + tick)) == {ADA: "done"}
    assert states(seen(world, since=signal + tick)) == {}
    assert states(seen(world, until=signal)) == {}


def test_somebody_who_stays_or_lost_a_group_is_no_leaver(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    world.remove("Research", ada)
    world.settle()
    assert states(seen(world)) == {}


def test_a_deletion_after_a_deactivation_is_no_signal_of_its_own(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    world.deactivate(ada)
    world.settle()
    between = utc_now()
    world.delete(ada)
    world.settle()
    assert states(seen(world)) == {ADA: "done"}
    assert states(seen(world, since=between)) == {}


def test_a_deletion_at_once_is_a_signal(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    world.delete(ada)
    world.settle()
    assert states(seen(world)) == {ADA: "done"}


def test_whoever_is_hired_again_is_shown_as_such_with_the_time_it_took(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    world.deactivate(ada)
    world.settle()
    finished = on(seen(world).leavers[0]).finished_at
    world.reactivate(ada)
    world.settle()
    found = seen(world)
    assert states(found) == {ADA: "rehired"}
    assert on(found.leavers[0]).finished_at == finished
    assert on(found.leavers[0]).remaining == []
    assert (found.pace.done, found.pace.under_way, found.count("rehired")) == (0, 0, 1)
    world.deactivate(ada)
    world.settle()
    assert states(seen(world)) == {ADA: "done"}


def test_whoever_never_had_anything_has_nothing_to_do(world: World) -> None:
    world.deactivate(world.user(ADA))
    world.settle()
    (leaver,) = seen(world).leavers
    assert (leaver.state, leaver.platforms, leaver.seconds) == ("nothing to do", [], None)


def test_a_return_is_told_and_does_not_lengthen_the_clock_of_the_leaving(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    world.deactivate(ada)
    world.settle()
    before = on(seen(world).leavers[0])
    world.store().add_account(ADA)
    sweep_now(world.database, world.house.platforms, world.house.hand)
    after = on(seen(world).leavers[0])
    assert (after.state, after.seconds, after.finished_at) == ("done", before.seconds, before.finished_at)
    assert [each.detail for each in after.returned] == [f"an account made again after leaving: {ADA}"]
    assert after.as_json()["returned"][0]["what"] == f"an account made again after leaving: {ADA}"


def test_a_return_that_the_brake_holds_is_under_way_again(make_world: MakeWorld) -> None:
    world = make_world(brake={"floor": 1, "share": 0.01})
    people = world.join_many(3, "Research")
    world.settle()
    for user in people:
        world.deactivate(user)
        world.settle()
    world.release()
    world.settle()
    assert set(states(seen(world)).values()) == {"done"}
    for number in range(3):
        world.store().add_account(f"p{number:03}@example.com")
    assert sweep_now(world.database, world.house.platforms, world.house.hand).held
    assert set(states(seen(world)).values()) == {"under way"}


# what it costs


def test_the_range_takes_the_same_statements_for_ten_leavers_and_for_a_chunk(world: World) -> None:
    left(world, 10, steps=2)
    few = statements(world)
    left(world, view.CHUNK, steps=6)
    many = statements(world)
    assert (few[0], many[0]) == (10, view.CHUNK)
    assert many[1] == few[1]
    left(world, view.CHUNK + 10, steps=1)
    assert statements(world)[1] <= 2 * many[1]


def left(world: World, count: int, *, steps: int) -> None:
    """So many leavers in all, each new one with so many confirmed steps."""
    now = utc_now()
    push = Push(1, "default", "test", now, "")
    body = {"schemas": [PATCH_URN], "Operations": [{"op": "replace", "value": {"active": False}}]}
    known = len(seen(world).leavers)
    with world.database.writing() as connection:
        for number in range(known, count):
            user = {"schemas": [USER_URN], "userName": f"l{number:04}@example.com", "active": True}
            made = create_user(connection, push, user)
            patch_user(connection, push, made.scim_id, body)
            row = {"platform": "sandbox", "person_id": made.person_id, "kind": "revoke", "outcome": "removed", "at": now}
            connection.execute(insert(removal), [{**row, "object": str(each), "confirmed_at": now} for each in range(steps)])
    world.settle()


def statements(world: World) -> tuple[int, int]:
    """(leavers, statements) of one report."""
    with counting(world) as sent:
        found = seen(world)
    return len(found.leavers), len(sent)


@contextmanager
def counting(world: World) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_1: object, _2: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(world.database.engine, "before_cursor_execute", note)
