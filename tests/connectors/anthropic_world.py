"""A connector on the simulated Anthropic, and the few words its tests are written in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scim_bridge.access.change import Change, ChangeKind, Principal
from scim_bridge.access.observed import Inquiry, Observation
from scim_bridge.connectors.anthropic.connector import AnthropicConnector
from tests.connectors.bench import CountingGate
from tests.simulators.anthropic import AnthropicSimulator

ORG = "/v1/organizations"
USERS, INVITES, KEYS = f"{ORG}/users", f"{ORG}/invites", f"{ORG}/api_keys"
USER, INVITE, KEY = f"{USERS}/{{user_id}}", f"{INVITES}/{{invite_id}}", f"{KEYS}/{{api_key_id}}"
WORKSPACES = f"{ORG}/workspaces"
MEMBERS = f"{WORKSPACES}/{{workspace_id}}/members"
MEMBER = f"{MEMBERS}/{{user_id}}"


class World:
    """The simulator with an admin and two workspaces, and a connector with its Admin API key."""

    def __init__(self, simulator: AnthropicSimulator) -> None:
        self.simulator = simulator
        self.human = simulator.human
        self.gate = CountingGate()
        self.seconds = 0.0
        self.connector = AnthropicConnector(simulator.admin_key, simulator.url, self.gate, lambda: self.seconds)
        self.admin = self.human.add_user("admin@example.com", "admin")
        self.research = self.human.create_workspace("research")
        self.evals = self.human.create_workspace("evals")

    def ada(self, *places: str, role: str = "user") -> str:
        """Ada is a member of the organization, and of these workspaces as workspace_user."""
        user = self.human.add_user("ada@example.com", role)
        for place in places:
            self.human.add_member("ada@example.com", place, "workspace_user")
        return user

    def look(self, email: str | None = "ada@example.com", account_id: str | None = None, **asked: Any) -> Observation:
        return self.connector.observe([Inquiry(email, account_id, **asked)])

    def calls(self) -> dict[tuple[str, str], int]:
        """The requests since the last time, by method and route."""
        counted = dict(self.simulator.calls)
        self.simulator.forget_calls()
        return counted


def change(kind: ChangeKind, who: str | None = None, email: str = "ada@example.com", **what: Any) -> Change:
    return Change(kind, "anthropic-lab", Principal("person", who, email), **what)


@contextmanager
def running(**rules: Any) -> Iterator[World]:
    """A world, without the request rate unless asked for, ended afterwards."""
    with AnthropicSimulator(**{"requests_per_minute": None, **rules}) as simulator:
        made = World(simulator)
        yield made
        made.connector.close()
