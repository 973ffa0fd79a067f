"""PATCH of a multi-valued attribute: the whole, a part of each value, or what a filter selects (of complex values)."""

from __future__ import annotations

from typing import Any

from scim_bridge.scim.errors import InvalidValue, NoTarget
from scim_bridge.scim.fields import MAX_VALUES, is_given, is_husk
from scim_bridge.scim.filters import Compare, Node
from scim_bridge.scim.immutable import refuse_parts
from scim_bridge.scim.likeness import with_added, without
from scim_bridge.scim.match import matches_value
from scim_bridge.scim.operations import Operation
from scim_bridge.scim.patch_one import loaded_or_none
from scim_bridge.scim.paths import Path
from scim_bridge.scim.payloads import load_item, load_value
from scim_bridge.scim.registry import Attribute, Ref


def changed_values(old: list[Any], operation: Operation, path: Path) -> list[Any]:
    """The values after the operation. A value that it makes primary takes that from the others (section 3.5.2)."""
    if path.value_filter is not None:
        new = _selected(old, operation, path.ref, path.value_filter)
    elif path.ref.sub is not None:
        new = _parts(old, operation, path.ref)
    else:
        new = _whole(old, operation, path.ref)
    if len(new) > MAX_VALUES:
        raise InvalidValue(f"{path.ref.path}: would have {len(new)} values; at most {MAX_VALUES} are kept.")
    return _one_primary(old, new) if path.ref.attribute.is_complex else new


def _whole(old: list[Any], operation: Operation, ref: Ref) -> list[Any]:
    named: list[Any] = load_value(ref, operation.value) if is_given(operation.value) else []
    if operation.op == "add":
        return with_added(old, named, ref.attribute)
    if operation.op == "replace":
        return named
    if operation.value is None:
        return []
    # Entra's Remove lists values: those go and no others (entra-flags).
    return without(old, named, ref.attribute)


def _parts(old: list[Any], operation: Operation, ref: Ref) -> list[Any]:
    """`emails.type`: that sub-attribute of every value."""
    part = None if operation.op == "remove" else loaded_or_none(ref, operation.value)
    if old or part is None:
        return _with_part(old, ref, part)
    made = {_sub(ref).name: part}
    if is_husk(made):
        raise NoTarget(f"'{ref.attribute.name}' has no value whose '{_sub(ref).name}' could be set.")
    return [made]


def _selected(old: list[Any], operation: Operation, ref: Ref, node: Node) -> list[Any]:
    """The values with those changed that the filter in the path selects."""
    hits = [matches_value(node, each) for each in old]
    part = _part_or_item(operation, ref)
    if not any(hits):
        return old if part is None else [*old, _made(ref, node, part)]
    changed = ([each] if not hit else _changed_item(each, part, operation, ref) for each, hit in zip(old, hits, strict=True))
    return [one for some in changed for one in some]


def _part_or_item(operation: Operation, ref: Ref) -> Any:
    if operation.op == "remove":
        return None
    if ref.sub is not None:
        return loaded_or_none(ref, operation.value)
    return load_item(ref, operation.value) if is_given(operation.value) else None


def _changed_item(each: dict[str, Any], part: Any, operation: Operation, ref: Ref) -> list[dict[str, Any]]:
    if ref.sub is not None:
        return _with_part([each], ref, part)
    if part is None:
        return []
    if operation.op == "replace" and not is_husk(part):
        return [part]
    refuse_parts(each, part, ref.attribute)
    return [{**each, **part}]


def _made(ref: Ref, node: Node, part: Any) -> dict[str, Any]:
    """The value that Entra means when it replaces `emails[type eq "work"].value` and there is none.

    Only where the filter says what the value is like: one `type eq "x"` or `primary eq true`. The RFC's noTarget
    otherwise; Entra would retry for weeks (identity-providers.md section 5).
    """
    match node:
        case Compare(ref=described, op="eq", value=value) if ref.sub is not None and value is not False:
            made = {described.leaf.name: value, ref.sub.name: part}
            if described.leaf.name in ("type", "primary") and not is_husk(made):
                return made
    raise NoTarget(f"No value of '{ref.attribute.name}' meets the filter in the path.")


def _with_part(values: list[Any], ref: Ref, part: Any) -> list[Any]:
    """The values with a sub-attribute set, or without it. What has lost its `value` is no value any more."""
    name = _sub(ref).name
    for each in values:
        refuse_parts(each, {name: part}, ref.attribute)
    if part is not None:
        return [{**each, name: part} for each in values]
    bare = [{key: kept for key, kept in each.items() if key != name} for each in values]
    return [each for each in bare if not (name == "value" or is_husk(each))]


def _sub(ref: Ref) -> Attribute:
    assert ref.sub is not None
    return ref.sub


def _one_primary(old: list[Any], new: list[Any]) -> list[Any]:
    """At most one primary value: of those that have just become so the last, else the last."""
    primary = [index for index, each in enumerate(new) if each.get("primary") is True]
    fresh = [index for index in primary if new[index] not in old]
    losers = set(primary) - set((fresh or primary)[-1:])
    return [{**each, "primary": False} if index in losers else each for index, each in enumerate(new)]
