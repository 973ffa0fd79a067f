"""Keys at OpenAI, taken away: of people, of service accounts, of administrators, and never the bridge's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scim_bridge.access.errors import Refused, Untouchable
from tests.connectors.openai_world import (
    ADA,
    ADMIN_KEY,
    KEY,
    PROJECTS,
    World,
    change,
    running,
)


@pytest.fixture
def world() -> Iterator[World]:
    with running() as made:
        yield made


def state(world: World) -> Any:
    return world.simulator.state()


def test_a_key_of_a_known_project_takes_one_request(world: World) -> None:
    ada = world.ada("research")
    key = world.human.add_key(ADA, "research")
    assert world.connector.apply(change("withdraw_key", ada, place_id=world.research, object_id=key)).changed
    assert world.calls() == {("DELETE", KEY): 1}


def test_a_key_is_found_by_its_id_alone(world: World) -> None:
    ada = world.ada()
    key = world.human.add_key(ADA, "evals")
    assert world.connector.apply(change("withdraw_key", ada, object_id=key)).changed
    assert not world.simulator.key_works(key)
    calls = world.calls()
    assert (calls["GET", ADMIN_KEY], calls["GET", PROJECTS], calls["DELETE", KEY]) == (1, 1, 1)


def test_lesson_40_an_admin_key_of_a_leaver_goes_too(world: World) -> None:
    ada = world.ada()
    key = world.human.add_admin_key(ADA)
    assert world.connector.apply(change("withdraw_key", ada, object_id=key)).changed
    assert not world.connector.apply(change("withdraw_key", ada, object_id=key)).changed
    assert set(state(world)["admin_keys"]) == {world.simulator.own_key_id}


def test_lesson_32_the_bridges_own_key_is_never_deleted(world: World) -> None:
    with pytest.raises(Untouchable, match="bridge itself"):
        world.connector.apply(change("withdraw_key", world.owner, object_id=world.simulator.own_key_id))
    assert world.simulator.writes == 0


def test_a_service_accounts_key_that_cannot_be_deleted_says_where_it_can(world: World) -> None:
    world.rules.service_account_keys_deletable = False
    world.human.add_service_account("research", "nightly")
    key = world.human.add_service_account_key("research", "nightly")
    with pytest.raises(Refused, match="nightly"):
        world.connector.apply(change("withdraw_key", place_id=world.research, object_id=key))


def test_a_key_of_an_archived_project_needs_no_deleting(world: World) -> None:
    world.ada("research")
    key = world.human.add_key(ADA, "research")
    world.human.archive_project("research")
    outcome = world.connector.apply(change("withdraw_key", place_id=world.research, object_id=key))
    assert (outcome.changed, "archived" in outcome.answer) == (False, True)


def test_a_key_is_never_restored(world: World) -> None:
    with pytest.raises(Refused, match="for good"):
        world.connector.apply(change("restore_key", object_id="key_1"))
    assert world.calls() == {}
