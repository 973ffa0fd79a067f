"""What a query asks for, from an address and from a body."""

from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.scim.errors import InvalidCount, InvalidSyntax, InvalidValue, ScimError
from scim_bridge.scim.search import SEARCH_URN, Search, load_search, read_search


def test_rfc7644_3_4_3_the_example_is_read() -> None:
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "attributes": ["displayName", "userName"],
        "filter": 'displayName sw "smith"',
        "startIndex": 1,
        "count": 10,
    }
    assert load_search(body) == Search(attributes="displayName,userName", filter='displayName sw "smith"', start=1, count=10)


def test_names_have_no_case_and_what_is_null_is_not_there() -> None:
    body = {"SCHEMAS": [SEARCH_URN.upper()], "SortBy": "userName", "sortorder": None, "CURSOR": "", "ExcludedAttributes": ["emails"]}
    assert load_search(body) == Search(excluded="emails", sort_by="userName", cursor="")


@pytest.mark.parametrize(
    ("given", "start", "count"),
    [({}, None, None), ({"startIndex": "3", "count": "-2"}, 3, 0), ({"startIndex": -7, "count": 0}, -7, 0),
     ({"count": " "}, None, None)],
)
def test_numbers_are_whole_and_a_count_is_never_negative(given: dict[str, Any], start: int | None, count: int | None) -> None:
    found = read_search(given)
    assert (found.start, found.count) == (start, count)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"count": "ten"}, InvalidValue),
        ({"count": True}, InvalidValue),
        ({"count": 1.5}, InvalidValue),
        ({"count": "ten", "cursor": ""}, InvalidCount),
        ({"startIndex": "9" * 19}, InvalidValue),
        ({"startIndex": 1, "cursor": ""}, InvalidValue),
        ({"filter": ["userName pr"]}, InvalidValue),
        ({"attributes": [1]}, InvalidValue),
        ({"cursor": 5}, InvalidValue),
    ],
)
def test_what_is_of_the_wrong_type_is_refused(given: dict[str, Any], error: type[ScimError]) -> None:
    with pytest.raises(error):
        read_search(given)


@pytest.mark.parametrize(
    "body", [[], "x", {}, {"schemas": SEARCH_URN}, {"schemas": []}, {"schemas": ["urn:x", 1]}, {"filter": "id pr"}]
)
def test_a_body_that_is_no_search_request_is_refused(body: object) -> None:
    with pytest.raises(InvalidSyntax):
        load_search(body)
