"""What a filter on Users asks of the directory.

Values are looked up as `id IN (SELECT user_id FROM user_value ...)`, not by a correlated EXISTS: so an equality is one
look into the index, however many users there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from scim_bridge.directory.comparisons import value_compares, value_is_present
from scim_bridge.directory.filters import compiled
from scim_bridge.directory.nesting import below_of
from scim_bridge.directory.row_terms import RowTerms, member_group_terms, meta_terms
from scim_bridge.directory.tables import group_member, member, scim_group, scim_user, user_value
from scim_bridge.scim.filters import And, Compare, Node, Present, Ref


def user_condition(node: Node, source_id: int, location: str) -> ColumnElement[bool]:
    """The filter as a condition on `scim_user`. `location` is the address of SCIM, for `meta.location` and `$ref`."""
    return compiled(node, _UserTerms(source_id, location))


@dataclass(frozen=True)
class _UserTerms:
    source_id: int
    location: str

    def compare(self, ref: Ref, op: str, value: object) -> ColumnElement[bool]:
        row = self._row(ref)
        if row is not None:
            return row.compare(ref, op, value)
        if _is_groups(ref):
            return self.value_path(ref.down_to(None), Compare(ref, op, value))  # type: ignore[arg-type]
        values = user_value.alias()
        return scim_user.c.id.in_(_of(values, ref).where(value_compares(values, ref.leaf, op, value)))

    def present(self, ref: Ref) -> ColumnElement[bool]:
        row = self._row(ref)
        if row is not None:
            return row.present(ref)
        if _is_groups(ref):
            return self.value_path(ref.down_to(None), Present(ref))
        values = user_value.alias()
        return scim_user.c.id.in_(_of(values, ref).where(value_is_present(values)))

    def value_path(self, ref: Ref, inner: Node) -> ColumnElement[bool]:
        if _is_groups(ref):
            return self._in_groups(inner)
        return scim_user.c.id.in_(_items(ref, inner))

    def _row(self, ref: Ref) -> RowTerms | None:
        if ref.extension:
            return None
        if ref.attribute.name == "meta":
            return meta_terms(scim_user, "User", f"{self.location}/Users")
        column = _COLUMNS.get(ref.attribute.name)
        return None if column is None else RowTerms({ref.attribute.name: column})

    def _in_groups(self, inner: Node) -> ColumnElement[bool]:
        live = and_(scim_group.c.source_id == self.source_id, scim_group.c.retired_at.is_(None))
        direct = compiled(inner, member_group_terms(self.location, "direct"))
        indirect = compiled(inner, member_group_terms(self.location, "indirect"))
        holds = select(member.c.user_id).join(scim_group, scim_group.c.id == member.c.group_id).where(live, direct)
        above = select(scim_group.c.id).where(live, indirect)
        nested = below_of(select(group_member.c.child_id).where(group_member.c.parent_id.in_(above)))
        reached = select(member.c.user_id).where(member.c.group_id.in_(select(nested.c.id)))
        return or_(scim_user.c.id.in_(holds), scim_user.c.id.in_(reached))


_COLUMNS: dict[str, ColumnElement[Any]] = {
    "userName": scim_user.c.user_name_key,
    "externalId": scim_user.c.external_id,
    "id": scim_user.c.scim_id,
    "active": scim_user.c.active,
}


def _is_groups(ref: Ref) -> bool:
    return ref.attribute.name == "groups" and not ref.extension


def _of(values: Any, ref: Ref) -> Select[int]:
    """The users with rows for this attribute; only those of the sub-attribute where there is one."""
    rows = select(values.c.user_id).where(values.c.attribute == ref.down_to(None).path)
    if ref.attribute.is_complex and ref.sub is None:
        return rows
    return rows.where(values.c.sub == (ref.sub.name if ref.sub else ""))


def _items(ref: Ref, inner: Node) -> Select[int]:
    """The users with one value of the attribute that meets `inner`.

    The search starts from an equality where there is one that must hold, so that the index finds the few candidates.
    """
    anchor = user_value.alias()
    start = _must_equal(inner)
    rows = _of(anchor, ref if start is None else start.ref)
    if start is not None:
        rows = rows.where(value_compares(anchor, start.ref.leaf, "eq", start.value))
    return rows.where(compiled(inner, _ItemTerms(anchor)))


def _must_equal(inner: Node) -> Compare | None:
    terms = inner.terms if isinstance(inner, And) else (inner,)
    equal = [term for term in terms if isinstance(term, Compare) and term.op == "eq"]
    named = [term for term in equal if term.ref.leaf.name == "value"]
    return next(iter(named + equal), None)


@dataclass(frozen=True)
class _ItemTerms:
    """The leaves within brackets: other rows of the same user, attribute and item as the anchor's."""

    anchor: Any

    def compare(self, ref: Ref, op: str, value: object) -> ColumnElement[bool]:
        row = user_value.alias()
        return self._same_item(row, ref).where(value_compares(row, ref.leaf, op, value)).exists()

    def present(self, ref: Ref) -> ColumnElement[bool]:
        row = user_value.alias()
        return self._same_item(row, ref).where(value_is_present(row)).exists()

    def value_path(self, ref: Ref, inner: Node) -> ColumnElement[bool]:
        raise AssertionError("the parser refuses brackets within brackets")

    def _same_item(self, row: Any, ref: Ref) -> Select[int]:
        same = and_(row.c.user_id == self.anchor.c.user_id, row.c.item == self.anchor.c.item)
        return _of(row, ref).where(same)
