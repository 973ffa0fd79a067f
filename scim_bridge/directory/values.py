"""A User as rows of `user_value`, one a leaf value. What a filter can name and is no column of its own is here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert

from scim_bridge.directory.tables import KEY_LENGTH, user_value
from scim_bridge.scim.fold import fold
from scim_bridge.scim.instant import parse_instant
from scim_bridge.scim.registry import ENTERPRISE_SCHEMA, USER, Attribute, Ref
from scim_bridge.scim.render import with_schemas

COLUMNS = frozenset({"userName", "externalId", "id", "active", "meta"})
"""Attributes that filters read from `scim_user` itself."""


def write_values(connection: Connection, user_row: int, resource: Mapping[str, Any], *, fresh: bool) -> None:
    """Make the rows of this user those of the resource. `fresh`: there are none yet."""
    if not fresh:
        connection.execute(delete(user_value).where(user_value.c.user_id == user_row))
    rows = [{"user_id": user_row} | row for row in value_rows(resource)]
    if rows:
        connection.execute(insert(user_value), rows)


def value_rows(resource: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row for each leaf value of the User, whose names are in canonical spelling."""
    for ref, value in _attributes(with_schemas(resource, USER)):
        items = value if isinstance(value, list) else [value]
        for number, item in enumerate(items):
            for sub, leaf in _leaves(ref.attribute, item):
                yield {"attribute": ref.path, "item": number, "sub": sub, **_columns(leaf[0], leaf[1])}


def compared(attribute: Attribute, text: str) -> str:
    """Text as it is compared: folded, unless case counts."""
    return text if attribute.case_exact else fold(text)


def _attributes(resource: Mapping[str, Any]) -> Iterator[tuple[Ref, Any]]:
    extension = resource.get(ENTERPRISE_SCHEMA.id) or {}
    for name, value in resource.items():
        ref = USER.find(name) if name not in COLUMNS else None
        if ref is not None and not ref.extension:
            yield ref, value
    for name, value in extension.items():
        ref = USER.find(name, urn=ENTERPRISE_SCHEMA.id)
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
    if attribute.type in ("integer", "decimal"):
        return columns | {"number": value}
    if attribute.type == "dateTime":
        return columns | {"instant": parse_instant(value)}
    text = compared(attribute, value)
    return columns | {"text": text, "key": text[:KEY_LENGTH]}
