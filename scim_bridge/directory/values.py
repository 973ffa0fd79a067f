"""A resource as rows of values, one a leaf value. What a filter can name and is no column of its own is here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from scim_bridge.directory.tables import KEY_LENGTH, Row, group_value, user_value
from scim_bridge.scim.attribute import NUMBERS
from scim_bridge.scim.fold import fold
from scim_bridge.scim.instant import parse_instant
from scim_bridge.scim.registry import GROUP, USER, Attribute, Ref, ResourceType
from scim_bridge.scim.render import with_schemas

COLUMNS = {
    USER: frozenset({"userName", "externalId", "id", "active", "meta"}),
    GROUP: frozenset({"displayName", "externalId", "id", "members", "meta"}),
}
"""Attributes that filters read from `scim_user` and `scim_group` themselves."""


def write_values(
    connection: Connection, user_row: int, resource: Mapping[str, Any], *, before: Mapping[str, Any] | None
) -> None:
    """Make the rows of this user those of the resource. `before` is what they are of; None: there are none yet."""
    if before is not None:
        if _valued(before, USER) == _valued(resource, USER):
            return
        connection.execute(delete(user_value).where(user_value.c.user_id == user_row))
    rows = [{"user_id": user_row} | row for row in value_rows(resource, USER)]
    if rows:
        connection.execute(_ADDED, rows)


def write_group_values(
    connection: Connection, group_row: int, resource: Mapping[str, Any], *, before: Mapping[str, Any] | None
) -> None:
    """The same for a group. Where no extension of groups is declared, nothing is asked of the database."""
    if not GROUP.extensions:
        return
    if before is not None:
        if _valued(before, GROUP) == _valued(resource, GROUP):
            return
        connection.execute(delete(group_value).where(group_value.c.group_id == group_row))
    rows = [{"group_id": group_row} | row for row in value_rows(resource, GROUP)]
    if len(rows) > 1:  # more than its own URN in `schemas`
        connection.execute(insert(group_value), rows)


def _valued(resource: Mapping[str, Any], kind: ResourceType) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in COLUMNS[kind]}


_ADDED = insert(user_value)


def hand_on_group_values(connection: Connection, old: Row, new_id: int) -> None:
    """The group goes on under another internal id."""
    if GROUP.extensions:
        connection.execute(update(group_value).where(group_value.c.group_id == old.id).values(group_id=new_id))


def value_rows(resource: Mapping[str, Any], kind: ResourceType) -> Iterator[dict[str, Any]]:
    """One row for each leaf value of the resource, whose names are in canonical spelling."""
    for ref, value in _attributes(with_schemas(resource, kind), kind):
        for number, item in enumerate(_leading_first(value) if isinstance(value, list) else [value]):
            for sub, leaf in _leaves(ref.attribute, item):
                yield {"attribute": ref.path, "item": number, "sub": sub, **_columns(leaf[0], leaf[1])}


def _leading_first(values: list[Any]) -> list[Any]:
    """The values with the primary one first: number 0 is the one that sorting goes by (RFC 7644 section 3.4.2.3)."""
    return sorted(values, key=lambda each: not (isinstance(each, Mapping) and each.get("primary") is True))


def compared(attribute: Attribute, text: str) -> str:
    """Text as it is compared: folded, unless case counts."""
    return text if attribute.case_exact else fold(text)


def _attributes(resource: Mapping[str, Any], kind: ResourceType) -> Iterator[tuple[Ref, Any]]:
    for name, value in resource.items():
        ref = kind.find(name) if name not in COLUMNS[kind] else None
        if ref is not None and not ref.extension:
            yield ref, value
    for extension in kind.extensions:
        for name, value in (resource.get(extension.id) or {}).items():
            ref = kind.find(name, urn=extension.id)
            if ref is not None:
                yield ref, value


def _leaves(attribute: Attribute, item: Any) -> Iterator[tuple[str, tuple[Attribute, Any]]]:
    if not attribute.is_complex:
        yield "", (attribute, item)
        return
    for name, value in item.items():
        sub = attribute.sub(name)
        if sub is not None:
            yield sub.name, (sub, value)


def _columns(attribute: Attribute, value: Any) -> dict[str, Any]:
    """Every row has every column, so that all rows of a user are one statement."""
    columns: dict[str, Any] = dict.fromkeys(("text", "key", "number", "boolean", "instant"))
    if attribute.type == "boolean":
        return columns | {"boolean": value}
    if attribute.type in NUMBERS:
        return columns | {"number": value}
    if attribute.type == "dateTime":
        return columns | {"instant": parse_instant(value)}
    text = compared(attribute, value)
    return columns | {"text": text, "key": text[:KEY_LENGTH]}
