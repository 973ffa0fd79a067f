"""What a query asks for (RFC 7644 sections 3.4.2 and 3.4.3, RFC 9865): from the address, or from the body of `/.search`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scim_bridge.scim.errors import InvalidCount, InvalidSyntax, InvalidValue

SEARCH_URN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
PARAMETERS = ("attributes", "excludedAttributes", "filter", "sortBy", "sortOrder", "startIndex", "count", "cursor")

_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,18}\s*")


@dataclass(frozen=True, slots=True)
class Search:
    """One query. Texts are as they were sent; an empty one is none, but for `cursor`, where it asks for the first page."""

    attributes: str | None = None
    excluded: str | None = None
    filter: str | None = None
    sort_by: str | None = None
    sort_order: str | None = None
    start: int | None = None
    count: int | None = None
    """None when it is not given; never negative (RFC 7644 section 3.4.2.4)."""
    cursor: str | None = None


def read_search(given: Mapping[str, Any]) -> Search:
    """From values by their names in `PARAMETERS`; None and missing are the same.

    InvalidValue for a value of the wrong type; InvalidCount where it is the page size of a walk by cursor.
    """
    cursor, start = _text(given, "cursor"), _number(given, "startIndex", InvalidValue)
    if cursor is not None and start is not None:
        raise InvalidValue("'startIndex' and 'cursor' cannot be used together: ask for pages by one of them.")
    count = _number(given, "count", InvalidValue if cursor is None else InvalidCount)
    return Search(
        attributes=_list(given, "attributes"),
        excluded=_list(given, "excludedAttributes"),
        filter=_text(given, "filter"),
        sort_by=_text(given, "sortBy") or None,
        sort_order=_text(given, "sortOrder") or None,
        start=start,
        count=None if count is None else max(0, count),
        cursor=cursor,
    )


def load_search(body: object) -> Search:
    """From the body of `/.search`, names in any case. InvalidSyntax when it is no SearchRequest."""
    if not isinstance(body, Mapping):
        raise InvalidSyntax("The body must be a JSON object: a SearchRequest.")
    given = {str(key).lower(): value for key, value in body.items()}
    urns = given.get("schemas")
    if SEARCH_URN.lower() not in [each.lower() for each in urns if isinstance(each, str)] if isinstance(urns, list) else True:
        raise InvalidSyntax(f"The body is no SearchRequest: its 'schemas' must hold {SEARCH_URN}.")
    return read_search({name: given.get(name.lower()) for name in PARAMETERS})


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidValue(f"The parameter '{name}' must be text.")
    return value


def _list(given: Mapping[str, Any], name: str) -> str | None:
    """Names with commas between them; a body has a list."""
    value = given.get(name)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    return _text(given, name)


def _number(given: Mapping[str, Any], name: str, error: type[InvalidValue | InvalidCount]) -> int | None:
    value = given.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str) or not _WHOLE.fullmatch(value):
        raise error(f"The parameter '{name}' must be a whole number.")
    return int(value)
