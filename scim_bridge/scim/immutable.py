"""Immutable attributes (RFC 7643 section 7): set once, and then what they are. Deployments declare such in their extensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scim_bridge.scim.attribute import Attribute
from scim_bridge.scim.errors import Mutability
from scim_bridge.scim.registry import Ref, ResourceType


def refuse_changes(stored: Mapping[str, Any], after: Mapping[str, Any], resource: ResourceType) -> None:
    """Mutability when a value that was set is another one afterwards, or none."""
    for ref in resource.immutable:
        old = _value(stored, ref)
        if old is not None and _value(after, ref) != old:
            raise _refusal(ref.path)


def kept(stored: Mapping[str, Any], loaded: Mapping[str, Any], resource: ResourceType) -> dict[str, Any]:
    """What PUT makes of it: what is set stays where the body is silent; another value is Mutability (RFC 7644 section 3.5.1)."""
    result = dict(loaded)
    for ref in resource.immutable:
        old = _value(stored, ref)
        if old is not None and _value(result, ref) is None:
            _put(result, ref, old)
    refuse_changes(stored, result, resource)
    return result


def refuse_parts(value: Mapping[str, Any], parts: Mapping[str, Any], attribute: Attribute) -> None:
    """The same within one of several values: it may go and another come, but not change in an immutable part."""
    for name, new in parts.items():
        sub = attribute.sub(name)
        if sub is not None and sub.mutability == "immutable" and value.get(name) not in (None, new):
            raise _refusal(f"{attribute.name}.{name}")


def _value(resource: Mapping[str, Any], ref: Ref) -> Any:
    holder = resource.get(ref.schema_urn, {}) if ref.extension else resource
    value = holder.get(ref.attribute.name)
    return value if ref.sub is None else (value or {}).get(ref.sub.name)


def _put(resource: dict[str, Any], ref: Ref, value: Any) -> None:
    holder = resource
    if ref.extension:
        holder = resource[ref.schema_urn] = dict(resource.get(ref.schema_urn, {}))
    name = ref.attribute.name
    holder[name] = value if ref.sub is None else {**holder.get(name, {}), ref.sub.name: value}


def _refusal(path: str) -> Mutability:
    return Mutability(f"'{path}' is immutable: it is set already, and stays.")
