"""Keys in a whole bridge: the fate of each kind, exceptions, and what a named human asks for, carried out once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from scim_bridge.access.change import Change, Outcome
from scim_bridge.access.errors import Refused
from scim_bridge.access.observed import Credential
from scim_bridge.errors import BridgeError
from scim_bridge.ledger import credentials, key_requests
from scim_bridge.ledger.credentials import SeenKey
from scim_bridge.ledger.key_requests import Action
from scim_bridge.reconcile.inventory import take_inventory
from scim_bridge.reconcile.key_asking import KeyPlan, ask, plan_key, work_on
from scim_bridge.reconcile.views.offboarding import offboarding
from scim_bridge.reconcile.views.orphans import orphans
from tests.reconcile.conftest import MakeWorld, wrapped_world
from tests.reconcile.test_crash import Mortal, commits, die_at, survive
from tests.world import World, Wrapped, mapping

ADA, GRACE = "ada@example.com", "grace@example.com"
FAR, OVER = "2999-12-31", "2001-01-31"


def inventory(world: World) -> None:
    platform = world.house.platforms.platform("sandbox")
    assert platform is not None
    take_inventory(world.database, platform)


def hired(world: World, *names: str) -> list[str]:
    users = [world.join(name, "Research") for name in names or (ADA,)]
    world.settle()
    return users


def keep(key_id: str, until: str = FAR, **fates: str) -> dict[str, Any]:
    return {"keys": {**fates, "keep": [{"id": key_id, "reason": "nightly batch", "until": until}]}}


def except_key(world: World, key_id: str, until: str = FAR, **fates: str) -> None:
    assert world.write(sandbox=mapping(offboarding=keep(key_id, until, **fates))).errors == ()
    world.settle()


def plan(world: World, action: Action, key_id: str) -> KeyPlan:
    return plan_key(world.database, world.house.platforms, action, "sandbox", key_id)


def asked(world: World, action: Action, key_id: str, by: str = "Grace") -> KeyPlan:
    """Somebody asks; the hand has not begun."""
    inventory(world)
    found = plan(world, action, key_id)
    assert found.refusal is None
    ask(world.database, found, by)
    return found


def seen(world: World, key_id: str) -> SeenKey:
    with world.database.reading() as connection:
        (found,) = credentials.keys(connection, platform="sandbox", key_id=key_id)
    return found


def requested(world: World, key_id: str) -> bool:
    with world.database.reading() as connection:
        return key_requests.find(connection, "sandbox", key_id) is not None


def story(world: World, *actions: str) -> list[tuple[str, str, str]]:
    return [(each.action, each.initiator, each.outcome) for each in world.audit(*actions, platform="sandbox")]


# lesson 40


@pytest.mark.parametrize("fate", ["withdraw", "delete", "keep", "report"])
def test_lesson_40_the_keys_of_a_service_account_follow_the_configured_fate(make_world: MakeWorld, fate: str) -> None:
    world = make_world(offboarding={"keys": {"shared": fate}})
    (ada,) = hired(world)
    robot = world.store().add_key(ADA, "research", service_account="nightly")
    inventory(world)
    world.deactivate(ada)
    world.settle()
    assert world.key(robot) == {"withdraw": "inactive", "delete": None}.get(fate, "active")
    taken = [each.after for each in world.audit("withdraw_key") if each.outcome == "done"]
    assert taken == ([{"object": robot}] if fate in {"withdraw", "delete"} else [])


def test_lesson_40_a_key_goes_by_who_owns_it_and_not_by_any_name(world: World) -> None:
    """Two people whose addresses differ in a letter; one key each, and one that nobody owns."""
    ada, _ = hired(world, ADA, "adam@example.com")
    hers, his = world.store().add_key(ADA, "research"), world.store().add_key("adam@example.com", "research")
    nobodys = world.store().add_shared_key("research")
    world.deactivate(ada)
    world.settle()
    assert [world.key(each) for each in (hers, his, nobodys)] == ["inactive", "active", "active"]


def test_lesson_40_a_shared_key_that_stays_is_never_silent(world: World) -> None:
    (ada,) = hired(world)
    shared = world.store().add_key(ADA, "research", shared=True)
    inventory(world)
    world.deactivate(ada)
    world.settle()
    assert world.key(shared) == "active"
    (left,) = offboarding(world.database, world.house.platforms, world_person(world, ADA)).remaining
    assert (left.object, left.why, left.kept) == (shared, "kept by policy", True)
    (orphan,) = orphans(world.database, world.house.platforms)
    assert (orphan.key.id, orphan.why) == (shared, f"was made by {ADA}, who has left")


def world_person(world: World, name: str) -> Any:
    from scim_bridge.directory import persons

    with world.database.reading() as connection:
        return persons.find(connection, name)[0]


# exceptions


@pytest.mark.parametrize("until", [FAR, OVER], ids=["running", "over"])
def test_an_excepted_key_outlives_its_person_also_after_its_last_day(make_world: MakeWorld, until: str) -> None:
    world = make_world()
    (ada,) = hired(world)
    kept, other = world.store().add_key(ADA, "research"), world.store().add_key(ADA, "research")
    except_key(world, kept, until)
    world.deactivate(ada)
    world.settle()
    assert [world.key(each) for each in (kept, other)] == ["active", "inactive"]
    assert world.account(ADA) is None
    assert world.slate() == []


def test_what_remains_says_the_exception_and_when_it_is_over_that_somebody_decides(make_world: MakeWorld) -> None:
    world = make_world()
    (ada,) = hired(world)
    kept = world.store().add_key(ADA, "research")
    except_key(world, kept)
    inventory(world)
    world.deactivate(ada)
    world.settle()
    found = offboarding(world.database, world.house.platforms, world_person(world, ADA))
    assert [(each.object, each.why) for each in found.remaining] == [(kept, f"kept by an exception until {FAR}, nightly batch")]
    assert found.state == "done"
    except_key(world, kept, OVER)
    (left,) = offboarding(world.database, world.house.platforms, world_person(world, ADA)).remaining
    assert left.why.startswith(f"the exception ended on {OVER}, decide")


def test_an_exception_is_the_answer_for_a_key_until_its_last_day(make_world: MakeWorld) -> None:
    world = make_world()
    (ada,) = hired(world)
    kept = world.store().add_key(ADA, "research")
    except_key(world, kept)
    inventory(world)
    world.deactivate(ada)
    world.settle()
    assert orphans(world.database, world.house.platforms) == []
    except_key(world, kept, OVER)
    (orphan,) = orphans(world.database, world.house.platforms)
    assert (orphan.key.id, orphan.why) == (kept, f"its exception ended on {OVER} (nightly batch)")
    assert "keys withdraw" in orphan.what_to_do


def test_taking_the_entry_away_lets_the_key_follow_its_fate(make_world: MakeWorld) -> None:
    world = make_world()
    (ada,) = hired(world)
    kept = world.store().add_key(ADA, "research")
    except_key(world, kept)
    world.deactivate(ada)
    world.settle()
    assert world.write(sandbox=mapping()).errors == ()
    world.settle()
    assert world.key(kept) == "inactive"


def test_the_worker_warns_of_ended_exceptions_once_a_day(make_world: MakeWorld) -> None:
    world = make_world(offboarding=keep("key_x", OVER))
    structlog.reset_defaults()
    with capture_logs() as logs:
        for _ in range(3):
            world.house.sweep.look()
    warned = [each for each in logs if each["event"] == "key exception ended"]
    assert [(each["platform"], each["key"], each["ended"], each["log_level"]) for each in warned] == [
        ("sandbox", "key_x", OVER, "warning")
    ]


def test_the_worker_says_nothing_of_exceptions_that_run(make_world: MakeWorld) -> None:
    world = make_world(offboarding=keep("key_x"))
    structlog.reset_defaults()
    with capture_logs() as logs:
        world.house.sweep.look()
    assert [each for each in logs if each["event"] == "key exception ended"] == []


# orphans


def test_orphans_are_the_usable_keys_that_nobody_living_answers_for(make_world: MakeWorld) -> None:
    world = make_world(offboarding={"keys": {"personal": "report"}}, protect=["root@example.com"])
    ada, _ = hired(world, ADA, GRACE)
    store = world.store()
    for name in ("stranger@example.com", "root@example.com"):
        store.add_account(name)
    fine = [
        store.add_key(GRACE, "research"),
        store.add_key(GRACE, "research", shared=True),
        store.add_shared_key("research", service_account="nightly"),
        store.add_key("stranger@example.com", "research", shared=True),
        store.add_key("root@example.com", "research"),
    ]
    lost = {
        store.add_key(ADA, "research"): f"belongs to {ADA}, who has left",
        store.add_key(ADA, "research", shared=True): f"was made by {ADA}, who has left",
        store.add_key(ADA, "research", service_account="nightly"): f"was made by {ADA}, who has left",
        store.add_key("stranger@example.com", "research"): "its owner stranger@example.com is nobody the bridge knows",
        store.add_shared_key("research"): "the platform names nobody who made it",
    }
    blocked = store.add_key("stranger@example.com", "research")
    store.block_key(blocked)
    inventory(world)
    world.deactivate(ada)
    world.settle()
    found = {each.key.id: each.why for each in orphans(world.database, world.house.platforms)}
    assert found == lost
    assert not found.keys() & {*fine, blocked}
    assert orphans(world.database, world.house.platforms, platform="other") == []


# asked for by name


def test_a_key_of_somebody_who_stays_is_withdrawn_in_the_name_of_who_asked(world: World) -> None:
    hired(world)
    key, other = world.store().add_key(ADA, "research"), world.store().add_key(ADA, "research")
    asked(world, "withdraw_key", key)
    (item,) = world.slate()
    assert (item.key.kind, item.key.subject, item.state) == ("key", key, "due")
    world.settle()
    assert [world.key(each) for each in (key, other)] == ["inactive", "active"]
    assert world.places(ADA) == {"research": "member"}
    assert story(world, "key.requested", "withdraw_key") == [("key.requested", "Grace", "done"), ("withdraw_key", "Grace", "done")]
    (done,) = world.audit("withdraw_key")
    assert (done.subject, done.after, done.place, done.detail) == (ADA, {"object": key}, "research", "key set inactive")
    assert (seen(world, key).usable, seen(world, key).withdrawn_how) == (False, "withdraw")
    assert (requested(world, key), world.slate()) == (False, [])
    world.look_at()
    assert world.key(key) == "inactive"


def test_a_key_that_the_bridge_withdrew_is_given_back_in_the_name_of_who_asked(world: World) -> None:
    hired(world)
    key = world.store().add_key(ADA, "research")
    asked(world, "withdraw_key", key)
    world.settle()
    asked(world, "restore_key", key, by="Linus")
    world.settle()
    assert world.key(key) == "active"
    assert story(world, "restore_key") == [("restore_key", "Linus", "done")]
    assert (seen(world, key).usable, seen(world, key).withdrawn_at) == (True, None)


def test_lesson_42_only_what_the_bridge_withdrew_is_restored(world: World) -> None:
    hired(world)
    by_hand, twice = world.store().add_key(ADA, "research"), world.store().add_key(ADA, "research")
    world.store().block_key(by_hand)
    asked(world, "withdraw_key", twice)
    world.settle()
    world.store().unblock_key(twice)
    inventory(world)
    world.store().block_key(twice)
    inventory(world)
    for key in (by_hand, twice):
        assert "did not withdraw" in (plan(world, "restore_key", key).refusal or "")


def test_lesson_42_a_key_that_was_blocked_by_hand_before_the_call_is_not_ours_to_restore(world: World) -> None:
    hired(world)
    key = world.store().add_key(ADA, "research")
    asked(world, "withdraw_key", key)
    world.store().block_key(key)
    world.settle()
    assert story(world, "withdraw_key") == [("withdraw_key", "Grace", "done")]
    assert "did not withdraw" in (plan(world, "restore_key", key).refusal or "")


def test_a_deleted_key_an_expired_one_and_one_that_is_gone_are_not_restored(make_world: MakeWorld) -> None:
    world = make_world(offboarding={"keys": {"personal": "delete"}})
    ada, _ = hired(world, ADA, GRACE)
    deleted = world.store().add_key(ADA, "research")
    expiring = world.store().add_key(GRACE, "research", expires_at=datetime.now(UTC) + timedelta(hours=1))
    world.deactivate(ada)
    world.settle()
    asked(world, "withdraw_key", expiring)
    world.settle()
    assert "deleted" in (plan(world, "restore_key", deleted).refusal or "")
    with world.database.writing() as connection:
        connection.exec_driver_sql("UPDATE credential SET expires_at = 1")
    assert "ran out on" in (plan(world, "restore_key", expiring).refusal or "")


def test_an_excepted_key_is_withdrawn_when_somebody_asks_for_it_and_the_plan_says_so(make_world: MakeWorld) -> None:
    world = make_world()
    hired(world)
    key = world.store().add_key(ADA, "research", shared=True)
    except_key(world, key)
    found = asked(world, "withdraw_key", key)
    assert any("kept by an exception until" in note for note in found.notes)
    world.settle()
    assert world.key(key) == "inactive"


def test_a_protected_principals_key_is_not_taken_whoever_asks(make_world: MakeWorld) -> None:
    world = make_world()
    hired(world)
    key = world.store().add_key(ADA, "research")
    inventory(world)
    assert world.write(sandbox=mapping(protect=[ADA])).errors == ()
    found = plan(world, "withdraw_key", key)
    assert found.protected
    assert "protected by the mapping file" in (found.refusal or "")


class Own(Wrapped):
    """Every key is the one the bridge works with."""

    def credentials(self) -> tuple[Credential, ...]:
        from dataclasses import replace

        return tuple(replace(each, ours="It is the key of this connection.") for each in super().credentials())


def test_the_bridges_own_key_is_not_taken_whoever_asks_and_says_so(make_world: MakeWorld) -> None:
    world, _ = wrapped_world(make_world, Own)
    hired(world)
    key = world.store().add_key(ADA, "research")
    inventory(world)
    refusal = plan(world, "withdraw_key", key).refusal or ""
    assert "bridge itself works with this key" in refusal
    assert "key of this connection" in refusal


def test_what_became_protected_after_it_was_asked_for_parks_with_the_sentence(make_world: MakeWorld) -> None:
    world = make_world()
    hired(world)
    key = world.store().add_key(ADA, "research")
    asked(world, "withdraw_key", key)
    assert world.write(sandbox=mapping(protect=[ADA])).errors == ()
    world.settle()
    assert world.key(key) == "active"
    (item,) = world.slate()
    assert item.state == "parked"
    assert "protected by the mapping file" in (item.reason or "")
    assert story(world, "withdraw_key") == [("withdraw_key", "Grace", "untouchable")]


class Refusing(Wrapped):
    """The platform says no to keys, while `why` is set."""

    why: str | None = "Keys of this place are frozen: ask its owner."

    def apply(self, change: Change) -> Outcome:
        if self.why is not None and change.kind in {"withdraw_key", "restore_key"}:
            raise Refused(self.why)
        return super().apply(change)


def test_a_refusal_parks_and_a_retry_ends_it_once_the_reason_is_gone(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, Refusing)
    hired(world)
    key = world.store().add_key(ADA, "research")
    asked(world, "withdraw_key", key)
    world.settle()
    (item,) = world.slate()
    assert (item.key.subject, item.state, item.reason) == (key, "parked", Refusing.why)
    platform.why = None
    assert world.retry() == 1
    world.settle()
    assert (world.key(key), world.slate()) == ("inactive", [])
    assert story(world, "withdraw_key") == [("withdraw_key", "Grace", "refused"), ("withdraw_key", "Grace", "done")]
    asked(world, "restore_key", key)
    world.settle()
    assert world.key(key) == "active"


def test_a_parked_request_is_overtaken_by_the_opposite_one(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, Refusing)
    hired(world)
    key = world.store().add_key(ADA, "research")
    asked(world, "withdraw_key", key)
    world.settle()
    platform.why = None
    asked(world, "restore_key", key, by="Linus")
    world.settle()
    assert (world.key(key), world.slate(), requested(world, key)) == ("active", [], False)


def test_a_platform_that_is_down_delays_it_and_nobody_is_asked_twice(world: World) -> None:
    hired(world)
    key = world.store().add_key(ADA, "research")
    asked(world, "withdraw_key", key)
    world.store().set_fault("down")
    world.settle()
    assert [item.state for item in world.slate()] == ["delayed"]
    world.store().clear_faults()
    world.settle_at_last()
    assert world.key(key) == "inactive"
    assert story(world, "withdraw_key") == [("withdraw_key", "Grace", "done")]


@pytest.mark.parametrize("only", ["deactivate_key", "list_keys"], ids=["the call", "the reading back"])
def test_a_passing_error_is_tried_again(world: World, only: str) -> None:
    hired(world)
    key = world.store().add_key(ADA, "research")
    asked(world, "withdraw_key", key)
    world.store().set_fault("fail", 1, only=only)
    world.settle_at_last()
    assert (world.key(key), seen(world, key).withdrawn_how) == ("inactive", "withdraw")
    assert story(world, "withdraw_key") == [("withdraw_key", "Grace", "done")]


def test_a_lost_answer_is_found_done_and_known_as_ours(world: World) -> None:
    hired(world)
    key = world.store().add_key(ADA, "research")
    asked(world, "withdraw_key", key)
    world.store().set_fault("lose-answer", 1, only="deactivate_key")
    world.settle_at_last()
    assert story(world, "withdraw_key") == [("withdraw_key", "Grace", "done")]
    assert plan(world, "restore_key", key).refusal is None


class Lying(Wrapped):
    """Says that a key was set inactive, and leaves it, so many times."""

    lies = 1

    def apply(self, change: Change) -> Outcome:
        if change.kind == "withdraw_key" and self.lies:
            self.lies -= 1
            return Outcome("key set inactive")
        return super().apply(change)


def test_a_key_that_still_opens_after_the_platform_said_it_was_done_is_tried_again(make_world: MakeWorld) -> None:
    world, _ = wrapped_world(make_world, Lying)
    hired(world)
    key = world.store().add_key(ADA, "research")
    asked(world, "withdraw_key", key)
    world.settle()
    (item,) = world.slate()
    assert item.state == "delayed"
    assert "still opens something" in (item.reason or "")
    world.settle_at_last()
    assert world.key(key) == "inactive"


@pytest.mark.parametrize("action", ["withdraw_key", "restore_key"])
@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_death_around_the_call_ends_it_once(make_world: MakeWorld, action: Action, after: bool) -> None:
    world, mortal = wrapped_world(make_world, Mortal)
    hired(world)
    key = world.store().add_key(ADA, "research")
    if action == "restore_key":
        asked(world, "withdraw_key", key)
        world.settle()
    asked(world, action, key)
    mortal.countdown, mortal.after = 1, after
    assert survive(world)
    world.settle_at_last()
    assert world.key(key) == {"withdraw_key": "inactive", "restore_key": "active"}[action]
    assert story(world, action) == [(action, "Grace", "done")]
    assert (requested(world, key), world.slate()) == (False, [])
    assert plan(world, "restore_key", key).refusal is None


@pytest.mark.parametrize("after", [False, True], ids=["commit", "begin"])
def test_death_between_any_two_transactions_ends_it_once(make_world: MakeWorld, after: bool) -> None:
    probe, _ = wrapped_world(make_world, Mortal)
    hired(probe)
    asked(probe, "withdraw_key", probe.store().add_key(ADA, "research"))
    steps = commits(probe, probe.settle)
    world, _ = wrapped_world(make_world, Mortal)
    hired(world)
    for number in range(1, steps + 1):
        key = world.store().add_key(ADA, "research")
        asked(world, "withdraw_key", key)
        assert die_at(world, number, after=after) or after
        world.settle_at_last()
        assert (world.key(key), seen(world, key).withdrawn_how) == ("inactive", "withdraw"), number
        done = [each for each in world.audit("withdraw_key") if each.after == {"object": key}]
        assert len(done) == 1, number
    assert world.slate() == []


def test_mode_plan_writes_nothing_and_says_so(make_world: MakeWorld) -> None:
    world = make_world(mode="plan")
    world.store().add_account(ADA)
    key = world.store().add_key(ADA, "research")
    inventory(world)
    assert "mode plan" in (plan(world, "withdraw_key", key).refusal or "")


def test_what_was_asked_for_before_the_mode_became_plan_waits_and_says_so(make_world: MakeWorld) -> None:
    world = make_world()
    hired(world)
    key = world.store().add_key(ADA, "research")
    asked(world, "withdraw_key", key)
    assert world.write(sandbox=mapping(mode="plan")).errors == ()
    world.settle()
    assert world.key(key) == "active"
    (item,) = world.slate()
    assert (item.state, "mode plan" in (item.reason or "")) == ("parked", True)
    assert world.write(sandbox=mapping()).errors == ()
    world.retry()
    world.settle()
    assert world.key(key) == "inactive"


def test_a_platform_without_a_file_is_refused(make_world: MakeWorld) -> None:
    world = make_world()
    hired(world)
    key = world.store().add_key(ADA, "research")
    inventory(world)
    world.write(sandbox=None)
    with pytest.raises(BridgeError, match="No mapping file in force"):
        plan(world, "withdraw_key", key)


def test_the_digest_moves_with_what_a_person_decides_by(make_world: MakeWorld) -> None:
    world = make_world()
    (ada,) = hired(world)
    key, other = world.store().add_key(ADA, "research", shared=True), world.store().add_key(ADA, "research", shared=True)
    inventory(world)
    first = plan(world, "withdraw_key", key).digest
    assert plan(world, "withdraw_key", key).digest == first
    assert plan(world, "withdraw_key", other).digest != first
    except_key(world, key)
    second = plan(world, "withdraw_key", key).digest
    world.deactivate(ada)
    world.settle()
    third = plan(world, "withdraw_key", key).digest
    assert len({first, second, third}) == 3


def test_it_is_worked_on_until_it_is_done_and_nothing_else_is(world: World) -> None:
    hired(world)
    key = world.store().add_key(ADA, "research")
    inventory(world)
    world.join(GRACE, "Research")
    found = plan(world, "withdraw_key", key)
    done = work_on(world.database, world.house.hand, found, since=ask(world.database, found, "Grace"))
    assert (done.done, done.answer, world.key(key)) == (True, "key set inactive", "inactive")
    assert world.account(GRACE) is None
    assert [item.key.kind for item in world.slate()] == ["person"]
