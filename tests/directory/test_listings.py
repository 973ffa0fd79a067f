"""Listings in any order, against a model in plain Python; walks by keyset; what they ask of the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from scim_bridge.db import Database
from scim_bridge.directory.cursor_secret import find_cursor_secret
from scim_bridge.directory.listings import Listing, how_many, page_at, page_beyond
from scim_bridge.directory.tables import KEY_LENGTH
from scim_bridge.intake.groups import create_group, delete_group
from scim_bridge.intake.users import create_user, delete_user, replace_user
from scim_bridge.scim.across import parse_across
from scim_bridge.scim.fold import fold
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, USER, ResourceType
from scim_bridge.scim.sorting import parse_sort
from tests.databases import KINDS, SQLITE, fresh
from tests.intake.books import LATER, Books

LOCATION = "https://bridge.example.com/scim/v2"
LONG = "L" * KEY_LENGTH

PEOPLE: list[dict[str, Any]] = [
    {"userName": "bob@example.com", "title": "Engineer", "externalId": "b", "displayName": "Zed",
     "emails": [{"value": "z@example.com", "type": "home"}, {"value": "a@example.com", "type": "work", "primary": True}]},
    {"userName": "Ada@Example.com", "title": "engineer", "externalId": "B", "displayName": "lab", "name": {"familyName": "Émile"}},
    {"userName": "zoë@example.com", "active": False, "emails": [{"value": "B@example.com"}], "externalId": "a"},
    {"userName": "carl", "title": "Ärztin", "name": {"familyName": "lovelace"},
     "emails": [{"type": "work", "value": "c@example.com"}]},
    {"userName": "dora", "title": LONG + "2", "displayName": "ada", ENTERPRISE_URN: {"department": "Lab", "manager": {"value": "M"}}},
    {"userName": "emma", "title": LONG + "1", ENTERPRISE_URN: {"manager": {"value": "m"}},
     "emails": [{"display": "only shown", "type": "x"}]},
    {"userName": "finn", "name": {"familyName": "Lovelace"}, "externalId": "b"},
]
GROUPS = [{"displayName": "Lab", "externalId": "b"}, {"displayName": "Ada and others"}, {"displayName": "zoo", "externalId": "A"}]


@pytest.fixture(scope="module", params=KINDS)
def books(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    with fresh(request.param, tmp_path_factory.mktemp("listings")) as database:
        made = Books(database, "labs")
        for person in PEOPLE:
            made.write(create_user, person)
        for group in GROUPS:
            made.write(create_group, group)
        made.write(delete_group, made.new_group("Gone").scim_id)
        yield made


def listing(books: Books, kinds: tuple[ResourceType, ...] = (USER,), sort: str | None = None, order: str | None = None,
            filter_: str | None = None) -> Listing:
    nodes = (None,) * len(kinds) if filter_ is None else parse_across(filter_, kinds)
    return Listing(books.push.source_id, LOCATION, kinds, nodes, parse_sort(sort, order, kinds))


def names(books: Books, asked: Listing) -> list[str]:
    """The whole listing on one page, by userName or displayName."""
    return [name_of(each) for each in books.read(lambda connection: page_at(connection, asked, 0, 100))]


def name_of(entry: Any) -> str:
    return str(entry.row.user_name if entry.kind is USER else entry.row.display_name)


def leading(values: list[dict[str, Any]]) -> dict[str, Any]:
    """The primary value, or the first."""
    return next((each for each in values if each.get("primary")), values[0])


def value_of(resource: dict[str, Any], path: str) -> Any:
    """What the model sorts by."""
    name, _, sub = path.partition(".")
    value = {**resource, **resource.get(ENTERPRISE_URN, {})}.get(name)
    if isinstance(value, list):
        value = leading(value)
    return value.get(sub) if sub and isinstance(value, dict) else value


EXACT = {"externalId", "manager.value"}
SORTS = ["userName", "title", "externalId", "displayName", "name.familyName", "emails.value", "emails.display", "department",
         "manager.value", "active", "emails.primary", "nickName"]


def sorted_by(resources: list[dict[str, Any]], path: str, descending: bool) -> list[str]:
    """RFC 7644 section 3.4.2.3, in Python."""
    def key(each: dict[str, Any]) -> Any:
        value = value_of(each, path)
        if isinstance(value, str):
            value = (value if path in EXACT else fold(value))[:KEY_LENGTH]
        return (value is None, "" if value is None else value)

    whole = [{"active": True, **each} if "userName" in each else each for each in resources]
    found = sorted(whole, key=key)
    return [each.get("userName") or each["displayName"] for each in (found[::-1] if descending else found)]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("path", SORTS)
def test_rfc7644_3_4_2_3_users_are_sorted_by_primary_value_folded_and_the_absent_come_last(
    books: Books, path: str, descending: bool
) -> None:
    asked = listing(books, (USER,), path, "descending" if descending else None)
    assert names(books, asked) == sorted_by(PEOPLE, path, descending)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("path", ["displayName", "externalId", "userName", "meta.created", None])
def test_users_and_groups_are_sorted_together(books: Books, path: str | None, descending: bool) -> None:
    asked = listing(books, (USER, GROUP), path, "descending" if descending else None)
    if path in (None, "meta.created"):
        expected = [each.get("userName") or each["displayName"] for each in (*PEOPLE, *GROUPS)]
        expected = expected[::-1] if descending and path else expected
    else:
        expected = sorted_by([*PEOPLE, *GROUPS], path, descending)
    assert names(books, asked) == expected


@given(
    kinds=st.sampled_from([(USER,), (GROUP,), (USER, GROUP)]),
    path=st.sampled_from([None, "displayName", "externalId", "id", "meta.lastModified", *SORTS]),
    order=st.sampled_from(["ascending", "descending"]),
    filter_=st.sampled_from([None, 'externalId pr', 'displayName pr or meta.resourceType eq "User"', 'not (displayName sw "l")']),
    size=st.integers(1, 5),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_of_any_size_in_either_direction_make_up_the_listing(
    books: Books, kinds: tuple[ResourceType, ...], path: str | None, order: str, filter_: str | None, size: int
) -> None:
    if path is not None and all(kind.find(*path.split(".")) is None for kind in kinds):
        return
    asked = listing(books, kinds, path, order, filter_)
    whole = names(books, asked)
    assert books.read(lambda connection: how_many(connection, asked)) == len(whole)
    assert [name for at in range(0, len(whole), size) for name in slice_at(books, asked, at, size)] == whole
    assert walked(books, asked, size) == whole
    assert walked(books, asked, size, backward=True) == whole[::-1]


def slice_at(books: Books, asked: Listing, start: int, size: int) -> list[str]:
    return [name_of(each) for each in books.read(lambda connection: page_at(connection, asked, start, size))]


def next_page(books: Books, asked: Listing, place: Any, size: int, *, backward: bool = False) -> Any:
    return books.read(lambda connection: page_beyond(connection, asked, place, size, backward=backward))


def walked(books: Books, asked: Listing, size: int, *, backward: bool = False) -> list[str]:
    """Everybody, page by page, each from where the last one ended."""
    found: list[str] = []
    place = None
    while page := next_page(books, asked, place, size, backward=backward):
        found += [name_of(each) for each in page]
        place = page[-1].place
    return found


@SQLITE
@pytest.mark.parametrize("path", [None, "userName", "externalId", "title", "department", "emails.value"])
@pytest.mark.parametrize("order", ["ascending", "descending"])
def test_a_page_in_the_depth_is_a_range_of_an_index_and_costs_as_many_statements(
    database: Database, path: str | None, order: str
) -> None:
    books = Books(database, "labs")
    for number in range(30):
        extra = {"externalId": f"x{number % 7}", "title": f"t{number % 5}", "emails": [{"value": f"m{number}"}]}
        books.new_user(f"user{number:02}", **extra, **{ENTERPRISE_URN: {"department": f"d{number % 3}"}})
    asked = listing(books, (USER,), path, order)
    place, costs = None, []
    for _ in range(6):
        with asking(books) as asked_for:
            page = next_page(books, asked, place, 5)
        place = page[-1].place
        costs.append(len(asked_for))
        for statement, parameters in asked_for:
            assert "OFFSET" not in statement or parameters[-1] == 0  # SQLAlchemy always writes one for SQLite
            plan = plan_of(books, statement, parameters)
            if "ORDER BY" in statement:
                assert not [step for step in plan if "TEMP B-TREE" in step or step == "SCAN scim_user"], (statement, plan)
    assert max(costs[1:]) <= 4  # the same key, further keys, nobody's key; the rows


class asking:  # noqa: N801
    """Every statement that is sent meanwhile, with its values."""

    def __init__(self, books: Books) -> None:
        self._engine = books.database.engine
        self._seen: list[tuple[str, Any]] = []

    def __enter__(self) -> list[tuple[str, Any]]:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self._seen

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, *given: Any) -> None:
        if given[2].startswith("SELECT"):
            self._seen.append((given[2], given[3]))


def plan_of(books: Books, statement: str, parameters: Any) -> list[str]:
    with books.database.reading() as connection:
        return [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def test_lesson_19_a_walk_during_deletions_never_misses_who_was_there_all_the_time(database: Database) -> None:
    books = Books(database, "labs")
    people = [books.new_user(f"user{number:02}@example.com") for number in range(40)]
    for sort in (None, "userName"):
        leavers = {each.user_name for each in people[:: 3 if sort else 2]}
        staying = {each.user_name for each in people} - leavers
        asked, place, seen = listing(books, (USER,), sort), None, []
        going = [each for each in people if each.user_name in leavers]
        while page := next_page(books, asked, place, 4):
            seen += [name_of(each) for each in page]
            place = page[-1].place
            for each in (*[row for row in going if row.user_name == seen[-1]], *going[:1]):  # where the walk stands, and behind it
                books.write(delete_user, each.scim_id)
                going.remove(each)
        assert staying <= set(seen)
        assert len(seen) == len(set(seen))
        for each in going:
            books.write(delete_user, each.scim_id)
        people = [each for each in people if each.user_name in staying]


def test_another_source_is_in_no_listing(database: Database) -> None:
    books = Books(database, "labs")
    books.new_user("ada@example.com", title="Lead")
    elsewhere = Listing(books.push.source_id + 1, LOCATION, (USER, GROUP), (None, None), parse_sort("title", None, [USER, GROUP]))
    assert names(books, elsewhere) == []
    assert books.read(lambda connection: how_many(connection, elsewhere)) == 0


def test_the_primary_value_sorts_after_a_change_as_well(database: Database) -> None:
    books = Books(database, "labs")
    ada = books.new_user("ada", emails=[{"value": "a"}, {"value": "z"}])
    books.new_user("bob", emails=[{"value": "m"}])
    assert names(books, listing(books, (USER,), "emails")) == ["ada", "bob"]
    books.write(replace_user, ada.scim_id, {"userName": "ada", "emails": [{"value": "a"}, {"value": "z", "primary": True}]})
    assert names(books, listing(books, (USER,), "emails")) == ["bob", "ada"]


def test_a_later_change_is_later_in_the_order(database: Database) -> None:
    books = Books(database, "labs")
    ada = books.new_user("ada")
    books.new_user("bob")
    books.write(replace_user, ada.scim_id, {"userName": "ada", "title": "Lead"}, push=replace(books.push, now=LATER))
    assert names(books, listing(books, (USER,), "meta.lastModified")) == ["bob", "ada"]
    assert names(books, listing(books, (USER,), "meta.created", "descending")) == ["bob", "ada"]


def test_the_secret_of_cursors_is_made_once_and_found_by_everybody(database: Database) -> None:
    first = find_cursor_secret(database)
    other = Database(database.url)
    assert len(first) == 32
    assert find_cursor_secret(other) == find_cursor_secret(database) == first
    other.dispose()
    with database.reading() as connection:
        assert connection.scalar(text("select count(*) from cursor_secret")) == 1
