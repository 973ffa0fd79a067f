"""Bodies of POST and PUT: what a client sent, as a resource with canonical names and types.

A resource is a plain dict: attributes of the resource's own schema at the top, those of an extension under its URN.
It has no `schemas`, `id`, `meta`, `groups`, `members` or `password`: these are ours, or kept elsewhere, or not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import ValidationError, fields

from scim_bridge.scim.errors import InvalidSyntax, InvalidValue
from scim_bridge.scim.fields import FoldedSchema, ValuesField, field_for, first_faults, kind_of, schema_for
from scim_bridge.scim.registry import USER, Attribute, Ref, ResourceType, Schema
from scim_bridge.scim.schemas import COMMON_ATTRIBUTES

MEMBERS = "members"  # kept apart: see `members`


def _attributes(resource: ResourceType, schema: Schema) -> tuple[Attribute, ...]:
    own = schema.attributes + (COMMON_ATTRIBUTES if schema is resource.schema else ())
    return tuple(each for each in own if each.writable and each.name != MEMBERS)


@cache
def _loader(resource: ResourceType, schema: Schema) -> FoldedSchema:
    return schema_for(schema.name, _attributes(resource, schema))


@cache
def _field(attribute: Attribute) -> fields.Field[Any]:
    return field_for(attribute)


def load_resource(body: object, resource: ResourceType, *, creating: bool) -> dict[str, Any]:
    """The resource a body describes. What the client may not set, does not set, or nobody knows is left out.

    Of several values marked primary the last one stays so. A new user is active unless the body says otherwise; a PUT
    that does not mention `active` has none (see `replaced`). InvalidSyntax when the body is no object, InvalidValue,
    with the path of each fault, when an attribute is missing or wrong.
    """
    if not isinstance(body, Mapping):
        raise InvalidSyntax(f"The body must be a JSON object that describes a {resource.name}, not {kind_of(body)}.")
    parts = _by_schema(body, resource)
    own = _load(parts.pop(resource.schema.id), resource.schema, resource)
    loaded = {each.id: _load(parts[each.id], each, resource) for each in resource.extensions if parts[each.id]}
    if creating and resource is USER:
        own.setdefault("active", True)
    return own | {urn: part for urn, part in loaded.items() if part}


def replaced(stored: Mapping[str, Any], loaded: Mapping[str, Any]) -> dict[str, Any]:
    """What PUT makes of a stored resource: the new one, and `active` as it was when the body was silent about it.

    A PUT without `active` must not let somebody back in (RFC 7644 section 3.5.1 leaves the choice to the server).
    """
    kept = {"active": stored["active"]} if "active" in stored else {}
    return {**kept, **loaded}


def load_value(ref: Ref, value: object) -> Any:
    """One attribute's value out of a PATCH operation, by the same rules as in a body. InvalidValue when it is wrong."""
    return _deserialized(_field(ref.leaf), ref, value)


def load_item(ref: Ref, value: object) -> Any:
    """One value of a multi-valued attribute. InvalidValue when it is wrong or there are several."""
    field = _field(ref.attribute)
    assert isinstance(field, ValuesField)
    return _deserialized(field.inner, ref, value)


def _deserialized(field: fields.Field[Any], ref: Ref, value: object) -> Any:
    try:
        return field.deserialize(value)
    except ValidationError as error:
        raise InvalidValue(first_faults(error, ref.path)) from error


def _by_schema(body: Mapping[Any, Any], resource: ResourceType) -> dict[str, dict[str, Any]]:
    """The body's attributes by schema. A bare name that only an extension has counts as the extension's, where the
    extension itself does not give it (Entra's older example sends `department` and `manager` at the top)."""
    parts: dict[str, dict[str, Any]] = {each.id: {} for each in (resource.schema, *resource.extensions)}
    qualified: dict[str, dict[str, Any]] = {}
    for key, value in body.items():
        schema = resource.schema_named(str(key))
        ref = None if schema is not None else resource.find(str(key))
        if schema is not None:
            qualified.setdefault(schema.id, {}).update(_object(schema, value))
        elif ref is not None:
            parts[ref.schema_urn][str(key)] = value
    return {urn: _without(part, qualified.get(urn, {})) | qualified.get(urn, {}) for urn, part in parts.items()}


def _without(part: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    taken = {key.lower() for key in other}
    return {key: value for key, value in part.items() if key.lower() not in taken}


def _object(schema: Schema, value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidValue(f"{schema.id}: must be an object, not {kind_of(value)}.")
    return {str(key): part for key, part in value.items()}


def _load(part: dict[str, Any], schema: Schema, resource: ResourceType) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = _loader(resource, schema).load(part)
    except ValidationError as error:
        prefix = "" if schema is resource.schema else f"{schema.id}:"
        raise InvalidValue(first_faults(error, prefix)) from error
    return loaded
