"""sortBy and sortOrder."""

from __future__ import annotations

import pytest

from scim_bridge.scim.errors import InvalidValue
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, USER, USER_URN
from scim_bridge.scim.sorting import parse_sort


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("userName", "userName"),
        ("USERNAME", "userName"),
        (f"{USER_URN}:name.familyName", "name.familyName"),
        ("emails", "emails.value"),
        ("emails.type", "emails.type"),
        ("manager", f"{ENTERPRISE_URN}:manager.value"),
        (f"{ENTERPRISE_URN}:department", f"{ENTERPRISE_URN}:department"),
        ("meta.lastModified", "meta.lastModified"),
    ],
)
def test_an_attribute_is_found_as_in_a_filter(text: str, name: str) -> None:
    sort = parse_sort(text, None, [USER])
    assert sort is not None
    assert (sort.name, sort.descending) == (name, False)


@pytest.mark.parametrize(("order", "descending"), [("descending", True), ("DESCENDING", True), ("ascending", False), (None, False)])
def test_an_order_is_ascending_unless_it_says_otherwise(order: str | None, descending: bool) -> None:
    sort = parse_sort("userName", order, [USER])
    assert sort is not None
    assert sort.descending is descending


@pytest.mark.parametrize("text", [None, ""])
def test_without_an_attribute_nothing_is_sorted(text: str | None) -> None:
    assert parse_sort(text, "descending", [USER]) is None


@pytest.mark.parametrize(
    "text",
    ["nothing", "password", "name", "groups", "groups.display", "schemas", "meta", "meta.version", "emails.", ":", "emails[0]", " "],
)
def test_what_has_no_order_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="sortBy"):
        parse_sort(text, None, [USER])


@pytest.mark.parametrize("order", ["down", "asc", "descending "[:4]])
def test_another_order_is_refused(order: str) -> None:
    with pytest.raises(InvalidValue, match="sortOrder"):
        parse_sort("userName", order, [USER])


def test_of_several_kinds_one_may_lack_the_attribute() -> None:
    sort = parse_sort("userName", None, [USER, GROUP])
    assert sort is not None
    assert [ref is None for ref in sort.refs] == [False, True]
