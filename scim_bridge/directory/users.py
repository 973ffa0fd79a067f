"""User rows: one User is a row, its leaf values and a person who outlives it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from scim_bridge.directory import tombstones
from scim_bridge.directory.names import checked, filter_for, key_of
from scim_bridge.directory.tables import Row, member, scim_group, scim_user
from scim_bridge.directory.values import write_values
from scim_bridge.scim.errors import NotFound, Uniqueness


def get_user(connection: Connection, source_id: int, scim_id: str, *, to_change: bool = False) -> Row:
    """The user of this source, or NotFound. `to_change`: nobody else changes it before this transaction ends."""
    row = connection.execute(_LOCKED if to_change else _WANTED, {"wanted_id": scim_id, "of_source": source_id}).first()
    if row is None:
        raise NotFound("There is no such User. It may have been deleted, or never have been created here.")
    return row


_WANTED = select(scim_user).where(
    scim_user.c.scim_id == bindparam("wanted_id"), scim_user.c.source_id == bindparam("of_source")
)
_LOCKED = _WANTED.with_for_update(key_share=True)
_NAMED = select(scim_user.c.id).where(
    scim_user.c.source_id == bindparam("of_source"), scim_user.c.user_name_key == bindparam("name_key")
)
_SHARING = select(func.count()).where(
    scim_user.c.source_id == bindparam("of_source"),
    scim_user.c.external_id == bindparam("of_external_id"),
    scim_user.c.id != bindparam("but"),
)
_INSERTED = insert(scim_user).returning(scim_user)
_CHANGED = update(scim_user).where(scim_user.c.id == bindparam("of_row")).returning(scim_user)
"""Made once: building such a statement takes longer than running it."""


def insert_user(
    connection: Connection, source_id: int, resource: Mapping[str, Any], *, now: datetime, scim_id: str | None = None
) -> Row:
    """Store a new User and return its row. Uniqueness when the userName is taken, whatever its case.

    Somebody who was here before gets their person back (see `tombstones`).
    """
    columns = _columns(resource)
    _refuse_taken(connection, source_id, columns, but=None)
    person_id = tombstones.revive_or_make(connection, source_id, columns, now=now)
    values = {"scim_id": scim_id or str(uuid4()), "source_id": source_id, "person_id": person_id, **columns}
    stamps = {"version": 1, "created_at": now, "modified_at": now}
    row = _store(connection, _INSERTED, columns, {**values, **stamps})
    write_values(connection, row.id, resource, before=None)
    return row


def update_user(connection: Connection, row: Row, resource: Mapping[str, Any], *, now: datetime) -> Row:
    """Make the User what `resource` says. The row as it was, when that changes nothing."""
    columns = _columns(resource)
    if columns["payload"] == row.payload:
        return row
    if columns["user_name_key"] != row.user_name_key:
        _refuse_taken(connection, row.source_id, columns, but=row.id)
    stamps = {"version": row.version + 1, "modified_at": now}
    stored = _store(connection, _CHANGED, columns, {"of_row": row.id, **columns, **stamps})
    write_values(connection, row.id, resource, before=stored_user(row))
    tombstones.follow(connection, row, stored, now=now)
    return stored


def others_with_external_id(connection: Connection, row: Row) -> int:
    """How many other users of the source have this user's externalId. It is no key: Entra's default is a nickname."""
    if row.external_id is None:
        return 0
    given = {"of_source": row.source_id, "of_external_id": row.external_id, "but": row.id}
    return connection.scalar(_SHARING, given) or 0


def delete_user(connection: Connection, row: Row, *, now: datetime) -> None:
    """Delete the User and every membership. The person stays as a tombstone."""
    _touch_groups(connection, row.id, now)
    connection.execute(delete(member).where(member.c.user_id == row.id))
    connection.execute(delete(scim_user).where(scim_user.c.id == row.id))
    tombstones.bury(connection, row, now=now)


def stored_user(row: Row) -> dict[str, Any]:
    """The User of a row, without what the server adds."""
    found: dict[str, Any] = orjson.loads(row.payload)
    return found


def _touch_groups(connection: Connection, user_id: int, now: datetime) -> None:
    """Another version of every group the user is in directly."""
    of_theirs = select(member.c.group_id).where(member.c.user_id == user_id)
    stamps = {"version": scim_group.c.version + 1, "modified_at": now}
    connection.execute(update(scim_group).where(scim_group.c.id.in_(of_theirs)).values(stamps))


def _columns(resource: Mapping[str, Any]) -> dict[str, Any]:
    external_id = resource.get("externalId")
    return {
        "user_name": resource["userName"],
        "user_name_key": key_of("userName", resource["userName"]),
        "external_id": None if not external_id else checked("externalId", external_id),
        "active": resource.get("active"),
        "payload": orjson.dumps(resource, option=orjson.OPT_SORT_KEYS).decode(),
    }


def _refuse_taken(connection: Connection, source_id: int, columns: Mapping[str, Any], *, but: int | None) -> None:
    holder = connection.scalar(_NAMED, {"of_source": source_id, "name_key": columns["user_name_key"]})
    if holder not in (None, but):
        raise _taken(columns["user_name"])


def _store(connection: Connection, statement: Any, columns: Mapping[str, Any], values: Mapping[str, Any]) -> Row:
    try:
        return connection.execute(statement, values).one()
    except IntegrityError as error:  # two requests at once; looking first found nothing
        raise _taken(columns["user_name"]) from error


def _taken(name: str) -> Uniqueness:
    found_by = filter_for("userName", name)
    return Uniqueness(f"There is already a User with this userName (compared without case). Find it by the filter {found_by}.")
