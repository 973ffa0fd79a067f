"""Every attribute that a client may write comes back as it was written: by POST, PUT, each form of PATCH, and GET.

The attributes are the registry's, two extensions of a deployment among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scim_bridge.scim.attribute import Attribute, Schema
from scim_bridge.scim.registry import GROUP, USER, ResourceType
from scim_bridge.scim.schemas import COMMON_ATTRIBUTES
from tests.oracle.attributes import LAB, TEAM
from tests.oracle.world import lab_and_team
from tests.web.doors import Scim

EXTENSIONS = {"User": [Schema.read(LAB)], "Group": [Schema.read(TEAM)]}
KEY = {"User": "userName", "Group": "displayName"}


@pytest.fixture(autouse=True)
def _extended() -> Iterator[None]:
    with lab_and_team():
        yield


def writable(kind: ResourceType) -> Iterator[tuple[str, Attribute]]:
    """Each with the URN it is qualified by, which is empty for the resource's own."""
    for schema in (kind.schema, *kind.extensions, *EXTENSIONS[kind.id]):
        urn = "" if schema is kind.schema else schema.id
        own = schema.attributes + (() if urn else COMMON_ATTRIBUTES)
        yield from ((urn, each) for each in own if each.writable and each.name not in ("members", KEY[kind.id]))


CASES = [
    pytest.param(kind, urn, each, id=f"{kind.id}-{urn[-10:]}{each.name}") for kind in (USER, GROUP) for urn, each in writable(kind)
]


def value_of(attribute: Attribute, turn: int) -> Any:
    one = _complex(attribute, turn) if attribute.is_complex else _simple(attribute, turn)
    return [one] if attribute.multi_valued else one


def _complex(attribute: Attribute, turn: int) -> dict[str, Any]:
    return {sub.name: _simple(sub, turn) for sub in attribute.sub_attributes if sub.writable}


def _simple(attribute: Attribute, turn: int) -> Any:
    text = f'{attribute.name} {turn}: Zoë "%_\\'
    moment = f"2026-01-31T09:30:0{turn}.5+01:00"
    kinds = {"boolean": turn != 1, "integer": 40 + turn, "decimal": turn + 0.25, "dateTime": moment, "binary": f"AAA{turn}"}
    return kinds.get(attribute.type, text)


def body_of(kind: ResourceType, urn: str, name: str, value: Any) -> dict[str, Any]:
    return {KEY[kind.id]: "one", **({urn: {name: value}} if urn else {name: value})}


def shown(scim: Scim, address: str, urn: str, name: str) -> Any:
    resource = scim.get(address).json
    assert (urn in resource["schemas"]) is bool(urn and urn in resource)
    return (resource.get(urn, {}) if urn else resource).get(name)


@pytest.mark.parametrize(("kind", "urn", "attribute"), CASES)
def test_an_attribute_comes_back_as_it_was_written_however_it_was(
    scim: Scim, kind: ResourceType, urn: str, attribute: Attribute
) -> None:
    name, path = attribute.name, f"{urn}:{attribute.name}" if urn else attribute.name
    values = [value_of(attribute, turn) for turn in range(4)]
    made = scim.post(kind.endpoint, body_of(kind, urn, name, values[0]))
    assert made.status_code == 201, made.json
    address = f"{kind.endpoint}/{made.json['id']}"
    assert shown(scim, address, urn, name) == values[0]

    assert scim.put(address, body_of(kind, urn, name, values[1])).status_code == 200
    assert shown(scim, address, urn, name) == values[1]

    assert scim.patch(address, {"op": "replace", "path": path, "value": values[2]}).status_code in (200, 204)
    assert shown(scim, address, urn, name) == values[2]

    assert scim.patch(address, {"op": "Replace", "value": {path: values[3]}}).status_code in (200, 204)
    assert shown(scim, address, urn, name) == values[3]
    if name == "active":
        return
    assert scim.patch(address, {"op": "remove", "path": path}).status_code in (200, 204)
    assert shown(scim, address, urn, name) is None

    assert scim.patch(address, {"op": "add", "path": path.upper(), "value": values[0]}).status_code in (200, 204)
    assert shown(scim, address, urn, name) == values[0]


@pytest.mark.parametrize(("kind", "urn", "attribute"), CASES)
def test_an_attribute_is_found_by_what_it_holds_and_not_by_something_else(
    scim: Scim, kind: ResourceType, urn: str, attribute: Attribute
) -> None:
    made = scim.post(kind.endpoint, body_of(kind, urn, attribute.name, value_of(attribute, 0))).json["id"]
    scim.post(kind.endpoint, {KEY[kind.id]: "other", "active": False})
    path = f"{urn}:{attribute.name}" if urn else attribute.name
    for sub in [each for each in attribute.sub_attributes if each.writable] or [None]:
        leaf, named = sub or attribute, path if sub is None else f"{path}.{sub.name}"
        assert scim.found(kind.endpoint[1:], f"{named} eq {literal(_simple(leaf, 0))}") == [made]
        if leaf.name != "active":  # which everybody has
            assert scim.found(kind.endpoint[1:], f"{named} eq {literal(_simple(leaf, 1))}") == []


def literal(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value).lower()


def test_simple_values_of_an_extension_are_added_and_taken_away_one_by_one(scim: Scim) -> None:
    tags = f"{LAB['id']}:tags"
    ada = scim.new_user("ada@example.com", **{LAB["id"]: {"tags": ["red", "green"]}})

    scim.patch(f"/Users/{ada}", {"op": "add", "path": tags, "value": ["GREEN", "blue"]})
    scim.patch(f"/Users/{ada}", {"op": "remove", "path": tags, "value": ["Red"]})

    assert scim.get(f"/Users/{ada}").json[LAB["id"]]["tags"] == ["green", "blue"]
    assert scim.found("Users", f'{tags} eq "Blue"') == [ada]
    assert scim.found("Users", f'{tags} eq "red"') == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("floor", "high"), ("floor", 1.5), ("floor", 2**60), ("score", "1_0"), ("score", True), ("since", "yesterday"),
     ("cleared", "perhaps"), ("desk", {"seats": "two"}), ("bench", 7), ("levels", [1, "x"])],
)  # fmt: skip
def test_a_value_of_another_type_is_refused_and_nothing_is_stored(scim: Scim, name: str, value: Any) -> None:
    answer = scim.post("/Users", {"userName": "ada@example.com", LAB["id"]: {name: value}})

    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")
    assert name in answer.json["detail"]
    assert scim.found("Users", "userName pr") == []


def test_a_group_that_is_emptied_as_a_whole_is_still_found_by_its_extension(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    body = {"displayName": "Lab", "members": [{"value": ada}], TEAM["id"]: {"purpose": "Research"}}
    group = scim.post("/Groups", body).json["id"]

    scim.patch(f"/Groups/{group}", {"op": "remove", "path": "members"})

    assert scim.found("Groups", f'{TEAM["id"]}:purpose eq "research"') == [group]
    assert scim.found("Groups", f'schemas eq "{TEAM["id"]}"') == [group]
