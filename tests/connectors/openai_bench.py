"""The simulated OpenAI as the conformance suite wants a platform."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, cast

from scim_bridge.access.connector import Connector, Gate, Surroundings
from scim_bridge.connectors.openai import OPENAI
from scim_bridge.connectors.openai.connector import OpenAIConnector
from tests.connectors.bench import RETRY_AFTER, Fault
from tests.connectors.openai_record import hold
from tests.connectors.openai_world import KEYS, MEMBERS
from tests.simulators.openai import OpenAISimulator

ALWAYS = 10**6
"""Times a fault befalls that lasts until it is healed."""
HARMLESS, POWERFUL = "api.model.request", "api.organization.projects.api_keys.write"


class OpenAIBench:
    """An organization with one owner and two projects beside the default one, and a third one that is archived."""

    type = OPENAI
    platform = "openai-lab"
    secret: str | None = OpenAISimulator.admin_key

    def __init__(self, **rules: Any) -> None:
        self._running = ExitStack()
        self.simulator = OpenAISimulator(**rules)

    def __enter__(self) -> Self:
        self._running.enter_context(self.simulator)
        human = self.simulator.human
        human.add_user("root@example.com", "owner")
        self.places = (human.create_project("research"), human.create_project("production"))
        self.closed_place: str | None = human.create_project("old")
        human.archive_project("old")
        self.connection: Mapping[str, Any] = {"admin_api_key": self.simulator.admin_key, "base_url": self.simulator.url}
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()
        hold(self.simulator)

    def connector(self, gate: Gate) -> Connector:
        made = cast(OpenAIConnector, OPENAI.make(self.connection, Surroundings(self.platform, gate, Path())))
        self._running.callback(made.close)
        return made

    def requests(self) -> int:
        return len(self.simulator.log)

    def requests_allowed(self, people: int, places: int) -> int:
        """People, invitations, projects, admin keys and the organization's roles once; members and keys once a project."""
        return 5 + 2 * places

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
                for route in (MEMBERS, KEYS):
                    simulator.fail(503, ALWAYS, route=route, skip=1)
            case Fault.REJECT_CREDENTIAL:
                simulator.admin_key = "sk-admin-another-0000"
            case Fault.NO_SEATS:
                simulator.rules.seats = 0

    def heal(self) -> None:
        self.simulator.heal()
        self.simulator.admin_key = OpenAISimulator.admin_key
        self.simulator.rules.seats = None

    # people, by hand

    def add_account(self, email: str) -> str:
        return self.simulator.human.add_user(email)

    def add_untouchable(self, email: str) -> str | None:
        return None

    def add_native(self, email: str) -> str | None:
        return self.simulator.human.add_user(email, scim_managed=True)

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

    def add_shared_key(self, place_id: str) -> str | None:
        self.simulator.human.add_service_account(self._name(place_id), "nightly")
        return self.simulator.human.add_service_account_key(self._name(place_id), "nightly")

    def own_key(self) -> str | None:
        return self.simulator.own_key_id

    def key_opens(self, key_id: str) -> bool:
        return self.simulator.key_works(key_id)

    # roles and groups, by hand

    def add_role(self, name: str, place_id: str | None, *, administrative: bool = False) -> None:
        permissions = [HARMLESS, *([POWERFUL] if administrative else [])]
        self.simulator.human.create_role(name, permissions, self._name(place_id) if place_id else None)

    def add_group(self, name: str, *, native: bool = False) -> str:
        return self.simulator.human.create_group(name, scim_managed=native)

    def group_members(self, group_id: str) -> set[str]:
        org = self.simulator.org
        return {org.users[user].email for user in org.groups.all[group_id].members}

    def groups(self, name: str) -> int:
        return sum(1 for group in self.simulator.org.groups.all.values() if group.name == name)

    def _name(self, place_id: str) -> str:
        return self.simulator.org.project(place_id).name
