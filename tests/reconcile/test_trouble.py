"""Platforms that fail, limit, lie or cannot be made: everybody else goes on, and nothing is forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from scim_bridge import wiring
from scim_bridge.access.change import Change, Outcome
from scim_bridge.access.connector import Connector, Surroundings
from scim_bridge.access.errors import NotPermitted, Refused, Transient
from scim_bridge.access.observed import Inquiry, Observation
from scim_bridge.connectors.sandbox import SANDBOX
from scim_bridge.db import utc_now
from scim_bridge.work import pace
from tests.reconcile.conftest import MakeWorld, wrapped_world
from tests.world import World, Wrapped, counted, mapping

ADA, GRACE = "ada@example.com", "grace@example.com"


def two(**right: Any) -> dict[str, str]:
    return {
        "left": mapping(connection={"path": "left.db"}),
        "right": mapping(connection={"path": "right.db"}, **right),
    }


def quiet_for(world: World, platform: str = "sandbox") -> float:
    """Seconds the platform is left alone for."""
    with world.database.reading() as connection:
        return pace.quiet_until(connection, platform) - utc_now().timestamp()


def test_lesson_23_a_failing_platform_never_makes_the_push_wait_and_is_tried_again(world: World) -> None:
    world.store().set_fault("fail", 2, only="apply")
    world.join(ADA, "Research")  # the push is answered at once, whatever the platform does
    world.settle()
    (item,) = world.slate()
    assert (item.state, item.attempts) == ("delayed", 1)
    assert "passing error" in (item.reason or "")
    assert timedelta() < item.due_at - utc_now() < timedelta(seconds=3)
    world.later()
    world.settle()
    assert world.slate()[0].attempts == 2
    world.later()
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    assert world.slate() == []


def test_lesson_23_retry_after_is_honoured_for_everybody(world: World) -> None:
    world.store().set_fault("rate-limit", 30, only="apply")
    world.join(ADA, "Research")
    world.join(GRACE, "Research")
    world.settle()
    assert 25 < quiet_for(world) <= 30
    assert world.calls().count("invite") == 1  # the second person is not tried
    before = len(world.calls())
    world.join("late@example.com", "Research")
    world.settle()
    assert len(world.calls()) == before  # nor anybody who comes meanwhile
    assert all(item.attempts == 0 for item in world.slate())
    world.store().clear_faults()
    world.later()
    world.settle()
    assert len(world.store().show()["memberships"]) == 3


def test_an_outage_counts_nobodys_attempts_and_ends_by_itself(world: World) -> None:
    world.store().set_fault("down")
    world.join(ADA, "Research")
    for _ in range(20):
        world.settle()
        world.later()
    (item,) = world.slate()
    assert item.attempts == 0
    assert item.state != "parked"
    world.store().clear_faults()
    world.settle()
    assert world.places(ADA) == {"research": "member"}


def test_an_outage_backs_off(world: World) -> None:
    world.store().set_fault("down")
    world.join(ADA, "Research")
    waits = []
    for _ in range(8):
        world.settle()
        waits.append(quiet_for(world))
        world.later()
    assert waits[0] < 2
    assert 20 < waits[-1] < 90


def test_a_platform_that_answers_some_requests_is_asked_again_soon(world: World) -> None:
    """Nobody's look comes to its end, and still it is up: whoever leaves does not wait for it as for one that is down."""
    world.store().set_fault("down", only="list_accounts")
    world.join(ADA, "Research")
    for _ in range(8):
        world.settle()
        assert 0 < quiet_for(world) < 3
        assert [item.attempts for item in world.slate()] == [0]
        world.later()
    world.store().clear_faults()
    world.store().set_fault("down")  # now it is down
    waits = []
    for _ in range(6):
        world.settle()
        waits.append(quiet_for(world))
        world.later()
    assert waits[-1] > 20


@pytest.mark.parametrize("kind", ["down", "fail"])
def test_a_platform_that_answers_nothing_is_asked_ever_more_seldom(world: World, kind: str) -> None:
    world.store().set_fault(kind, 1000 if kind == "fail" else None)
    world.join_many(5, "Research")
    before = len(world.calls())
    for _ in range(6):
        world.settle()
        world.later()
    world.settle()
    assert quiet_for(world) > 20
    assert len(world.calls()) - before <= 7  # one request each time


def test_what_came_to_its_end_before_an_outage_is_let_go_and_the_others_wait(make_world: MakeWorld) -> None:
    class Going(Wrapped):
        """Answers about people one by one only, and after the first about nobody."""

        answered: tuple[str, ...] = ()

        def observe(self, inquiries: Any, **asked: Any) -> Observation:
            names = {each.email for each in inquiries}
            if len(names) > 1:
                raise Transient("The platform answered with a 500.")
            if names - {*self.answered[:1]} and self.answered:
                raise Transient("The platform is unavailable.", everybody=True)
            self.answered = (*self.answered, *names)
            return super().observe(inquiries, **asked)

    world, platform = wrapped_world(make_world, Going)
    world.join_many(4, "Research")
    world.settle()
    (first,) = set(platform.answered)
    assert world.places(first) == {"research": "member"}
    assert [(item.attempts, item.state) for item in world.slate()] == [(0, "delayed")] * 3
    assert 0 < quiet_for(world) < 2


class Poisoned(Wrapped):
    """Fails whenever one person is asked about or touched."""

    victim = ADA
    error: Exception = Transient("The platform answered with a 500.")

    def observe(
        self, inquiries: Sequence[Inquiry], *, administrators_of: frozenset[str | None] = frozenset()
    ) -> Observation:
        if any(inquiry.email == self.victim for inquiry in inquiries):
            raise self.error
        return super().observe(inquiries, administrators_of=administrators_of)


class PoisonedDeed(Wrapped):
    victim = ADA
    error: Exception = KeyError("not in the answer")

    def apply(self, change: Change) -> Outcome:
        if change.principal.name == self.victim:
            raise self.error
        return super().apply(change)


@pytest.mark.parametrize(
    "error", [Transient("The platform answered with a 500."), Refused("No."), KeyError("a bug")], ids=["500", "no", "bug"]
)
def test_lesson_25_one_poison_person_never_blocks_the_others(make_world: MakeWorld, error: Exception) -> None:
    world, platform = wrapped_world(make_world, Poisoned)
    platform.error = error
    ada = world.user(ADA)
    others = [world.user(f"p{number}@example.com") for number in range(5)]
    world.group("Research", ada, *others)
    world.settle()
    assert len(world.store().show()["memberships"]) == 5
    assert [item.state for item in world.slate()] == ["delayed"]
    world.settle_at_last()
    assert list(world.parked()) == [ADA]
    assert "12 tries" in world.parked()[ADA]
    assert "look at the platform, then retry" in world.parked()[ADA]


@pytest.mark.parametrize("error", [Transient("Not now."), KeyError("a bug")], ids=["transient", "bug"])
def test_lesson_25_a_person_whose_change_always_fails_parks_after_so_many_tries(
    make_world: MakeWorld, error: Exception
) -> None:
    world, platform = wrapped_world(make_world, PoisonedDeed)
    platform.error = error
    world.join(ADA, "Research")
    world.join(GRACE, "Research")
    world.settle()
    assert world.places(GRACE) == {"research": "member"}
    world.settle_at_last()
    assert list(world.parked()) == [ADA]
    platform.victim = "nobody"
    assert world.retry() == 1
    world.settle()
    assert world.places(ADA) == {"research": "member"}


def test_a_platform_that_fails_for_everybody_is_an_outage_and_parks_nobody(make_world: MakeWorld) -> None:
    class Failing(Wrapped):
        def observe(self, inquiries: Any, **asked: Any) -> Observation:
            raise Transient("The platform answered with a 500.")

    world, _ = wrapped_world(make_world, Failing)
    world.join_many(5, "Research")
    for _ in range(20):
        world.settle()
        world.later()
    assert world.parked() == {}
    assert {item.attempts for item in world.slate()} == {0}


def test_lesson_25_a_failing_platform_never_blocks_another(make_world: MakeWorld) -> None:
    world = make_world(two())
    world.store("right").set_fault("reject")
    world.join(ADA, "Research")
    world.settle()
    assert world.places(ADA, "left") == {"research": "member"}
    (item,) = world.slate()
    assert item.key.platform == "right"
    assert "credential" in (item.reason or "")


def test_lesson_29_an_error_in_the_middle_of_reading_takes_nothing_away(world: World) -> None:
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    world.store().set_fault("fail", 1, only="list_memberships")
    before = world.writes()
    world.deactivate(ada)
    world.settle()
    assert world.writes() == before
    assert world.account(ADA) == ("user", "active")
    world.settle_at_last()
    assert world.account(ADA) is None


def test_an_unset_secret_stops_its_own_platform_alone(make_world: MakeWorld) -> None:
    claude = "version: 1\nconnector: anthropic\nconnection: {admin_api_key: '${CLAUDE_KEY}'}\naccounts: {role: user}\n"
    claude += "rules: [{name: r, when: {group: Research}, grant: [{place: research, role: workspace_user}]}]\nmode: apply\n"
    files = {"sandbox": mapping(), "claude": claude}
    world = make_world(files, world={"environment": {"CLAUDE_KEY": "sk-ant-admin01-made-up"}})
    del world.house.platforms.environment["CLAUDE_KEY"]  # type: ignore[attr-defined]
    world.join(ADA, "Research")
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    (item,) = world.slate()
    assert item.key.platform == "claude"
    assert "CLAUDE_KEY" in (item.reason or "")
    assert "made-up" not in (item.reason or "")


@pytest.mark.parametrize("error", [NotPermitted("That is no key."), RuntimeError("secret-text")], ids=["refusal", "bug"])
def test_a_connector_that_cannot_be_made_stops_its_own_platform_alone(make_world: MakeWorld, error: Exception) -> None:
    def make(connection: Mapping[str, Any], surroundings: Surroundings) -> Connector:
        if surroundings.platform == "right":
            raise error
        return SANDBOX.make(connection, surroundings)

    connectors = {**wiring.CONNECTORS, "sandbox": replace(SANDBOX, make=make)}
    world = make_world(two(), world={"connectors": connectors})
    world.join(ADA, "Research")
    world.settle()
    assert world.places(ADA, "left") == {"research": "member"}
    (item,) = world.slate()
    assert item.key.platform == "right"
    assert item.reason
    assert "secret-text" not in item.reason


def test_what_a_batch_had_done_before_an_outage_stays_done(world: World) -> None:
    """The platform goes down between two people of one batch."""
    world.join(ADA, "Research")
    world.settle()
    world.join(GRACE, "Research")
    world.store().set_fault("down", only="add_member")
    world.settle()
    world.store().clear_faults()
    world.later()
    world.settle()
    assert world.invitations(GRACE) == ["accepted"]
    assert world.places(GRACE) == {"research": "member"}
    assert counted(world.calls())["invite"] == 2


def test_a_removal_that_cannot_be_read_back_is_not_confirmed_until_it_can(make_world: MakeWorld) -> None:
    class Blind(Wrapped):
        blind = 0

        def apply(self, change: Change) -> Outcome:
            outcome = super().apply(change)
            self.blind = 1 if change.kind == "remove_account" else 0
            return outcome

        def observe(self, inquiries: Any, **asked: Any) -> Observation:
            if self.blind:
                self.blind -= 1
                raise Transient("Not now.")
            return super().observe(inquiries, **asked)

    world, _ = wrapped_world(make_world, Blind)
    ada = world.join(ADA, "Research")
    world.settle()
    world.deactivate(ada)
    world.settle()
    assert set(world.unconfirmed()) == {"revoke", "remove_account"}
    assert [item.state for item in world.slate()] == ["delayed"]
    world.later()
    world.settle()
    assert world.unconfirmed() == []
    assert world.did().count(("remove_account", ADA, None)) == 1
    assert world.standing(ADA).account is None


def test_the_first_failure_is_remembered_for_the_age_of_what_is_not_yet_revoked(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    world.deactivate(ada)
    world.store().set_fault("fail", 1000, only="apply")
    world.settle()
    first = world.slate()[0].first_failed_at
    assert isinstance(first, datetime)
    world.later()
    world.settle()
    assert world.slate()[0].first_failed_at == first
    world.store().clear_faults()
    world.later()
    world.settle()
    assert world.slate() == []
