from __future__ import annotations

import pytest

from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, USER, USER_URN


@pytest.mark.parametrize(
    ("name", "sub", "urn", "path"),
    [
        ("userName", None, None, "userName"),
        ("USERNAME", None, None, "userName"),
        ("emails", "VALUE", None, "emails.value"),
        ("emails", "value", USER_URN.upper(), "emails.value"),
        ("id", None, None, "id"),
        ("meta", "lastmodified", None, "meta.lastModified"),
        ("externalId", None, USER_URN, "externalId"),
        ("department", None, ENTERPRISE_URN.upper(), f"{ENTERPRISE_URN}:department"),
        ("department", None, None, f"{ENTERPRISE_URN}:department"),
        ("manager", "$REF", None, f"{ENTERPRISE_URN}:manager.$ref"),
    ],
)
def test_names_and_urns_are_found_in_any_case(name: str, sub: str | None, urn: str | None, path: str) -> None:
    ref = USER.find(name, sub, urn)

    assert ref is not None
    assert ref.path == path


@pytest.mark.parametrize(
    ("name", "sub", "urn"),
    [
        ("nothing", None, None),
        ("emails", "nothing", None),
        ("userName", "value", None),
        ("department", None, USER_URN),
        ("userName", None, ENTERPRISE_URN),
        ("userName", None, "urn:example:unknown"),
        ("members", None, None),
    ],
)
def test_what_nothing_defines_is_not_found(name: str, sub: str | None, urn: str | None) -> None:
    assert USER.find(name, sub, urn) is None


def test_errata_of_rfc_7643_are_in_the_schemas() -> None:
    manager = USER.find("manager", "value")
    group_name = GROUP.find("displayName")

    assert manager is not None
    assert manager.leaf.case_exact
    assert group_name is not None
    assert group_name.attribute.required


def test_a_password_is_never_returned_and_never_kept() -> None:
    ref = USER.find("password")

    assert ref is not None
    assert ref.attribute.returned == "never"
    assert not ref.attribute.writable
