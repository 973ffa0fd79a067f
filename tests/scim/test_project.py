from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.scim.attribute import Attribute, Returned, Schema
from scim_bridge.scim.errors import InvalidValue
from scim_bridge.scim.project import Projection
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, USER, USER_URN, ResourceType

USER_SHOWN: dict[str, Any] = {
    "schemas": [USER_URN, ENTERPRISE_URN],
    "id": "u-1",
    "userName": "ada",
    "name": {"givenName": "Ada", "familyName": "User"},
    "emails": [{"value": "a", "type": "work"}, {"value": "b"}],
    "active": True,
    "meta": {"resourceType": "User"},
    ENTERPRISE_URN: {"department": "Lab", "manager": {"value": "boss"}},
}
ALWAYS = {"schemas": USER_SHOWN["schemas"], "id": "u-1"}


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in USER_SHOWN.items() if name not in names}


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ("userName", {"userName": "ada"}),
        ("USERNAME, Active ", {"userName": "ada", "active": True}),
        ("emails.value", {"emails": [{"value": "a"}, {"value": "b"}]}),
        ("emails.type,emails", {"emails": USER_SHOWN["emails"]}),
        ("name.givenName,name.familyName", {"name": USER_SHOWN["name"]}),
        (f"{USER_URN}:userName", {"userName": "ada"}),
        (ENTERPRISE_URN.upper(), {ENTERPRISE_URN: USER_SHOWN[ENTERPRISE_URN]}),
        (f"{ENTERPRISE_URN}:department", {ENTERPRISE_URN: {"department": "Lab"}}),
        (f"{ENTERPRISE_URN}:manager.value", {ENTERPRISE_URN: {"manager": {"value": "boss"}}}),
        (f"{ENTERPRISE_URN}:manager.displayName", {}),
        (f"{USER_URN}:name.givenName", {"name": {"givenName": "Ada"}}),
        (f"{USER_URN}:emails.TYPE", {"emails": [{"type": "work"}]}),
        ("emails.display", {}),
        ("emails.nothing", {}),
        ("department", {ENTERPRISE_URN: {"department": "Lab"}}),
        (USER_URN, {name: USER_SHOWN[name] for name in ("userName", "name", "emails", "active")}),
        ("nothing", {}),
        ("nothing,userName", {"userName": "ada"}),
        ("password", {}),
        ("title", {}),
    ],
)
def test_attributes_shows_those_and_what_is_always_shown(attributes: str, shown: dict[str, Any]) -> None:
    assert Projection.parse(attributes, None, USER).apply(USER_SHOWN) == {**ALWAYS, **shown}


@pytest.mark.parametrize(
    ("excluded", "left"),
    [
        ("emails", without("emails")),
        ("EMAILS,meta", without("emails", "meta")),
        ("id,schemas", USER_SHOWN),
        ("emails.type", {**USER_SHOWN, "emails": [{"value": "a"}, {"value": "b"}]}),
        ("name.givenName", {**USER_SHOWN, "name": {"familyName": "User"}}),
        (ENTERPRISE_URN, without(ENTERPRISE_URN)),
        (f"{ENTERPRISE_URN}:manager", {**USER_SHOWN, ENTERPRISE_URN: {"department": "Lab"}}),
        (f"{ENTERPRISE_URN}:manager.value", {**USER_SHOWN, ENTERPRISE_URN: {"department": "Lab"}}),
        (f"{USER_URN}:name", without("name")),
        ("emails.value,emails.type", without("emails")),
        ("emails.value,emails", without("emails")),
        ("nothing", USER_SHOWN),
    ],
)
def test_excluded_attributes_are_left_out(excluded: str, left: dict[str, Any]) -> None:
    assert Projection.parse(None, excluded, USER).apply(USER_SHOWN) == left


@pytest.mark.parametrize(("attributes", "excluded"), [(None, None), ("", ""), ("", None)])
def test_without_either_everything_but_a_password_is_shown(attributes: str | None, excluded: str | None) -> None:
    projection = Projection.parse(attributes, excluded, USER)

    assert projection.apply({**USER_SHOWN, "password": "x"}) == USER_SHOWN


def test_both_at_once_are_refused() -> None:
    with pytest.raises(InvalidValue, match="together"):
        Projection.parse("userName", "emails", USER)


@pytest.mark.parametrize(
    ("attributes", "excluded", "wanted"),
    [
        (None, None, True),
        (None, "members", False),
        (None, "MEMBERS", False),
        (None, "urn:ietf:params:scim:schemas:core:2.0:Group:members", False),
        (None, "members.display", True),
        (None, "displayName", True),
        ("displayName", None, False),
        ("displayName,members.value", None, True),
        ("members", None, True),
        ("nothing", None, False),
        (None, "nothing", True),
    ],
)
def test_lesson_12_members_are_wanted_only_when_they_are_shown(
    attributes: str | None, excluded: str | None, wanted: bool
) -> None:
    projection = Projection.parse(attributes, excluded, GROUP)

    assert projection.wants("members") is wanted
    assert projection.wants("id")
    assert ("members" in projection.apply({"id": "g", "members": [{"value": "u", "display": "x"}]})) is wanted


def test_what_is_no_attribute_or_never_shown_is_not_wanted() -> None:
    everything = Projection.parse(None, None, USER)

    assert everything.wants("groups")
    assert everything.wants("department")
    assert not everything.wants("password")
    assert not everything.wants("members")
    assert not Projection.parse("manager", None, USER).wants("department")
    assert Projection.parse(None, "manager", USER).wants("department")


def text(name: str, returned: Returned) -> Attribute:
    return Attribute(name, returned=returned)


EACH: tuple[Returned, ...] = ("always", "never", "default", "request")
CARD = Schema(
    "urn:example:card",
    "Card",
    "",
    (
        *(text(returned, returned) for returned in EACH),
        Attribute("badge", "complex", sub_attributes=tuple(text(returned, returned) for returned in EACH)),
        Attribute("keys", "complex", True, sub_attributes=tuple(text(returned, returned) for returned in EACH)),
    ),
)
CARDED = ResourceType("User", "User", "/Users", USER.schema, (CARD,))
WHOLE = dict.fromkeys(EACH, "x")
HOLDER = {"id": "u-1", CARD.id: {**WHOLE, "badge": WHOLE, "keys": [WHOLE]}}


@pytest.mark.parametrize(
    ("attributes", "excluded", "shown"),
    [
        (None, None, {"always": "x", "default": "x", "badge": {"always": "x", "default": "x"},
                      "keys": [{"always": "x", "default": "x"}]}),
        ("userName", None, {"always": "x"}),
        (f"{CARD.id}:request", None, {"always": "x", "request": "x"}),
        (f"{CARD.id}:never", None, {"always": "x"}),
        (f"{CARD.id}:badge.request", None, {"always": "x", "badge": {"always": "x", "request": "x"}}),
        (f"{CARD.id}:keys.default,{CARD.id}:keys.never", None, {"always": "x", "keys": [{"always": "x", "default": "x"}]}),
        (None, f"{CARD.id}:always,{CARD.id}:default,{CARD.id}:badge",
         {"always": "x", "keys": [{"always": "x", "default": "x"}]}),
        (None, f"{CARD.id}:badge.always,{CARD.id}:badge.default,{CARD.id}:keys",
         {"always": "x", "default": "x", "badge": {"always": "x"}}),
        (None, f"{CARD.id}:request", {"always": "x", "default": "x", "badge": {"always": "x", "default": "x"},
                                      "keys": [{"always": "x", "default": "x"}]}),
    ],
)
def test_rfc7643_7_what_returned_says_holds_for_attributes_and_sub_attributes(
    attributes: str | None, excluded: str | None, shown: dict[str, Any]
) -> None:
    assert Projection.parse(attributes, excluded, CARDED).apply(HOLDER) == {"id": "u-1", CARD.id: shown}


@pytest.mark.parametrize(("name", "attributes", "excluded"), [
    (name, attributes, excluded)
    for name in ("always", "never", "default", "request", "badge", "userName", "id", "emails")
    for attributes, excluded in [
        (None, None), (name, None), (None, name), (f"{CARD.id}:{name}", None), (None, f"{CARD.id}:{name}"),
        (CARD.id, None), (None, CARD.id), ("title", None), (None, "title"), (f"{name}.default", None), (None, f"{name}.default"),
    ]
])
def test_an_attribute_is_wanted_exactly_when_it_would_be_shown(name: str, attributes: str | None, excluded: str | None) -> None:
    whole = {"id": "u-1", "userName": "ada", "emails": [{"value": "a"}], CARD.id: {**WHOLE, "badge": WHOLE}}
    projection = Projection.parse(attributes, excluded, CARDED)
    shown = projection.apply(whole)
    assert projection.wants(name) is (name in shown or name in shown.get(CARD.id, {}))


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({CARD.id: {"request": "x"}}, True),
        ({CARD.id.upper(): {"REQUEST": "x"}}, True),
        ({"request": "x"}, True),
        ({"userName": "ada"}, False),
        ({"Operations": [{"op": "add", "path": f"{CARD.id}:request", "value": "x"}]}, True),
        ({"operations": [{"OP": "add", "PATH": "request", "value": "x"}]}, True),
        ({"Operations": [{"op": "add", "value": {CARD.id: {"request": "x"}}}]}, True),
        ({"Operations": [{"op": "add", "value": {f"{CARD.id}:request": "x"}}]}, True),
        ({"Operations": [{"op": "add", "path": 'keys[default eq "x"].request'}, {"path": 7}, "x"]}, False),
        ([], False),
        (None, False),
    ],
)
def test_rfc7643_7_what_is_returned_on_request_is_shown_to_whoever_wrote_it(body: Any, shown: bool) -> None:
    everything = Projection.parse(None, None, CARDED).after(body)
    assert ("request" in everything.apply(HOLDER)[CARD.id]) is shown
    without_it = Projection.parse(None, f"{CARD.id}:request", CARDED).after(body)
    named = Projection.parse("userName", None, CARDED).after(body)
    assert "request" not in without_it.apply(HOLDER)[CARD.id]
    assert "request" not in named.apply(HOLDER)[CARD.id]
