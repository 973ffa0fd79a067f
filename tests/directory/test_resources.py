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
    books.patch_group(books.new_group("Outer"), {"op": "add", "path": "members", "value": [
        {"value": ada.scim_id, "display": "Ada"}, {"value": inner.scim_id, "display": "The inner ones"},
    ]})
    assert page(books, members=True)[1]["members"] == [
        {"value": ada.scim_id, "$ref": f"{LOCATION}/Users/{ada.scim_id}", "display": "Ada", "type": "User"},
        {"value": inner.scim_id, "$ref": f"{LOCATION}/Groups/{inner.scim_id}", "display": "The inner ones", "type": "Group"},
    ]


def test_a_member_is_shown_as_it_was_named_when_it_came(database: Database) -> None:
    """`display` is immutable (RFC 7643 section 4.2): naming somebody who is in again changes nothing."""
    books = Books(database, "labs")
    ada = books.new_user("Ada@example.com")
    group = books.new_group("Engineers", ada)
    for verb in ("add", "replace"):
        books.patch_group(group, {"op": verb, "path": "members", "value": [{"value": ada.scim_id, "display": "Ada"}]})
        assert ["display" in each for each in page(books, members=True)[0]["members"]] == [False]
    books.patch_group(group, {"op": "remove", "path": "members"}, {"op": "add", "path": "members", "value": [
        {"value": ada.scim_id, "display": "Ada"}]})
    assert [each["display"] for each in page(books, members=True)[0]["members"]] == ["Ada"]


def test_lesson_12_members_that_nobody_asked_for_are_not_read(database: Database) -> None:
    books = Books(database, "labs")
    books.new_group("One", *books.crowd(3))
    with books.counting() as statements:
        assert [("members" in each) for each in page(books, members=False)] == [False]
    assert not [each for each in statements if "member" in each]
