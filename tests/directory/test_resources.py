"""Rows as resources."""

from __future__ import annotations

from typing import Any

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


def test_members_carry_address_name_and_type(database: Database) -> None:
    books = Books(database, "labs")
    ada = books.new_user("Ada@example.com")
    inner = books.new_group("Inner")
    books.new_group("Outer", ada, inner)
    assert page(books, members=True)[1]["members"] == [
        {"value": ada.scim_id, "$ref": f"{LOCATION}/Users/{ada.scim_id}", "display": "Ada@example.com", "type": "User"},
        {"value": inner.scim_id, "$ref": f"{LOCATION}/Groups/{inner.scim_id}", "display": "Inner", "type": "Group"},
    ]


def test_lesson_12_members_that_nobody_asked_for_are_not_read(database: Database) -> None:
    books = Books(database, "labs")
    books.new_group("One", *books.crowd(3))
    with books.counting() as statements:
        assert [("members" in each) for each in page(books, members=False)] == [False]
    assert not [each for each in statements if "member" in each]
