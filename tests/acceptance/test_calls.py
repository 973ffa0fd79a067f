"""Calls for each change, at both vendors, beside the least that their APIs allow (`pytest tests/acceptance/test_calls.py -s`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.two_vendors import TwoVendors, both

ADA = "ada@example.com"
Calls = dict[str, tuple[int, int]]
PLACES = 20


@pytest.fixture
def vendors(tmp_path: Path) -> Iterator[TwoVendors]:
    """Twenty projects and workspaces each. The listings that are remembered are read once before."""
    with TwoVendors(tmp_path, more_places=PLACES - 2) as made:
        made.put(**both(("Lab", "research", "weak"), ("Evals", "evals", "weak"), ("Leads", "research", "strong")))
        made.world.join("grace@example.com", "Lab")
        made.world.settle()
        made.calls()
        yield made


def counted(vendors: TwoVendors) -> Calls:
    vendors.world.settle()
    return vendors.calls()


def test_shown_by_2_each_change_costs_the_least_and_what_is_named_beside_it(
    vendors: TwoVendors, capsys: pytest.CaptureFixture[str]
) -> None:
    world = vendors.world
    made: dict[str, Calls] = {}
    ada = world.join(ADA, "Lab")
    made["join: asked for, invited"] = counted(vendors)
    for human in (vendors.claude.human, vendors.gpt.human):
        human.accept_invite(ADA)
    world.house.sweep._last.clear()
    world.house.sweep.look()
    made["accepted: the first place"] = counted(vendors)
    world.join(ADA, "Evals")
    made["second place"] = counted(vendors)
    world.join(ADA, "Leads")
    made["another role"] = counted(vendors)
    world.change(ada, displayName="Ada")
    world.add("Lab", ada)
    world.look_at()
    vendors.calls()
    world.add("Lab", ada)
    made["a push that changes nothing"] = counted(vendors)
    for place in ("research", "research", "evals"):
        vendors.claude.human.add_key(ADA, place)
        vendors.gpt.human.add_key(ADA, place)
    world.deactivate(ada)
    made["leave: 3 keys, 2 of 20 places"] = counted(vendors)
    world.change(ada, displayName="Ada Lovelace")
    made["a push about somebody long gone"] = counted(vendors)
    with capsys.disabled():
        print(table(made))
    for change, calls in made.items():
        for name in ("claude", "gpt"):
            reads, writes = least(change, name)
            assert calls[name] == (reads + sum(MORE.get(change, {}).get(name, {}).values()), writes), (change, name)
    assert ADA not in vendors.claude.state()["users"]
    assert ADA not in vendors.gpt.state()["users"]


ACCOUNT, INVITATIONS, PLACE = {"the account": 1}, {"open invitations": 1}, {"the place that changes": 1}
LEAVING = {**ACCOUNT, **INVITATIONS, "afterwards: the account": 1}
LEAST: dict[str, tuple[dict[str, dict[str, int]], int]] = {
    "join: asked for, invited": ({name: {**ACCOUNT, **INVITATIONS} for name in ("claude", "gpt")}, 1),
    "accepted: the first place": ({name: {**ACCOUNT, **PLACE} for name in ("claude", "gpt")}, 1),
    "second place": ({name: {**ACCOUNT, **PLACE} for name in ("claude", "gpt")}, 1),
    "another role": ({name: {**ACCOUNT, **PLACE} for name in ("claude", "gpt")}, 1),
    "a push that changes nothing": ({}, 0),
    "leave: 3 keys, 2 of 20 places": (
        {
            "claude": {**LEAVING, "each place, as no API tells a person's": PLACES, "keys": 1, "afterwards: keys": 1},
            "gpt": {
                **LEAVING,
                "each project, the default one too": PLACES + 1,
                "keys of each project": PLACES + 1,
                "Admin keys": 1,
                "another owner of the project that they own": 1,
                "afterwards: keys, where they were": 2,
            },
        },
        3 + 2 + 1,
    ),
    "a push about somebody long gone": ({}, 0),
}
"""What has to be read, by vendor, and how many writes there are, when nothing is believed that somebody else may have changed, and
what was taken away is looked for afterwards. Nothing here asks the bridge."""

AGAIN = "the place once more, right before: a repetition is accepted without a word"
FIRST = "open invitations, first: whoever accepts meanwhile is not taken for removed"
MORE: dict[str, dict[str, dict[str, int]]] = {
    "accepted: the first place": {"claude": {FIRST: 1}, "gpt": {FIRST: 1, "custom roles of the project, once a minute": 1}},
    "another role": {name: {AGAIN: 1} for name in ("claude", "gpt")},
    "leave: 3 keys, 2 of 20 places": {
        "claude": {"afterwards: the account by its id as well as its address": 1},
        "gpt": {
            "afterwards: the account by its id as well as its address": 1,
            "whether the other owner is a person who is there": 1,
            "custom roles of the organization, once a minute": 1,
        },
    },
}
"""What the bridge reads beyond the least, and why."""


def least(change: str, name: str) -> tuple[int, int]:
    reads, writes = LEAST[change]
    return sum(reads.get(name, {}).values()), writes


def table(made: dict[str, Calls]) -> str:
    """Made, and the least in brackets."""
    lines = [f"\n{'change':<34}{'anthropic':>16}{'openai':>16}   (reads + writes, made [least])"]
    lines += [
        f"{change:<34}" + "".join(f"{_shown(calls[name]) + f' [{_shown(least(change, name))}]':>16}" for name in ("claude", "gpt"))
        for change, calls in made.items()
    ]
    return "\n".join(lines)


def _shown(calls: tuple[int, int]) -> str:
    return f"{calls[0]}+{calls[1]}"
