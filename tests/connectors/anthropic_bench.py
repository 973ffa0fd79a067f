"""The simulated Anthropic as the conformance suite wants a platform."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, cast

from scim_bridge.access.connector import Connector, Gate, Surroundings
from scim_bridge.connectors.anthropic import ANTHROPIC
from scim_bridge.connectors.anthropic.connector import AnthropicConnector
from tests.connectors.anthropic_world import USERS
from tests.connectors.bench import RETRY_AFTER, Fault, Plain
from tests.simulators.anthropic import AnthropicSimulator

ALWAYS = 10**6
"""Times a fault befalls that lasts until it is healed."""


class AnthropicBench(Plain):
    """An organization with one admin and two workspaces, and a third one that is archived."""

    type = ANTHROPIC
    platform = "anthropic-lab"
    secret: str | None = AnthropicSimulator.admin_key

    def __init__(self) -> None:
        self._running = ExitStack()
        self.simulator = AnthropicSimulator(requests_per_minute=None)

    def __enter__(self) -> Self:
        self._running.enter_context(self.simulator)
        human = self.simulator.human
        human.add_user("root@example.com", "admin")
        self.places = (human.create_workspace("research"), human.create_workspace("production"))
        self.closed_place: str | None = human.create_workspace("old")
        human.archive_workspace("old")
        self.connection: Mapping[str, Any] = {"admin_api_key": self.simulator.admin_key, "base_url": self.simulator.url}
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def connector(self, gate: Gate) -> Connector:
        made = cast(AnthropicConnector, ANTHROPIC.make(self.connection, Surroundings(self.platform, gate, Path())))
        self._running.callback(made.close)
        return made

    def requests(self) -> int:
        return len(self.simulator.log)

    def requests_allowed(self, people: int, places: int) -> int:
        """People, invitations and keys once, workspaces twice (the first time), members once a place."""
        return 5 + places

    def inject(self, fault: Fault) -> None:
        simulator = self.simulator
        match fault:
            case Fault.FAIL_ONCE:
                simulator.fail(500)
            case Fault.LOSE_ANSWER:
                simulator.drop(writing=True, applied=True)
            case Fault.RATE_LIMIT:
                simulator.fail(429, ALWAYS, retry_after=str(RETRY_AFTER))
            case Fault.DOWN:
                simulator.down = True
            case Fault.BREAK_LISTING:
                simulator.fail(503, ALWAYS, route=USERS)
            case Fault.REJECT_CREDENTIAL:
                simulator.admin_key = "sk-ant-admin01-another"
            case Fault.NO_SEATS:
                simulator.rules.seats = 0

    def heal(self) -> None:
        self.simulator.heal()
        self.simulator.admin_key = AnthropicSimulator.admin_key
        self.simulator.rules.seats = None

    # people, by hand

    def add_account(self, email: str) -> str:
        return self.simulator.human.add_user(email)

    def add_untouchable(self, email: str) -> str:
        return self.simulator.human.add_user(email, "admin")

    def accept(self, email: str) -> str:
        return self.simulator.human.accept_invite(email)

    def expire(self, email: str) -> None:
        self.simulator.human.expire_invite(email)

    def pending(self, email: str) -> int:
        return int(self.simulator.state()["invites"].count((email, "pending")))

    def accounts(self, email: str) -> int:
        return int(email in self.simulator.state()["users"])

    # places and keys, by hand

    def add_member(self, email: str, place_id: str, role: str) -> None:
        self.simulator.human.add_member(email, self._name(place_id), role)

    def times_removed(self, email: str, place_id: str) -> int:
        return self.simulator.org.losses[place_id, email]

    def add_key(self, email: str, place_id: str) -> str:
        return self.simulator.human.add_key(email, self._name(place_id))

    def key_opens(self, key_id: str) -> bool:
        return self.simulator.key_works(key_id)

    def _name(self, place_id: str) -> str:
        return self.simulator.org.workspace(place_id).name
