"""Pages of users and groups: a count, then some rows in the order of their internal ids, which never changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from scim_bridge.db.patience import TooSlow, at_most
from scim_bridge.directory.group_filter import group_condition
from scim_bridge.directory.tables import Row, scim_group, scim_user
from scim_bridge.directory.user_filter import user_condition
from scim_bridge.scim.errors import TooMany
from scim_bridge.scim.filters import Node

LARGEST_PAGE = 200
"""Resources. Okta asks for 100 at a time."""
FILTER_SECONDS = 1.0
"""What a filter may cost; what identity providers send is answered in milliseconds, from an index."""


@dataclass(frozen=True)
class Wanted:
    """One page of a listing. `start` counts from 1; `count` 0 asks only how many there are."""

    source_id: int
    location: str
    """The address of SCIM, for filters on `meta.location` and `$ref`."""
    node: Node | None = None
    start: int = 1
    count: int = LARGEST_PAGE


@dataclass(frozen=True)
class Page:
    total: int
    rows: Sequence[Row]


def page_of_users(connection: Connection, wanted: Wanted) -> Page:
    """The users of the source that the filter finds."""
    return _page(connection, scim_user, users_found(wanted.source_id, wanted.node, wanted.location), wanted)


def page_of_groups(connection: Connection, wanted: Wanted) -> Page:
    """The groups of the source that the filter finds, without members."""
    return _page(connection, scim_group, groups_found(wanted.source_id, wanted.node, wanted.location), wanted)


def users_found(source_id: int, node: Node | None, location: str) -> ColumnElement[bool]:
    """The condition on `scim_user` of being the source's, and found by the filter."""
    theirs = scim_user.c.source_id == source_id
    return theirs if node is None else and_(theirs, user_condition(node, source_id, location))


def groups_found(source_id: int, node: Node | None, location: str) -> ColumnElement[bool]:
    """The condition on `scim_group` of being the source's, alive, and found by the filter."""
    theirs = and_(scim_group.c.source_id == source_id, scim_group.c.retired_at.is_(None))
    return theirs if node is None else and_(theirs, group_condition(node, location))


def _page(connection: Connection, table: Any, found: ColumnElement[bool], wanted: Wanted) -> Page:
    if wanted.node is None:
        return _found(connection, table, found, wanted)
    try:
        with at_most(connection, FILTER_SECONDS):
            return _found(connection, table, found, wanted)
    except TooSlow as error:
        raise TooMany(f"The filter takes longer than {FILTER_SECONDS:g} s. Ask for less, or with fewer terms.") from error


def _found(connection: Connection, table: Any, found: ColumnElement[bool], wanted: Wanted) -> Page:
    total = connection.scalar(select(func.count()).select_from(table).where(found)) or 0
    count = min(wanted.count, LARGEST_PAGE)
    if not count or wanted.start > total:
        return Page(total, [])
    rows = select(table).where(found).order_by(table.c.id).offset(wanted.start - 1).limit(count)
    return Page(total, connection.execute(rows).all())
