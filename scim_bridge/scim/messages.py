"""Messages of RFC 7644 that are no resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def list_response(
    resources: Sequence[Any],
    total: int,
    start_index: int | None = 1,
    *,
    next_cursor: str | None = None,
    previous_cursor: str | None = None,
) -> dict[str, Any]:
    """A page (RFC 7644 section 3.4.2). Integers, and `Resources` even when it is empty: Entra quarantines otherwise.

    `itemsPerPage` is how many are on this page (observed: entra-docs-1854 expects 0 where there are none). A page of a walk
    by cursor (RFC 9865 section 2) has no `start_index`, and the cursors that there are.
    """
    start = {} if start_index is None else {"startIndex": start_index}
    cursors = {"nextCursor": next_cursor, "previousCursor": previous_cursor}
    return {
        "schemas": [LIST_URN],
        "totalResults": total,
        **start,
        "itemsPerPage": len(resources),
        **{name: cursor for name, cursor in cursors.items() if cursor is not None},
        "Resources": list(resources),
    }
