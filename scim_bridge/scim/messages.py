"""Messages of RFC 7644 that are no resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def list_response(resources: Sequence[Any], total: int, start_index: int = 1) -> dict[str, Any]:
    """A page (RFC 7644 section 3.4.2). Integers, and `Resources` even when it is empty: Entra quarantines otherwise.

    `itemsPerPage` is how many are on this page (observed: entra-docs-1854 expects 0 where there are none).
    """
    return {
        "schemas": [LIST_URN],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": len(resources),
        "Resources": list(resources),
    }
