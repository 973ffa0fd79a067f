"""Persons as the hand sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from scim_bridge.db import Database
from scim_bridge.directory import persons
from scim_bridge.directory.tables import person
from scim_bridge.intake import groups, users
from tests.intake.books import LATER, NOW, Books


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database, "labs")


def person_of(books: Books, row: Any) -> Any:
    return books.read(lambda connection: persons.people(connection, [row.person_id]))[row.person_id]


def walked(books: Books, page_after: Callable[[Any, int], list[int]]) -> list[int]:
    """Every id, page by page."""
    found: list[int] = []
    while True:
        after = found[-1] if found else 0
        page = books.read(lambda connection, after=after: page_after(connection, after))
        if not page:
            return found
        found += page


def test_a_person_has_attributes_and_the_names_of_direct_and_nested_groups(books: Books) -> None:
    ada = books.new_user("Ada@example.com", externalId="00u1", emails=[{"value": "ada@example.com", "type": "work"}])
    inner = books.new_group("Inner", ada)
    middle = books.new_group("Middle", inner)
    books.new_group("Outer", middle)
    books.new_group("Elsewhere")
    found = person_of(books, ada)
    assert found.key == str(ada.person_id)
    assert (found.source, found.user_name, found.user_id, found.external_id) == (
        "default", "Ada@example.com", ada.scim_id, "00u1"
    )
    assert found.active
    assert found.groups == {"Inner", "Middle", "Outer"}
    assert found.attributes["emails"] == [{"value": "ada@example.com", "type": "work"}]
    assert "groups" not in found.attributes


def test_many_persons_cost_as_many_statements_as_one(books: Books) -> None:
    crowd = books.crowd(300)
    inner = books.new_group("Inner", *crowd[:50])
    books.new_group("Outer", inner, *crowd[40:60])
    counts = []
    for number in (1, 300):
        with books.counting() as seen:
            found = books.read(lambda connection, n=number: persons.people(connection, [c.person_id for c in crowd[:n]]))
        counts.append(len(seen))
        assert len(found) == number
    assert counts[0] == counts[1]


def test_a_circle_that_slipped_in_ends(books: Books) -> None:
    ada = books.new_user("ada@example.com")
    one = books.new_group("One", ada)
    two = books.new_group("Two", one)
    with books.database.writing() as connection:
        connection.exec_driver_sql(f"insert into group_member (parent_id, child_id) values ({one.id}, {two.id})")
    assert person_of(books, ada).groups == {"One", "Two"}
    assert books.read(lambda connection: persons.members_below(connection, one.id, after=0, limit=9)) == [ada.person_id]


def test_everybody_is_walked_in_order_tombstones_included(books: Books) -> None:
    rows = [books.new_user(f"user{index}@example.com") for index in range(5)]
    books.write(users.delete_user, rows[2].scim_id)
    seen = walked(books, lambda connection, after: persons.everybody(connection, after=after, limit=2))
    assert seen == [row.person_id for row in rows]
    assert books.read(persons.count_people) == 4


def test_members_below_are_paged_without_doubles_and_without_gaps(books: Books) -> None:
    crowd = books.crowd(25)
    inner = books.new_group("Inner", *crowd[10:])
    outer = books.new_group("Outer", inner, *crowd[:15])
    seen = walked(books, lambda connection, after: persons.members_below(connection, outer.id, after=after, limit=4))
    assert seen == [each.person_id for each in crowd]


def test_a_person_is_found_by_id_user_name_or_external_id_tombstones_last(books: Books) -> None:
    gone = books.new_user("ada@example.com", externalId="00u1")
    books.write(users.delete_user, gone.scim_id, push=replace(books.push, now=LATER))
    other = books.new_user("grace@example.com", externalId="ada@example.com")
    assert [each.person_id for each in books.read(lambda connection: persons.find(connection, "ADA@example.com"))] == [
        gone.person_id
    ]
    both = books.read(lambda connection: persons.find(connection, "ada@example.com"))
    assert [(each.person_id, each.active, each.deleted_at) for each in both] == [
        (other.person_id, True, None), (gone.person_id, False, LATER)
    ]
    (by_id,) = books.read(lambda connection: persons.find(connection, other.scim_id))
    assert (by_id.user_name, by_id.user_id, by_id.source) == ("grace@example.com", other.scim_id, "default")
    assert books.read(lambda connection: persons.find(connection, "nobody")) == []


def test_a_rehired_person_is_found_again_by_user_name(books: Books) -> None:
    first = books.new_user("ada@example.com", externalId="00u1")
    books.write(users.delete_user, first.scim_id)
    again = books.new_user("ADA@example.com", externalId="00u2")
    assert again.person_id == first.person_id
    assert again.scim_id != first.scim_id
    found = person_of(books, again)
    assert (found.active, found.user_name, found.external_id) == (True, "ADA@example.com", "00u2")


def test_a_rehired_person_is_found_again_by_external_id_where_that_names_one(books: Books) -> None:
    first = books.new_user("ada.byron@example.com", externalId="00u1")
    books.write(users.delete_user, first.scim_id)
    assert books.new_user("ada.lovelace@example.com", externalId="00u1").person_id == first.person_id


def test_an_external_id_that_several_had_names_nobody(books: Books) -> None:
    before = [books.new_user(f"{name}@example.com", externalId="nick") for name in ("ada", "grace")]
    for each in before:
        books.write(users.delete_user, each.scim_id)
    assert books.new_user("alan@example.com", externalId="nick").person_id not in {each.person_id for each in before}


def test_somebody_who_is_here_is_never_taken_for_somebody_who_left(books: Books) -> None:
    here = books.new_user("ada@example.com", externalId="00u1")
    assert books.new_user("grace@example.com", externalId="00u1").person_id != here.person_id


def test_when_somebody_was_deactivated_and_deleted_is_kept(books: Books) -> None:
    row = books.new_user("ada@example.com")
    off = {"Operations": [{"op": "replace", "value": {"active": False}}]}
    books.write(users.patch_user, row.scim_id, off)
    books.write(users.delete_user, row.scim_id, push=replace(books.push, now=LATER))
    stored = books.read(lambda connection: connection.execute(select(person)).one())
    assert (stored.deactivated_at, stored.deleted_at) == (NOW, LATER)
    again = books.new_user("ada@example.com")
    stored = books.read(lambda connection: connection.execute(select(person)).one())
    assert (again.person_id, stored.deactivated_at, stored.deleted_at) == (row.person_id, None, None)


def test_retired_groups_give_nothing_and_are_purged_when_done(books: Books) -> None:
    ada, grace = books.new_user("ada@example.com"), books.new_user("grace@example.com")
    inner = books.new_group("Inner", grace)
    group = books.new_group("Engineers", ada, inner)
    books.write(groups.delete_group, group.scim_id)
    assert person_of(books, ada).groups == frozenset()
    assert person_of(books, grace).groups == {"Inner"}
    assert books.read(persons.retired_groups) == [group.id]
    assert books.read(lambda connection: persons.members_below(connection, group.id, after=0, limit=9)) == [
        ada.person_id, grace.person_id
    ]
    for row_id in (group.id, inner.id):
        books.database.write(lambda connection, row_id=row_id: persons.purge_retired(connection, row_id))
    assert books.read(persons.retired_groups) == []
    assert books.members(group.id) == set()
    assert person_of(books, grace).groups == {"Inner"}
