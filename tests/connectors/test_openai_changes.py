"""Changes at OpenAI: what they come to, what the undocumented answers mean, and how many requests each takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scim_bridge.access.errors import Conflict, ManagedNatively, NotPermitted, Refused, Transient, UnknownPlace, Untouchable
from scim_bridge.access.observed import ORGANIZATION
from tests.connectors.openai_world import (
    ADA,
    INVITE,
    INVITES,
    MEMBER,
    MEMBER_ROLES,
    MEMBERS,
    PROJECT,
    USER,
    USER_ROLES,
    USERS,
    World,
    change,
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


# invitations


def test_an_invitation_takes_nobody_into_the_default_project(world: World) -> None:
    world.connector.apply(change("invite", role="reader"))
    world.human.accept_invite(ADA)
    assert state(world)["members"] == {}
    assert world.simulator.log[-1].body == b'{"email":"ada@example.com","role":"reader","projects":[]}'


def test_the_first_invitation_looks_at_a_page_of_people_and_the_next_ones_do_not(world: World) -> None:
    for name in ("ada", "grace", "linus"):
        world.connector.apply(change("invite", email=f"{name}@example.com", role="reader"))
    assert world.calls() == {("GET", USERS): 1, ("POST", INVITES): 3}
    world.seconds += 3601
    world.connector.apply(change("invite", email="a@example.com", role="reader"))
    assert world.calls() == {("GET", USERS): 1, ("POST", INVITES): 1}


def test_an_address_that_has_an_account_or_an_invitation_is_a_conflict(strict: World) -> None:
    strict.human.invite("grace@example.com", "owner")
    strict.ada()
    for email in (ADA, "ADA@example.com", "grace@example.com"):
        with pytest.raises(Conflict):
            strict.connector.apply(change("invite", email=email, role="reader"))
    assert state(strict)["invites"] == [("grace@example.com", "pending")]


def test_an_invitation_of_somebody_else_is_not_replaced_unasked(strict: World) -> None:
    strict.human.invite(ADA, "owner")
    with pytest.raises(Conflict, match="owner"):
        strict.connector.apply(change("invite", role="reader"))
    assert [each.role for each in strict.simulator.org.pending()] == ["owner"]


def test_an_invitation_is_replaced_with_the_least_gap_the_platform_allows(strict: World) -> None:
    first = strict.human.invite(ADA, "owner")
    outcome = strict.connector.apply(change("invite", role="reader", was="owner", object_id=first))
    assert [(each.id, each.role) for each in strict.simulator.org.pending()] == [(outcome.invitation_id, "reader")]
    writes = [(call.method, call.route, call.status) for call in strict.simulator.log if call.method != "GET"]
    assert writes == [
        ("POST", INVITES, strict.rules.duplicate_status), ("DELETE", INVITE, 200), ("POST", INVITES, 200),
    ]


def test_an_invitation_to_another_address_goes_out_before_the_old_one_is_taken_back(world: World) -> None:
    first = world.human.invite("old@example.com")
    world.connector.apply(change("invite", role="reader", object_id=first))
    assert state(world)["invites"] == [(ADA, "pending")]
    assert [call.method for call in world.simulator.log if call.method != "GET"] == ["POST", "DELETE"]


def test_a_replacement_whose_answer_was_lost_ends_with_one_invitation(world: World) -> None:
    first = world.human.invite("old@example.com")
    world.simulator.drop(writing=True, applied=True)
    replacement = change("invite", role="reader", object_id=first)
    with pytest.raises(Transient):
        world.connector.apply(replacement)
    assert world.connector.apply(replacement).invitation_id
    assert state(world)["invites"] == [(ADA, "pending")]


def test_an_invitation_that_is_accepted_while_it_is_replaced_is_a_conflict(world: World) -> None:
    first = world.human.invite("old@example.com")
    world.human.accept_invite("old@example.com")
    with pytest.raises(Conflict, match="accepted"):
        world.connector.apply(change("invite", role="reader", object_id=first))


def test_an_expired_invitation_needs_no_cancelling(world: World) -> None:
    first = world.human.invite(ADA)
    world.human.expire_invite(ADA)
    world.simulator.fail(400, method="DELETE")
    assert not world.connector.apply(change("cancel_invitation", object_id=first)).changed


def test_a_pending_invitation_that_cannot_be_cancelled_is_no_success(world: World) -> None:
    first = world.human.invite(ADA)
    world.simulator.fail(400, method="DELETE")
    with pytest.raises(Refused):
        world.connector.apply(change("cancel_invitation", object_id=first))


def test_where_scim_keeps_the_people_nobody_is_invited_and_places_go_on(world: World) -> None:
    ada = world.ada(scim_managed=True)
    for _ in range(2):
        with pytest.raises(ManagedNatively, match="identity provider"):
            world.connector.apply(change("invite", email="grace@example.com", role="reader"))
    assert world.calls() == {("GET", USERS): 1}
    assert world.connector.apply(change("grant", ada, place="research", place_id=world.research, role="member")).changed


def test_an_observation_that_showed_a_scim_account_saves_the_look(world: World) -> None:
    world.ada(scim_managed=True)
    world.look()
    world.calls()
    with pytest.raises(ManagedNatively):
        world.connector.apply(change("invite", email="grace@example.com", role="reader"))
    assert world.calls() == {}


# accounts


def test_a_scim_account_that_was_seen_is_left_alone_without_asking_the_platform(world: World) -> None:
    ada = world.ada(scim_managed=True)
    world.look()
    world.calls()
    with pytest.raises(ManagedNatively):
        world.connector.apply(change("remove_account", ada))
    assert world.calls() == {}


@pytest.mark.parametrize("status", [400, 403])
def test_a_scim_account_that_was_not_seen_is_told_by_looking(world: World, status: Any) -> None:
    world.rules.scim_status = status
    ada = world.ada(scim_managed=True)
    with pytest.raises(ManagedNatively):
        world.connector.apply(change("remove_account", ada))
    with pytest.raises(ManagedNatively):
        world.another().apply(change("change_role", ada, role="owner", was="reader"))
    assert state(world)["users"][ADA] == "reader"


def test_lesson_32_the_last_owner_is_neither_removed_nor_demoted(world: World) -> None:
    for kind, more in (("remove_account", {}), ("change_role", {"role": "reader", "was": "owner"})):
        with pytest.raises(Untouchable, match="owner"):
            world.connector.apply(change(kind, world.owner, "owner@example.com", **more))  # type: ignore[arg-type]
    assert state(world)["users"]["owner@example.com"] == "owner"


def test_a_key_that_may_not_write_is_told_as_that(world: World) -> None:
    ada = world.ada("research")
    reader = world.another(world.simulator.read_only_key)
    deeds: list[Any] = [
        change("remove_account", ada), change("invite", email="grace@example.com", role="reader"),
        change("grant", ada, place="evals", place_id=world.evals, role="member"),
        change("revoke", ada, place="research", place_id=world.research, role="member"),
    ]
    for deed in deeds:
        with pytest.raises(NotPermitted, match="permissions"):
            reader.apply(deed)


# projects


def test_joining_changing_and_leaving_a_project_take_one_two_and_one_requests(world: World) -> None:
    ada = world.ada()
    place = {"place": "research", "place_id": world.research}
    world.connector.apply(change("grant", ada, role="member", **place))
    assert world.calls() == {("POST", MEMBERS): 1}
    world.connector.apply(change("change_role", ada, role="owner", was="member", **place))
    assert world.calls() == {("GET", MEMBER): 1, ("POST", MEMBER): 1}
    world.connector.apply(change("revoke", ada, role="owner", **place))
    assert world.calls() == {("DELETE", MEMBER): 1}


def test_a_viewer_can_be_raised_in_place(world: World) -> None:
    ada = world.ada()
    world.human.add_member(ADA, "research", "viewer")
    raised = change("change_role", ada, place="research", place_id=world.research, role="member", was="viewer")
    assert world.connector.apply(raised).changed
    assert state(world)["members"] == {(ADA, "research"): "member"}
    assert world.simulator.org.losses == {}


def test_a_viewer_who_was_raised_can_go_back_to_being_one(world: World) -> None:
    ada = world.ada("research")
    back = change("change_role", ada, place="research", place_id=world.research, role="viewer", was="member")
    assert world.connector.apply(back).changed
    assert not world.connector.apply(back).changed
    assert state(world)["members"] == {(ADA, "research"): "viewer"}
    assert world.simulator.org.losses == {}


def test_nobody_is_made_a_viewer(world: World) -> None:
    with pytest.raises(Refused, match="viewer"):
        world.connector.apply(change("grant", world.ada(), place="research", place_id=world.research, role="viewer"))
    assert world.calls() == {}


def test_a_grant_over_another_role_is_a_conflict_and_the_role_stays(strict: World) -> None:
    ada = strict.ada()
    strict.human.add_member(ADA, "research", "owner")
    with pytest.raises(Conflict, match="owner"):
        strict.connector.apply(change("grant", ada, place="research", place_id=strict.research, role="member"))
    assert state(strict)["members"] == {(ADA, "research"): "owner"}


@pytest.mark.parametrize("outsider", [400, 404])
def test_granting_to_somebody_who_is_gone_is_a_conflict(world: World, outsider: Any) -> None:
    world.rules.outsider_status = outsider
    with pytest.raises(Conflict, match="no longer in the organization"):
        world.connector.apply(change("grant", "user-gone", place="research", place_id=world.research, role="member"))


def test_a_project_archived_meanwhile_is_told_and_the_list_asked_for_again(world: World) -> None:
    ada = world.ada()
    world.connector.places()
    world.human.archive_project("research")
    with pytest.raises(UnknownPlace, match="research is archived"):
        world.connector.apply(change("grant", ada, place="research", place_id=world.research, role="member"))
    assert {place.id: place.open for place in world.connector.places()}[world.research] is False


def test_nobody_has_to_be_taken_out_of_an_archived_project(world: World) -> None:
    ada = world.ada("research")
    world.human.archive_project("research")
    gone = change("revoke", ada, place="research", place_id=world.research, role="member")
    assert not world.connector.apply(gone).changed


def test_an_owner_of_the_organization_cannot_be_taken_out_of_a_project(world: World) -> None:
    with pytest.raises(Untouchable, match="owner of the organization"):
        world.connector.apply(
            change("revoke", world.owner, "owner@example.com", place="research", place_id=world.research, role="owner")
        )


@pytest.mark.parametrize("status", [400, 404])
def test_lesson_27_failing_to_remove_who_is_still_in_is_never_a_success(world: World, status: int) -> None:
    ada = world.ada("research")
    world.simulator.fail(status, method="DELETE")
    with pytest.raises((Refused, Conflict)):
        world.connector.apply(change("revoke", ada, place="research", place_id=world.research, role="member"))
    world.simulator.fail(status, method="DELETE")
    with pytest.raises((Refused, Conflict)):
        world.connector.apply(change("remove_account", ada))
    assert state(world)["members"] == {(ADA, "research"): "member"}


# custom roles


def test_a_custom_role_takes_one_request_once_the_roles_are_known(world: World) -> None:
    ada = world.ada("research")
    world.human.create_role("Tester", project="research")
    world.connector.custom_roles(world.research)
    world.calls()
    tester = {"place": "research", "place_id": world.research, "role": "Tester"}
    world.connector.apply(change("grant", ada, **tester))
    world.connector.apply(change("revoke", ada, **tester))
    assert world.calls() == {("POST", MEMBER_ROLES): 1, ("DELETE", f"{MEMBER_ROLES}/{{role_id}}"): 1}


def test_a_custom_role_made_since_the_list_was_read_is_found(world: World) -> None:
    ada = world.ada("research")
    world.connector.custom_roles(world.research)
    world.human.create_role("Tester", project="research")
    tester = {"place": "research", "place_id": world.research, "role": "Tester"}
    assert world.connector.apply(change("grant", ada, **tester)).changed


def test_a_custom_role_without_membership_is_a_conflict(world: World) -> None:
    ada = world.ada()
    world.human.create_role("Tester", project="research")
    with pytest.raises(Conflict, match="predefined"):
        world.connector.apply(change("grant", ada, place="research", place_id=world.research, role="Tester"))


def test_a_role_that_was_deleted_is_held_by_nobody(world: World) -> None:
    ada = world.ada("research")
    gone = change("revoke", ada, place="research", place_id=world.research, role="Tester")
    assert not world.connector.apply(gone).changed
    assert world.simulator.writes == 0


def test_a_role_that_was_made_anew_under_its_name_is_given_by_its_new_id(world: World) -> None:
    ada = world.ada("research")
    first = world.human.create_role("Tester", project="research")
    world.connector.custom_roles(world.research)
    world.simulator.org.roles.delete(world.research, first)
    world.human.create_role("Tester", project="research")
    tester = change("grant", ada, place="research", place_id=world.research, role="Tester")
    with pytest.raises(Conflict):
        world.connector.apply(tester)
    assert world.connector.apply(tester).changed
    assert state(world)["roles"] == {(ADA, "research"): ["Tester"]}


def test_a_custom_role_named_like_a_predefined_one_of_the_organization_is_refused_where_it_is_none(world: World) -> None:
    ada = world.ada()
    with pytest.raises(Refused, match="no role"):
        world.connector.apply(change("grant", ada, place_id=ORGANIZATION, role="owner"))


def test_the_organization_roles_of_a_scim_account_are_left_to_scim(world: World) -> None:
    ada = world.ada(scim_managed=True)
    world.human.create_role("Auditor")
    with pytest.raises(ManagedNatively):
        world.connector.apply(change("grant", ada, place_id=ORGANIZATION, role="Auditor"))
    assert ("POST", USER_ROLES) in world.calls()


def test_a_project_is_looked_at_only_when_a_refusal_makes_it_necessary(world: World) -> None:
    ada = world.ada()
    world.simulator.fail(400, method="POST")
    with pytest.raises(Refused):
        world.connector.apply(change("grant", ada, place="research", place_id=world.research, role="member"))
    assert world.calls() == {("POST", MEMBERS): 1, ("GET", MEMBER): 1, ("GET", PROJECT): 1, ("GET", USER): 1}
