"""Rows as resources."""

from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.db import Database
from scim_bridge.directory.pages import Wanted, page_of_groups
from scim_bridge.directory.resources import group_resources
from tests.intake.books import Books

LOCATION = "https://bridge.example.com/scim/v2"


def page(books: Books, **options: Any) -> list[dict[str, Any]]:
    def look(connection: Any) -> list[dict[str, Any]]:
        rows = page_of_groups(connection, Wanted(books.push.source_id, LOCATION)).rows
        return group_resources(connection, rows, LOCATION, **options)

    return books.read(look)


@pytest.mark.parametrize(("at_most", "shown"), [(None, True), (4, True), (3, False), (0, False)])
def test_a_page_with_more_members_than_it_may_show_leaves_them_out(database: Database, at_most: int | None, shown: bool) -> None:
    books = Books(database, "labs")
    people = books.crowd(3)
    books.new_group("One", *people)
    books.new_group("Two", people[0])
    assert [("members" in each) for each in page(books, members=True, at_most=at_most)] == [shown, shown]
    assert [("members" in each) for each in page(books, members=False)] == [False, False]


def test_members_carry_address_name_and_type(database: Database) -> None:
    books = Books(database, "labs")
    ada = books.new_user("Ada@example.com")
    inner = books.new_group("Inner")
    books.new_group("Outer", ada, inner)
    assert page(books, members=True)[1]["members"] == [
        {"value": ada.scim_id, "$ref": f"{LOCATION}/Users/{ada.scim_id}", "display": "Ada@example.com", "type": "User"},
        {"value": inner.scim_id, "$ref": f"{LOCATION}/Groups/{inner.scim_id}", "display": "Inner", "type": "Group"},
    ]
