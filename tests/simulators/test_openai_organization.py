"""Whom an OpenAI organization lets in and where, by its document or by a rule, seen through the vendor's own SDK."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import openai
import pytest
from openai.resources.admin.organization import Organization

from tests.simulators.openai import OpenAISimulator
from tests.simulators.openai_human import Human
from tests.simulators.openai_world import ADA, GRACE, ROOT, client_of, refused, running_simulator


@pytest.fixture
def simulator() -> Iterator[OpenAISimulator]:
    with running_simulator() as running:
        yield running


@pytest.fixture
def human(simulator: OpenAISimulator) -> Human:
    return simulator.human


@pytest.fixture
def org(simulator: OpenAISimulator) -> Iterator[Organization]:
    with client_of(simulator, strict=False) as client:
        yield client.admin.organization


# invitations


def test_who_accepts_has_the_invited_role_and_projects(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    place = human.create_project("research")
    invite = org.invites.create(email=ADA, role="reader", projects=[{"id": place, "role": "owner"}])
    assert invite.expires_at is not None
    assert invite.expires_at - invite.created_at == timedelta(days=7).total_seconds()
    assert simulator.state()["members"] == {}
    user = human.accept_invite(ADA)
    assert org.users.retrieve(user).role == "reader"
    assert org.invites.retrieve(invite.id).status == "accepted"
    assert simulator.state()["members"] == {(ADA, "research"): "owner"}
    assert refused(org.invites.delete, invite.id) == 400


def test_an_invitation_without_projects_leads_into_the_default_one(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    org.invites.create(email=ADA, role="reader")
    org.invites.create(email=GRACE, role="reader", projects=[])
    human.accept_invite(ADA)
    human.accept_invite(GRACE)
    assert simulator.state()["members"] == {(ADA, "Default project"): "member"}


def test_an_invitation_expires_and_can_be_made_anew_or_deleted(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    first = org.invites.create(email=ADA, role="reader", projects=[])
    simulator.clock.advance(days=6, hours=23)
    assert org.invites.retrieve(first.id).status == "pending"
    simulator.clock.advance(hours=1)
    assert org.invites.retrieve(first.id).status == "expired"
    with pytest.raises(LookupError):
        human.accept_invite(ADA)
    org.invites.create(email=ADA, role="reader", projects=[])
    assert [invite.status for invite in org.invites.list()] == ["expired", "pending"]
    assert org.invites.delete(first.id).deleted
    human.expire_invite(ADA)
    assert simulator.state()["invites"] == [(ADA, "expired")]
    assert refused(org.invites.retrieve, first.id) == 404


@pytest.mark.parametrize("status", [400, 409])
def test_who_is_invited_or_in_cannot_be_invited_again(
    simulator: OpenAISimulator, human: Human, org: Organization, status: Any
) -> None:
    simulator.rules.duplicate_status = status
    org.invites.create(email=ADA, role="reader", projects=[])
    assert refused(org.invites.create, email="Ada@example.com", role="reader", projects=[]) == status
    human.accept_invite(ADA)
    assert refused(org.invites.create, email=ADA, role="reader", projects=[]) == status
    assert simulator.state()["invites"] == [(ADA, "accepted")]


def test_an_invitation_that_means_nothing_is_refused(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    place = human.create_project("research")
    create: Any = org.invites.create
    assert refused(create, email="ada", role="reader") == 400
    assert refused(create, email=ADA, role="member") == 400
    assert refused(create, email=ADA, role="reader", projects=[{"id": "proj_none", "role": "member"}]) == 404
    assert refused(create, email=ADA, role="reader", projects=[{"id": place, "role": "viewer"}]) == 400
    assert refused(create, email=ADA, role="reader", projects=[{"id": place}]) == 400
    human.archive_project("research")
    assert refused(create, email=ADA, role="reader", projects=[{"id": place, "role": "member"}]) == 400
    assert simulator.state()["invites"] == []


@pytest.mark.parametrize(("status", "code"), [(403, "seat_limit_reached"), (400, None)])
def test_invitations_end_with_the_seats(simulator: OpenAISimulator, org: Organization, status: Any, code: Any) -> None:
    simulator.rules.seats, simulator.rules.seats_status, simulator.rules.seats_code = 2, status, code
    org.invites.create(email=ADA, role="reader", projects=[])
    with pytest.raises(openai.APIStatusError) as error:
        org.invites.create(email=GRACE, role="reader", projects=[])
    assert (error.value.status_code, error.value.code) == (status, code)


def test_the_invitation_list_may_leave_projects_out(simulator: OpenAISimulator, org: Organization) -> None:
    simulator.rules.invites_listed_with_projects = False
    invite = org.invites.create(email=ADA, role="reader")
    assert invite.projects
    assert "projects" not in org.invites.list().data[0].model_fields_set


# members of the organization


def test_the_last_owner_stays_an_owner(simulator: OpenAISimulator, human: Human, org: Organization) -> None:
    [root] = [user.id for user in org.users.list()]
    owner = next(role.id for role in org.roles.list() if role.name == "owner")
    assert refused(org.users.update, root, role="reader") == 400
    assert refused(org.users.delete, root) == 400
    assert refused(org.users.roles.delete, owner, user_id=root) == 400
    human.add_user(ADA, "owner")
    assert org.users.update(root, role="reader").role == "reader"
    assert simulator.state()["users"] == {ROOT: "reader", ADA: "owner"}


@pytest.mark.parametrize("status", [400, 403])
def test_who_is_managed_by_scim_is_left_alone(
    simulator: OpenAISimulator, human: Human, org: Organization, status: Any
) -> None:
    simulator.rules.scim_status = status
    user, place = human.add_user(ADA, scim_managed=True), human.create_project("research")
    assert org.users.retrieve(user).is_scim_managed
    owner = next(role.id for role in org.roles.list() if role.name == "owner")
    assert refused(org.users.update, user, role="owner") == status
    assert refused(org.users.roles.create, user, role_id=owner) == status
    assert refused(org.users.delete, user) == status
    org.projects.users.create(place, user_id=user, role="member")
    assert simulator.state()["users"][ADA] == "reader"


def test_a_role_of_the_organization_is_given_by_name_or_by_id(human: Human, org: Organization) -> None:
    user, custom = human.add_user(ADA), human.create_role("auditor", ["api.groups.read"])
    owner, reader = (next(role.id for role in org.roles.list() if role.name == name) for name in ("owner", "reader"))
    assert org.users.update(user, role_id=owner).role == "owner"
    assert org.users.update(user, role_id=custom).role == "owner"
    assert {role.name for role in org.users.roles.list(user)} == {"owner", "auditor"}
    assert refused(org.users.update, user, role="reader", role_id=reader) == 400
    assert refused(org.users.update, user, role="member") == 400
    org.users.roles.delete(owner, user_id=user)
    assert {role.name for role in org.users.roles.list(user)} == {"reader", "auditor"}
    assert refused(org.users.roles.delete, reader, user_id=user) == 400
    assert refused(org.users.roles.delete, owner, user_id=user) == 404


def test_a_removed_member_loses_projects_roles_and_groups(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    user, place = human.add_user(ADA), human.create_project("research")
    human.add_member(ADA, "research", "member")
    human.create_role("auditor")
    human.assign_role(ADA, None, "auditor")
    human.create_group("lab")
    human.add_to_group(ADA, "lab")
    org.users.delete(user)
    state = simulator.state()
    assert (state["users"], state["members"], state["roles"], state["groups"]) == ({ROOT: "owner"}, {}, {}, {"lab": []})
    assert simulator.org.losses[place, ADA] == 1
    assert refused(org.users.delete, user) == 404


def test_a_service_account_among_the_users_has_no_address(human: Human, org: Organization) -> None:
    user = org.users.retrieve(human.add_nameless("pipeline"))
    assert (user.email, user.is_service_account, user.name) == (None, True, "pipeline")


# members of projects


def test_only_members_of_the_organization_join_a_project(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    place = human.create_project("research")
    assert refused(org.projects.users.create, place, email=ADA, role="member") == 400
    simulator.rules.outsider_status = 404
    assert refused(org.projects.users.create, place, user_id="user-none", role="member") == 404
    user = human.add_user(ADA)
    assert org.projects.users.create(place, email=ADA, role="member").id == user
    assert refused(org.projects.users.create, place, user_id=user, role="owner") == 400
    assert refused(org.projects.users.create, place, role="owner") == 400
    assert simulator.state()["members"] == {(ADA, "research"): "member"}


def test_a_membership_is_changed_and_lost_and_each_loss_counts(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    user, place = human.add_user(ADA), human.create_project("research")
    for _ in range(2):
        org.projects.users.create(place, user_id=user, role="member")
        assert org.projects.users.update(user, project_id=place, role="owner").role == "owner"
        assert [role.name for role in org.projects.users.roles.list(user, project_id=place)] == ["owner"]
        org.projects.users.delete(user, project_id=place)
    assert simulator.org.losses == {(place, ADA): 2}
    assert refused(org.projects.users.retrieve, user, project_id=place) == 404
    assert refused(org.projects.users.update, user, project_id=place, role="owner") == 404


@pytest.mark.parametrize("status", [400, 404])
def test_who_is_not_in_a_project_cannot_be_removed_from_it(
    simulator: OpenAISimulator, human: Human, org: Organization, status: Any
) -> None:
    simulator.rules.not_member_status = status
    user, place = human.add_user(ADA), human.create_project("research")
    assert refused(org.projects.users.delete, user, project_id=place) == status
    assert simulator.org.losses == {}


@pytest.mark.parametrize("listed", [True, False])
def test_owners_of_the_organization_own_every_project(
    simulator: OpenAISimulator, human: Human, org: Organization, listed: bool
) -> None:
    simulator.rules.owners_listed = listed
    [root] = [user.id for user in org.users.list()]
    place = human.create_project("research")
    assert [(user.id, user.role) for user in org.projects.users.list(place)] == ([(root, "owner")] if listed else [])
    assert refused(org.projects.users.delete, root, project_id=place) == 400
    assert refused(org.projects.users.update, root, project_id=place, role="member") == (400 if listed else 404)
    assert refused(org.projects.users.create, place, user_id=root, role="member") == 400
    [role] = org.projects.users.roles.list(root, project_id=place)
    assert (role.name, role.assignment_sources) == ("owner", None)


def test_an_archived_project_can_neither_be_read_for_users_nor_written(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    user, place, group = human.add_user(ADA), human.create_project("research"), human.create_group("lab")
    human.add_member(ADA, "research", "member")
    key = human.add_key(ADA, "research")
    member = simulator.org.roles.named(place, "member").id
    human.archive_project("research")
    assert "research" not in [project.name for project in org.projects.list()]
    assert [project.status for project in org.projects.list(include_archived=True)] == ["active", "archived"]
    users = org.projects.users
    assert refused(users.list, place) == 400
    assert refused(users.create, place, user_id=user, role="owner") == 400
    assert refused(users.update, user, project_id=place, role="owner") == 400
    assert refused(users.delete, user, project_id=place) == 400
    assert refused(users.roles.create, user, project_id=place, role_id=member) == 400
    assert refused(org.projects.groups.create, place, group_id=group, role=member) == 400
    assert refused(org.projects.service_accounts.list, place) == 400
    assert refused(org.projects.api_keys.delete, key, project_id=place) == 400
    assert not simulator.key_works(key)


def test_what_a_project_users_role_may_be_is_a_rule(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    user, place = human.add_user(ADA), human.create_project("research")
    viewer = next(role.id for role in org.projects.roles.list(place) if role.name == "viewer")
    for role in ("viewer", viewer, ""):
        assert refused(org.projects.users.create, place, user_id=user, role=role) in (400, 404)
    simulator.rules.member_roles = ("owner", "member", "viewer")
    assert org.projects.users.create(place, user_id=user, role="viewer").role == "viewer"
    simulator.rules.member_role_ids = True
    member = next(role.id for role in org.projects.roles.list(place) if role.name == "member")
    assert org.projects.users.update(user, project_id=place, role=member).role == "member"
