"""Two simulated organizations, the bridge's mapping files for them, and the humans who accept invitations and make keys."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import yaml

from tests.chaos.people import PLACES, Person, Register
from tests.simulators.anthropic import AnthropicSimulator
from tests.simulators.openai import OpenAISimulator

ROOT = "root@example.com"
ENVIRONMENT = {"CLAUDE": ("CLAUDE_KEY", "CLAUDE_URL"), "OPENAI": ("OPENAI_KEY", "OPENAI_URL")}
LAB = {
    "claude": {"place": "research", "role": "workspace_developer"},
    "openai": {"place": "research", "role": "member", "to": "group"},
}
ROLES = {
    "claude": {"Research": "workspace_user", "Evals": "workspace_developer", "team": "workspace_restricted_developer"},
    "openai": {"Research": "member", "Evals": "member", "team": "member"},
}
CONNECTORS = {"claude": ("anthropic", "user", "CLAUDE"), "openai": ("openai", "reader", "OPENAI")}


def mapping(platform: str) -> str:
    """The file of one platform. Nothing is braked: many leave here within the hour."""
    connector, role, prefix = CONNECTORS[platform]
    roles = ROLES[platform]
    rules = [
        {"name": "research", "when": {"group": "Research"}, "grant": [{"place": "research", "role": roles["Research"]}]},
        {"name": "evals", "when": {"group": "Evals"}, "grant": [{"place": "evals", "role": roles["Evals"]}]},
        {"name": "lab", "when": {"group": "Lab"}, "grant": [LAB[platform]]},
        {
            "name": "teams",
            "when": {"group_pattern": "Team-{number}-{place}"},
            "grant": [{"place": "{place}", "role": roles["team"]}],
        },
    ]
    file: dict[str, Any] = {
        "version": 1,
        "connector": connector,
        "connection": {"admin_api_key": f"${{{prefix}_KEY}}", "base_url": f"${{{prefix}_URL}}"},
        "accounts": {"role": role},
        "rules": rules,
        "moving": {"keys": "withdraw"},
        "brake": {"floor": 100_000, "gains": 100_000},
        "mode": "apply",
    }
    return str(yaml.safe_dump(file, sort_keys=False))


@dataclass
class Organizations:
    """Both simulators, which run inside `with`, and what their people do."""

    register: Register
    claude: AnthropicSimulator = field(
        default_factory=lambda: AnthropicSimulator(requests_per_minute=None, invites_per_hour=None)
    )
    openai: OpenAISimulator = field(default_factory=OpenAISimulator)
    accounts: dict[str, Person] = field(default_factory=dict)
    """Whose every account is that was ever made by accepting an invitation, by its id."""

    def __post_init__(self) -> None:
        self.claude.human.add_user(ROOT, "admin")
        self.openai.human.add_user(ROOT, "owner")
        for place in PLACES:
            self.claude.human.create_workspace(place)
            self.openai.human.create_project(place)

    def __enter__(self) -> Organizations:
        self.claude.__enter__()
        self.openai.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.claude.__exit__()
        self.openai.__exit__()

    @property
    def simulators(self) -> Mapping[str, AnthropicSimulator | OpenAISimulator]:
        return {"claude": self.claude, "openai": self.openai}

    def environment(self) -> dict[str, str]:
        """What the mapping files take from there."""
        return {
            "CLAUDE_KEY": self.claude.admin_key,
            "CLAUDE_URL": self.claude.url,
            "OPENAI_KEY": self.openai.admin_key,
            "OPENAI_URL": self.openai.url,
        }

    def writes(self, platform: str) -> int:
        return self.simulators[platform].writes

    # people

    def open_mailboxes(self, chance: Random, over: threading.Event) -> None:
        """Until it is over, whoever is no sleeper accepts the newest invitation they have, sooner or later."""
        while not over.is_set():
            for simulator in self.simulators.values():
                with simulator.lock:
                    newest = {self.register.of(each.email): each.email for each in simulator.org.pending()}
                    for person, email in newest.items():
                        if not person.sleeper and chance.random() < 0.3:
                            self.accounts[simulator.human.accept_invite(email)] = person
            over.wait(0.03)

    def make_key(self, person: Person, platform: str, place: str) -> None:
        """By hand, if they are in that place by now."""
        simulator = self.simulators[platform]
        with simulator.lock:
            members = simulator.state()["members"]
            email = next((name for name in person.names if (name, place) in members), None)
            if email is not None:
                person.keys[simulator.human.add_key(email, place)] = (platform, place)
