"""The last administrator, protected and untouchable accounts: the push succeeds, nothing is changed, and it is said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scim_bridge.db import utc_now
from scim_bridge.work import turns
from tests.reconcile.conftest import MakeWorld, wrapped_world
from tests.world import World, Wrapped, mapping

ADA, GRACE, ROOT = "ada@example.com", "grace@example.com", "root@example.com"


def audited(world: World, action: str) -> list[str]:
    return [each.outcome for each in world.audit(action) if each.outcome != "done"]


def test_lesson_32_the_last_administrator_of_a_place_keeps_role_and_account(world: World) -> None:
    ada = world.user(ADA)
    world.group("Research Admins", ada)
    world.settle()
    world.deactivate(ada)  # the push asserts its 200
    world.settle()
    world.look_at(ada)
    assert world.places(ADA) == {"research": "admin"}
    assert world.account(ADA) == ("user", "active")
    assert "last administrator of research" in world.parked()[ADA]
    assert audited(world, "revoke") == ["untouchable"]


def test_lesson_32_with_another_administrator_there_the_leaver_goes(world: World) -> None:
    ada = world.user(ADA)
    world.group("Research Admins", ada)
    world.settle()
    world.deactivate(ada)
    world.settle()
    world.store().add_member(ROOT, "research", "admin")
    world.retry()
    world.settle()
    assert world.account(ADA) is None
    assert world.slate() == []


def test_lesson_32_of_two_who_leave_together_one_stays(world: World) -> None:
    ada, grace = world.user(ADA), world.user(GRACE)
    world.group("Research Admins", ada, grace)
    world.settle()
    world.deactivate(ada)
    world.deactivate(grace)
    world.settle()
    left = [email for email in (ADA, GRACE) if world.places(email)]
    assert len(left) == 1
    assert list(world.parked()) == left


def test_lesson_32_the_last_owner_is_neither_demoted_nor_removed(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.group("Owners", ada)
    world.settle()
    assert world.account(ADA) == ("owner", "active")
    world.remove("Owners", ada)
    world.settle()
    assert world.account(ADA) == ("owner", "active")
    assert "last administrator of the organization" in world.parked()[ADA]
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) == ("owner", "active")
    assert world.places(ADA) == {}  # what makes nobody an administrator goes


def test_lesson_32_a_last_administrator_made_by_hand_is_not_removed_with_the_account(world: World) -> None:
    """Ada lost her last group; the place that she administers by hand has nobody else."""
    ada = world.join(ADA, "Research")
    world.settle()
    world.store().add_member(ADA, "production", "admin")
    world.remove("Research", ada)
    world.settle()
    assert world.account(ADA) == ("user", "active")
    assert world.places(ADA) == {"production": "admin"}
    assert "last administrator" in world.parked()[ADA]


def test_lesson_32_suspending_takes_administration_too(make_world: MakeWorld) -> None:
    world = make_world(offboarding={"account": "suspend"})
    ada = world.user(ADA)
    world.group("Research Admins", ada)
    world.settle()
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) == ("user", "active")
    assert "last administrator" in world.parked()[ADA]


def test_lesson_32_a_suspended_administrator_is_none(world: World) -> None:
    world.store().add_member(ROOT, "research", "admin")
    with world.store()._hands() as db:
        db.execute("UPDATE account SET state = 'suspended' WHERE email = ?", (ROOT,))
    ada = world.user(ADA)
    world.group("Research Admins", ada)
    world.settle()
    world.deactivate(ada)
    world.settle()
    assert world.places(ADA) == {"research": "admin"}


@pytest.mark.parametrize("name", [ADA, "ADA@Example.com", "id"])
def test_lesson_32_a_protected_account_is_never_changed(make_world: MakeWorld, name: str) -> None:
    world = make_world(accounts={"role": "user", "existing": "adopt"})
    account_id = world.store().add_member(ADA, "research", "member")
    world.write(sandbox=mapping(accounts={"role": "user", "existing": "adopt"}, protect=[account_id if name == "id" else name]))
    ada = world.join(ADA, "Research")
    world.settle()
    state = world.store().show()
    world.deactivate(ada)
    world.settle()
    world.delete(ada)
    world.settle()
    assert world.store().show() == state
    assert "protected" in world.parked()[ADA]
    parked = world.audit("work.parked")
    assert [(each.outcome, each.subject) for each in parked] == [("parked", ADA)]
    assert "protected" in (parked[0].detail or "")


def test_a_protected_address_is_not_even_invited(make_world: MakeWorld) -> None:
    world = make_world(protect=[ADA])
    world.join(ADA, "Research")
    world.join(GRACE, "Research")
    world.settle()
    assert world.invitations(ADA) == []
    assert world.places(GRACE) == {"research": "member"}


def test_lesson_32_an_untouchable_account_parks_and_loses_its_keys_alone(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    key = world.store().add_key(ADA, "research")
    world.store().lock(ADA)
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) == ("user", "active")
    assert world.places(ADA) == {"research": "member"}
    assert world.key(key) == "inactive"
    assert "locked by hand" in world.parked()[ADA]


def test_administrative_changes_of_one_platform_are_made_by_one_process_at_a_time(world: World) -> None:
    ada, grace = world.user(ADA), world.join(GRACE, "Research")
    world.group("Research Admins", ada)
    world.store().add_member(ROOT, "research", "admin")
    world.settle()
    with world.database.writing() as connection:
        turn = turns.take_turn(connection, "sandbox", "administrators", now=utc_now())
    assert turn is not None
    world.deactivate(ada)
    world.deactivate(grace)
    world.settle()
    assert world.places(ADA) == {"research": "admin"}  # somebody else has the turn
    assert world.account(GRACE) is None  # who administers nothing does not wait
    assert [item.state for item in world.slate()] == ["delayed"]
    with world.database.writing() as connection:
        turns.end_turn(connection, turn)
    world.later()
    world.settle()
    assert world.account(ADA) is None


class TurnStolen(Wrapped):
    """While the process was stopped, its turn ran out and another took it."""

    world: World

    def observe(self, inquiries: object, **asked: object) -> object:  # type: ignore[override]
        found = super().observe(inquiries, **asked)  # type: ignore[arg-type]
        if asked.get("administrators_of"):
            with self.world.database.writing() as connection:
                late = utc_now() + timedelta(minutes=5)
                assert turns.take_turn(connection, "sandbox", "administrators", now=late) is not None
        return found


def test_a_turn_that_ran_out_stops_the_next_administrative_change(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, TurnStolen)
    platform.world = world
    ada, grace = world.user(ADA), world.user(GRACE)
    world.group("Research Admins", ada, grace)
    world.store().add_member(ROOT, "research", "admin")
    world.settle()
    world.deactivate(ada)
    world.deactivate(grace)
    world.settle()
    assert [email for email in (ADA, GRACE) if world.account(email)] == [GRACE]
    assert world.places(GRACE) == {"research": "admin"}
    assert [item.state for item in world.slate()] == ["delayed"]
