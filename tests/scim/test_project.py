from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.scim.errors import InvalidValue
from scim_bridge.scim.project import Projection
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, USER, USER_URN

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
