"""What a filter on Groups asks of the directory, and which members a `members[...]` path names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, literal, or_, select

from scim_bridge.directory.filters import Terms, compiled
from scim_bridge.directory.row_terms import RowTerms, member_group_terms, member_user_terms, meta_terms
from scim_bridge.directory.tables import group_member, member, scim_group, scim_user
from scim_bridge.directory.value_terms import GROUP_VALUES
from scim_bridge.scim.filters import Compare, Node, Present, Ref
from scim_bridge.scim.registry import GROUP, GROUP_URN


def group_condition(node: Node, location: str) -> ColumnElement[bool]:
    """The filter as a condition on `scim_group`. `location` is the address of SCIM, for `meta.location` and `$ref`."""
    return compiled(node, _GroupTerms(location))


def member_conditions(inner: Node, location: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What stands in the brackets of `members[...]`, of people and of nested groups: conditions on `member` and `scim_user`,
    and on `group_member` and `scim_group`."""
    return compiled(inner, member_user_terms(location)), compiled(inner, member_group_terms(location))


@dataclass(frozen=True)
class _GroupTerms:
    location: str

    def compare(self, ref: Ref, op: str, value: object) -> ColumnElement[bool]:
        if _is_members(ref):
            return self.value_path(ref.down_to(None), Compare(ref, op, value))  # type: ignore[arg-type]
        found = self._terms(ref).compare(ref, op, value)
        return or_(found, GROUP_VALUES.compare(ref, op, value)) if _extends_schemas(ref) else found

    def present(self, ref: Ref) -> ColumnElement[bool]:
        if _is_members(ref):
            return self.value_path(ref.down_to(None), Present(ref))
        return self._terms(ref).present(ref)

    def value_path(self, ref: Ref, inner: Node) -> ColumnElement[bool]:
        if not _is_members(ref):
            return GROUP_VALUES.value_path(ref, inner)
        users, groups = member_conditions(inner, self.location)
        holds = select(member.c.group_id).join(scim_user, scim_user.c.id == member.c.user_id).where(users)
        nested = select(group_member.c.parent_id).join(scim_group, scim_group.c.id == group_member.c.child_id)
        parents = nested.where(groups).correlate(None)
        return or_(scim_group.c.id.in_(holds), scim_group.c.id.in_(parents))

    def _terms(self, ref: Ref) -> Terms:
        if ref.extension:
            return GROUP_VALUES
        if ref.attribute.name == "meta":
            return meta_terms(scim_group, "Group", f"{self.location}/Groups")
        return RowTerms(_COLUMNS)


_COLUMNS: dict[str, ColumnElement[Any]] = {
    "schemas": literal(GROUP_URN),
    "displayName": scim_group.c.display_name_key,
    "externalId": scim_group.c.external_id,
    "id": scim_group.c.scim_id,
}


def _is_members(ref: Ref) -> bool:
    return ref.attribute.name == "members" and not ref.extension


def _extends_schemas(ref: Ref) -> bool:
    """Every group has its own schema's URN; those of extensions are rows."""
    return ref.attribute.name == "schemas" and not ref.extension and bool(GROUP.extensions)
