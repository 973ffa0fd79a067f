"""A connector on the simulated OpenAI, and the few words its tests are written in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scim_bridge.access.change import Change, ChangeKind, Principal
from scim_bridge.access.observed import Inquiry, Observation
from scim_bridge.connectors.openai.connector import OpenAIConnector
from tests.connectors.bench import CountingGate
from tests.connectors.openai_record import hold
from tests.simulators.openai import OpenAISimulator

ORG = "/organization"
USERS, INVITES, GROUPS, ROLES = f"{ORG}/users", f"{ORG}/invites", f"{ORG}/groups", f"{ORG}/roles"
USER, INVITE, GROUP = f"{USERS}/{{user_id}}", f"{INVITES}/{{invite_id}}", f"{GROUPS}/{{group_id}}"
USER_ROLES = f"{USER}/roles"
GROUP_USERS, GROUP_USER = f"{GROUP}/users", f"{GROUP}/users/{{user_id}}"
PROJECTS = f"{ORG}/projects"
PROJECT = f"{PROJECTS}/{{project_id}}"
MEMBERS, KEYS = f"{PROJECT}/users", f"{PROJECT}/api_keys"
MEMBER, KEY = f"{MEMBERS}/{{user_id}}", f"{KEYS}/{{api_key_id}}"
PROJECT_GROUPS, PROJECT_GROUP = f"{PROJECT}/groups", f"{PROJECT}/groups/{{group_id}}"
PROJECT_ROLES = "/projects/{project_id}/roles"
MEMBER_ROLES = "/projects/{project_id}/users/{user_id}/roles"
GROUP_ROLES = "/projects/{project_id}/groups/{group_id}/roles"
ADMIN_KEYS, ADMIN_KEY = f"{ORG}/admin_api_keys", f"{ORG}/admin_api_keys/{{key_id}}"
ADA = "ada@example.com"


class World:
    """The simulator with an owner and two projects beside the default one, and a connector with its admin key."""

    def __init__(self, simulator: OpenAISimulator) -> None:
        self.simulator = simulator
        self.human = simulator.human
        self.rules = simulator.rules
        self.gate = CountingGate()
        self.seconds = 0.0
        self.connector = self.another()
        self.owner = self.human.add_user("owner@example.com", "owner")
        self.research = self.human.create_project("research")
        self.evals = self.human.create_project("evals")
        self.default = simulator.org.default_project.id

    def another(self, key: str | None = None) -> OpenAIConnector:
        """A connector as another process has it."""
        simulator = self.simulator
        return OpenAIConnector(
            key or simulator.admin_key, simulator.url, self.gate, lambda: self.seconds, simulator.clock.now
        )

    def ada(self, *projects: str, role: str = "reader", **more: Any) -> str:
        """Ada is in the organization, and a member of these projects."""
        user = self.human.add_user(ADA, role, **more)
        for project in projects:
            self.human.add_member(ADA, project, "member")
        return user

    def look(self, email: str | None = ADA, account_id: str | None = None, **asked: Any) -> Observation:
        return self.connector.observe([Inquiry(email, account_id, **asked)])

    def calls(self) -> dict[tuple[str, str], int]:
        """The requests since the last time, by method and route."""
        counted = dict(self.simulator.calls)
        self.simulator.calls.clear()
        return counted


def change(kind: ChangeKind, who: str | None = None, email: str = ADA, **what: Any) -> Change:
    return Change(kind, "openai-lab", Principal("person", who, email), **what)


def of_group(kind: ChangeKind, group_id: str | None, name: str = "Lab", **what: Any) -> Change:
    return Change(kind, "openai-lab", Principal("group", group_id, name), **what)


@contextmanager
def running(**rules: Any) -> Iterator[World]:
    """A world, ended afterwards."""
    with OpenAISimulator(**rules) as simulator:
        made = World(simulator)
        yield made
        made.connector.close()
        hold(simulator)
