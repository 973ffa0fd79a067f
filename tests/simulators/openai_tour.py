"""One call of the vendor's SDK for every route of the simulator, in an order that lets each of them succeed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from openai import OpenAI
from openai._models import BaseModel

from tests.simulators.openai import OpenAISimulator

ADA, GRACE, LINUS = "ada@example.com", "grace@example.com", "linus@example.com"


def tour(simulator: OpenAISimulator, client: OpenAI) -> Iterator[BaseModel]:
    """Yields every object that came back, those of a page one by one. Expects an owner, and makes the rest."""
    simulator.human.create_project("research")
    simulator.human.add_user(ADA)
    simulator.human.add_user(LINUS, "owner")
    yield from _people(simulator, client)
    yield from _projects(client)
    yield from _roles(client)
    yield from _groups(client)
    yield from _keys(simulator, client)
    yield client.admin.organization.users.delete(_user(client, ADA))


def _people(simulator: OpenAISimulator, client: OpenAI) -> Iterator[BaseModel]:
    users, invites = client.admin.organization.users, client.admin.organization.invites
    ada = _user(client, ADA)
    yield from users.list(emails=[ADA, GRACE], limit=1)
    yield users.retrieve(ada)
    yield users.update(ada, role="owner", technical_level="high", developer_persona="researcher")
    yield users.update(ada, role="reader")
    place = _project(client)
    yield invites.create(email=GRACE, role="reader")
    made = invites.create(email="new@example.com", role="owner", projects=[{"id": place, "role": "member"}])
    yield made
    yield invites.retrieve(made.id)
    simulator.human.accept_invite(GRACE)
    yield from invites.list(limit=1)
    yield invites.delete(made.id)


def _projects(client: OpenAI) -> Iterator[BaseModel]:
    projects, ada, place = client.admin.organization.projects, _user(client, ADA), _project(client)
    yield from projects.list(limit=1, include_archived=True)
    yield projects.retrieve(place)
    yield projects.users.create(place, role="member", user_id=ada)
    yield projects.users.create(place, role="owner", email=GRACE)
    yield projects.users.update(ada, project_id=place, role="owner")
    yield projects.users.retrieve(ada, project_id=place)
    yield from projects.users.list(place, limit=1)
    yield projects.users.delete(_user(client, GRACE), project_id=place)


def _roles(client: OpenAI) -> Iterator[BaseModel]:
    org, ada, place = client.admin.organization, _user(client, ADA), _project(client)
    custom = org.roles.create(role_name="auditor", permissions=["api.groups.read"], description="looks")
    yield custom
    yield org.roles.retrieve(custom.id)
    yield org.roles.update(custom.id, permissions=["api.groups.write"])
    yield from org.roles.list(limit=1, order="desc")
    yield org.users.roles.create(ada, role_id=custom.id)
    yield org.users.roles.retrieve(custom.id, user_id=ada)
    yield from org.users.roles.list(ada, limit=1, order="asc")
    yield org.users.roles.delete(custom.id, user_id=ada)
    yield org.roles.delete(custom.id)

    local = org.projects.roles.create(place, role_name="tuner", permissions=["api.fine_tuning.write"])
    yield local
    yield org.projects.roles.retrieve(local.id, project_id=place)
    yield org.projects.roles.update(local.id, project_id=place, role_name="trainer")
    yield from org.projects.roles.list(place, limit=2)
    yield org.projects.users.roles.create(ada, project_id=place, role_id=local.id)
    yield org.projects.users.roles.retrieve(local.id, project_id=place, user_id=ada)
    yield from org.projects.users.roles.list(ada, project_id=place, limit=1)
    yield org.projects.users.roles.delete(local.id, project_id=place, user_id=ada)
    yield org.projects.roles.delete(local.id, project_id=place)


def _groups(client: OpenAI) -> Iterator[BaseModel]:
    org, ada, place = client.admin.organization, _user(client, ADA), _project(client)
    group = org.groups.create(name="lab")
    yield group
    yield org.groups.update(group.id, name="laboratory")
    yield org.groups.retrieve(group.id)
    yield from org.groups.list(limit=1, order="desc")
    yield org.groups.users.create(group.id, user_id=ada)
    yield org.groups.users.retrieve(ada, group_id=group.id)
    yield from org.groups.users.list(group.id, limit=1)
    reader = next(role.id for role in org.roles.list() if role.name == "reader")
    yield org.groups.roles.create(group.id, role_id=reader)
    yield org.groups.roles.retrieve(reader, group_id=group.id)
    yield from org.groups.roles.list(group.id)
    yield org.groups.roles.delete(reader, group_id=group.id)

    member, viewer = (_project_role(client, place, name) for name in ("member", "viewer"))
    yield org.projects.groups.create(place, group_id=group.id, role=member)
    yield org.projects.groups.retrieve(group.id, project_id=place, group_type="group")
    yield from org.projects.groups.list(place, limit=1, order="asc")
    yield org.projects.groups.roles.create(group.id, project_id=place, role_id=viewer)
    yield org.projects.groups.roles.retrieve(viewer, project_id=place, group_id=group.id)
    yield from org.projects.groups.roles.list(group.id, project_id=place, limit=1)
    yield from org.projects.users.roles.list(ada, project_id=place)
    yield org.projects.groups.roles.delete(viewer, project_id=place, group_id=group.id)
    yield org.projects.groups.delete(group.id, project_id=place)
    yield org.groups.users.delete(ada, group_id=group.id)
    yield org.groups.delete(group.id)


def _keys(simulator: OpenAISimulator, client: OpenAI) -> Iterator[BaseModel]:
    org, human, place = client.admin.organization, simulator.human, _project(client)
    key = human.add_key(ADA, "research", expires_in=timedelta(days=30))
    human.use_key(key)
    account = human.add_service_account("research", "pipeline")
    human.add_service_account_key("research", "pipeline")
    for access in ("active", "any", "inactive"):
        yield from org.projects.api_keys.list(place, owner_project_access=access, limit=1)
    yield org.projects.api_keys.retrieve(key, project_id=place)
    yield org.projects.api_keys.update(key, project_id=place, scopes=["api.all.read"], expires_in_seconds=60)
    yield org.projects.api_keys.delete(key, project_id=place)
    yield from org.projects.service_accounts.list(place, limit=1)
    yield org.projects.service_accounts.retrieve(account, project_id=place)
    key = human.add_admin_key(LINUS)
    yield from org.admin_api_keys.list(limit=1, order="desc")
    yield org.admin_api_keys.retrieve(key)
    yield org.admin_api_keys.delete(key)


def _user(client: OpenAI, email: str) -> str:
    return client.admin.organization.users.list(emails=[email]).data[0].id


def _project(client: OpenAI) -> str:
    return next(project.id for project in client.admin.organization.projects.list() if project.name == "research")


def _project_role(client: OpenAI, place: str, name: str) -> str:
    return next(role.id for role in client.admin.organization.projects.roles.list(place) if role.name == name)
