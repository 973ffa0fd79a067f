"""Group rows, without their members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from scim_bridge.directory import principals
from scim_bridge.directory.names import checked, filter_for, key_of
from scim_bridge.directory.retired import forget_as_child, retire
from scim_bridge.directory.tables import Row, group_member, scim_group
from scim_bridge.directory.values import write_group_values
from scim_bridge.scim.errors import NotFound, Uniqueness


def get_group(connection: Connection, source_id: int, scim_id: str, *, to_change: bool = False) -> Row:
    """The group of this source, or NotFound. `to_change`: nobody else changes it before this transaction ends."""
    wanted = select(scim_group).where(scim_group.c.scim_id == scim_id, scim_group.c.source_id == source_id)
    row = connection.execute(wanted.with_for_update(key_share=True) if to_change else wanted).first()
    if row is None and to_change:
        # PostgreSQL: whoever held the lock may have emptied the group. It goes on in a row this statement did not see.
        row = connection.execute(wanted.with_for_update(key_share=True)).first()
    if row is None:
        raise NotFound("There is no such Group. It may have been deleted, or never have been created here.")
    return row


def group_at(connection: Connection, group_id: int) -> Row:
    """The row with this internal id."""
    return connection.execute(select(scim_group).where(scim_group.c.id == group_id)).one()


def display_names(connection: Connection, group_ids: Iterable[int]) -> dict[int, str]:
    """The names of these rows, retired ones included; ids that do not exist are left out."""
    query = select(scim_group.c.id, scim_group.c.display_name).where(scim_group.c.id.in_(list(group_ids)))
    return {row.id: row.display_name for row in connection.execute(query)}


def insert_group(
    connection: Connection, source_id: int, resource: Mapping[str, Any], *, now: datetime, scim_id: str | None = None
) -> Row:
    """Store a new Group without members and return its row. Uniqueness when the displayName is taken, in any case."""
    columns = _columns(resource)
    _refuse_taken(connection, source_id, columns, but=None)
    number = principals.make(connection, source_id, columns, now=now)
    values = {"scim_id": scim_id or str(uuid4()), "source_id": source_id, "principal_id": number, **columns}
    stamps = {"version": 1, "created_at": now, "modified_at": now}
    row = _store(connection, insert(scim_group).values(**values, **stamps).returning(scim_group), columns)
    write_group_values(connection, row.id, resource, before=None)
    return row


def update_group(connection: Connection, row: Row, resource: Mapping[str, Any], *, now: datetime) -> Row:
    """Make the Group, members aside, what `resource` says. The row as it was, when that changes nothing."""
    columns = _columns(resource)
    if columns["payload"] == row.payload:
        return row
    if columns["display_name_key"] != row.display_name_key:
        _refuse_taken(connection, row.source_id, columns, but=row.id)
    stored = _store(connection, _changed(row.id, columns, now), columns)
    write_group_values(connection, row.id, resource, before=stored_group(row))
    if columns["display_name"] != row.display_name:
        principals.rename(connection, row.principal_id, columns)
    return stored


def touch_group(connection: Connection, group_id: int, *, now: datetime) -> Row:
    """Its members changed: another version, another meta.lastModified."""
    return connection.execute(_changed(group_id, {}, now)).one()


def delete_group(connection: Connection, row: Row, *, now: datetime) -> None:
    """Take the group out of the directory, at the same cost whatever its size; `retired` keeps who was in it."""
    _touch_parents(connection, row.id, now)
    forget_as_child(connection, row.id)
    principals.bury(connection, row, now=now)
    retire(connection, row, now=now)


def stored_group(row: Row) -> dict[str, Any]:
    """The Group of a row, without members and what the server adds."""
    found: dict[str, Any] = orjson.loads(row.payload)
    return found


def _touch_parents(connection: Connection, group_id: int, now: datetime) -> None:
    """Another version of every group that this one is in directly."""
    parents = select(group_member.c.parent_id).where(group_member.c.child_id == group_id)
    stamps = {"version": scim_group.c.version + 1, "modified_at": now}
    connection.execute(update(scim_group).where(scim_group.c.id.in_(parents)).values(stamps))


def _changed(group_id: int, columns: Mapping[str, Any], now: datetime) -> Any:
    stamps = {"version": scim_group.c.version + 1, "modified_at": now}
    return update(scim_group).where(scim_group.c.id == group_id).values({**columns, **stamps}).returning(scim_group)


def _columns(resource: Mapping[str, Any]) -> dict[str, Any]:
    external_id = resource.get("externalId")
    kept = {name: value for name, value in resource.items() if name != "members"}
    return {
        "display_name": resource["displayName"],
        "display_name_key": key_of("displayName", resource["displayName"]),
        "external_id": None if not external_id else checked("externalId", external_id),
        "payload": orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode(),
    }


def _refuse_taken(connection: Connection, source_id: int, columns: Mapping[str, Any], *, but: int | None) -> None:
    key = columns["display_name_key"]
    holder = select(scim_group.c.id).where(scim_group.c.source_id == source_id, scim_group.c.display_name_key == key)
    if connection.scalar(holder) not in (None, but):
        raise _taken(columns["display_name"])


def _store(connection: Connection, statement: Any, columns: Mapping[str, Any]) -> Row:
    try:
        return connection.execute(statement).one()
    except IntegrityError as error:  # two requests at once; looking first found nothing
        raise _taken(columns["display_name"]) from error


def _taken(name: str) -> Uniqueness:
    found_by = filter_for("displayName", name)
    return Uniqueness(f"There is already a Group with this displayName (compared without case). Find it by the filter {found_by}.")
