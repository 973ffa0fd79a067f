"""The order of a listing, as stretches: rows that follow one another by columns an index holds.

Sorted by an attribute, those who have it come first, by its value and then by their internal ids; then those who have none,
by their ids. Without a sort there are only the ids. What a stretch selects of a row is `kind`, `id` and `key`, the value it
is sorted by, so that a walk can go on behind any row with nothing but these three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, cast, literal, null, select, type_coerce, union_all

from scim_bridge.directory.tables import group_value, scim_group, scim_user, user_value
from scim_bridge.scim.errors import InvalidValue
from scim_bridge.scim.registry import GROUP, USER, Ref, ResourceType
from scim_bridge.scim.sorting import Sort


@dataclass(frozen=True)
class Part:
    """The resources of one kind that are listed: those of its table that meet the condition."""

    kind: ResourceType
    found: ColumnElement[bool]

    @property
    def table(self) -> Any:
        return _TABLES[self.kind.id]


@dataclass(frozen=True)
class Stretch:
    rows: Select[Any]
    """Selects `kind`, `id` and `key`."""
    order: tuple[str, ...]
    """The columns of `rows` it is ordered by; together they name a row."""

    def column(self, name: str) -> ColumnElement[Any]:
        return self.rows.selected_columns[name]


def stretches(parts: Sequence[Part], sort: Sort | None) -> list[Stretch]:
    """The whole listing in ascending order. InvalidValue for an attribute that the directory does not sort by."""
    if sort is None:
        return [Stretch(_rows(number, part), ("id",)) for number, part in enumerate(parts)]
    keyed = [_keyed(number, part, ref) for number, (part, ref) in enumerate(zip(parts, sort.refs, strict=True))]
    having = [rows for rows, _ in keyed if rows is not None]
    lacking = [Stretch(rows, ("id",)) for _, rows in keyed if rows is not None]
    if len(having) == 1:
        return [Stretch(having[0], ("key", "id")), *lacking]
    every = union_all(*having).subquery()
    return [Stretch(select(every.c.kind, every.c.id, every.c.key), ("key", "kind", "id")), *lacking]


Rows = Select[Any]


def _keyed(number: int, part: Part, ref: Ref | None) -> tuple[Rows | None, Rows | None]:
    """The rows of one kind that have the attribute, and those that have not. None where there can be no such rows."""
    if ref is None:
        return None, _rows(number, part)
    column = None if ref.extension else _COLUMNS[part.kind.id].get(ref.path)
    if column is None:
        return _by_value(number, part, ref)
    lacking = _rows(number, part).where(column.is_(None)) if ref.path == "externalId" else None
    return _rows(number, part, _comparable(column)).where(column.is_not(None)), lacking


def _by_value(number: int, part: Part, ref: Ref) -> tuple[Rows, Rows]:
    """By the value that comes first: of a multi-valued attribute the primary one, or else the first (see `values`)."""
    values, owner = _VALUES[part.kind.id]
    if not ref.extension and part.kind is GROUP:
        raise InvalidValue(f"sortBy: Groups are not sorted by '{ref.path}'.")
    key = values.c[_TYPES.get(ref.leaf.type, "key")]
    sub = "" if ref.sub is None else ref.sub.name
    its = (values.c.attribute == ref.down_to(None).path, values.c.sub == sub, values.c.item == 0, key.is_not(None))
    columns = (literal(number).label("kind"), owner.label("id"), _comparable(key).label("key"))
    having = select(*columns).join_from(values, part.table, part.table.c.id == owner).where(*its, part.found)
    return having, _rows(number, part).where(part.table.c.id.not_in(select(owner).where(*its)))


def _rows(number: int, part: Part, key: ColumnElement[Any] | None = None) -> Rows:
    shown = null() if key is None else key
    return select(literal(number).label("kind"), part.table.c.id.label("id"), shown.label("key")).where(part.found)


def _comparable(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A form that JSON can hold and every database orders: an instant as its microseconds, a boolean as 0 or 1."""
    if column is user_value.c.boolean or column is group_value.c.boolean or column is scim_user.c.active:
        return cast(column, Integer)
    kind = type(column.type).__name__
    return type_coerce(column, BigInteger) if kind == "UtcTime" else column


_TABLES: Mapping[str, Any] = {USER.id: scim_user, GROUP.id: scim_group}
_VALUES: Mapping[str, Any] = {
    USER.id: (user_value, user_value.c.user_id),
    GROUP.id: (group_value, group_value.c.group_id),
}
_TYPES = {"boolean": "boolean", "integer": "number", "decimal": "number", "dateTime": "instant"}


def _columns(table: Any, **own: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    stamps = {"meta.created": table.c.created_at, "meta.lastModified": table.c.modified_at}
    return {"id": table.c.scim_id, "externalId": table.c.external_id, **stamps, **own}


_COLUMNS: Mapping[str, Mapping[str, ColumnElement[Any]]] = {
    USER.id: _columns(scim_user, userName=scim_user.c.user_name_key, active=scim_user.c.active),
    GROUP.id: _columns(scim_group, displayName=scim_group.c.display_name_key),
}
