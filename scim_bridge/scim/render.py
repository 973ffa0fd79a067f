"""What a resource looks like when it goes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scim_bridge.scim.registry import ResourceType


def with_schemas(resource: Mapping[str, Any], resource_type: ResourceType) -> dict[str, Any]:
    """The resource with `schemas` first: its own URN, and an extension's only when it has something in it.

    Empty extensions go: Entra reads `schemas` to learn what it may expect.
    """
    present = [each.id for each in resource_type.extensions if resource.get(each.id)]
    urns = {each.id for each in resource_type.extensions}
    kept = {name: value for name, value in resource.items() if name not in urns or value}
    return {"schemas": [resource_type.schema.id, *present], **{k: v for k, v in kept.items() if k != "schemas"}}
