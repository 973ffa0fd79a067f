"""Roles, groups and keys of an OpenAI organization, by its document or by a rule, seen through the vendor's own SDK."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from openai.resources.admin.organization import Organization

from tests.simulators.openai import OpenAISimulator
from tests.simulators.openai_human import Human
from tests.simulators.openai_world import ADA, ROOT, client_of, refused, running_simulator


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


# roles


def test_predefined_roles_have_ids_by_the_vendors_pattern_and_stay_as_they_are(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    place = human.create_project("research")
    assert [role.id for role in org.roles.list()] == [
        f"role-api-organization-{name}__api-organization__{simulator.org.id}" for name in ("owner", "reader")
    ]
    owner, member, viewer = org.projects.roles.list(place)
    assert member.id == f"role-api-project-member__api-project__{place}"
    assert (member.resource_type, member.predefined_role, viewer.name) == ("api.project", True, "viewer")
    assert refused(org.projects.roles.update, owner.id, project_id=place, role_name="king") == 400
    assert refused(org.projects.roles.delete, owner.id, project_id=place) == 400
    simulator.rules.viewer_role = False
    assert [role.name for role in org.projects.roles.list(place)] == ["owner", "member"]


def test_roles_of_one_place_are_unknown_in_another(human: Human, org: Organization) -> None:
    user, place, other = human.add_user(ADA), human.create_project("research"), human.create_project("production")
    role = human.create_role("tuner", project="research")
    human.add_member(ADA, "production", "member")
    assert refused(org.projects.users.roles.create, user, project_id=other, role_id=role) == 404
    assert refused(org.users.roles.create, user, role_id=role) == 404
    assert refused(org.projects.roles.create, place, role_name="tuner", permissions=[]) == 400


def test_a_custom_project_role_needs_a_membership_first(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    user, place = human.add_user(ADA), human.create_project("research")
    role, member = human.create_role("tuner", project="research"), simulator.org.roles.named(place, "member").id
    roles = org.projects.users.roles
    assert refused(roles.create, user, project_id=place, role_id=role) == 400
    roles.create(user, project_id=place, role_id=member)
    roles.create(user, project_id=place, role_id=role)
    assert refused(roles.create, user, project_id=place, role_id=role) == 400
    assert org.projects.users.retrieve(user, project_id=place).role == "member"
    assert simulator.state()["roles"] == {(ADA, "research"): ["tuner"]}
    roles.delete(member, project_id=place, user_id=user)
    assert (simulator.state()["members"], simulator.state()["roles"]) == ({}, {})
    assert (simulator.org.losses[place, ADA], simulator.org.role_losses[place, ADA, role]) == (1, 1)
    simulator.rules.custom_role_needs_membership = False
    roles.create(user, project_id=place, role_id=role)
    assert simulator.state()["roles"] == {(ADA, "research"): ["tuner"]}


def test_a_deleted_role_is_held_by_nobody(simulator: OpenAISimulator, human: Human, org: Organization) -> None:
    human.add_user(ADA)
    role = human.create_role("auditor")
    human.assign_role(ADA, None, "auditor")
    assert simulator.state()["roles"] == {(ADA, None): ["auditor"]}
    org.roles.delete(role)
    assert simulator.state()["roles"] == {}
    assert refused(org.roles.retrieve, role) == 404


# groups


def test_what_a_group_brings_is_named_as_its_gift(simulator: OpenAISimulator, human: Human, org: Organization) -> None:
    user, place, group = human.add_user(ADA), human.create_project("research"), human.create_group("lab")
    human.add_to_group(ADA, "lab")
    human.add_group_to_project("lab", "research", "member")
    [role] = org.projects.users.roles.list(user, project_id=place)
    assert role.assignment_sources is not None
    assert [(source.principal_id, source.principal_type) for source in role.assignment_sources] == [(group, "group")]
    assert refused(org.projects.users.roles.delete, role.id, project_id=place, user_id=user) == 404
    assert [member.id for member in org.projects.users.list(place) if member.role != "owner"] == []
    org.projects.groups.delete(group, project_id=place)
    assert list(org.projects.users.roles.list(user, project_id=place)) == []
    assert refused(org.projects.groups.delete, group, project_id=place) == 404


@pytest.mark.parametrize(("managed", "kind"), [(True, "group"), (False, "tenant_group")])
def test_a_group_managed_elsewhere_takes_no_members_but_may_have_roles(
    simulator: OpenAISimulator, human: Human, org: Organization, managed: bool, kind: Any
) -> None:
    user, place, group = human.add_user(ADA), human.create_project("research"), human.create_group("lab", managed, kind)
    assert refused(org.groups.users.create, group, user_id=user) == 403
    human.add_to_group(ADA, "lab")
    simulator.rules.scim_status = 400
    assert refused(org.groups.users.delete, user, group_id=group) == 400
    assert refused(org.groups.update, group, name="other") == 400
    assert refused(org.groups.delete, group) == 400
    member = simulator.org.roles.named(place, "member").id
    assert org.projects.groups.create(place, group_id=group, role=member).group_type == kind
    assert simulator.state()["groups"] == {"lab": [ADA]}
    assert simulator.state()["project_groups"] == {("lab", "research"): ["member"]}
    other: Any = "group" if kind == "tenant_group" else "tenant_group"
    assert refused(org.projects.groups.retrieve, group, project_id=place, group_type=other) == 404


def test_a_group_takes_nobody_twice_and_no_stranger(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    user, group = human.add_user(ADA), human.create_group("lab")
    simulator.rules.duplicate_status = 409
    org.groups.users.create(group, user_id=user)
    assert refused(org.groups.users.create, group, user_id=user) == 409
    assert refused(org.groups.users.create, group, user_id="user-none") == 404
    assert refused(org.groups.create, name="lab") == 409
    assert refused(org.groups.create, name="x" * 256) == 400
    org.groups.users.delete(user, group_id=group)
    assert refused(org.groups.users.delete, user, group_id=group) == 404


# keys


def test_keys_of_who_has_lost_the_project_are_hidden_until_asked_for_and_work(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    user, place = human.add_user(ADA), human.create_project("research")
    human.add_member(ADA, "research", "member")
    key = human.add_key(ADA, "research")
    keys = org.projects.api_keys
    assert [(one.id, one.owner_project_access) for one in keys.list(place)] == [(key, "active")]
    org.users.delete(user)
    assert list(keys.list(place)) == list(keys.list(place, owner_project_access="active")) == []
    for access in ("inactive", "any"):
        [found] = keys.list(place, owner_project_access=access)
        assert (found.id, found.owner_project_access) == (key, "inactive")
        assert found.owner.user is not None
        assert found.owner.user.id == user
    assert human.use_key(key)
    simulator.rules.keys_survive = False
    assert not simulator.key_works(key)


def test_a_deleted_or_expired_key_opens_nothing(simulator: OpenAISimulator, human: Human, org: Organization) -> None:
    place = human.create_project("research")
    deleted, short = (human.add_key(ROOT, "research", expires_in=timedelta(hours=1)) for _ in range(2))
    assert simulator.key_works(deleted)
    org.projects.api_keys.delete(deleted, project_id=place)
    assert not simulator.key_works(deleted)
    assert refused(org.projects.api_keys.delete, deleted, project_id=place) == 404
    simulator.clock.advance(hours=1)
    assert not human.use_key(short)
    assert refused(org.projects.api_keys.update, short, project_id=place, scopes=[]) == 400


def test_a_key_that_was_used_says_when(human: Human, org: Organization) -> None:
    place = human.create_project("research")
    key = human.add_key(ROOT, "research")
    assert org.projects.api_keys.retrieve(key, project_id=place).last_used_at is None
    human.use_key(key)
    used = org.projects.api_keys.retrieve(key, project_id=place).last_used_at
    assert used is not None
    assert org.users.list().data[0].api_key_last_used_at == used


def test_whether_a_service_accounts_key_can_be_deleted_is_a_rule(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    place = human.create_project("research")
    account = human.add_service_account("research", "pipeline")
    key = human.add_service_account_key("research", "pipeline")
    [found] = org.projects.api_keys.list(place)
    assert found.owner.service_account is not None
    assert (found.owner.type, found.owner.service_account.id) == ("service_account", account)
    simulator.rules.service_account_keys_deletable = False
    assert refused(org.projects.api_keys.delete, key, project_id=place) == 400
    simulator.rules.service_account_keys_deletable = True
    assert org.projects.api_keys.delete(key, project_id=place).deleted


def test_an_admin_key_names_its_owner_and_may_outlive_them(
    simulator: OpenAISimulator, human: Human, org: Organization
) -> None:
    user = human.add_user(ADA, "owner")
    key = human.add_admin_key(ADA)
    owner = org.admin_api_keys.retrieve(key).owner
    assert (owner.type, owner.id, owner.role) == ("user", user, "owner")
    assert org.admin_api_keys.retrieve(simulator.own_key_id).owner.type == "service_account"
    human.remove_user(ADA)
    assert simulator.key_works(key)
    simulator.rules.keys_survive = False
    assert not simulator.key_works(key)
    assert simulator.key_works(simulator.own_key_id)
