"""The leaves of a filter where each is a column, or an expression, of one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, literal, or_

from scim_bridge.directory.comparisons import column_compares
from scim_bridge.directory.tables import group_member, member, scim_group, scim_user
from scim_bridge.scim.filters import Node, Ref
from scim_bridge.scim.fold import fold


@dataclass(frozen=True)
class RowTerms:
    """`columns` by the last name of what is asked for (`value`; `lastModified` of `meta`). The others are absent."""

    columns: Mapping[str, ColumnElement[Any]]

    def compare(self, ref: Ref, op: str, value: object) -> ColumnElement[bool]:
        column = self.columns.get(ref.leaf.name)
        return false() if column is None else column_compares(column, ref.leaf, op, value)

    def present(self, ref: Ref) -> ColumnElement[bool]:
        if ref.leaf.is_complex:
            return or_(false(), *(column.is_not(None) for column in self.columns.values()))
        column = self.columns.get(ref.leaf.name)
        return false() if column is None else column.is_not(None)

    def value_path(self, ref: Ref, inner: Node) -> ColumnElement[bool]:
        raise AssertionError("a row has no multi-valued attributes")


def meta_terms(table: Any, resource_type: str, address: str) -> RowTerms:
    """`meta` of a row. `address` is that of the resource type, such as `https://bridge.example.com/scim/v2/Users`."""
    return RowTerms(
        {
            "resourceType": literal(resource_type),
            "created": table.c.created_at,
            "lastModified": table.c.modified_at,
            "location": literal(f"{address}/") + table.c.scim_id,
        }
    )


def member_user_terms(location: str) -> RowTerms:
    """A person as a value of a group's `members`: a row of `member` and one of `scim_user`."""
    return RowTerms(
        {
            "value": scim_user.c.scim_id,
            "display": member.c.display,
            "type": literal(fold("User")),
            "$ref": literal(f"{location}/Users/") + scim_user.c.scim_id,
        }
    )


def member_group_terms(location: str) -> RowTerms:
    """A group as a value of a group's `members`: a row of `group_member` and one of `scim_group`."""
    return _group_terms(location, "Group", group_member.c.display)


def user_group_terms(location: str, type_: str) -> RowTerms:
    """A group as a value of a user's `groups`, `direct` or `indirect`: a row of `scim_group`."""
    return _group_terms(location, type_, scim_group.c.display_name_key)


def _group_terms(location: str, type_: str, display: ColumnElement[Any]) -> RowTerms:
    return RowTerms(
        {
            "value": scim_group.c.scim_id,
            "display": display,
            "type": literal(fold(type_)),
            "$ref": literal(f"{location}/Groups/") + scim_group.c.scim_id,
        }
    )
