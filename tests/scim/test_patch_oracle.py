"""PATCH against scim2-models, an independent implementation: the same outcome, refusals and their scimType included.

What the two do differently on purpose is the list below, each with an example; `python -m bench.patch_oracle` runs more.
"""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings

from scim_bridge.scim.registry import ENTERPRISE_URN
from tests.scim.patches import Resource, difference, ours, patches, theirs, users

ADA: Resource = {"userName": "ada", "active": True}
TWO = {**ADA, "roles": [{"value": "a", "type": "work"}, {"value": "b", "type": "work", "display": "B"}]}


def disagreement(before: Resource, some: list[Resource]) -> str | None:
    """How the two differ on these operations, one after another; None when they do not, or only as they should."""
    state = before
    for number, one in enumerate(some):
        if difference(state, one) is not None:
            return None
        mine, other = ours(state, [one]), theirs(state, [one])
        if mine != other:
            return json.dumps([state, one, mine, other])
        if isinstance(mine, str):
            return None if ours(before, some[: number + 1]) == mine else f"{mine} only when alone: {some}"
        state = mine
    whole = ours(before, some)
    return None if whole == state == theirs(before, some) else json.dumps([before, some, whole, state])


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(users, patches)
def test_both_make_the_same_of_every_patch_or_differ_as_they_should(before: Resource, some: list[Resource]) -> None:
    kept = deepcopy(before)
    assert disagreement(before, some) is None
    assert before == kept


@pytest.mark.parametrize(
    ("name", "before", "operation", "mine", "other"),
    [
        ("completed", TWO, {"op": "add", "path": "roles", "value": [{"value": "A", "display": "x"}]},
         [{"value": "A", "type": "work", "display": "x"}, TWO["roles"][1]], [*TWO["roles"], {"value": "A", "display": "x"}]),
        ("no value without value", TWO, {"op": "remove", "path": 'roles[value eq "a"].value'},
         TWO["roles"][1:], [{"type": "work"}, TWO["roles"][1]]),
        ("the described value is made", ADA, {"op": "replace", "path": 'roles[type eq "work"].value', "value": "a"},
         [{"type": "work", "value": "a"}], "noTarget"),
        ("the last one is primary", TWO, {"op": "replace", "path": "roles.primary", "value": True},
         [{**TWO["roles"][0], "primary": False}, {**TWO["roles"][1], "primary": True}], "invalidValue"),
        ("replaced as a whole", TWO, {"op": "replace", "path": 'roles[value eq "b"]', "value": {"value": "c"}},
         [TWO["roles"][0], {"value": "c"}], [TWO["roles"][0], {"value": "c", "type": "work", "display": "B"}]),
        ("a part of nothing", ADA, {"op": "add", "path": "roles.value", "value": "a"}, [{"value": "a"}], None),
        ("a part of nothing", ADA, {"op": "add", "path": "roles.type", "value": "work"}, "noTarget", None),
    ],
)  # fmt: skip
def test_a_deliberate_difference_is_one(name: str, before: Resource, operation: Resource, mine: object, other: object) -> None:
    def roles(outcome: Resource | str) -> object:
        return outcome if isinstance(outcome, str) else outcome.get("roles")

    assert difference(before, operation) == name
    assert roles(ours(before, [operation])) == mine
    assert roles(theirs(before, [operation])) == other


def test_a_disagreement_would_be_noticed() -> None:
    assert disagreement(ADA, [{"op": "replace", "path": "title", "value": ""}]) is not None
    assert disagreement(ADA, [{"op": "replace", "path": ENTERPRISE_URN, "value": {"department": "Lab"}}]) is None
