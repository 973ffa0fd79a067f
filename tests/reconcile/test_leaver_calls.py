"""How many requests it takes that many people leave, against the fewest that the vendors' APIs allow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bench.least import LEAST, Crowd, total, writes
from bench.stage import GROUPS, KEYS_EACH, PLACES, environment, furnish, mapping
from scim_bridge import wiring
from scim_bridge.connectors.anthropic import ANTHROPIC
from scim_bridge.connectors.anthropic import CAPABILITIES as ANTHROPIC_CAPABILITIES
from scim_bridge.connectors.openai import OPENAI
from scim_bridge.connectors.openai.roles import CAPABILITIES as OPENAI_CAPABILITIES
from tests.simulators.anthropic import AnthropicSimulator
from tests.simulators.openai import OpenAISimulator
from tests.world import World

UNPACED = {
    **wiring.CONNECTORS,
    "anthropic": replace(ANTHROPIC, capabilities=lambda _: replace(ANTHROPIC_CAPABILITIES, rate=None)),
    "openai": replace(OPENAI, capabilities=lambda _: replace(OPENAI_CAPABILITIES, rate=None)),
}
PEOPLE = 75


@dataclass
class Stage:
    world: World
    simulators: dict[str, AnthropicSimulator | OpenAISimulator]
    users: list[str]

    def leave(self, count: int) -> dict[str, Counter[tuple[str, str]]]:
        """So many leave. The requests that took, by platform, method and route."""
        for simulator in self.simulators.values():
            simulator.forget_calls()
        for _ in range(count):
            self.world.deactivate(self.users.pop())
        self.world.settle()
        return {name: Counter(simulator.calls) for name, simulator in self.simulators.items()}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Everybody has been adopted, and nothing is due."""
    names = [f"p{number:03}@example.com" for number in range(PEOPLE)]
    with AnthropicSimulator(requests_per_minute=None) as claude, OpenAISimulator() as openai:
        furnish(claude, openai, names)
        world = World(tmp_path, environment=environment(claude, openai), connectors=UNPACED)
        users = [world.user(name) for name in names]
        for group in GROUPS:
            world.group(group, *users)
        assert world.write(claude=mapping("claude"), openai=mapping("openai")).errors == ()
        world.settle()
        yield Stage(world, {"claude": claude, "openai": openai}, users)
        world.close()


def reads(made: Counter[tuple[str, str]]) -> int:
    return sum(number for (method, _), number in made.items() if method == "GET")


def test_leaving_costs_the_writes_of_each_leaver_and_listings_that_do_not_grow_with_them(stage: Stage) -> None:
    made = {count: stage.leave(count) for count in (25, 50)}
    assert stage.world.slate() == []
    for platform, simulator in stage.simulators.items():
        assert list(simulator.state()["users"]) == ["root@example.com"]
        assert not any(simulator.key_works(key) for key in simulator.state()["keys"])
        some, twice_as_many = made[25][platform], made[50][platform]
        assert twice_as_many.total() - reads(twice_as_many) == 50 * (len(PLACES) + KEYS_EACH + 1)
        assert some.total() - reads(some) == 25 * (len(PLACES) + KEYS_EACH + 1)
        assert reads(twice_as_many) <= reads(some)


ABOVE = {"claude": 1, "openai": 3}
"""Beside what is needed: whether the organization has custom roles, and people first by address, then by id."""


@pytest.mark.parametrize("platform", ["claude", "openai"])
def test_fifty_leavers_cost_hardly_more_than_the_least_possible(stage: Stage, platform: str) -> None:
    made = stage.leave(50)[platform]
    crowd = Crowd(leavers=50, people=PEOPLE + 1, places=len(PLACES), keys=KEYS_EACH)
    assert made.total() - reads(made) == total(writes(crowd))
    assert made.total() <= total(LEAST[platform](crowd)) + ABOVE[platform], made
