"""The bridge's side of the comparison, read from the directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scim_bridge.db import Connection, Database
from scim_bridge.directory.pages import LARGEST_PAGE, Page, Wanted, page_of_groups, page_of_users
from scim_bridge.directory.resources import Resource, group_resources, user_resources
from scim_bridge.directory.tables import Row
from scim_bridge.sources.difference import Book

NOWHERE = ""
"""Addresses of resources are not compared."""


def read_book(database: Database, source_id: int) -> Book:
    """All users and groups of one source, of one moment. To be read before Okta is (see Book)."""
    with database.reading() as connection:
        users = [
            resource for rows in _pages(page_of_users, connection, source_id)
            for resource in user_resources(connection, rows, NOWHERE, groups=False)
        ]
        groups: list[Resource] = [
            resource for rows in _pages(page_of_groups, connection, source_id)
            for resource in group_resources(connection, rows, NOWHERE, members=True)
        ]
    return Book(users, groups)


def _pages(
    page_of: Callable[[Connection, Wanted], Page], connection: Connection, source_id: int
) -> Iterator[list[Row]]:
    start = 1
    while rows := list(page_of(connection, Wanted(source_id, NOWHERE, start=start)).rows):
        yield rows
        start += LARGEST_PAGE
