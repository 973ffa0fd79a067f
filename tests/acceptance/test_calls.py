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


def test_shown_by_2_the_calls_of_each_change_are_the_least(vendors: TwoVendors, capsys: pytest.CaptureFixture[str]) -> None:
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
    for change, least in LEAST.items():
        assert made[change] == least, change
    assert ADA not in vendors.claude.state()["users"]
    assert ADA not in vendors.gpt.state()["users"]


LEAST: dict[str, Calls] = {
    # account by address, open invitations; the invitation
    "join: asked for, invited": {"claude": (2, 1), "gpt": (2, 1)},
    # account, invitations (as one was out), the place; joining it. OpenAI: whether the project has custom roles, once a minute
    "accepted: the first place": {"claude": (3, 1), "gpt": (4, 1)},
    # account, the place that changes; joining it
    "second place": {"claude": (2, 1), "gpt": (2, 1)},
    # account, the place that changes, and once more before the change: a repetition would be accepted silently
    "another role": {"claude": (3, 1), "gpt": (3, 1)},
    "a push that changes nothing": {"claude": (0, 0), "gpt": (0, 0)},
    # account, invitations, 20 places (no API tells a person's), keys (OpenAI: in 20 projects, Admin keys; and whether there are
    # roles of the organization); 3 keys, 2 places, 1 account taken; read back: account by id and address, keys where they were
    "leave: 3 keys, 2 of 20 places": {"claude": (26, 6), "gpt": (52, 6)},
    "a push about somebody long gone": {"claude": (0, 0), "gpt": (0, 0)},
}
"""(reads, writes)."""


def table(made: dict[str, Calls]) -> str:
    lines = [f"\n{'change':<34}{'anthropic':>12}{'openai':>12}   (reads + writes)"]
    lines += [
        f"{change:<34}" + "".join(f"{f'{calls[name][0]}+{calls[name][1]}':>12}" for name in ("claude", "gpt"))
        for change, calls in made.items()
    ]
    return "\n".join(lines)
