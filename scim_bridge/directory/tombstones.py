"""Persons through their users' lives: made, followed, buried as a tombstone, found again on rehire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from scim_bridge.directory.tables import Row, person


def revive_or_make(connection: Connection, source_id: int, columns: Mapping[str, Any], *, now: datetime) -> int:
    """The person of a new user: a tombstone of this source with the same userName, else the only one with the same
    externalId, else somebody new. `columns` are those of the `scim_user` row to be."""
    identity = {name: columns[name] for name in ("user_name", "user_name_key", "external_id")}
    state = {"deactivated_at": None if columns["active"] else now, "deleted_at": None}
    found = _by_user_name(connection, source_id, columns) or _by_external_id(connection, source_id, columns)
    if found is not None:
        # PostgreSQL: another request may have been quicker to find them.
        there = update(person).where(person.c.id == found, person.c.deleted_at.is_not(None))
        if connection.execute(there.values(**identity, **state)).rowcount == 1:
            return found
    values = {"source_id": source_id, "created_at": now, **identity, **state}
    return int(connection.execute(_MADE, values).scalar_one())


def follow(connection: Connection, before: Row, after: Row, *, now: datetime) -> None:
    """The user changed from one `scim_user` row to the other: the person's names follow, and `deactivated_at`."""
    values: dict[str, Any] = {
        name: getattr(after, name)
        for name in ("user_name", "user_name_key", "external_id")
        if getattr(before, name) != getattr(after, name)
    }
    if bool(before.active) != bool(after.active):
        values["deactivated_at"] = None if after.active else now
    if values:
        connection.execute(_CHANGED, {"of_person": after.person_id, **values})


def bury(connection: Connection, row: Row, *, now: datetime) -> None:
    """The user is deleted. Somebody deactivated earlier left then, not now."""
    values: dict[str, Any] = {"deleted_at": now} | ({"deactivated_at": now} if row.active else {})
    connection.execute(_CHANGED, {"of_person": row.person_id, **values})


_MADE = insert(person).returning(person.c.id)
_CHANGED = update(person).where(person.c.id == bindparam("of_person"))
_BURIED = select(person.c.id).where(
    person.c.source_id == bindparam("of_source"), person.c.deleted_at.is_not(None), person.c.kind == "person"
)
_BURIED_OF_NAME = (
    _BURIED.where(person.c.user_name_key == bindparam("name_key"))
    .order_by(person.c.deleted_at.desc(), person.c.id.desc())
    .limit(1)
)
_BURIED_OF_EXTERNAL_ID = _BURIED.where(person.c.external_id == bindparam("of_external_id")).limit(2)
"""Made once: every new user asks."""


def _by_user_name(connection: Connection, source_id: int, columns: Mapping[str, Any]) -> int | None:
    return connection.scalar(_BURIED_OF_NAME, {"of_source": source_id, "name_key": columns["user_name_key"]})


def _by_external_id(connection: Connection, source_id: int, columns: Mapping[str, Any]) -> int | None:
    if columns["external_id"] is None:
        return None
    asked = {"of_source": source_id, "of_external_id": columns["external_id"]}
    found = list(connection.scalars(_BURIED_OF_EXTERNAL_ID, asked))
    # An externalId may be a mail nickname (Entra's default), shared by several: then it names nobody.
    return found[0] if len(found) == 1 else None
