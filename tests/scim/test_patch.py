"""PATCH as RFC 7644 section 3.5.2 has it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from scim_bridge.scim.errors import InvalidFilter, InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget, ScimError
from scim_bridge.scim.patch import apply_patch, load_patch
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, USER

PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

BEFORE: dict[str, Any] = {
    "id": "2819c223",
    "userName": "bjensen@example.com",
    "externalId": "ext-1",
    "name": {"familyName": "Jensen", "givenName": "Barbara"},
    "nickName": "Babs",
    "active": True,
    "emails": [
        {"value": "bjensen@example.com", "type": "work", "primary": True},
        {"value": "babs@jensen.org", "type": "home"},
    ],
    "addresses": [{"type": "work", "streetAddress": "100 Universal City Plaza", "locality": "Hollywood"}],
    ENTERPRISE_URN: {"department": "Tour Operations", "manager": {"value": "boss-1", "$ref": "../Users/boss-1"}},
}


def patched(*operations: dict[str, Any], before: dict[str, Any] = BEFORE) -> dict[str, Any]:
    body = {"schemas": [PATCH_URN], "Operations": list(operations)}
    return apply_patch(before, load_patch(body, USER), USER)


def changes(*operations: dict[str, Any]) -> dict[str, Any]:
    """What differs after the operations; None where the attribute is gone."""
    after = patched(*operations)
    return {name: after.get(name) for name in BEFORE.keys() | after.keys() if BEFORE.get(name) != after.get(name)}


def enterprise(**changed: Any) -> dict[str, Any]:
    merged = {**BEFORE[ENTERPRISE_URN], **changed}
    return {ENTERPRISE_URN: {name: value for name, value in merged.items() if value is not None}}


WORK, HOME = BEFORE["emails"]
ADDRESS = BEFORE["addresses"][0]

ADD = [
    ("title", "Guide", {"title": "Guide"}),
    ("nickName", "Barb", {"nickName": "Barb"}),
    ("name.middleName", "Jane", {"name": {**BEFORE["name"], "middleName": "Jane"}}),
    ("name", {"middleName": "Jane"}, {"name": {**BEFORE["name"], "middleName": "Jane"}}),
    ("emails", [{"value": "new@example.com"}], {"emails": [WORK, HOME, {"value": "new@example.com"}]}),
    ("emails", [{"value": "BABS@jensen.org", "type": "home", "display": "B"}],
     {"emails": [WORK, {**HOME, "value": "BABS@jensen.org", "display": "B"}]}),
    ("emails", [HOME], {}),
    ("emails", [{"value": "babs@jensen.org"}], {}),
    ("emails", [], {}),
    ("emails", [{"value": "n", "primary": True}],
     {"emails": [{**WORK, "primary": False}, HOME, {"value": "n", "primary": True}]}),
    ('emails[type eq "home"]', {"primary": True}, {"emails": [{**WORK, "primary": False}, {**HOME, "primary": True}]}),
    ('emails[type eq "home"].display', "B", {"emails": [WORK, {**HOME, "display": "B"}]}),
    ("addresses", [ADDRESS], {}),
    ("roles", [{"value": "a"}, {"value": "b"}], {"roles": [{"value": "a"}, {"value": "b"}]}),
    (f"{ENTERPRISE_URN}:division", "Parks", enterprise(division="Parks")),
    (ENTERPRISE_URN, {"division": "Parks"}, enterprise(division="Parks")),
    ("nickName", "Babs", {}),
]  # fmt: skip

REPLACE = [
    ("title", "Guide", {"title": "Guide"}),
    ("userName", "bj@example.com", {"userName": "bj@example.com"}),
    ("name", {"givenName": "Babs"}, {"name": {"familyName": "Jensen", "givenName": "Babs"}}),
    ("name", {"givenName": ""}, {"name": {"familyName": "Jensen"}}),
    ("emails", [{"value": "only@example.com"}], {"emails": [{"value": "only@example.com"}]}),
    ("emails", [], {"emails": None}),
    ("emails", None, {"emails": None}),
    ("emails.type", "other", {"emails": [{**WORK, "type": "other"}, {**HOME, "type": "other"}]}),
    ('emails[type eq "work"].value', "n@example.com", {"emails": [{**WORK, "value": "n@example.com"}, HOME]}),
    ('emails[type eq "work"]', {"type": "work", "value": "n"}, {"emails": [{"type": "work", "value": "n"}, HOME]}),
    ('emails[type eq "home"].primary', True, {"emails": [{**WORK, "primary": False}, {**HOME, "primary": True}]}),
    ('addresses[type eq "work"].streetAddress', "1010 Broadway", {"addresses": [{**ADDRESS, "streetAddress": "1010 Broadway"}]}),
    ("manager", {"value": "boss-2"}, enterprise(manager={"value": "boss-2"})),
    ("manager", {"value": "boss-1"}, {}),
    (f"{ENTERPRISE_URN}:manager.value", "boss-2", enterprise(manager={"value": "boss-2"})),
    (ENTERPRISE_URN, {"department": "Lab"}, enterprise(department="Lab")),
    ("id", "2819c223", {}),
]  # fmt: skip

REMOVE = [
    ("nickName", {"nickName": None}),
    ("name", {"name": None}),
    ("name.givenName", {"name": {"familyName": "Jensen"}}),
    ("emails", {"emails": None}),
    ('emails[type eq "home"]', {"emails": [WORK]}),
    ('emails[type eq "work" and value ew "example.com"]', {"emails": [HOME]}),
    ('emails[type eq "home"].value', {"emails": [WORK]}),
    ('emails[type eq "work"].type', {"emails": [{"value": "bjensen@example.com", "primary": True}, HOME]}),
    ('emails[type eq "other"]', {}),
    ("emails.primary", {"emails": [{"value": "bjensen@example.com", "type": "work"}, HOME]}),
    ("title", {}),
    ("manager", enterprise(manager=None)),
    (f"{ENTERPRISE_URN}:department", enterprise(department=None)),
    (ENTERPRISE_URN, {ENTERPRISE_URN: None}),
]


@pytest.mark.parametrize(("path", "value", "differs"), ADD)
def test_add(path: str, value: object, differs: dict[str, Any]) -> None:
    assert changes({"op": "add", "path": path, "value": value}) == differs


@pytest.mark.parametrize(("path", "value", "differs"), REPLACE)
def test_replace(path: str, value: object, differs: dict[str, Any]) -> None:
    assert changes({"op": "replace", "path": path, "value": value}) == differs


@pytest.mark.parametrize(("path", "differs"), REMOVE)
def test_remove(path: str, differs: dict[str, Any]) -> None:
    assert changes({"op": "remove", "path": path}) == differs


def test_operations_are_carried_out_in_order() -> None:
    assert changes(
        {"op": "add", "path": "emails", "value": [{"value": "x", "type": "other"}]},
        {"op": "replace", "path": 'emails[type eq "other"].value', "value": "y"},
        {"op": "remove", "path": 'emails[type ne "other"]'},
        {"op": "replace", "path": "nickName", "value": "one"},
        {"op": "replace", "path": "nickName", "value": "two"},
    ) == {"emails": [{"value": "y", "type": "other"}], "nickName": "two"}


def test_an_extension_that_loses_its_last_attribute_goes() -> None:
    after = patched({"op": "remove", "path": "manager"}, {"op": "remove", "path": f"{ENTERPRISE_URN}:department"})

    assert ENTERPRISE_URN not in after


def test_a_failing_operation_leaves_nothing_of_the_others() -> None:
    before = deepcopy(BEFORE)

    with pytest.raises(NoTarget):
        patched({"op": "replace", "path": "title", "value": "Guide"}, {"op": "remove"}, before=before)
    with pytest.raises(NoTarget):
        patched(
            {"op": "replace", "path": "emails", "value": []},
            {"op": "replace", "path": 'emails[value eq "gone"].display', "value": "x"},
            before=before,
        )
    assert before == BEFORE


@pytest.mark.parametrize(
    ("operation", "kind", "says"),
    [
        ({"op": "replace", "path": 'emails[value eq "gone"].value', "value": "x"}, NoTarget, "emails"),
        ({"op": "replace", "path": 'emails[type eq "other" and primary eq true].value', "value": "x"}, NoTarget, "emails"),
        ({"op": "replace", "path": 'emails[type eq "other"]', "value": {"value": "x"}}, NoTarget, "emails"),
        ({"op": "replace", "path": 'emails[primary eq false].value', "value": "x"}, NoTarget, "emails"),
        ({"op": "replace", "path": 'emails[type eq "other"].primary', "value": True}, NoTarget, "emails"),
        ({"op": "remove", "path": "userName"}, Mutability, "userName"),
        ({"op": "replace", "path": "active", "value": None}, InvalidValue, "active"),
        ({"op": "add", "value": {"active": ""}}, InvalidValue, "active"),
        ({"op": "remove", "path": "id"}, Mutability, "id"),
        ({"op": "remove", "path": "groups"}, Mutability, "groups"),
        ({"op": "replace", "path": "id", "value": "other"}, Mutability, "id"),
        ({"op": "replace", "value": {"id": "other"}}, Mutability, "id"),
        ({"op": "add", "path": "groups", "value": [{"value": "g"}]}, Mutability, "groups"),
        ({"op": "replace", "path": "meta.created", "value": "2026-01-01T00:00:00Z"}, Mutability, "meta.created"),
        ({"op": "replace", "path": "manager.displayName", "value": "Boss"}, Mutability, "manager.displayName"),
        ({"op": "replace", "path": "userName", "value": ""}, InvalidValue, "userName"),
        ({"op": "replace", "path": "userName", "value": None}, InvalidValue, "userName"),
        ({"op": "replace", "path": "userName", "value": "  "}, InvalidValue, "userName"),
        ({"op": "replace", "path": "title", "value": 5}, InvalidValue, "title: must be text, not a number."),
        ({"op": "replace", "path": "title", "value": {"a": 1}}, InvalidValue, "title: must be text"),
        ({"op": "replace", "path": "name", "value": "Ada"}, InvalidValue, "name: must be an object."),
        ({"op": "replace", "path": "emails", "value": [{"value": 1}]}, InvalidValue, "emails.0.value"),
        ({"op": "add", "path": "roles", "value": [{"value": str(n)} for n in range(1001)]}, InvalidValue, "1001"),
        ({"op": "replace", "path": 'emails[nothing eq "x"].value', "value": "x"}, InvalidFilter, "nothing"),
        ({"op": "replace", "path": "emails[", "value": "x"}, InvalidPath, "emails["),
        ({"op": "replace", "path": 'title pr or title', "value": "x"}, InvalidPath, "title pr"),
        ({"op": "replace", "value": "x"}, InvalidValue, "object"),
        ({"op": "replace", "value": {"emails[": "x"}}, InvalidPath, "emails["),
        ({"op": "replace", "path": "title"}, InvalidValue, "needs a value"),
        ({"op": "add"}, InvalidValue, "needs a value"),
        ({"op": "remove"}, NoTarget, "needs a path"),
        ({"op": "remove", "path": ""}, NoTarget, "needs a path"),
        ({"op": "move", "path": "title", "value": "x"}, InvalidSyntax, "'move'"),
        ({"op": "", "path": "title", "value": "x"}, InvalidSyntax, "add, remove or replace"),
        ({"op": None, "path": "title", "value": "x"}, InvalidSyntax, "op"),
        ({"path": "title", "value": "x"}, InvalidSyntax, "op: is required"),
        ({"op": "add", "path": 5, "value": "x"}, InvalidSyntax, "path: must be text"),
    ],
)  # fmt: skip
def test_lesson_03_what_is_not_understood_is_refused(operation: dict[str, Any], kind: type[ScimError], says: str) -> None:
    with pytest.raises(kind) as refused:
        patched({"op": "add", "path": "title", "value": "Guide"}, operation)

    assert says in refused.value.detail
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"schemas": [PATCH_URN]},
        {"schemas": [PATCH_URN], "Operations": []},
        {"schemas": [PATCH_URN], "Operations": None},
        {"schemas": [PATCH_URN], "Operations": {"op": "remove", "path": "title"}},
        {"schemas": [PATCH_URN], "Operations": ["remove"]},
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "Operations": [{"op": "remove", "path": "title"}]},
        {"schemas": PATCH_URN, "Operations": [{"op": "remove", "path": "title"}]},
        {"schemas": [PATCH_URN], "Operations": [{"op": "remove", "path": "title"}] * 1001},
        {"schemas": [PATCH_URN], "userName": "ada"},
    ],
)
def test_lesson_03_a_body_that_is_no_patch_is_invalid_syntax(body: object) -> None:
    with pytest.raises(InvalidSyntax):
        load_patch(body, USER)


def test_a_groups_attributes_are_patched_like_a_users() -> None:
    operations = load_patch({"Operations": [{"op": "Replace", "path": "DisplayName", "value": "New"}]}, GROUP)

    assert apply_patch({"id": "g", "displayName": "Old"}, operations, GROUP) == {"id": "g", "displayName": "New"}
