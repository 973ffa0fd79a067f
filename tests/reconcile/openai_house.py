"""A bridge with one file, `openai`, and the simulated organization that it reaches through the real SDK."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from scim_bridge import wiring
from scim_bridge.connectors.openai import OPENAI
from scim_bridge.connectors.openai.roles import CAPABILITIES
from scim_bridge.reconcile.views.holdings import Row, holdings
from tests.simulators.openai import OpenAISimulator
from tests.world import World

ADA, GRACE, ROOT = "ada@example.com", "grace@example.com", "root@example.com"
UNPACED = replace(OPENAI, capabilities=lambda _: replace(CAPABILITIES, rate=None))


def rule(group: str, *grants: dict[str, Any]) -> dict[str, Any]:
    return {"name": group.casefold(), "when": {"group": group}, "grant": list(grants)}


RULES = [
    rule("Research", {"place": "research", "role": "member"}),
    rule("Evals", {"place": "evals", "role": "owner", "allow_admin": True}),
]


class OpenAIHouse:
    """The organization has one owner, who is nobody of the bridge's, and the projects research and evals."""

    def __init__(self, folder: Path, simulator: OpenAISimulator, **keys: Any) -> None:
        self.simulator = simulator
        self.human = simulator.human
        self.human.add_user(ROOT, "owner")
        for name in ("research", "evals"):
            self.human.create_project(name)
        environment = {"OPENAI_KEY": simulator.admin_key, "OPENAI_URL": simulator.url}
        self.world = World(folder, environment=environment, connectors={**wiring.CONNECTORS, "openai": UNPACED})
        self.put(**keys)

    def put(self, **keys: Any) -> None:
        """Put this mapping file in force."""
        assert self.world.write(openai=self.file(**keys)).errors == ()
        self.world.settle()

    def file(self, **keys: Any) -> str:
        connection = {"admin_api_key": "${OPENAI_KEY}", "base_url": "${OPENAI_URL}"}
        file = {"version": 1, "connector": "openai", "connection": connection, "accounts": {"role": "reader"}}
        return str(yaml.safe_dump({**file, "rules": RULES, "mode": "apply", **keys}, sort_keys=False))

    def state(self, what: str) -> Any:
        return self.simulator.state()[what]

    def members(self) -> dict[tuple[str, str], str]:
        """Predefined roles in projects."""
        found: dict[tuple[str, str], str] = self.state("members")
        return found

    def accept(self, *emails: str) -> None:
        """They accept, and the poll sees it."""
        for email in emails:
            self.human.accept_invite(email)
        self.world.house.sweep._last.clear()
        self.world.house.sweep.look()
        self.world.settle()

    def admit(self, email: str, *groups: str, **attributes: Any) -> str:
        """Somebody pushed into these groups, who has accepted."""
        user = self.world.join(email, *groups, **attributes)
        self.world.settle()
        self.accept(email)
        return user

    def rows(self, kind: str = "person") -> list[tuple[str, str | None, str, str]]:
        """`holdings`: (name, place, role, state)."""
        found: list[Row] = holdings(self.world.database, self.world.house.platforms)
        shown = [each.as_json() for each in found if each.kind == kind]
        return [(each["principal"]["name"], each["place"], each["role"], each["state"]) for each in shown]

    def writes(self) -> dict[str, int]:
        """Requests that change something, by method and route, since the last time."""
        made = {f"{method} {route}": number for (method, route), number in self.simulator.calls.items() if method != "GET"}
        self.simulator.forget_calls()
        return made
