"""/ServiceProviderConfig, /ResourceTypes and /Schemas (RFC 7643 sections 5 to 7): what is true, and no null in it."""

from __future__ import annotations

from typing import Any

from scim_bridge.scim import cursors
from scim_bridge.scim.attribute import Attribute, Schema
from scim_bridge.scim.bulk import MAX_OPERATIONS
from scim_bridge.scim.registry import RESOURCE_TYPES, ResourceType, all_schemas

CONFIG_URN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE_URN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA_URN = "urn:ietf:params:scim:schemas:core:2.0:Schema"


def service_provider_config(
    base_url: str, *, max_results: int, max_payload: int, documentation: str | None = None
) -> dict[str, Any]:
    """What the server can do. `max_payload` is in bytes."""
    links = {} if documentation is None else {"documentationUri": documentation}
    return {
        "schemas": [CONFIG_URN],
        **links,
        "patch": {"supported": True},
        "bulk": {"supported": True, "maxOperations": MAX_OPERATIONS, "maxPayloadSize": max_payload},
        "filter": {"supported": True, "maxResults": max_results},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": max_results,
            "maxPageSize": max_results,
            "cursorTimeout": cursors.TIMEOUT,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "OAuth Bearer Token",
                "description": "A token of this bridge in the Authorization header: Bearer <token>",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": _meta(base_url, "ServiceProviderConfig"),
    }


def resource_types(base_url: str) -> list[dict[str, Any]]:
    """Users and Groups, as /ResourceTypes lists them."""
    return [_resource_type(each, base_url) for each in RESOURCE_TYPES]


def resource_type(identifier: str, base_url: str) -> dict[str, Any] | None:
    """One of them by its id, in any case; None when there is none."""
    found = (each for each in RESOURCE_TYPES if each.id.lower() == identifier.lower())
    return next((_resource_type(each, base_url) for each in found), None)


def schemas(base_url: str) -> list[dict[str, Any]]:
    """Every schema in full; Entra's test refuses the server when an attribute it maps is in none of them."""
    return [_schema(each, base_url) for each in all_schemas()]


def schema(urn: str, base_url: str) -> dict[str, Any] | None:
    """One of them by its URN, in any case; None when there is none."""
    return next((_schema(each, base_url) for each in all_schemas() if each.id.lower() == urn.lower()), None)


def _meta(base_url: str, kind: str, identifier: str | None = None) -> dict[str, str]:
    place = kind if identifier is None else f"{kind}s/{identifier}"
    return {"resourceType": kind, "location": f"{base_url.rstrip('/')}/{place}"}


def _resource_type(kind: ResourceType, base_url: str) -> dict[str, Any]:
    extensions = [{"schema": each.id, "required": False} for each in kind.extensions]
    return {
        "schemas": [RESOURCE_TYPE_URN],
        "id": kind.id,
        "name": kind.name,
        "description": kind.description,
        "endpoint": kind.endpoint,
        "schema": kind.schema.id,
        **({"schemaExtensions": extensions} if extensions else {}),
        "meta": _meta(base_url, "ResourceType", kind.id),
    }


def _schema(each: Schema, base_url: str) -> dict[str, Any]:
    return {
        "schemas": [SCHEMA_URN],
        "id": each.id,
        "name": each.name,
        "description": each.description,
        "attributes": [_attribute(attribute) for attribute in each.attributes],
        "meta": _meta(base_url, "Schema", each.id),
    }


def _attribute(attribute: Attribute) -> dict[str, Any]:
    """An attribute's characteristics (RFC 7643 section 7); caseExact and uniqueness say nothing about a complex one."""
    shown: dict[str, Any] = {
        "name": attribute.name,
        "type": attribute.type,
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "caseExact": attribute.case_exact,
        "mutability": attribute.mutability,
        "returned": attribute.returned,
        "uniqueness": attribute.uniqueness,
    }
    if attribute.canonical_values:
        shown["canonicalValues"] = list(attribute.canonical_values)
    if attribute.reference_types:
        shown["referenceTypes"] = list(attribute.reference_types)
    if attribute.sub_attributes:
        shown["subAttributes"] = [_attribute(sub) for sub in attribute.sub_attributes]
    return shown
