"""Filters as SQL: the same answers as `scim.match` gives in Python, through the index, with nothing left out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scim_bridge.db import Database, metadata
from scim_bridge.directory.pages import Wanted, page_of_groups, page_of_users
from scim_bridge.directory.resources import group_resources, user_resources
from scim_bridge.directory.tables import KEY_LENGTH
from scim_bridge.intake.users import create_user
from scim_bridge.scim.filters import parse_filter
from scim_bridge.scim.match import matches
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, USER
from tests.intake.books import Books

LOCATION = "https://bridge.example.com/scim/v2"
LONG = "L" * (KEY_LENGTH + 5)

PEOPLE: list[dict[str, Any]] = [
    {"userName": "Ada@Example.com", "externalId": "00uA", "title": "Engineer",
     "name": {"givenName": "Ada", "familyName": "Lovelace"},
     "emails": [{"value": "Ada@Example.com", "type": "work", "primary": True}, {"value": "ada@home.org", "type": "home"}],
     ENTERPRISE_URN: {"department": "Research", "manager": {"value": "m-1"}}},
    {"userName": "grace@example.com", "externalId": "00ua", "title": "engineer", "active": False,
     "emails": [{"value": "grace@example.com", "type": "home"}, {"value": "G@example.com", "type": "work"}],
     "roles": [{"value": "Admin", "primary": True}, {"value": "Member", "primary": False}]},
    {"userName": "zoë@example.com", "title": "100% \\ \"quoted\" a_b", "nickName": "Z",
     "phoneNumbers": [{"value": "+1 555 0100", "type": "mobile"}]},
    {"userName": "bob", "userType": "Intern", "displayName": "a", "locale": "en-US", "profileUrl": "https://Example.com/B"},
    {"userName": "long", "title": LONG, "nickName": LONG + "x", ENTERPRISE_URN: {"department": "research", "costCenter": "7"}},
]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('filters')}/bridge.db")
    metadata.create_all(database.engine)
    made = Books(database, "labs")
    rows = [made.write(create_user, person) for person in PEOPLE]
    inner = made.new_group("Inner", rows[0], rows[2])
    made.new_group("Outer", inner, rows[1])
    made.new_group("Empty")
    return made


TEXT_PATHS = [
    "userName", "externalId", "id", "title", "nickName", "displayName", "userType", "locale", "profileUrl",
    "name.givenName", "name.familyName", "emails.value", "emails.type", "emails", "roles.value", "phoneNumbers.value",
    "groups.value", "groups.display", "groups.type", "meta.resourceType", "meta.location", "schemas",
    f"{ENTERPRISE_URN}:department", f"{ENTERPRISE_URN}:manager.value", "department",
]
PRESENT_PATHS = [*TEXT_PATHS, "name", "emails.primary", "active", "meta", "meta.created", "meta.version", "manager",
                 "roles.primary", "addresses", "groups"]
TEXTS = st.sampled_from([
    "Ada@Example.com", "ada", "00ua", "00uA", "engineer", "ENGINEER", "e", "", "%", "_", "100%", "\\", '"', "ZOË", "zoe\u0308",
    "Research", "work", "home", "direct", "indirect", "Inner", "outer", "m-1", LONG, LONG + "x", LONG[:KEY_LENGTH], "User",
    f"{LOCATION}/Users/", ENTERPRISE_URN, "https://example.com/b", "~", "a", "@",
])
OPERATORS = st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def comparison(paths: list[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda path, op, text: f"{path} {op} {quoted(text)}", st.sampled_from(paths), OPERATORS, TEXTS)


def joined(leaves: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(leaves, lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ), max_leaves=4)


BRACKETS = st.one_of(
    st.builds("emails[{}]".format, joined(st.one_of(
        comparison(["value", "type", "display"]),
        st.sampled_from(["primary eq true", "primary ne true", "primary pr", "value pr", "display pr"])))),
    st.builds("roles[{}]".format, joined(st.one_of(comparison(["value"]), st.sampled_from(["primary eq false"])))),
    st.builds("groups[{}]".format, joined(comparison(["value", "display", "type"]))),
)
FIXED = st.sampled_from([
    "active eq true", "active ne true", "active eq null", "emails.primary eq true", "emails.primary ne true",
    'meta.created le "2026-11-24T12:00:00Z"', 'meta.created gt "2026-11-24T13:00:00+02:00"',
    'meta.lastModified ne "2000-01-01T00:00:00Z"',
    'emails[type eq "work"].value eq "g@example.com"', "title eq null", "title ne null",
])
FILTERS = joined(st.one_of(
    comparison(TEXT_PATHS), BRACKETS, FIXED, st.builds("{} pr".format, st.sampled_from(PRESENT_PATHS))))

QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(filter_=FILTERS)
def test_lesson_06_sql_finds_exactly_the_users_that_match_finds(books: Books, filter_: str) -> None:
    node = parse_filter(filter_, USER)
    with books.database.reading() as connection:
        everybody = page_of_users(connection, Wanted(books.push.source_id, LOCATION)).rows
        resources = user_resources(connection, everybody, LOCATION, groups=True)
        page = page_of_users(connection, Wanted(books.push.source_id, LOCATION, node))
    expected = [resource["userName"] for resource in resources if matches(node, resource)]
    assert [row.user_name for row in page.rows] == expected
    assert page.total == len(expected)


GROUP_PATHS = ["displayName", "externalId", "id", "members", "members.value", "members.display", "members.type",
               "members.$ref", "meta.location", "meta.resourceType", "schemas"]
GROUP_FILTERS = joined(st.one_of(
    comparison(GROUP_PATHS),
    st.builds("{} pr".format, st.sampled_from([*GROUP_PATHS, "meta.version"])),
    st.builds("members[{}]".format, joined(comparison(["value", "display", "type", "$ref"]))),
))


@QUIET
@given(filter_=GROUP_FILTERS)
def test_lesson_06_sql_finds_exactly_the_groups_that_match_finds(books: Books, filter_: str) -> None:
    node = parse_filter(filter_, GROUP)
    with books.database.reading() as connection:
        everything = page_of_groups(connection, Wanted(books.push.source_id, LOCATION)).rows
        resources = group_resources(connection, everything, LOCATION, members=True)
        page = page_of_groups(connection, Wanted(books.push.source_id, LOCATION, node))
    expected = [resource["displayName"] for resource in resources if matches(node, resource)]
    assert [row.display_name for row in page.rows] == expected


@pytest.mark.parametrize(
    ("filter_", "index"),
    [
        ('userName eq "ada@example.com"', "source_id=? AND user_name_key=?"),
        ('externalId eq "00uA"', "ix_scim_user_external_id"),
        ('emails.value eq "ada@home.org"', "ix_user_value_key"),
        ('emails[type eq "work"].value eq "ada@example.com"', "ix_user_value_key"),
        ('emails[type eq "work" and value eq "ada@example.com"]', "ix_user_value_key"),
    ],
)
def test_what_identity_providers_ask_by_is_found_through_an_index(books: Books, filter_: str, index: str) -> None:
    with books.counting() as seen, books.database.reading() as connection:
        page_of_users(connection, Wanted(books.push.source_id, LOCATION, parse_filter(filter_, USER)))
        counted = next(text for text in seen if "count" in text)
        plan = connection.exec_driver_sql(f"explain query plan {counted}", tuple("x" * counted.count("?"))).all()
    steps = [row[3] for row in plan]
    assert any(index in step for step in steps), steps
    assert not any(step.startswith("SCAN") for step in steps), steps
