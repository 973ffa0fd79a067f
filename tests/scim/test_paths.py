from __future__ import annotations

import pytest

from scim_bridge.scim.errors import InvalidFilter, InvalidPath, UnknownAttribute
from scim_bridge.scim.paths import ExtensionPath, Path, parse_path
from scim_bridge.scim.registry import ENTERPRISE_SCHEMA, ENTERPRISE_URN, GROUP, USER, USER_URN


@pytest.mark.parametrize(
    ("text", "path", "filtered"),
    [
        ("userName", "userName", False),
        ("NAME.FamilyName", "name.familyName", False),
        ("externalId", "externalId", False),
        ('emails[type eq "work"]', "emails", True),
        ('emails[type eq "work"].value', "emails.value", True),
        ('EMAILS[ Type EQ "work" and not (primary eq true) ].Value', "emails.value", True),
        (f"{USER_URN}:title", "title", False),
        (f'{USER_URN}:emails[type eq "work"].value', "emails.value", True),
        (f"{ENTERPRISE_URN.upper()}:department", f"{ENTERPRISE_URN}:department", False),
        (f"{ENTERPRISE_URN}:manager.value", f"{ENTERPRISE_URN}:manager.value", False),
        ("manager", f"{ENTERPRISE_URN}:manager", False),
        (" title ", "title", False),
    ],
)
def test_a_path_points_at_an_attribute(text: str, path: str, filtered: bool) -> None:
    found = parse_path(text, USER)

    assert isinstance(found, Path)
    assert found.ref.path == path
    assert (found.value_filter is not None) is filtered


def test_members_are_a_path_of_groups_alone() -> None:
    found = parse_path('members[value eq "1"].display', GROUP)

    assert isinstance(found, Path)
    assert found.ref.path == "members.display"
    with pytest.raises(UnknownAttribute):
        parse_path("members", USER)


def test_a_schema_urn_points_at_everything_of_that_schema() -> None:
    assert parse_path(ENTERPRISE_URN.upper(), USER) == ExtensionPath(ENTERPRISE_SCHEMA)


@pytest.mark.parametrize(
    "text",
    ["", "a b", "emails[", "emails]", 'emails[type eq "work"', "title.", ".title", "(title)", "not (title)", "title pr",
     "title pr or title", 'title eq "x" and title', 'emails[type eq "a"][type eq "b"]', 'name[familyName eq "x"]',
     'title[value eq "x"]', 'emails.value[type eq "x"]', "emails[type]", "'title'", "title,name", "x" * 5000 + "[",
     "emails[" * 100],
)  # fmt: skip
def test_lesson_03_a_malformed_path_is_refused(text: str) -> None:
    with pytest.raises((InvalidPath, InvalidFilter)) as refused:
        parse_path(text, USER)

    assert not isinstance(refused.value, UnknownAttribute)
    assert "'pr' at" not in refused.value.detail


@pytest.mark.parametrize(
    "text",
    ["favourites", "name.nothing", "emails.nothing", 'emails[type eq "x"].nothing', 'favourites[type eq "x"].value',
     "urn:msfttest:cloud:schemas:2.0:User:colour", f"{ENTERPRISE_URN}:nothing", f"{USER_URN}:department"],
)  # fmt: skip
def test_a_well_formed_path_to_nothing_is_told_apart(text: str) -> None:
    with pytest.raises(UnknownAttribute):
        parse_path(text, USER)


def test_an_unknown_attribute_in_the_brackets_is_an_invalid_filter() -> None:
    with pytest.raises(InvalidFilter, match="nothing"):
        parse_path('emails[nothing eq "x"].value', USER)
