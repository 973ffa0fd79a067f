"""Groups at OpenAI: people put into them, roles in projects given to them, and those that are kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scim_bridge.access.errors import Conflict, Refused, Transient, UnknownPlace, Untouchable
from scim_bridge.access.observed import GROUP as GROUP_PLACE
from scim_bridge.access.observed import ORGANIZATION
from tests.connectors.openai_world import (
    ADA,
    GROUP_ROLES,
    GROUP_USERS,
    GROUPS,
    PROJECT_GROUP,
    PROJECT_GROUPS,
    World,
    change,
    of_group,
    running,
)


@pytest.fixture
def world() -> Iterator[World]:
    with running() as made:
        yield made


@pytest.fixture(params=[400, 409])
def strict(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world where what is there already is refused with one of the two statuses."""
    with running(duplicate_status=request.param) as made:
        yield made


def state(world: World) -> Any:
    return world.simulator.state()


def test_putting_somebody_into_a_known_group_takes_one_request(world: World) -> None:
    ada, lab = world.ada(), world.human.create_group("Lab")
    world.connector.groups()
    world.calls()
    world.connector.apply(change("grant", ada, place="Lab", place_id=GROUP_PLACE + lab, role="member"))
    assert world.calls() == {("POST", GROUP_USERS): 1}
    assert state(world)["groups"] == {"Lab": [ADA]}


def test_a_group_of_an_unknown_kind_is_not_touched(world: World) -> None:
    ada, tenant = world.ada(), world.human.create_group("Everybody", group_type="tenant_group")
    with pytest.raises(Untouchable):
        world.connector.apply(change("grant", ada, place_id=GROUP_PLACE + tenant, role="member"))
    for kind in ("grant", "revoke"):
        with pytest.raises(Untouchable):
            world.connector.apply(of_group(kind, tenant, place_id=world.research, role="member"))  # type: ignore[arg-type]
    with pytest.raises(Untouchable):
        world.connector.apply(of_group("create_account", None, "Everybody"))
    assert world.simulator.writes == 0


def test_a_group_that_is_gone_is_an_unknown_place(world: World) -> None:
    ada = world.ada()
    gone = {"place_id": GROUP_PLACE + "group_none", "role": "member"}
    with pytest.raises(UnknownPlace):
        world.connector.apply(change("grant", ada, **gone))
    assert not world.connector.apply(change("revoke", ada, **gone)).changed


# groups as principals


def test_the_first_role_of_a_group_lets_it_in_and_the_last_one_taken_shuts_it_out(world: World) -> None:
    lab = world.human.create_group("Lab")
    world.human.create_role("Tester", project="research")
    world.connector.groups()
    world.connector.custom_roles(world.research)
    world.calls()
    member = of_group("grant", lab, place_id=world.research, role="member")
    world.connector.apply(member)
    assert world.calls() == {("POST", PROJECT_GROUPS): 1}
    world.connector.apply(of_group("grant", lab, place_id=world.research, role="Tester"))
    assert state(world)["project_groups"] == {("Lab", "research"): ["Tester", "member"]}
    world.calls()
    for role in ("member", "Tester"):
        world.connector.apply(of_group("revoke", lab, place_id=world.research, role=role))
    assert world.calls() == {
        ("GET", GROUP_ROLES): 2, ("DELETE", f"{GROUP_ROLES}/{{role_id}}"): 1, ("DELETE", PROJECT_GROUP): 1,
    }
    assert state(world)["project_groups"] == {}


def test_the_new_role_of_a_group_is_given_before_the_old_one_is_taken(world: World) -> None:
    lab = world.human.create_group("Lab")
    world.human.add_group_to_project("Lab", "research", "member")
    world.connector.apply(of_group("change_role", lab, place_id=world.research, role="owner", was="member"))
    assert state(world)["project_groups"] == {("Lab", "research"): ["owner"]}
    writes = [call.method for call in world.simulator.log if call.method != "GET"]
    assert writes == ["POST", "DELETE"]


def test_a_change_of_a_groups_role_that_stopped_half_way_is_finished(world: World) -> None:
    lab = world.human.create_group("Lab")
    world.human.add_group_to_project("Lab", "research", "member")
    raised = of_group("change_role", lab, place_id=world.research, role="owner", was="member")
    world.simulator.fail(503, method="DELETE")
    with pytest.raises(Transient):
        world.connector.apply(raised)
    assert world.connector.apply(raised).changed
    assert state(world)["project_groups"] == {("Lab", "research"): ["owner"]}
    assert not world.connector.apply(raised).changed


def test_two_groups_of_one_name_are_not_chosen_between(world: World) -> None:
    for _ in range(2):
        world.simulator.org.groups.all[world.human.create_group(f"Lab {_}")].name = "Lab"
    with pytest.raises(Refused, match="2 groups"):
        world.connector.apply(of_group("create_account", None))


def test_a_synced_group_of_the_name_is_linked_and_given_roles(world: World) -> None:
    synced = world.human.create_group("Lab", scim_managed=True)
    outcome = world.connector.apply(of_group("create_account", None))
    assert (outcome.changed, outcome.account_id) == (False, synced)
    assert world.connector.apply(of_group("grant", synced, place_id=world.research, role="member")).changed


def test_a_group_made_at_the_same_moment_is_a_conflict(strict: World) -> None:
    strict.simulator.fail(200, raw=b'{"object": "list", "data": [], "has_more": false, "next": null}', route=GROUPS)
    strict.human.create_group("Lab")
    with pytest.raises(Conflict):
        strict.connector.apply(of_group("create_account", None))


def test_what_a_group_cannot_be_is_refused_without_a_request(world: World) -> None:
    lab = world.human.create_group("Lab")
    impossible = [
        of_group("invite", lab, role="reader"), of_group("remove_account", lab), of_group("change_role", lab, role="owner"),
        of_group("grant", lab, place_id=ORGANIZATION, role="Auditor"), of_group("grant", lab, place_id="group:1", role="member"),
        change("create_account", role="reader"), change("grant", "user-1", place_id="group:1", role="owner"),
        change("invite", role="admin"), change("grant", "user-1", place_id=world.research),
    ]
    for deed in impossible:
        with pytest.raises(Refused):
            world.connector.apply(deed)
    assert world.calls() == {}
