"""Immutable attributes of a declared extension, by PUT and PATCH (RFC 7643 section 7, RFC 7644 sections 3.5.1 and 3.5.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scim_bridge.scim.attribute import Attribute, Schema
from scim_bridge.scim.errors import Mutability
from scim_bridge.scim.immutable import kept
from scim_bridge.scim.patch import apply_patch, load_patch
from scim_bridge.scim.registry import USER, declare

URN = "urn:example:params:scim:schemas:badge:1.0:User"
BADGE = Schema(URN, "Badge", "A badge", (
    Attribute("number", mutability="immutable"),
    Attribute("site", "complex", sub_attributes=(Attribute("code", mutability="immutable"), Attribute("room"))),
    Attribute("keys", "complex", True, sub_attributes=(Attribute("value", mutability="immutable"), Attribute("display"))),
))  # fmt: skip
SET = {"number": "7", "site": {"code": "B", "room": "1"}, "keys": [{"value": "k1", "display": "one"}]}
BEFORE: dict[str, Any] = {"userName": "ada", "active": True, URN: SET}


@pytest.fixture(autouse=True)
def _declared() -> Iterator[None]:
    declare({"User": [BADGE]})
    yield
    declare({})


def badge(*operations: dict[str, Any], before: dict[str, Any] = BEFORE) -> Any:
    return apply_patch(before, load_patch({"Operations": list(operations)}, USER), USER).get(URN)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": f"{URN}:number", "value": "8"},
        {"op": "add", "path": f"{URN}:number", "value": "8"},
        {"op": "remove", "path": f"{URN}:number"},
        {"op": "replace", "value": {URN: {"number": "8"}}},
        {"op": "remove", "path": URN},
        {"op": "replace", "path": f"{URN}:site.code", "value": "C"},
        {"op": "replace", "path": f"{URN}:site", "value": {"code": "C"}},
        {"op": "remove", "path": f"{URN}:site"},
        {"op": "replace", "path": f'{URN}:keys[value eq "k1"].value', "value": "k2"},
        {"op": "replace", "path": f"{URN}:keys.value", "value": "k2"},
        {"op": "add", "path": f'{URN}:keys[value eq "k1"]', "value": {"value": "k2"}},
    ],
)
def test_patch_changes_no_immutable_value_that_is_set(operation: dict[str, Any]) -> None:
    with pytest.raises(Mutability, match="immutable"):
        badge(operation)


@pytest.mark.parametrize(
    ("operation", "differs"),
    [
        ({"op": "replace", "path": f"{URN}:number", "value": "7"}, {}),
        ({"op": "replace", "path": f"{URN}:site", "value": {"room": "2"}}, {"site": {"code": "B", "room": "2"}}),
        ({"op": "replace", "path": f'{URN}:keys[value eq "k1"].display', "value": "1"},
         {"keys": [{"value": "k1", "display": "1"}]}),
        ({"op": "remove", "path": f'{URN}:keys[value eq "k1"]'}, {"keys": None}),
        ({"op": "replace", "path": f"{URN}:keys", "value": [{"value": "k2"}]}, {"keys": [{"value": "k2"}]}),
    ],
)  # fmt: skip
def test_patch_may_repeat_it_and_change_what_is_beside_it(operation: dict[str, Any], differs: dict[str, Any]) -> None:
    assert badge(operation) == {name: value for name, value in {**SET, **differs}.items() if value is not None}


def test_patch_sets_it_once() -> None:
    add = {"op": "add", "path": f"{URN}:number", "value": "7"}
    assert badge(add, before={"userName": "ada", "active": True}) == {"number": "7"}


def test_put_must_repeat_it_or_be_silent() -> None:
    silent = kept(BEFORE, {"userName": "ada", "active": True}, USER)
    assert silent[URN] == {"number": "7", "site": {"code": "B"}}
    assert kept(BEFORE, {**silent, URN: {"number": "7", "site": {"code": "B", "room": "3"}}}, USER)[URN]["site"]["room"] == "3"
    with pytest.raises(Mutability, match="immutable"):
        kept(BEFORE, {"userName": "ada", URN: {"number": "8"}}, USER)
    assert kept({"userName": "ada"}, {"userName": "ada", URN: {"number": "8"}}, USER)[URN] == {"number": "8"}
