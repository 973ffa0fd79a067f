"""What a filter on Users asks of the directory: columns of `scim_user`, rows of `user_value`, and memberships."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from scim_bridge.directory.filters import compiled
from scim_bridge.directory.nesting import below_of, pairs_below
from scim_bridge.directory.row_terms import RowTerms, meta_terms, user_group_terms
from scim_bridge.directory.tables import group_member, member, scim_group, scim_user
from scim_bridge.directory.value_terms import USER_VALUES
from scim_bridge.scim.filters import Compare, Node, Present, Ref, refs_in


def user_condition(node: Node, source_id: int, location: str) -> ColumnElement[bool]:
    """The filter as a condition on `scim_user`. `location` is the address of SCIM, for `meta.location` and `$ref`."""
    return compiled(node, _UserTerms(source_id, location))


@dataclass(frozen=True)
class _UserTerms:
    source_id: int
    location: str

    def compare(self, ref: Ref, op: str, value: object) -> ColumnElement[bool]:
        if _is_groups(ref):
            return self.value_path(ref.down_to(None), Compare(ref, op, value))  # type: ignore[arg-type]
        return (self._row(ref) or USER_VALUES).compare(ref, op, value)

    def present(self, ref: Ref) -> ColumnElement[bool]:
        if _is_groups(ref):
            return self.value_path(ref.down_to(None), Present(ref))
        return (self._row(ref) or USER_VALUES).present(ref)

    def value_path(self, ref: Ref, inner: Node) -> ColumnElement[bool]:
        return self._in_groups(inner) if _is_groups(ref) else USER_VALUES.value_path(ref, inner)

    def _row(self, ref: Ref) -> RowTerms | None:
        if ref.extension:
            return None
        if ref.attribute.name == "meta":
            return meta_terms(scim_user, "User", f"{self.location}/Users")
        column = _COLUMNS.get(ref.attribute.name)
        return None if column is None else RowTerms({ref.attribute.name: column})

    def _in_groups(self, inner: Node) -> ColumnElement[bool]:
        live = and_(scim_group.c.source_id == self.source_id, scim_group.c.retired_at.is_(None))
        direct = compiled(inner, user_group_terms(self.location, "direct"))
        indirect = compiled(inner, user_group_terms(self.location, "indirect"))
        holds = select(member.c.user_id).join(scim_group, scim_group.c.id == member.c.group_id).where(live, direct)
        reached = _reached(select(scim_group.c.id).where(live, indirect), told_apart=_asks_for_type(inner))
        return or_(scim_user.c.id.in_(holds), scim_user.c.id.in_(reached))


def _reached(above: Select[int], *, told_apart: bool) -> Select[int]:
    """Who is in these groups through others. `told_apart`: without those who are in the same group directly as well, which is
    then `direct` and nothing else; where the filter does not ask for the type, they are found either way."""
    if told_apart:
        nested, itself = pairs_below(above), member.alias()
        directly = select(itself.c.user_id).where(itself.c.group_id == nested.c.root, itself.c.user_id == member.c.user_id)
        return select(member.c.user_id).join(nested, nested.c.id == member.c.group_id).where(~directly.exists())
    below = below_of(select(group_member.c.child_id).where(group_member.c.parent_id.in_(above)))
    return select(member.c.user_id).where(member.c.group_id.in_(select(below.c.id)))


def _asks_for_type(inner: Node) -> bool:
    return any(ref.sub is not None and ref.sub.name == "type" for ref in refs_in(inner))


_COLUMNS: dict[str, ColumnElement[Any]] = {
    "userName": scim_user.c.user_name_key,
    "externalId": scim_user.c.external_id,
    "id": scim_user.c.scim_id,
    "active": scim_user.c.active,
}


def _is_groups(ref: Ref) -> bool:
    return ref.attribute.name == "groups" and not ref.extension
