"""What is no failure but somebody's decision or errand: told apart, by the hand, and said to whom it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from scim_bridge import wiring
from scim_bridge.access.connector import ConnectorType
from scim_bridge.connectors.anthropic import ANTHROPIC
from scim_bridge.connectors.openai import OPENAI
from scim_bridge.reconcile.views.holdings import holdings
from scim_bridge.reconcile.views.work import work
from tests.simulators.anthropic import AnthropicSimulator
from tests.simulators.openai import OpenAISimulator
from tests.world import World, mapping

ADA, ROOT = "ada@example.com", "root@example.com"
NAMES = ("open", "full", "provisioned", "narrow", "broken")
Simulator = AnthropicSimulator | OpenAISimulator
Told = tuple[str, str | None, str | None]
"""Of an account: the state in `holdings`, how the reason in `work list` begins, the newest outcome in the record."""


@dataclass(frozen=True)
class Vendor:
    """A real platform, and how its simulator becomes each of the five."""

    kind: ConnectorType
    role: str
    place_role: str
    make: Callable[[int], Simulator]
    prepare: Mapping[str, Callable[[Any], None]]
    put_right: Mapping[str, Callable[[Any], None]]
    told: Mapping[str, Told]


def anthropic(number: int) -> AnthropicSimulator:
    """An organization of its own, with one admin and one workspace."""
    organization = AnthropicSimulator(requests_per_minute=None)
    organization.org.id = f"org-{number}"
    organization.human.add_user(ROOT, "admin")
    organization.human.create_workspace("research")
    return organization


def openai(number: int) -> OpenAISimulator:
    """The same. Organizations are told apart by their oldest project, and a simulator counts its ids from one."""
    organization = OpenAISimulator()
    organization.human.add_user(ROOT, "owner")
    projects = [organization.human.create_project(f"project {each}") for each in range(number + 1)]
    organization.org.projects[projects[-1]].created_at -= timedelta(days=1)
    organization.human.create_project("research")
    return organization


def seats(number: int) -> Callable[[Any], None]:
    return lambda organization: setattr(organization.rules, "seats", number)


def provisioning(how: str) -> Callable[[Any], None]:
    return lambda organization: setattr(organization.rules, "provisioning", how)


def scim(organization: OpenAISimulator) -> None:
    organization.human.add_user("grace@example.com", scim_managed=True)


ANTHROPICS = Vendor(
    ANTHROPIC, "user", "workspace_user", anthropic,
    {"full": seats(1), "provisioned": provisioning("jit")},
    {"full": seats(2), "provisioned": provisioning("open"), "broken": AnthropicSimulator.heal},
    {
        "open": ("invited", None, "done"),
        "full": ("parked", "No seat is free: buy one, or free one, in the Console.", "out_of_seats"),
        "provisioned": (
            "parked", "The organization's identity provider manages its members (JIT or SCIM)", "managed_natively"
        ),
        "narrow": ("parked", "The key may not do this: use an Admin API key of the Console organization.", "not_permitted"),
        "broken": ("waiting", "Anthropic is unavailable.", None),
    },
)  # fmt: skip
OPENAIS = Vendor(
    OPENAI, "reader", "member", openai,
    {"full": seats(1), "provisioned": scim},
    {"full": seats(2), "broken": OpenAISimulator.heal},
    {
        "open": ("invited", None, "done"),
        "full": ("parked", "No seat is free: remove somebody, cancel invitations, or ask OpenAI for more.", "out_of_seats"),
        "provisioned": (
            "parked", "OpenAI's own SCIM keeps the people of this organization, so the bridge invites nobody", "managed_natively"
        ),
        "narrow": ("parked", "The key may not do this: it needs an Admin API key of an organization owner", "not_permitted"),
        "broken": ("waiting", "OpenAI is unavailable.", None),
    },
)  # fmt: skip


@dataclass
class Five:
    """One bridge, and five organizations of one vendor to which one push of one person leads."""

    vendor: Vendor
    world: World
    organizations: dict[str, Any]

    def state(self, platform: str) -> str:
        """Of her account, as `holdings` says."""
        rows = holdings(self.world.database, self.world.house.platforms, platform=platform)
        return next(row.state for row in rows if row.user_name == ADA and row.place is None)

    def work(self, platform: str) -> tuple[str, str]:
        """State and reason, as `work list` says."""
        items = work(self.world.database, platform=platform)
        return next(((str(each.state), each.reason or "") for each in items), ("nothing to do", ""))

    def told(self, platform: str) -> Told:
        """A reason that does not begin as it should is given whole."""
        _, reason = self.work(platform)
        begins = self.vendor.told[platform][1] or reason
        outcomes = [each.outcome for each in self.world.audit(platform=platform)]
        return (
            self.state(platform),
            (begins if reason.startswith(begins) else reason) or None,
            outcomes[-1] if outcomes else None,
        )


@pytest.fixture(params=[ANTHROPICS, OPENAIS], ids=["anthropic", "openai"])
def five(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Five]:
    """The four of lesson 54, and one that fails, for comparison."""
    vendor: Vendor = request.param
    with ExitStack() as running:
        made = {name: running.enter_context(vendor.make(number)) for number, name in enumerate(NAMES)}
        for name, prepare in vendor.prepare.items():
            prepare(made[name])
        made["broken"].fail(500, times=1000, method="POST")
        variables = {f"KEY_{name}".upper(): each.admin_key for name, each in made.items()}
        variables |= {f"URL_{name}".upper(): each.url for name, each in made.items()}
        variables["KEY_NARROW"] = made["narrow"].read_only_key
        unpaced = replace(vendor.kind, capabilities=lambda _: replace(vendor.kind.capabilities({}), rate=None))
        connectors = {**wiring.CONNECTORS, vendor.kind.name: unpaced}
        files = {name: file(vendor, name) for name in NAMES}
        world = World(tmp_path, files, environment=variables, connectors=connectors)
        running.callback(world.close)
        yield Five(vendor, world, made)


def file(vendor: Vendor, name: str) -> str:
    connection = {"admin_api_key": f"${{KEY_{name.upper()}}}", "base_url": f"${{URL_{name.upper()}}}"}
    grant = {"place": "research", "role": vendor.place_role}
    keys = {"version": 1, "connector": vendor.kind.name, "connection": connection, "accounts": {"role": vendor.role}}
    rules = [{"name": "research", "when": {"group": "Research"}, "grant": [grant]}]
    return str(yaml.safe_dump({**keys, "rules": rules, "mode": "apply"}, sort_keys=False))


def test_lesson_54_seats_invitations_native_people_and_missing_rights_are_told_apart_from_failure(five: Five) -> None:
    five.world.join(ADA, "Research")
    five.world.settle()
    assert {name: five.told(name) for name in NAMES} == five.vendor.told
    assert len(set(five.vendor.told.values())) == len(NAMES)
    states = {"open": "nothing to do", "full": "parked", "provisioned": "parked", "narrow": "parked", "broken": "delayed"}
    assert {name: five.work(name)[0] for name in NAMES} == states


def test_lesson_54_each_ends_when_whoever_can_help_has_helped(five: Five) -> None:
    five.world.join(ADA, "Research")
    five.world.settle()
    for name, put_right in five.vendor.put_right.items():
        put_right(five.organizations[name])
    five.organizations["open"].human.accept_invite(ADA)
    five.world.retry()
    five.world.look_at(ADA)
    five.world.later()
    five.world.settle()
    ended = dict.fromkeys(five.vendor.put_right, "invited") | {"open": "held"}
    assert {name: five.state(name) for name in NAMES} == dict.fromkeys(NAMES, "parked") | ended


def test_lesson_54_a_refused_credential_makes_everybody_wait_and_nobody_fail(tmp_path: Path) -> None:
    """On the sandbox: its credential, its seats, its open invitations. Nobody's own tries are used up by the first."""
    manual = {"places": ["research", "production"], "accept": "manual"}
    world = World(tmp_path, {name: mapping(connection={**manual, "path": f"{name}.db"}) for name in ("shut", "full", "open")})
    world.store("shut").set_fault("reject")
    world.store("full").set_fault("seats", 0)
    world.join(ADA, "Research")
    world.settle()
    told = {item.key.platform: (item.state, item.reason) for item in world.slate()}
    attempts = [item.attempts for item in world.slate("shut")]
    world.close()
    assert attempts == [0]
    assert told == {
        "shut": ("delayed", "The sandbox rejects the bridge's credential, on request. Clear the fault."),
        "full": ("parked", "The sandbox has 0 seats and all are taken; open invitations count. Free one or add seats."),
    }
