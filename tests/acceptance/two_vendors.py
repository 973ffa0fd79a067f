"""A bridge whose files reach both vendors' simulators through their real SDKs, and a sandbox where invitations wait."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import yaml

from scim_bridge import wiring
from scim_bridge.connectors.anthropic import ANTHROPIC
from scim_bridge.connectors.anthropic.roles import CAPABILITIES as OF_ANTHROPIC
from scim_bridge.connectors.openai import OPENAI
from scim_bridge.connectors.openai.roles import CAPABILITIES as OF_OPENAI
from scim_bridge.directory import persons
from scim_bridge.reconcile.views.offboarding import Offboarding, offboarding
from tests.simulators.anthropic import AnthropicSimulator
from tests.simulators.openai import OpenAISimulator
from tests.world import World

UNPACED = {
    "anthropic": replace(ANTHROPIC, capabilities=lambda _: replace(OF_ANTHROPIC, rate=None)),
    "openai": replace(OPENAI, capabilities=lambda _: replace(OF_OPENAI, rate=None)),
}
WEAK = {"claude": "workspace_user", "gpt": "member"}
STRONG = {"claude": "workspace_developer", "gpt": "owner"}


def grants(name: str, *pairs: tuple[str, str, str]) -> list[dict[str, Any]]:
    """(group, place, role) each."""
    return [
        {"name": f"{group} {place}", "when": {"group": group},
         "grant": [{"place": place, "role": role, **({"allow_admin": True} if role == "owner" else {})}]}
        for group, place, role in pairs
    ]  # fmt: skip


class TwoVendors:
    """Projects and workspaces research, evals and as many more as asked for. `claude` and `gpt` are the platforms."""

    def __init__(self, folder: Path, *, more_places: int = 0) -> None:
        self._running = ExitStack()
        self.folder = folder
        self.places = ["research", "evals", *(f"p{number:02}" for number in range(more_places))]

    def __enter__(self) -> Self:
        self.claude = self._running.enter_context(AnthropicSimulator(requests_per_minute=None))
        self.gpt = self._running.enter_context(OpenAISimulator())
        self.claude.human.add_user("root@example.com", "admin")
        self.gpt.human.add_user("root@example.com", "owner")
        for name in self.places:
            self.claude.human.create_workspace(name)
            self.gpt.human.create_project(name)
        environment = {
            "CLAUDE_KEY": self.claude.admin_key, "CLAUDE_URL": self.claude.url,
            "GPT_KEY": self.gpt.admin_key, "GPT_URL": self.gpt.url,
        }  # fmt: skip
        self.world = World(self.folder, environment=environment, connectors={**wiring.CONNECTORS, **UNPACED})
        return self

    def __exit__(self, *_: object) -> None:
        self.world.close()
        self._running.close()

    def put(self, sandbox: dict[str, Any] | None = None, **keys: dict[str, Any]) -> None:
        """Put files in force: `claude` and `gpt` with these keys, and a sandbox where one is asked for."""
        kinds = {"claude": ("anthropic", "user", "CLAUDE"), "gpt": ("openai", "reader", "GPT")}
        files = {name: _file(*kinds[name], more) for name, more in keys.items()}
        if sandbox is not None:
            file = {"version": 1, "connector": "sandbox", "accounts": {"role": "user"}, "mode": "apply"}
            files["sandbox"] = yaml.safe_dump({**file, **sandbox})
        assert self.world.write(**files).errors == ()
        self.world.settle()

    def accept(self, email: str) -> None:
        """At both vendors, and the poll sees it."""
        for human in (self.claude.human, self.gpt.human):
            human.accept_invite(email)
        self.poll()

    def poll(self) -> None:
        self.world.house.sweep._last.clear()
        self.world.house.sweep.look()
        self.world.settle()

    def has(self, email: str) -> dict[str, dict[str, str]]:
        """Roles by place on each platform."""
        found = {"claude": self.claude.state()["members"], "gpt": self.gpt.state()["members"]}
        return {name: {place: role for (who, place), role in rows.items() if who == email} for name, rows in found.items()}

    def leaving(self, user: str) -> Offboarding:
        with self.world.database.reading() as connection:
            found = persons.find(connection, user)[0]
        return offboarding(self.world.database, self.world.house.platforms, found)

    def calls(self) -> dict[str, tuple[int, int]]:
        """(reads, writes) at each vendor since the last time."""
        made = {}
        for name, simulator in (("claude", self.claude), ("gpt", self.gpt)):
            reads = sum(number for (method, _), number in simulator.calls.items() if method == "GET")
            made[name] = (reads, sum(simulator.calls.values()) - reads)
            simulator.forget_calls()
        return made


def _file(connector: str, role: str, prefix: str, keys: dict[str, Any]) -> str:
    connection = {"admin_api_key": f"${{{prefix}_KEY}}", "base_url": f"${{{prefix}_URL}}"}
    file = {"version": 1, "connector": connector, "connection": connection, "accounts": {"role": role}, "mode": "apply"}
    return yaml.safe_dump({**file, **keys}, sort_keys=False)


def both(*pairs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The same rules for both: (group, place, `weak` or `strong`) each."""
    return {
        name: {"rules": grants(name, *((group, place, {"weak": WEAK, "strong": STRONG}[role][name]) for group, place, role in pairs))}
        for name in ("claude", "gpt")
    }
