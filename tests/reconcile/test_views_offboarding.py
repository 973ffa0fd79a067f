"""What one person's leaving says: since when something remains, keys given back by name, paused platforms, two of one name."""

from __future__ import annotations

from datetime import datetime

import pytest

from scim_bridge.db import utc_now
from scim_bridge.directory import persons
from scim_bridge.directory.persons import FoundPerson
from scim_bridge.ledger.pauses import pause, unpause
from scim_bridge.reconcile.inventory import take_inventory
from scim_bridge.reconcile.key_asking import ask, plan_key
from scim_bridge.reconcile.views.leavers import leavers
from scim_bridge.reconcile.views.offboarding import Offboarding, offboarding
from tests.reconcile.conftest import MakeWorld
from tests.web.doors import second_source
from tests.world import World, mapping

ADA = "ada@example.com"


def found(world: World, name: str = ADA, source: str = "default") -> FoundPerson:
    with world.database.reading() as connection:
        (person,) = [each for each in persons.find(connection, name) if each.source == source]
    return person


def seen(world: World, source: str = "default") -> Offboarding:
    return offboarding(world.database, world.house.platforms, found(world, source=source))


def signal(world: World) -> datetime | None:
    return world.audit("user.deactivated")[-1].at


def restored(world: World, key_id: str, by: str = "Rita") -> datetime | None:
    """Somebody gives the key back by name."""
    platform = world.house.platforms.platform("sandbox")
    assert platform is not None
    take_inventory(world.database, platform)
    ask(world.database, plan_key(world.database, world.house.platforms, "restore_key", "sandbox", key_id), by)
    world.settle()
    assert world.key(key_id) == "active"
    return world.audit("restore_key")[-1].at


def left_with_a_key(world: World) -> tuple[str, str]:
    """(user, key): withdrawn when they left."""
    user = world.join(ADA, "Research")
    world.settle()
    key = world.store().add_key(ADA, "research")
    world.deactivate(user)
    world.settle()
    assert world.key(key) == "inactive"
    return user, key


def test_what_remains_is_there_since_the_signal_also_when_its_work_parks(make_world: MakeWorld) -> None:
    world = make_world()
    user = world.join(ADA, "Research")
    world.settle()
    world.store().set_fault("refuse", ADA)
    world.deactivate(user)
    world.settle()
    assert world.parked()
    remaining = seen(world).remaining
    assert "refuses" in remaining[0].why
    assert {each.since for each in remaining} == {signal(world)}


def test_a_key_given_back_by_name_moves_no_clock_and_says_by_whom_it_was_restored(world: World) -> None:
    _, key = left_with_a_key(world)
    before = seen(world)
    at = restored(world, key)
    after = seen(world)
    assert (after.state, after.finished_at, after.clocks) == ("done", before.finished_at, before.clocks)
    (left,) = after.remaining
    assert (left.object, left.why, left.since) == (key, "restored by Rita: the next look at them takes it away", at)


def test_a_key_given_back_that_the_next_look_takes_again_leaves_the_clock_as_it_was(world: World) -> None:
    user, key = left_with_a_key(world)
    before = seen(world)
    restored(world, key)
    world.look_at(user)
    assert world.key(key) == "inactive"
    after = seen(world)
    assert (after.remaining, len(after.steps)) == ([], len(before.steps) + 1)
    assert (after.state, after.finished_at, after.clocks) == ("done", before.finished_at, before.clocks)
    since = signal(world)
    assert since is not None
    (leaver,) = leavers(world.database, world.house.platforms, since=since).leavers
    assert leaver.seconds == before.clocks[0].seconds


def test_a_key_that_went_again_and_was_opened_at_the_platform_is_nobodys_restoring(world: World) -> None:
    user, key = left_with_a_key(world)
    restored(world, key)
    world.look_at(user)
    world.store().unblock_key(key)
    platform = world.house.platforms.platform("sandbox")
    assert platform is not None
    take_inventory(world.database, platform)
    (left,) = seen(world).remaining
    assert (left.why, left.kept, left.since) == ("waiting", False, signal(world))


def test_what_remains_at_a_paused_platform_says_who_paused_it_and_what_ends_that(world: World) -> None:
    user = world.join(ADA, "Research")
    world.settle()
    world.store().add_key(ADA, "research")
    with world.database.writing() as connection:
        pause(connection, "sandbox", by="Rita", now=utc_now())
    world.deactivate(user)
    world.settle()
    (why,) = {each.why for each in seen(world).remaining}
    assert why.startswith("paused by Rita since 20")
    assert "`scim-bridge platform resume sandbox`" in why
    with world.database.writing() as connection:
        unpause(connection, "sandbox")
    assert {each.why for each in seen(world).remaining} == {"waiting"}


@pytest.mark.parametrize("source", ["default", "other"])
def test_of_two_people_of_one_user_name_the_one_who_is_asked_about_is_told(make_world: MakeWorld, source: str) -> None:
    world = make_world({"sandbox": mapping(), "second": mapping(connection={"path": "second.db"}, sources=["other"])})
    ada = world.join(ADA, "Research")
    second_source(world.scim).new_user(ADA)
    world.settle()
    world.deactivate(ada)
    world.settle()
    told = seen(world, source)
    assert told.state == ("done" if source == "default" else "nothing to do")
    assert bool(told.steps) == (source == "default")
