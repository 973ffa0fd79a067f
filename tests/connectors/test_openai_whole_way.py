"""What joining, moving and leaving cost at OpenAI, in requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scim_bridge.access.change import Change
from scim_bridge.access.observed import Inquiry
from tests.connectors.openai_world import (
    ADA,
    ADMIN_KEYS,
    INVITES,
    KEY,
    KEYS,
    MEMBER,
    MEMBERS,
    PROJECT_ROLES,
    ROLES,
    USER,
    USERS,
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


EVERYWHERE = 20
"""How many projects the organization has when somebody leaves it."""
Calls = dict[tuple[str, str], int]


def test_joining_and_moving_take_the_least_requests(world: World) -> None:
    """What the core asks and does, in its order. The list of projects, the look for SCIM and how the filter of addresses takes
    case, all of them remembered, stand before."""
    world.connector.places()
    world.look("nobody@example.com")
    world.connector.apply(change("invite", email="first@example.com", role="reader"))
    world.calls()
    research, both = frozenset({world.research}), frozenset({world.research, world.evals})

    assert spent(world, [Inquiry(ADA)], change("invite", role="reader")) == {
        ("GET", USERS): 1, ("GET", INVITES): 1, ("POST", INVITES): 1
    }
    ada = world.human.accept_invite(ADA)
    first = change("grant", ada, place="research", place_id=world.research, role="member")
    assert spent(world, [Inquiry(ADA, places=research)], first) == {
        ("GET", USERS): 1, ("GET", INVITES): 1, ("GET", MEMBER): 1, ("GET", PROJECT_ROLES): 1, ("POST", MEMBERS): 1
    }
    known = [Inquiry(ADA, ada, places=both, invitations=False)]
    second = change("grant", ada, place="evals", place_id=world.evals, role="member")
    assert spent(world, known, second) == {
        ("GET", USERS): 1, ("GET", MEMBER): 2, ("GET", PROJECT_ROLES): 1, ("POST", MEMBERS): 1
    }
    raised = change("change_role", ada, place="evals", place_id=world.evals, role="owner", was="member")
    assert spent(world, known, raised) == {("GET", USERS): 1, ("GET", MEMBER): 3, ("POST", MEMBER): 1}
    assert spent(world, known) == {("GET", USERS): 1, ("GET", MEMBER): 2}
    assert state(world)["members"] == {(ADA, "research"): "member", (ADA, "evals"): "owner"}


def spent(world: World, inquiries: list[Inquiry], *deeds: Change) -> Calls:
    """The requests for looking and doing."""
    world.connector.observe(inquiries)
    for deed in deeds:
        world.connector.apply(deed)
    return world.calls()


def test_leaving_with_three_keys_in_two_of_twenty_projects_takes_the_least_requests(world: World) -> None:
    ada = world.ada("research", "evals")
    for number in range(EVERYWHERE - 3):
        world.human.create_project(f"project {number}")
    keys = {world.human.add_key(ADA, project): place for project, place in (
        ("research", world.research), ("evals", world.evals), ("evals", world.evals)
    )}
    world.connector.places()
    world.look("nobody@example.com")
    world.calls()
    leave(world, ada, keys)
    assert world.calls() == {
        # looking: the person, invitations, roles in the organization, every project's members and keys, admin keys
        ("GET", USERS): 2, ("GET", INVITES): 1, ("GET", ROLES): 1, ("GET", MEMBER): EVERYWHERE,
        # keys and admin keys twice: once more for reading back, as the person (by address above, by id here)
        ("GET", KEYS): 2 * EVERYWHERE, ("GET", ADMIN_KEYS): 2, ("GET", USER): 1,
        # doing
        ("DELETE", KEY): 3, ("DELETE", MEMBER): 2, ("DELETE", USER): 1,
    }
    assert (ADA in state(world)["users"], state(world)["keys"], state(world)["members"]) == (False, {}, {})


def leave(world: World, ada: str, keys: dict[str, str]) -> None:
    """As the core does it: look at everything, take away, look at what was taken."""
    seen = world.look(account_id=ada, places=None, credentials=True)
    assert {(key.id, key.place_id) for key in seen.credentials} == set(keys.items())
    for key in seen.credentials:
        world.connector.apply(change("withdraw_key", ada, place_id=key.place_id, object_id=key.id))
    for held in seen.memberships:
        world.connector.apply(change("revoke", ada, place=held.place_id, place_id=held.place_id, role=held.role))
    world.connector.apply(change("remove_account", ada))
    places = frozenset(held.place_id for held in seen.memberships)
    back = world.connector.observe([Inquiry(ADA, ada, places=places, credentials=True, invitations=False)])
    assert (back.accounts, back.memberships, back.credentials) == ((), (), ())
