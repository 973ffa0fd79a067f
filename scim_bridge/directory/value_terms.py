"""The leaves of a filter that are rows of values, one a leaf value of the resource.

Values are looked up as `id IN (SELECT user_id FROM user_value ...)`, which both databases answer from the index by value,
however many resources there are; within square brackets the other conditions are EXISTS over rows of the same item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from scim_bridge.directory.comparisons import value_compares, value_is_present
from scim_bridge.directory.filters import compiled
from scim_bridge.directory.tables import group_value, scim_group, scim_user, user_value
from scim_bridge.scim.filters import And, Compare, Node, Ref


@dataclass(frozen=True)
class ValueTerms:
    """`table` has the values, its column `owner` the id of the resource, which `id` is in the query around it."""

    table: Any
    owner: str
    id: ColumnElement[int]

    def compare(self, ref: Ref, op: str, value: object) -> ColumnElement[bool]:
        values = self.table.alias()
        return self.id.in_(self._of(values, ref).where(value_compares(values, ref.leaf, op, value)))

    def present(self, ref: Ref) -> ColumnElement[bool]:
        values = self.table.alias()
        return self.id.in_(self._of(values, ref).where(value_is_present(values)))

    def value_path(self, ref: Ref, inner: Node) -> ColumnElement[bool]:
        """The search starts from an equality where there is one that must hold, so that the index finds the few candidates."""
        anchor = self.table.alias()
        start = _must_equal(inner)
        rows = self._of(anchor, ref if start is None else start.ref)
        if start is not None:
            rows = rows.where(value_compares(anchor, start.ref.leaf, "eq", start.value))
        return self.id.in_(rows.where(compiled(inner, _ItemTerms(self.table, self.owner, anchor))))

    def _of(self, values: Any, ref: Ref) -> Select[int]:
        return select(values.c[self.owner]).where(_is_of(values, ref))


USER_VALUES = ValueTerms(user_value, "user_id", scim_user.c.id)
GROUP_VALUES = ValueTerms(group_value, "group_id", scim_group.c.id)


def _is_of(values: Any, ref: Ref) -> ColumnElement[bool]:
    """Rows for this attribute; only those of the sub-attribute where there is one."""
    named: ColumnElement[bool] = values.c.attribute == ref.down_to(None).path
    if ref.attribute.is_complex and ref.sub is None:
        return named
    return and_(named, values.c.sub == (ref.sub.name if ref.sub else ""))


def _must_equal(inner: Node) -> Compare | None:
    terms = inner.terms if isinstance(inner, And) else (inner,)
    equal = [term for term in terms if isinstance(term, Compare) and term.op == "eq"]
    named = [term for term in equal if term.ref.leaf.name == "value"]
    return next(iter(named + equal), None)


@dataclass(frozen=True)
class _ItemTerms:
    """The leaves within brackets: other rows of the same resource, attribute and item as the anchor's."""

    table: Any
    owner: str
    anchor: Any

    def compare(self, ref: Ref, op: str, value: object) -> ColumnElement[bool]:
        row = self.table.alias()
        return self._same_item(row, ref).where(value_compares(row, ref.leaf, op, value)).exists()

    def present(self, ref: Ref) -> ColumnElement[bool]:
        row = self.table.alias()
        return self._same_item(row, ref).where(value_is_present(row)).exists()

    def value_path(self, ref: Ref, inner: Node) -> ColumnElement[bool]:
        raise AssertionError("the parser refuses brackets within brackets")

    def _same_item(self, row: Any, ref: Ref) -> Select[int]:
        same = and_(row.c[self.owner] == self.anchor.c[self.owner], row.c.item == self.anchor.c.item)
        return select(row.c[self.owner]).where(_is_of(row, ref), same)
