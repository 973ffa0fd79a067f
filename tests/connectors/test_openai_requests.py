"""How few requests an observation of OpenAI takes, and that an incomplete answer is never taken for an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scim_bridge.access.errors import Transient
from scim_bridge.access.observed import ORGANIZATION, Inquiry
from tests.connectors.openai_world import (
    ADMIN_KEYS,
    GROUP,
    GROUP_ROLES,
    GROUP_USER,
    GROUP_USERS,
    GROUPS,
    INVITES,
    KEYS,
    MEMBER,
    MEMBER_ROLES,
    MEMBERS,
    PROJECT_ROLES,
    PROJECTS,
    ROLES,
    USER,
    USER_ROLES,
    USERS,
    World,
    running,
)


@pytest.fixture
def world() -> Iterator[World]:
    with running() as made:
        yield made


def many(count: int, **asked: Any) -> list[Inquiry]:
    return [Inquiry(f"u{number}@example.com", **asked) for number in range(count)]


def crowd(world: World, count: int, *projects: str) -> None:
    for number in range(count):
        world.human.add_user(f"u{number}@example.com")
        for project in projects:
            world.human.add_member(f"u{number}@example.com", project, "member")


# few requests


def test_nothing_is_requested_that_no_inquiry_needs(world: World) -> None:
    ada = world.ada("research")
    world.connector.observe([])
    world.connector.observe([Inquiry(None)])
    assert world.calls() == {}
    world.look(invitations=False)
    world.look(account_id=ada, invitations=False)
    assert world.calls() == {("GET", USERS): 2}
    world.look()
    assert world.calls() == {("GET", USERS): 1, ("GET", INVITES): 1}


def test_somebody_who_has_no_account_costs_nothing_in_places(world: World) -> None:
    """How the filter of addresses takes case is remembered."""
    for _ in range(2):
        world.calls()
        world.look(places=frozenset({world.research}), groups=frozenset({"group:1"}), credentials=True, invitations=False)
    assert world.calls() == {("GET", USERS): 1}


def test_an_id_is_asked_for_by_itself_only_when_its_address_does_not_show_it(world: World) -> None:
    ada = world.ada()
    world.human.change_email("ada@example.com", "lovelace@example.com")
    seen = world.look(account_id=ada, invitations=False)
    assert [(account.id, account.email) for account in seen.accounts] == [(ada, "lovelace@example.com")]
    assert world.calls() == {("GET", USERS): 1, ("GET", USER): 1}
    world.look(None, ada, invitations=False)
    assert world.calls() == {("GET", USER): 1}


def test_several_addresses_go_in_one_request(world: World) -> None:
    crowd(world, 150)
    seen = world.connector.observe(many(40, invitations=False))
    assert len(seen.accounts) == 40
    assert world.calls() == {("GET", USERS): 1}
    assert len(world.simulator.log[-1].query["emails"]) == 40


def test_a_batch_takes_one_listing_of_each_kind_and_project(world: World) -> None:
    crowd(world, 90, "research")
    places = frozenset({world.research, world.evals})
    seen = world.connector.observe(many(90, places=places, credentials=True))
    assert len(seen.accounts) == len(seen.memberships) == 90
    assert world.calls() == {
        ("GET", USERS): 1, ("GET", INVITES): 1, ("GET", MEMBERS): 2, ("GET", PROJECT_ROLES): 2, ("GET", PROJECTS): 1,
        ("GET", KEYS): 3, ("GET", ADMIN_KEYS): 1,
    }


def test_pages_are_as_large_as_they_may_be_and_few_people_are_asked_for_singly_in_a_large_organization(
    world: World,
) -> None:
    crowd(world, 250, "research")
    asked = {"invitations": False, "places": frozenset({world.research})}
    assert len(world.connector.observe(many(250, **asked)).memberships) == 250
    assert world.calls() == {("GET", USERS): 3, ("GET", MEMBERS): 3, ("GET", PROJECT_ROLES): 1}
    assert len(world.connector.observe(many(3, **asked)).memberships) == 3
    assert world.calls() == {("GET", USERS): 1, ("GET", MEMBER): 3}


def test_a_leaver_costs_one_request_a_project_and_an_owner_none(world: World) -> None:
    world.ada("research")
    world.connector.places()
    world.calls()
    world.look(places=None, invitations=False)
    assert world.calls() == {("GET", USERS): 1, ("GET", MEMBER): 3, ("GET", ROLES): 1}
    world.look("owner@example.com", places=None, invitations=False)
    assert world.calls() == {("GET", USERS): 1}


def test_custom_roles_are_asked_for_only_where_there_are_any(world: World) -> None:
    world.ada("research", "evals")
    world.human.create_role("Tester", project="research")
    world.human.create_role("Auditor")
    places = frozenset({world.research, world.evals, ORGANIZATION})
    for expected in ({("GET", PROJECT_ROLES): 2, ("GET", ROLES): 1}, {}):
        world.look(places=places, invitations=False)
        assert world.calls() == {
            ("GET", USERS): 1, ("GET", MEMBER): 2, ("GET", MEMBER_ROLES): 1, ("GET", USER_ROLES): 1, **expected
        }


def test_what_is_remembered_is_asked_again_when_it_is_old(world: World) -> None:
    world.human.create_role("Tester", project="research")
    for seconds, expected in ((0.0, 3), (59.0, 0), (61.0, 3)):
        world.seconds = seconds
        world.connector.places()
        world.connector.custom_roles(world.research)
        world.connector.custom_roles(world.evals)
        calls = world.calls()
        assert sum(calls.values()) == expected, calls
        assert calls.get(("GET", PROJECTS), 0) == (0 if seconds == 59.0 else 1)


def test_groups_are_listed_once_a_batch_or_asked_for_by_id(world: World) -> None:
    first, second = world.human.create_group("Lab"), world.human.create_group("Ops")
    places = frozenset({world.research})
    world.connector.observe([Inquiry("Lab", places=places, kind="group"), Inquiry("Ops", places=places, kind="group")])
    assert world.calls() == {("GET", GROUPS): 1, ("GET", GROUP_ROLES): 2}
    world.connector.observe([Inquiry("Lab", first, places=places, kind="group")])
    assert world.calls() == {("GET", GROUP): 1, ("GET", GROUP_ROLES): 1}
    world.connector.observe([Inquiry("Lab", first, kind="group"), Inquiry("Ops", second, kind="group")])
    assert world.calls() == {("GET", GROUPS): 1}


def test_members_of_a_group_are_asked_for_one_by_one_or_listed(world: World) -> None:
    place = "group:" + world.human.create_group("Lab")
    crowd(world, 3)
    for number in range(2):
        world.human.add_to_group(f"u{number}@example.com", "Lab")
    asked = {"groups": frozenset({place}), "invitations": False}
    assert len(world.connector.observe(many(3, **asked)).memberships) == 2
    assert world.calls() == {("GET", USERS): 1, ("GET", GROUP_USERS): 1}
    assert len(world.connector.observe(many(1, **asked)).memberships) == 1
    assert world.calls() == {("GET", USERS): 1, ("GET", GROUP_USER): 1}


def test_administrators_take_one_listing_of_people_and_one_of_the_project(world: World) -> None:
    world.connector.observe([], administrators_of=frozenset({None, world.research}))
    assert world.calls() == {("GET", USERS): 1, ("GET", MEMBERS): 1}


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
    crowd(world, 150)
    for fault in ({"status": 503}, {"status": 404}, {"status": None}):
        arm(world, skip=1, route=USERS, **fault)
        with pytest.raises(Transient):
            world.connector.observe(many(150, invitations=False))
    assert len(world.connector.observe(many(150, invitations=False)).accounts) == 150


def arm(world: World, *, status: int | None, **fault: Any) -> None:
    if status is None:
        world.simulator.drop(**fault)
    else:
        world.simulator.fail(status, **fault)


@pytest.mark.parametrize("route", [USERS, INVITES, PROJECTS, KEYS, ADMIN_KEYS, ROLES])
@pytest.mark.parametrize(
    "page",
    [
        b'{"object": "list", "data": []}',
        b'{"object": "list", "has_more": false}',
        b'{"object": "list", "data": [], "has_more": true, "last_id": "x", "next": "x"}',
        b'{"object": "list", "data": [{"object": "x"}], "has_more": false}',
        b'{"object": "list", "data": [{"object": "x"}], "has_more": true, "last_id": null, "next": null}',
        b"[]",
        b"",
        b'{"data": [',
    ],
)
def test_lesson_29_a_short_or_garbled_page_is_an_error_not_an_empty_organization(
    world: World, page: bytes, route: str
) -> None:
    world.ada("research")
    world.simulator.fail(200, raw=page, route=route)
    with pytest.raises(Transient):
        world.look(places=None, credentials=True)
    assert len(world.look(places=None, credentials=True).accounts) == 1


@pytest.mark.parametrize("page", [b"{}", b'{"object": "list", "data": [{"id": "group_1"}], "has_more": false, "next": null}'])
def test_lesson_29_a_garbled_list_of_groups_is_an_error(world: World, page: bytes) -> None:
    world.simulator.fail(200, raw=page, route=GROUPS)
    with pytest.raises(Transient):
        world.connector.groups()


@pytest.mark.parametrize("status", [200, 404])
def test_lesson_29_a_proxys_page_is_not_taken_for_an_answer(world: World, status: int) -> None:
    ada = world.ada()
    world.simulator.fail(status, 2, raw=b"<html>Sign in to continue</html>", content_type="text/html")
    with pytest.raises(Transient, match="base_url"):
        world.look()
    with pytest.raises(Transient, match="base_url"):
        world.look(None, ada)


def test_lesson_29_a_redirect_is_not_followed(world: World) -> None:
    world.simulator.fail(302, raw=b"{}")
    with pytest.raises(Transient, match="base_url"):
        world.look()
    assert len(world.simulator.log) == 1


@pytest.mark.parametrize("route", [USERS, ROLES])
def test_a_listing_that_goes_in_circles_ends_in_an_error(world: World, route: str) -> None:
    row = b'{"id": "x", "name": "x", "predefined_role": true, "permissions": []}'
    circle = b'{"object": "list", "data": [' + row + b'], "has_more": true, "last_id": "x", "next": "x"}'
    world.simulator.fail(200, 9, raw=circle, route=route)
    read = world.look if route == USERS else lambda: world.connector.custom_roles(None)
    with pytest.raises(Transient, match="incomplete"):
        read()
    assert world.calls()["GET", route] == 2


@pytest.mark.parametrize("route", [USERS, INVITES, MEMBER, KEYS, ADMIN_KEYS, ROLES])
def test_no_part_of_an_answer_may_be_missing(world: World, route: str) -> None:
    world.ada("research")
    world.simulator.fail(500, route=route)
    with pytest.raises(Transient):
        world.look(places=None, credentials=True)
