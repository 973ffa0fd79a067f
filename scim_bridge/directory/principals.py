"""Groups as principals: each group has a row of `person` beside it, so that the ledger can hold roles of its own.

The number of that row stays while a group is renamed or emptied, when its row of `scim_group` does not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, tuple_, update

from scim_bridge.directory.nesting import count_below
from scim_bridge.directory.tables import Row, person, scim_group, source

GROUP = "group"


def make(connection: Connection, source_id: int, columns: Mapping[str, Any], *, now: datetime) -> int:
    """The number of a new group. `columns` are those of the `scim_group` row to be."""
    values = {"source_id": source_id, "kind": GROUP, "created_at": now, **_named(columns)}
    return int(connection.execute(insert(person).values(values).returning(person.c.id)).scalar_one())


def rename(connection: Connection, number: int, columns: Mapping[str, Any]) -> None:
    connection.execute(update(person).where(person.c.id == number).values(_named(columns)))


def bury(connection: Connection, group: Row, *, now: datetime) -> None:
    """The group is deleted. What it holds at platforms is still known by its number."""
    connection.execute(update(person).where(person.c.id == group.principal_id).values(deleted_at=now))


def numbers(connection: Connection, named: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Of living groups, by (source, displayName as it is)."""
    query = (
        select(source.c.name, scim_group.c.display_name, scim_group.c.principal_id)
        .join(source, source.c.id == scim_group.c.source_id)
        .where(scim_group.c.retired_at.is_(None), tuple_(source.c.name, scim_group.c.display_name).in_(list(named)))
    )
    return {(row.name, row.display_name): row.principal_id for row in connection.execute(query)}


def sizes(connection: Connection, persons: Collection[int]) -> dict[int, int]:
    """Of those of these numbers that are living groups, how many people are in each, nested groups included."""
    found = connection.execute(select(scim_group.c.principal_id, scim_group.c.id).where(scim_group.c.principal_id.in_(persons)))
    return {row.principal_id: count_below(connection, row.id) for row in found.all()}


def row_of(connection: Connection, number: int) -> int | None:
    """The internal id of the group's row of `scim_group` now; None when it is deleted."""
    return connection.scalar(select(scim_group.c.id).where(scim_group.c.principal_id == number))


def _named(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {"user_name": columns["display_name"], "user_name_key": columns["display_name_key"]}
