"""The hand is killed at any step; whoever takes over ends where the rules say, once, with the whole story in the audit.

Death is an exception that nothing catches, raised in the middle of the real code. A test of its own kills real processes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import event

from scim_bridge.access.change import Change, Outcome
from scim_bridge.reconcile.review import Review
from tests.reconcile.conftest import MakeWorld, wrapped_world
from tests.world import World, Wrapped

ADA = "ada@example.com"


class Killed(BaseException):
    """As `kill -9`: no handler of the code runs to its end, and nothing is rolled forward."""


class Mortal(Wrapped):
    """Dies before or after its n-th call that changes something."""

    countdown: int | None = None
    after = False

    def apply(self, change: Change) -> Outcome:
        if self.countdown is not None:
            self.countdown -= 1
            if self.countdown == 0:
                self.countdown = None
                if self.after:
                    super().apply(change)
                raise Killed
        return super().apply(change)


def survive(world: World) -> bool:
    """Work until death or until nothing is due; then somebody else takes over, later. True when death came."""
    with suppress(Killed):
        world.settle()
        return False
    world.another_hand()
    world.later()
    return True


def story(world: World) -> Counter[tuple[str, str | None]]:
    return Counter((action, place) for action, _, place in world.did())


JOINED = Counter({("invite", None): 1, ("grant", "research"): 1, ("grant", "production"): 1})
LEFT = Counter({("withdraw_key", "research"): 1, ("revoke", "research"): 1, ("revoke", "production"): 1, ("remove_account", None): 1})


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_lesson_22_death_around_any_call_of_joining_doubles_nothing(make_world: MakeWorld, call: int, after: bool) -> None:
    world, mortal = wrapped_world(make_world, Mortal)
    world.join(ADA, "Research", "Production")
    mortal.countdown, mortal.after = call, after
    assert survive(world)
    world.settle_at_last()
    assert world.places(ADA) == {"research": "member", "production": "member"}
    assert world.invitations(ADA) == ["accepted"]
    assert story(world) == JOINED
    assert [each.provenance for each in world.standing(ADA).holdings] == ["created", "created"]
    assert world.open_intents() == 0
    assert world.slate() == []


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize("call", [1, 2, 3, 4])
def test_lesson_22_death_around_any_call_of_leaving_leaves_nothing(make_world: MakeWorld, call: int, after: bool) -> None:
    world, mortal = wrapped_world(make_world, Mortal)
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    key = world.store().add_key(ADA, "research")
    world.deactivate(ada)
    mortal.countdown, mortal.after = call, after
    assert survive(world)
    world.settle_at_last()
    assert (world.account(ADA), world.places(ADA), world.key(key)) == (None, {}, "inactive")
    assert story(world) == JOINED + LEFT
    assert world.unconfirmed() == []
    assert Counter(world.removals()) == Counter(kind for (kind, _), count in LEFT.items() for _ in range(count))
    assert world.open_intents() == 0
    world.reactivate(ada)
    world.settle()
    assert world.places(ADA) == {"research": "member", "production": "member"}


def commits(world: World, deed: Callable[[], object]) -> int:
    """How many transactions this takes."""
    count = 0

    def counted(*_: Any) -> None:
        nonlocal count
        count += 1

    event.listen(world.database.engine, "commit", counted)
    try:
        deed()
    finally:
        event.remove(world.database.engine, "commit", counted)
    return count


def die_at(world: World, number: int, *, after: bool) -> bool:
    """Work, and die at the n-th commit: before it, or just after it. True when death came."""
    left = number

    def strike(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    # `commit` fires before the database commits; what follows it next is the begin of another transaction.
    name = "begin" if after else "commit"
    event.listen(world.database.engine, name, strike)
    try:
        return survive(world)
    finally:
        event.remove(world.database.engine, name, strike)


@pytest.mark.parametrize("after", [False, True], ids=["commit", "begin"])
def test_lesson_22_death_between_any_two_transactions_ends_where_the_rules_say(make_world: MakeWorld, after: bool) -> None:
    """Somebody joins and leaves; at every single transaction of both, the hand dies once."""
    probe, _ = wrapped_world(make_world, Mortal)
    ada = probe.join(ADA, "Research", "Production")
    joining = commits(probe, probe.settle)
    probe.store().add_key(ADA, "research")
    probe.deactivate(ada)
    leaving = commits(probe, probe.settle)
    world, _ = wrapped_world(make_world, Mortal, brake={"floor": 500})
    step = 1 if after else 3  # dying before a commit is dying after the one before it, but for what is rolled back
    for number in range(1, max(joining, leaving) + 1, step):
        name = f"p{number}@example.com"
        user = world.join(name, "Research", "Production")
        died = die_at(world, number, after=after)
        assert died or number > joining
        world.settle_at_last()
        assert world.places(name) == {"research": "member", "production": "member"}, number
        assert world.invitations(name) == ["accepted"], number
        key = world.store().add_key(name, "research")
        world.deactivate(user)
        assert die_at(world, number, after=after) or number > leaving
        world.settle_at_last()
        assert (world.account(name), world.places(name), world.key(key)) == (None, {}, "inactive"), number
        done = Counter((action, place) for action, subject, place in world.did() if subject == name)
        assert done == JOINED + LEFT, number
    assert world.unconfirmed() == []
    assert world.open_intents() == 0
    assert world.slate() == []


@pytest.mark.parametrize("after", [False, True], ids=["commit", "begin"])
def test_lesson_22_death_at_any_transaction_of_a_weaker_role_writes_it_down_once_and_confirms_it(
    make_world: MakeWorld, after: bool
) -> None:
    rules = [
        {"name": "lead", "when": {"group": "Lead"}, "grant": [{"place": "research", "role": "admin", "allow_admin": True}]},
        {"name": "all", "when": {"group": "Research"}, "grant": [{"place": "research", "role": "member"}]},
    ]
    world, _ = wrapped_world(make_world, Mortal, rules=rules, brake={"floor": 500})
    world.join("root@example.com", "Lead")
    world.settle()
    number = 0
    died = True
    while died:
        number += 1
        name = f"p{number}@example.com"
        user = world.join(name, "Lead", "Research")
        world.settle()
        world.remove("Lead", user)
        died = die_at(world, number, after=after)
        world.settle_at_last()
        assert world.places(name) == {"research": "member"}, number
        done = Counter(action for action, subject, _ in world.did() if subject == name)
        assert done == Counter({"invite": 1, "grant": 1, "change_role": 1}), number
        assert world.unconfirmed() == [], number
    assert world.open_intents() == 0


def test_lesson_22_an_invitation_that_was_announced_and_never_sent_is_sent_once(make_world: MakeWorld) -> None:
    world, mortal = wrapped_world(make_world, Mortal, connection={"accept": "manual"})
    world.join(ADA, "Research")
    mortal.countdown = 1
    assert survive(world)
    world.settle_at_last()
    assert world.invitations(ADA) == ["pending"]
    assert story(world) == Counter({("invite", None): 1})


def test_lesson_24_a_deactivation_overtakes_a_grant_that_was_never_made(make_world: MakeWorld) -> None:
    world, mortal = wrapped_world(make_world, Mortal)
    ada = world.join(ADA, "Production")
    world.settle()
    world.join(ADA, "Research")
    mortal.countdown = 1
    assert survive(world)
    world.deactivate(ada)
    world.settle_at_last()
    assert world.account(ADA) is None
    assert ("grant", ADA, "research") not in world.did()
    assert world.open_intents() == 0


def test_lesson_24_a_deactivation_overtakes_grants_in_the_queue(world: World) -> None:
    ada = world.join(ADA, "Research", "Production")
    world.deactivate(ada)
    world.settle()
    assert set(world.calls()) <= {"list_places", "retrieve"}
    assert world.slate() == []


class Interrupting(Wrapped):
    """Something happens in the world just before the n-th call is made, after the hand made sure that it may."""

    act: Any = None

    def apply(self, change: Change) -> Outcome:
        outcome = super().apply(change)
        if self.act is not None:
            act, self.act = self.act, None
            act()
        return outcome


def test_lesson_24_a_deactivation_during_a_run_stops_it_before_the_next_call(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, Interrupting)
    ada = world.join(ADA, "Production")
    world.settle()
    world.remove("Production", ada)
    world.join(ADA, "Research")
    platform.act = lambda: world.deactivate(ada)
    world.join("grace@example.com", "Research")
    world.settle()
    assert world.account(ADA) is None
    assert ("grant", ADA, "research") not in world.did()
    assert world.places("grace@example.com") == {"research": "member"}


def test_a_wish_that_came_during_a_run_is_looked_at_once_more(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, Interrupting)
    ada = world.join(ADA, "Research")
    platform.act = lambda: world.join(ADA, "Production")
    world.settle()
    assert world.places(ADA) == {"research": "member", "production": "member"}
    assert world.slate() == []
    assert ada


def test_a_lost_lease_stops_a_run_before_its_next_call(make_world: MakeWorld) -> None:
    """Another process has the key: what this one has left to do, it leaves."""
    world, platform = wrapped_world(make_world, Interrupting)
    world.join(ADA, "Research", "Production")

    def lose() -> None:
        with world.database.writing() as connection:
            connection.exec_driver_sql("UPDATE work SET lease_token = 'somebody else'")

    platform.act = lose
    world.house.hand.step("sandbox")
    assert world.calls().count("add_member") == 0
    assert [item.state for item in world.slate()] == ["running"]
    world.later()
    world.settle()
    assert world.places(ADA) == {"research": "member", "production": "member"}
    assert world.invitations(ADA) == ["accepted"]


class Weighing(Review):
    """Something happens after the brake has weighed and before the batch reads the book."""

    act: Any = None

    def weigh(self, *weighed: Any, **more: Any) -> None:
        super().weigh(*weighed, **more)
        if self.act is not None:
            act, self.act = self.act, None
            act()


def test_a_group_that_is_emptied_after_the_weighing_is_weighed_before_anything_is_taken(make_world: MakeWorld) -> None:
    """People are claimed for something else; the bare removal comes between the brake and the batch."""
    world = make_world(brake={"floor": 2, "share": 0.1})
    users = world.join_many(8, "Research", "Lab")
    first = world.join("first@example.com", "Production")
    world.settle()
    world.remove("Lab", *users)  # which no rule speaks of
    world.deactivate(first)
    weighing = world.house.hand._review = Weighing(world.database)
    weighing.act = lambda: world.empty("Research")
    world.settle()
    assert len(world.held()) == 8
    assert all(world.places(f"p{number:03}@example.com") == {"research": "member"} for number in range(8))
    assert world.account("first@example.com") is None  # whoever leaves does not wait for the others
