"""Filters as SQL: the same answers as `scim.match` gives in Python, through the index, with nothing left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, select

from scim_bridge.directory.pages import Wanted, groups_found, page_of_groups, page_of_users, users_found
from scim_bridge.directory.resources import group_resources, user_resources
from scim_bridge.directory.tables import KEY_LENGTH, scim_group, scim_user
from scim_bridge.intake.users import create_user
from scim_bridge.scim.filters import parse_filter
from scim_bridge.scim.match import matches
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, USER
from tests.databases import KINDS, fresh
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


@pytest.fixture(scope="module", params=KINDS)
def books(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    with fresh(request.param, tmp_path_factory.mktemp("filters")) as database:
        made = Books(database, "labs")
        rows = [made.write(create_user, person) for person in PEOPLE]
        inner = made.new_group("Inner", rows[0], rows[2])
        made.new_group("Outer", inner, rows[1])
        made.new_group("Empty")
        yield made


TEXT_PATHS = [
    "userName", "externalId", "id", "title", "nickName", "displayName", "userType", "locale", "profileUrl",
    "name.givenName", "name.familyName", "emails.value", "emails.type", "emails", "roles.value", "phoneNumbers.value",
    "groups.value", "groups.display", "groups.type", "meta.resourceType", "meta.location", "schemas",
    f"{ENTERPRISE_URN}:department", f"{ENTERPRISE_URN}:manager.value", "department",
]
PRESENT_PATHS = [*TEXT_PATHS, "name", "emails.primary", "active", "meta", "meta.created", "manager",
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
    st.builds("{} pr".format, st.sampled_from([*GROUP_PATHS, "meta.created"])),
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


def test_a_group_that_somebody_is_in_directly_and_through_another_is_direct_alone(books: Books) -> None:
    lin = books.new_user("lin@example.com")
    books.new_group("Both", books.new_group("Within", lin), lin)

    def found(filter_: str) -> bool:
        node = parse_filter(filter_, USER)
        page = books.read(lambda connection: page_of_users(connection, Wanted(books.push.source_id, LOCATION, node)))
        return "lin@example.com" in [row.user_name for row in page.rows]

    assert found('groups[display eq "both" and type eq "direct"]')
    assert found('groups[display eq "both"]')
    assert not found('groups[display eq "both" and type eq "indirect"]')
    assert not found('groups.type eq "indirect"')


# On PostgreSQL whole-table scans are switched off: these tables are too small for it to choose an index by itself.
USERS_BY_INDEX = [
    ('userName eq "ada@example.com"', ("source_id=? AND user_name_key=?", "uq_scim_user_user_name_key")),
    ('externalId eq "00uA"', ("ix_scim_user_external_id",)),
    ('id eq "00000000-0000-0000-0000-000000000000"', ("scim_id=?", "uq_scim_user_scim_id")),
    ('displayName eq "a"', ("ix_user_value_key",)),
    ('emails.value eq "ada@home.org"', ("ix_user_value_key",)),
    ('emails eq "ada@home.org"', ("ix_user_value_key",)),
    ('emails[type eq "work"].value eq "ada@example.com"', ("ix_user_value_key",)),
    ('emails[type eq "work" and value eq "ada@example.com"]', ("ix_user_value_key",)),
    ('userName eq "ada@example.com" and active eq true', ("source_id=? AND user_name_key=?", "uq_scim_user_user_name_key")),
]
GROUPS_BY_INDEX = [
    ('displayName eq "Inner"', ("source_id=? AND display_name_key=?", "uq_scim_group_display_name_key")),
    ('externalId eq "00gA"', ("ix_scim_group_external_id",)),
    ('id eq "00000000-0000-0000-0000-000000000000"', ("scim_id=?", "uq_scim_group_scim_id")),
]


@pytest.mark.parametrize(("filter_", "indexes"), USERS_BY_INDEX)
def test_a_user_that_identity_providers_ask_for_is_found_through_an_index(
    books: Books, filter_: str, indexes: tuple[str, ...]
) -> None:
    found = users_found(books.push.source_id, parse_filter(filter_, USER), LOCATION)
    the_plan_goes_through(books, select(scim_user.c.id).where(found), indexes)


@pytest.mark.parametrize(("filter_", "indexes"), GROUPS_BY_INDEX)
def test_a_group_that_identity_providers_ask_for_is_found_through_an_index(
    books: Books, filter_: str, indexes: tuple[str, ...]
) -> None:
    found = groups_found(books.push.source_id, parse_filter(filter_, GROUP), LOCATION)
    the_plan_goes_through(books, select(scim_group.c.id).where(found), indexes)


def the_plan_goes_through(books: Books, query: Select[Any], indexes: tuple[str, ...]) -> None:
    engine = books.database.engine
    text = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
    with books.database.reading() as connection:
        if engine.dialect.name == "sqlite":
            steps = [row[3] for row in connection.exec_driver_sql(f"explain query plan {text}")]
            scanned = [step for step in steps if step.startswith("SCAN")]
        else:
            connection.exec_driver_sql("set local enable_seqscan = off")
            steps = [row[0] for row in connection.exec_driver_sql(f"explain {text}")]
            scanned = [step for step in steps if "Seq Scan" in step]
    assert any(index in step for step in steps for index in indexes), steps
    assert scanned == []


def test_filters_of_one_shape_are_parsed_once_and_are_one_statement(books: Books) -> None:
    first, *others = [
        parse_filter(f'userName eq "{name}" or EMAILS[type eq "work"].value sw "{name}"', USER) for name in ("a", "b", LONG[:50])
    ]
    keys = [users_found(1, node, LOCATION)._generate_cache_key().key for node in (first, *others)]  # type: ignore[union-attr]

    assert keys == keys[:1] * 3
    assert [node == first for node in others] == [False, False]
