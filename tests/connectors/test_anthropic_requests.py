"""How few requests an observation of Anthropic takes, and that an incomplete answer is never taken for an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scim_bridge.access.errors import Transient
from scim_bridge.access.observed import Inquiry
from tests.connectors.anthropic_world import (
    INVITES,
    KEYS,
    MEMBER,
    MEMBERS,
    USER,
    USERS,
    World,
    running,
)


@pytest.fixture
def world() -> Iterator[World]:
    with running() as made:
        yield made


# few requests


def many(count: int, **asked: Any) -> list[Inquiry]:
    return [Inquiry(f"u{number}@example.com", **asked) for number in range(count)]


def test_nothing_is_requested_that_no_inquiry_needs(world: World) -> None:
    world.ada("research")
    world.connector.observe([])
    world.connector.observe([Inquiry(None)])
    assert world.calls() == {}
    world.look(invitations=False)
    assert world.calls() == {("GET", USERS): 1}
    world.look(invitations=False, places=frozenset({world.research}), credentials=True)
    assert world.calls() == {("GET", USERS): 1, ("GET", MEMBER): 1, ("GET", KEYS): 1}


def test_a_person_with_a_known_account_takes_one_request(world: World) -> None:
    ada = world.ada()
    world.look(account_id=ada, invitations=False)
    assert world.calls() == {("GET", USER): 1}


def test_a_batch_takes_one_listing_of_each_kind_and_place(world: World) -> None:
    for number in range(150):
        world.human.add_user(f"u{number}@example.com")
    places = frozenset({world.research, world.evals})
    seen = world.connector.observe(many(150, places=places, credentials=True))
    assert len(seen.accounts) == 150
    assert world.calls() == {("GET", USERS): 1, ("GET", INVITES): 1, ("GET", MEMBERS): 2, ("GET", KEYS): 1}


def test_a_leaver_costs_one_request_a_workspace_and_an_admin_none(world: World) -> None:
    world.ada("research")
    world.connector.places()
    world.calls()
    world.look(places=None, credentials=True)
    assert world.calls() == {("GET", USERS): 1, ("GET", INVITES): 1, ("GET", MEMBER): 2, ("GET", KEYS): 1}
    world.look("admin@example.com", places=None, invitations=False)
    assert world.calls() == {("GET", USERS): 1}


def test_pages_are_as_large_as_they_may_be_and_few_people_are_asked_for_singly_in_a_large_organization(
    world: World,
) -> None:
    for number in range(2500):
        world.human.add_user(f"u{number}@example.com")
    seen = world.connector.observe(many(2500, invitations=False))
    assert len(seen.accounts) == 2500
    assert world.calls() == {("GET", USERS): 3}
    assert len(world.connector.observe(many(3, invitations=False)).accounts) == 3
    assert [call.query["email"] for call in world.simulator.log] == [[f"u{number}@example.com"] for number in range(3)]


def test_every_request_passes_the_gate_and_a_closed_gate_sends_none(world: World) -> None:
    world.connector.places()
    world.look(places=None, credentials=True)
    assert world.gate.passes == len(world.simulator.log)
    world.gate.shut = True
    world.calls()
    with pytest.raises(Transient, match="gate"):
        world.look()
    assert world.calls() == {}


# incomplete answers


def test_lesson_29_a_page_that_fails_concludes_nothing(world: World) -> None:
    for number in range(1500):
        world.human.add_user(f"u{number}@example.com")
    for fault in ({"status": 503}, {"status": 404}, {"status": None}):
        arm(world, skip=1, route=USERS, **fault)
        with pytest.raises(Transient):
            world.connector.observe(many(5, invitations=False))
    assert len(world.connector.observe(many(5, invitations=False)).accounts) == 5


def arm(world: World, *, status: int | None, **fault: Any) -> None:
    if status is None:
        world.simulator.drop(**fault)
    else:
        world.simulator.fail(status, **fault)


@pytest.mark.parametrize(
    "page",
    [
        b'{"data": []}',
        b'{"has_more": false, "first_id": null, "last_id": null}',
        b'{"data": [], "has_more": true, "first_id": null, "last_id": "user_1"}',
        b'{"data": [{"id": "user_1"}], "has_more": false, "first_id": "user_1", "last_id": "user_1"}',
        b'{"data": [{"type": "user"}], "has_more": true, "first_id": null, "last_id": null}',
        b"[]",
        b"",
        b'{"data": [',
    ],
)
def test_lesson_29_a_short_or_garbled_page_is_an_error_not_an_empty_organization(world: World, page: bytes) -> None:
    world.ada()
    world.simulator.fail(200, raw=page, route=USERS)
    with pytest.raises(Transient):
        world.look()
    assert len(world.look().accounts) == 1


def test_lesson_29_a_proxys_page_is_not_taken_for_an_answer(world: World) -> None:
    ada = world.ada()
    html = {"raw": b"<html>Sign in to continue</html>", "content_type": "text/html"}
    world.simulator.fail(200, 2, **html)
    with pytest.raises(Transient, match="base_url"):
        world.look()
    with pytest.raises(Transient, match="base_url"):
        world.look(account_id=ada)


def test_a_listing_that_goes_in_circles_ends_in_an_error(world: World) -> None:
    one = b'{"id":"user_1","type":"user","email":"x@example.com","name":"x","role":"user"}'
    circle = b'{"data":[' + one + b'],"has_more":true,"first_id":"user_1","last_id":"user_1"}'
    world.simulator.fail(200, 9, raw=circle, route=USERS)
    with pytest.raises(Transient, match="incomplete"):
        world.look()
    assert world.calls()["GET", USERS] == 2


@pytest.mark.parametrize("route", [USERS, INVITES, MEMBER, KEYS])
def test_no_part_of_an_answer_may_be_missing(world: World, route: str) -> None:
    world.ada("research")
    world.simulator.fail(500, route=route)
    with pytest.raises(Transient):
        world.look(places=frozenset({world.research}), credentials=True)
