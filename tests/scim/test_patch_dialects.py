"""PATCH as Okta and Entra send it (identity-providers.md sections 0, 1.3, 2.2, 5)."""

from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.scim.errors import InvalidValue, Mutability
from scim_bridge.scim.patch import apply_patch, load_patch
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, USER, USER_URN
from tests.scim.test_patch import BEFORE, HOME, WORK, changes, enterprise

DEACTIVATIONS = [
    {"op": "replace", "path": "active", "value": False},
    {"op": "Replace", "path": "active", "value": "False"},
    {"op": "REPLACE", "path": "Active", "value": "false"},
    {"op": "add", "path": "active", "value": False},
    {"op": "Add", "path": "active", "value": "False"},
    {"op": "replace", "value": {"active": False}},
    {"op": "add", "value": {"ACTIVE": "False"}},
    {"op": "replace", "path": "active", "value": {"active": False}},
    {"op": "replace", "path": "active", "value": {"value": "False"}},
    {"op": "replace", "path": "active", "value": [{"value": False}]},
    {"op": "replace", "path": "active", "value": [{"Value": "False"}]},
    {"op": "replace", "value": {"active": [{"value": "False"}]}},
    {"op": "replace", "path": f"{USER_URN}:active", "value": False},
    {"op": "replace", "value": {f"{USER_URN}:active": False}},
    {"op": "replace", "value": {USER_URN: {"active": False}}},
    {"op": "replace", "path": "", "value": {"active": False}},
    {"op": "replace", "path": None, "value": {"active": False}},
]


@pytest.mark.parametrize("operation", DEACTIVATIONS)
def test_lesson_05_every_spelling_of_a_deactivation_deactivates(operation: dict[str, Any]) -> None:
    assert changes(operation) == {"active": False}


@pytest.mark.parametrize("value", [None, "", "no", "off", 0, 1, [], {}, [{"value": "no"}], [False, True], {"active": "x"}])
@pytest.mark.parametrize("verb", ["add", "replace"])
@pytest.mark.parametrize("pathless", [True, False])
def test_lesson_05_anything_else_changes_nothing_and_is_refused(value: object, verb: str, pathless: bool) -> None:
    operation = {"op": verb, "value": {"active": value}} if pathless else {"op": verb, "path": "active", "value": value}

    with pytest.raises(InvalidValue, match="active"):
        changes(operation)


def test_lesson_04_the_envelope_is_read_in_any_case_and_without_schemas() -> None:
    body = {"operations": [{"OP": "Replace", "Path": "NICKNAME", "Value": "Barb"}]}

    assert apply_patch(BEFORE, load_patch(body, USER), USER)["nickName"] == "Barb"


def test_entras_value_with_dotted_and_urn_keys_is_taken_apart() -> None:
    value = {
        "displayName": "Bjfe",
        "name.givenName": "Kkom",
        "name.familyName": "Unua",
        f"{ENTERPRISE_URN}:employeeNumber": "Aklq",
        f"{ENTERPRISE_URN}:manager.value": "boss-9",
        'emails[type eq "work"].value': "w@example.com",
        f"{USER_URN}:title": "Architect",
    }

    assert changes({"op": "replace", "value": value}) == {
        "displayName": "Bjfe",
        "name": {"givenName": "Kkom", "familyName": "Unua"},
        "title": "Architect",
        "emails": [{**WORK, "value": "w@example.com"}, HOME],
        **enterprise(employeeNumber="Aklq", manager={"value": "boss-9"}),
    }


def test_a_value_with_nested_objects_is_merged() -> None:
    value = {"name": {"givenName": "Kkom"}, ENTERPRISE_URN.upper(): {"Department": "Lab", "manager": "boss-9"}}

    assert changes({"op": "add", "value": value}) == {
        "name": {"givenName": "Kkom", "familyName": "Jensen"},
        **enterprise(department="Lab", manager={"value": "boss-9"}),
    }


@pytest.mark.parametrize(
    ("operation", "differs"),
    [
        ({"op": "Replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": "1"},
         {"phoneNumbers": [{"type": "mobile", "value": "1"}]}),
        ({"op": "Add", "path": 'emails[type eq "other"].value', "value": "o@example.com"},
         {"emails": [WORK, HOME, {"type": "other", "value": "o@example.com"}]}),
        ({"op": "Add", "path": 'addresses[type eq "home"].locality', "value": "Paris"},
         {"addresses": [*BEFORE["addresses"], {"type": "home", "locality": "Paris"}]}),
        ({"op": "Replace", "path": 'roles[primary eq "True"].value', "value": "Member"},
         {"roles": [{"primary": True, "value": "Member"}]}),
        ({"op": "Replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": ""}, {}),
    ],
)  # fmt: skip
def test_a_filter_that_matches_nothing_makes_the_value_it_describes(operation: dict[str, Any], differs: dict[str, Any]) -> None:
    assert changes(operation) == differs


def test_entras_primary_role_is_replaced_and_not_appended_to() -> None:
    before = {**BEFORE, "roles": [{"primary": True, "type": "App", "value": "Admin"}, {"value": "25"}]}
    operations = load_patch(
        {"Operations": [{"op": "Replace", "path": 'roles[primary eq "True"].value', "value": "Member"}]}, USER
    )

    assert apply_patch(before, operations, USER)["roles"] == [
        {"primary": True, "type": "App", "value": "Member"},
        {"value": "25"},
    ]


def test_entras_role_as_json_in_text_is_added_and_removed_by_its_value() -> None:
    text = '{"id":"06b0","value":"25","displayName":"Role1234"}'
    add = {"op": "Add", "path": "roles", "value": [{"value": text}]}

    assert changes(add) == {"roles": [{"value": "25", "display": "Role1234"}]}
    assert changes(add, add, {"op": "Remove", "path": "roles", "value": [{"value": text}]}) == {}


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ([{"value": "BJENSEN@example.com"}], [HOME]),
        ({"value": "babs@jensen.org"}, [WORK]),
        ("babs@jensen.org", [WORK]),
        ([{"value": "babs@jensen.org", "type": "work"}], [WORK, HOME]),
        ([{"value": "nobody@example.com"}], [WORK, HOME]),
        ([], [WORK, HOME]),
        ([HOME, WORK], None),
        (None, None),
    ],
)
def test_lesson_01_remove_with_a_value_list_removes_those_values_alone(value: object, left: list[Any] | None) -> None:
    after = changes({"op": "Remove", "path": "emails", "value": value})

    assert after.get("emails", BEFORE["emails"] if "emails" not in after else None) == left


@pytest.mark.parametrize(
    ("operation", "manager"),
    [
        ({"op": "Add", "path": "manager", "value": "boss-2"}, {"value": "boss-2"}),
        ({"op": "Add", "path": f"{ENTERPRISE_URN}:manager", "value": "boss-2"}, {"value": "boss-2"}),
        ({"op": "Replace", "path": f"{ENTERPRISE_URN}:manager",
          "value": [{"$ref": "http://b.example.com/scim/Users/boss-2", "value": "boss-2"}]},
         {"$ref": "http://b.example.com/scim/Users/boss-2", "value": "boss-2"}),
        ({"op": "Replace", "path": "manager", "value": {"value": "boss-2", "displayName": "B"}}, {"value": "boss-2"}),
        ({"op": "Replace", "value": {f"{ENTERPRISE_URN}:manager": "boss-2"}}, {"value": "boss-2"}),
        ({"op": "Replace", "value": {ENTERPRISE_URN: {"manager": {"value": "boss-2"}}}}, {"value": "boss-2"}),
        ({"op": "Replace", "path": "manager", "value": ""}, None),
        ({"op": "Replace", "path": "manager", "value": None}, None),
        ({"op": "Replace", "path": "manager", "value": {"value": ""}}, None),
        ({"op": "Replace", "path": "manager", "value": {"value": None}}, None),
        ({"op": "Replace", "path": "manager", "value": []}, None),
        ({"op": "Replace", "path": "manager.value", "value": ""}, None),
        ({"op": "Replace", "value": {ENTERPRISE_URN: {"manager": {"value": None}}}}, None),
        ({"op": "Remove", "path": f"{ENTERPRISE_URN}:manager", "value": "boss-1"}, None),
    ],
)  # fmt: skip
def test_a_manager_is_set_and_taken_away_in_every_shape(operation: dict[str, Any], manager: object) -> None:
    assert changes(operation) == enterprise(manager=manager)


@pytest.mark.parametrize("value", ["", None])
@pytest.mark.parametrize("verb", ["add", "replace"])
def test_an_empty_value_clears_an_optional_attribute(verb: str, value: object) -> None:
    assert changes({"op": verb, "path": "nickName", "value": value}) == {"nickName": None}
    assert changes({"op": verb, "value": {"nickName": value, "name.givenName": value}}) == {
        "nickName": None,
        "name": {"familyName": "Jensen"},
    }
    assert changes({"op": verb, "path": 'emails[type eq "home"].value', "value": value}) == {"emails": [WORK]}


def test_unknown_attributes_are_passed_over() -> None:
    assert changes(
        {"op": "Add", "path": "urn:msfttest:cloud:schemas:2.0:User:colour", "value": "red"},
        {"op": "Replace", "value": {"favourite": 1, "urn:example:custom:2.0:User": {"a": 1}, "nickName": "Barb"}},
        {"op": "Remove", "path": "favourite.thing"},
        {"op": "Replace", "path": 'badges[type eq "x"].value', "value": "y"},
        {"op": "Replace", "path": "emails.nothing", "value": "y"},
    ) == {"nickName": "Barb"}


def test_a_password_is_accepted_and_forgotten() -> None:
    assert changes({"op": "replace", "value": {"password": "N3w-Pass!"}}) == {}
    assert changes({"op": "replace", "path": "password", "value": "N3w-Pass!"}) == {}


def test_what_okta_read_and_sends_back_does_no_harm() -> None:
    value = {"id": BEFORE["id"], "meta": {"version": "7"}, "groups": [], "schemas": [USER_URN], "nickName": "Barb"}

    assert changes({"op": "replace", "value": value}) == {"nickName": "Barb"}


def test_oktas_rename_of_a_group_carries_the_groups_own_id() -> None:
    rename = {"Operations": [{"op": "replace", "value": {"id": "g-1", "displayName": "New"}}]}

    assert apply_patch({"id": "g-1", "displayName": "Old"}, load_patch(rename, GROUP), GROUP)["displayName"] == "New"
    assert apply_patch({"displayName": "Old"}, load_patch(rename, GROUP), GROUP)["displayName"] == "New"
    with pytest.raises(Mutability, match="'id' is read-only"):
        apply_patch({"id": "g-2", "displayName": "Old"}, load_patch(rename, GROUP), GROUP)
