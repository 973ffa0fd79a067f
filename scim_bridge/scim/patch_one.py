"""PATCH of an attribute that has one value: simple, or complex such as `name` and `manager`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scim_bridge.scim import dialects
from scim_bridge.scim.fields import is_given
from scim_bridge.scim.operations import Operation
from scim_bridge.scim.paths import Path
from scim_bridge.scim.payloads import load_value
from scim_bridge.scim.registry import Attribute, Ref


def changed_value(old: Any, operation: Operation, path: Path) -> Any:
    """The value after the operation; None when there is none any more."""
    ref = path.ref
    new = None if operation.op == "remove" else loaded_or_none(ref, operation.value)
    if not ref.attribute.is_complex:
        return new
    if ref.sub is not None:
        return _with_part(old or {}, ref.attribute, {ref.sub.name: new})
    if new is None and not _clears_parts(operation):
        return None
    return _with_part(old or {}, ref.attribute, {**_cleared(ref.attribute, operation.value), **(new or {})})


def loaded_or_none(ref: Ref, value: Any) -> Any:
    """The value in the attribute's type; None when it is empty and so clears (Entra's Null_Update: "" and null).

    An empty text is not taken for a boolean's absence, it is an error.
    """
    if value is None or (ref.leaf.type != "boolean" and not is_given(value)):
        return None
    loaded = load_value(ref, value)
    return loaded if loaded is False or is_given(loaded) else None


def _clears_parts(operation: Operation) -> bool:
    """`{"value": ""}` and the like: an object that only takes sub-attributes away."""
    return operation.op != "remove" and isinstance(dialects.as_object(operation.value, True), Mapping)


def _cleared(attribute: Attribute, value: Any) -> dict[str, None]:
    """The sub-attributes that an object names and gives nothing for."""
    value = dialects.as_object(value, True)
    given = value.items() if isinstance(value, Mapping) else ()
    found = ((attribute.sub(str(key)), part) for key, part in given)
    return {sub.name: None for sub, part in found if sub is not None and not is_given(part)}


def _with_part(old: Mapping[str, Any], attribute: Attribute, parts: Mapping[str, Any]) -> dict[str, Any] | None:
    """The complex value with the parts merged in; those that are None go.

    A reference whose target changed loses the old target's address, and one without target is none.
    """
    merged = {**old, **parts}
    if "value" in parts and parts["value"] != old.get("value") and "$ref" not in parts:
        merged.pop("$ref", None)
    kept = {name: part for name, part in merged.items() if part is not None}
    return None if attribute.sub("value") is not None and "value" not in kept else kept
