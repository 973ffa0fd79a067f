"""The harness itself: it must see what is wrong, or the replays prove nothing."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from scim_bridge.db import Database
from tests.replay import Replay, found, holds
from tests.web.doors import TOKEN, open_door

FOLDER = Path(__file__).parent
DOCUMENT = {"a": [{"v": 1, "type": "work"}, {"v": 2, "type": "home"}], "s": "text", "n": None, "u:r:n": {"x": True}}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("/a/0/v", 1), ("/a/*/v", [1, 2]), ("/a[type=home]/v", 2), ("/u:r:n/x", True), ("/s", "text"), ("/n", None)],
)
def test_a_pointer_finds_what_it_names(pointer: str, value: Any) -> None:
    assert found(DOCUMENT, pointer) == value


@pytest.mark.parametrize("pointer", ["/b", "/a/7/v", "/a[type=other]/v", "/s/x"])
def test_a_pointer_to_nothing_is_absent(pointer: str) -> None:
    assert holds("absent", found(DOCUMENT, pointer), None)
    assert not holds("exists", found(DOCUMENT, pointer), None)
    assert not holds("eq", found(DOCUMENT, pointer), None)


@pytest.mark.parametrize(
    ("op", "value", "target", "verdict"),
    [
        ("eq", 1, True, False), ("eq", "1", 1, False), ("eq", 1, 1, True), ("ne", 1, 2, True), ("nonempty", [], None, False),
        ("type", True, "integer", False), ("type", 3, "integer", True), ("len", [1], 2, False),
        ("set_eq", ["a"], ["a", "b"], False),
        ("set_eq", ["b", "a"], ["a", "b"], True), ("contains", ["a"], "b", False), ("empty_or_absent", "", None, True),
        ("startswith", "ab", "b", False), ("endswith", "ab", "b", True), ("matches", "12s", "^[0-9]+$", False),
    ],
)
def test_assertions_are_typed(op: str, value: Any, target: Any, verdict: bool) -> None:
    assert holds(op, value, target) is verdict


def test_a_wrong_expectation_is_reported(database: Database) -> None:
    steps = json.loads((FOLDER / "okta-user-create.json").read_text())
    broken = copy.deepcopy(steps)
    broken[0]["expect"]["status"] = 404
    broken[1]["expect"]["must"].append({"path": "/userName", "op": "eq", "value": "somebody else"})
    faults = Replay(open_door(database).client, TOKEN).play(broken)
    assert len(faults) == 2
    assert "status 200, not [404]" in faults[0]
    assert "somebody else" in faults[1]
