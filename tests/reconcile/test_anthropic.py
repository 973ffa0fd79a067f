"""The hand against the simulated Anthropic, through the real SDK."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from scim_bridge import wiring
from scim_bridge.connectors.anthropic import ANTHROPIC, CAPABILITIES
from tests.simulators.anthropic import AnthropicSimulator
from tests.world import World

ADA, GRACE, ROOT = "ada@example.com", "grace@example.com", "root@example.com"
ORG = "/v1/organizations"
RULES = [
    {"name": "research", "when": {"group": "Research"}, "grant": [{"place": "research", "role": "workspace_user"}]},
    {"name": "evals", "when": {"group": "Evals"}, "grant": [{"place": "evals", "role": "workspace_developer"}]},
]


class Claude:
    """A bridge with one file, `claude`, and the organization that it reaches."""

    def __init__(self, folder: Path, simulator: AnthropicSimulator, **keys: Any) -> None:
        self.simulator = simulator
        self.human = simulator.human
        self.human.add_user(ROOT, "admin")
        for name in ("research", "evals"):
            self.human.create_workspace(name)
        unpaced = replace(ANTHROPIC, capabilities=lambda _: replace(CAPABILITIES, rate=None))
        environment = {"CLAUDE_KEY": simulator.admin_key, "CLAUDE_URL": simulator.url}
        self.world = World(folder, environment=environment, connectors={**wiring.CONNECTORS, "anthropic": unpaced})
        assert self.world.write(claude=self.file(**keys)).errors == ()
        self.world.settle()

    def file(self, **keys: Any) -> str:
        connection = {"admin_api_key": "${CLAUDE_KEY}", "base_url": "${CLAUDE_URL}"}
        file = {"version": 1, "connector": "anthropic", "connection": connection, "accounts": {"role": "user"}}
        return str(yaml.safe_dump({**file, "rules": RULES, "mode": "apply", **keys}, sort_keys=False))

    def members(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = self.simulator.state()["members"]
        return found

    def accept(self, *emails: str) -> None:
        """They accept, and the poll sees it."""
        for email in emails:
            self.human.accept_invite(email)
        self.world.house.sweep._last.clear()
        self.world.house.sweep.look()
        self.world.settle()

    def staff(self, count: int) -> list[str]:
        """So many people in research, all accepted."""
        users = self.world.join_many(count, "Research")
        self.world.settle()
        self.accept(*(f"p{number:03}@example.com" for number in range(count)))
        return users

    def requests(self) -> dict[str, int]:
        """Since the last time: reads and writes."""
        writes, total = self.simulator.writes, sum(self.simulator.calls.values())
        self.simulator.forget_calls()
        return {"reads": total - writes, "writes": writes}


@pytest.fixture
def simulator() -> Iterator[AnthropicSimulator]:
    with AnthropicSimulator(requests_per_minute=None) as running:
        yield running


@pytest.fixture
def claude(tmp_path: Path, simulator: AnthropicSimulator) -> Iterator[Claude]:
    made = Claude(tmp_path, simulator)
    yield made
    made.world.close()


def test_an_invitation_is_accepted_days_later_and_workspaces_follow(claude: Claude) -> None:
    claude.world.join(ADA, "Research", "Evals")
    claude.world.settle()
    assert claude.simulator.state()["invites"] == [(ADA, "pending")]
    assert claude.world.slate() == []  # waiting for somebody is no work
    claude.simulator.clock.advance(days=3)
    claude.accept(ADA)
    assert claude.members() == {(ADA, "research"): "workspace_user", (ADA, "evals"): "workspace_developer"}


def test_a_leaver_loses_keys_workspaces_and_membership(claude: Claude) -> None:
    ada = claude.world.join(ADA, "Research", "Evals")
    claude.world.settle()
    claude.accept(ADA)
    keys = [claude.human.add_key(ADA, "research"), claude.human.add_key(ADA, None)]
    claude.world.deactivate(ada)
    claude.world.settle()
    state = claude.simulator.state()
    assert ADA not in state["users"]
    assert claude.members() == {}
    assert [state["keys"][key] for key in keys] == ["inactive", "inactive"]
    assert claude.world.unconfirmed() == []


def test_lesson_29_a_503_on_page_two_means_zero_changes(claude: Claude) -> None:
    """Two and a half thousand people: three pages. What is not seen is not gone."""
    users = claude.staff(6)
    for number in range(2400):
        claude.human.add_user(f"other{number}@example.com")
    claude.world.look_at()
    claude.requests()
    claude.simulator.fail(503, route=f"{ORG}/users", skip=1)
    before = claude.simulator.state()
    for user in users[:5]:
        claude.world.deactivate(user)
    claude.world.settle()
    assert claude.simulator.state() == before
    assert claude.simulator.writes == 0
    assert {item.state for item in claude.world.slate()} == {"delayed"}
    claude.simulator.heal()
    claude.world.later()
    claude.world.settle()
    assert len(claude.members()) == 1
    assert claude.world.slate() == []


def test_lesson_29_a_page_that_breaks_off_means_zero_changes(claude: Claude) -> None:
    users = claude.staff(3)
    claude.simulator.fail(200, route=f"{ORG}/users", raw=b'{"data": [], "has_more": true, "last_id": null}', times=100)
    claude.simulator.fail(200, route=f"{ORG}/users/{{user_id}}", raw=b'{"id": null}', times=100)
    before = claude.simulator.state()
    claude.world.deactivate(users[0])
    claude.world.settle()
    assert claude.simulator.state() == before
    assert [item.state for item in claude.world.slate()] == ["delayed"]


def test_an_admin_of_the_organization_is_left_alone_and_it_is_said(claude: Claude, tmp_path: Path) -> None:
    claude.world.write(claude=claude.file(accounts={"role": "user", "existing": "adopt"}))
    root = claude.world.join(ROOT, "Research")
    claude.world.settle()
    claude.world.deactivate(root)
    claude.world.settle()
    assert claude.simulator.state()["users"][ROOT] == "admin"
    assert "Claude Console" in claude.world.parked()[ROOT]


def test_lesson_26_a_dropped_answer_sends_no_second_invitation(claude: Claude) -> None:
    claude.simulator.drop(writing=True, applied=True)
    claude.world.join(ADA, "Research")
    claude.world.settle_at_last()
    assert claude.simulator.state()["invites"] == [(ADA, "pending")]
    assert [each.action for each in claude.world.audit(platform="claude")] == ["invite"]


def test_a_grant_whose_answer_was_lost_and_that_nobody_wants_any_more_is_taken_back(claude: Claude) -> None:
    """Members are read workspace by workspace: the one that was about to be granted is read too."""
    ada = claude.world.join(ADA, "Evals")
    claude.world.settle()
    claude.accept(ADA)
    claude.simulator.drop(writing=True, applied=True)
    claude.world.join(ADA, "Research")
    claude.world.settle()
    assert (ADA, "research") in claude.members()
    claude.world.remove("Research", ada)
    claude.world.settle_at_last()
    assert claude.members() == {(ADA, "evals"): "workspace_developer"}


def test_lesson_32_the_last_admin_of_a_workspace_by_hand_is_not_removed_with_the_last_grant(claude: Claude) -> None:
    ada = claude.world.join(ADA, "Research")
    claude.world.settle()
    claude.accept(ADA)
    claude.human.add_member(ADA, "evals", "workspace_admin")
    claude.human.remove_user(ROOT)  # admins of the organization administer every workspace
    claude.world.remove("Research", ada)
    claude.world.settle()
    assert claude.members() == {(ADA, "evals"): "workspace_admin"}
    assert "last administrator of evals" in claude.world.parked()[ADA]


def test_lesson_23_a_429_pauses_everybody_for_as_long_as_it_says(claude: Claude) -> None:
    claude.simulator.fail(429, method="POST", retry_after="7")
    claude.world.join(ADA, "Research")
    claude.world.join(GRACE, "Research")
    claude.world.settle()
    assert claude.simulator.writes == 1
    assert claude.world.slate()
    claude.world.later()
    claude.world.settle()
    assert sorted(claude.simulator.state()["invites"]) == [(ADA, "pending"), (GRACE, "pending")]


def test_a_plus_address_is_another_person(claude: Claude) -> None:
    claude.human.add_user("ada+lab@example.com")
    claude.human.add_member("ada+lab@example.com", "evals", "workspace_user")
    claude.world.join(ADA, "Research")
    claude.world.settle()
    assert claude.simulator.state()["invites"] == [(ADA, "pending")]
    assert claude.members() == {("ada+lab@example.com", "evals"): "workspace_user"}


COSTS = {
    "one joins: invited": {"reads": 5, "writes": 1},  # three of them once: the organization, its workspaces
    "one accepted: into one workspace": {"reads": 3, "writes": 1},
    "one gets a second workspace": {"reads": 3, "writes": 1},
    "one loses a workspace": {"reads": 5, "writes": 1},
    "a look at one, nothing to do": {"reads": 3, "writes": 0},
    "forty join: invited": {"reads": 2, "writes": 40},
    "forty accepted: into one workspace": {"reads": 3, "writes": 40},
    "a look at forty, nothing to do": {"reads": 2, "writes": 0},
    "one leaves: one key, two workspaces": {"reads": 9, "writes": 4},
}


def test_requests_are_counted_and_no_more_than_these(claude: Claude) -> None:
    """What a change costs at a hundred requests a minute. More than this is a regression, less is welcome here."""
    found: dict[str, dict[str, int]] = {}
    world = claude.world
    claude.requests()

    def costs(what: str, deed: Any) -> None:
        deed()
        world.settle()
        found[what] = claude.requests()

    ada: list[str] = []
    costs("one joins: invited", lambda: ada.append(world.join(ADA, "Research")))
    costs("one accepted: into one workspace", lambda: claude.accept(ADA))
    costs("one gets a second workspace", lambda: world.join(ADA, "Evals"))
    costs("a look at one, nothing to do", lambda: world.look_at(ada[0]))
    costs("one loses a workspace", lambda: world.remove("Evals", ada[0]))
    many: list[str] = []
    costs("forty join: invited", lambda: many.extend(world.join_many(40, "Research")))
    costs(
        "forty accepted: into one workspace",
        lambda: claude.accept(*(f"p{number:03}@example.com" for number in range(40))),
    )
    costs("a look at forty, nothing to do", lambda: world.look_at(*many))
    world.join(ADA, "Evals")
    world.settle()
    claude.human.add_key(ADA, "research")
    claude.requests()
    costs("one leaves: one key, two workspaces", lambda: world.deactivate(ada[0]))
    over = {what: cost for what, cost in found.items() if any(cost[kind] > COSTS[what][kind] for kind in cost)}
    assert over == {}
