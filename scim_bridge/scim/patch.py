"""What a PATCH makes of a resource (RFC 7644 section 3.5.2): a pure function from dict to dict.

A Group's members do not pass through here: `split_members` takes them out first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from scim_bridge.scim.attribute import Attribute
from scim_bridge.scim.errors import InvalidValue, Mutability
from scim_bridge.scim.filters import comparisons
from scim_bridge.scim.immutable import refuse_changes
from scim_bridge.scim.member_changes import (
    AddMembers,
    ClearMembers,
    GroupPatch,
    MemberChange,
    RemoveMembers,
    RemoveMembersWhere,
    ReplaceMembers,
    split_members,
)
from scim_bridge.scim.operations import Operation, load_patch
from scim_bridge.scim.patch_one import changed_value
from scim_bridge.scim.patch_several import changed_values
from scim_bridge.scim.paths import ExtensionPath, Path
from scim_bridge.scim.registry import ResourceType

MAX_EFFORT = 200_000
"""Comparisons of values in one PATCH of a resource with several."""

__all__ = [
    "AddMembers",
    "ClearMembers",
    "GroupPatch",
    "MemberChange",
    "Operation",
    "RemoveMembers",
    "RemoveMembersWhere",
    "ReplaceMembers",
    "apply_patch",
    "load_patch",
    "split_members",
]


def apply_patch(
    resource: Mapping[str, Any], operations: Iterable[Operation], resource_type: ResourceType
) -> dict[str, Any]:
    """The resource after all operations, or an error and no resource: atomic. An equal result means no change.

    The argument is left as it is. Give the resource with its `id`, so that an operation on another id is noticed.
    Beyond the RFC (identity-providers.md section 5): what is to be removed and is not there is no error; `add` and
    `replace` with null, "" or [] clear an optional attribute, save that `add` of nothing to a multi-valued one does
    nothing. Nor is `active` cleared by them, as nobody may be shut out by leaving something away: only `remove` unassigns it,
    and whoever has no `active` is not active.
    """
    result, effort = deepcopy(dict(resource)), 0
    for operation in operations:
        effort += _effort(result, operation)
        if effort > MAX_EFFORT:
            raise InvalidValue("The operations go through too many values. Send them in several requests.")
        _apply(result, operation)
    refuse_changes(resource, result, resource_type)
    empty = [each.id for each in resource_type.extensions if not result.get(each.id, True)]
    return {name: value for name, value in result.items() if name not in empty}


def _effort(result: Mapping[str, Any], operation: Operation) -> int:
    """How many comparisons the operation may cost."""
    path = operation.path
    if isinstance(path, ExtensionPath) or not path.ref.attribute.multi_valued:
        return 1
    stored, named = result.get(path.ref.attribute.name, ()), operation.value
    each = 1 if path.value_filter is None else comparisons(path.value_filter)
    return len(stored) * each + (len(named) if isinstance(named, list) else 1)


def _apply(result: dict[str, Any], operation: Operation) -> None:
    path = operation.path
    if isinstance(path, ExtensionPath):
        result.pop(path.schema.id, None)
        return
    attribute = path.ref.attribute
    if not (attribute.writable and path.ref.leaf.writable):
        _pass_over(result, operation, path)
        return
    holder = result.setdefault(path.ref.schema_urn, {}) if path.ref.extension else result
    if attribute.multi_valued:
        new: Any = changed_values(holder.get(attribute.name, []), operation, path)
    else:
        new = changed_value(holder.get(attribute.name), operation, path)
    _store(holder, attribute, new, operation)


def _pass_over(result: dict[str, Any], operation: Operation, path: Path) -> None:
    """Read-only: what Okta read and sends back is no harm; asking for a change is refused.

    Okta's rename carries the group's own `id` (okta-scim20); `meta` and `groups` come back in a path-less value.
    """
    name = path.ref.path
    if operation.pathless and name != "id":
        return
    if name not in result and operation.pathless:
        return
    if operation.op == "remove" or result.get(name) != operation.value:
        raise Mutability(f"'{name}' is read-only.")


def _store(holder: dict[str, Any], attribute: Attribute, value: Any, operation: Operation) -> None:
    if value is not None and value != [] and value != {}:
        holder[attribute.name] = value
        return
    if attribute.required and operation.op == "remove":
        raise Mutability(f"'{attribute.name}' cannot be removed.")
    if attribute.required or (attribute.name == "active" and operation.op != "remove"):
        raise InvalidValue(f"{attribute.name}: must have a value.")
    holder.pop(attribute.name, None)
