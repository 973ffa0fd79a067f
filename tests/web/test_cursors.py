"""Walks by cursor (RFC 9865), through HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from scim_bridge.db import Database, utc_now
from scim_bridge.directory.pages import LARGEST_PAGE
from scim_bridge.scim.cursors import TIMEOUT
from scim_bridge.scim.search import SEARCH_URN
from scim_bridge.web.state import Door, install
from tests.web.doors import Scim, open_door, second_source

LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def people(scim: Scim, number: int) -> list[str]:
    return [scim.new_user(f"user{index:02}@example.com", title=f"T{index % 3}") for index in range(number)]


def ids(page: dict[str, Any]) -> list[str]:
    return [each["id"] for each in page["Resources"]]


def walk(scim: Scim, path: str = "/Users", **query: Any) -> list[dict[str, Any]]:
    """Every page from the first on."""
    pages = [scim.get(path, cursor="", **query).json]
    while "nextCursor" in pages[-1]:
        pages.append(scim.get(path, cursor=pages[-1]["nextCursor"], **query).json)
    return pages


def test_rfc9865_2_pages_go_on_by_next_cursor_and_back_by_previous_cursor(scim: Scim) -> None:
    made = people(scim, 7)
    pages = walk(scim, count=3)
    assert [ids(page) for page in pages] == [made[:3], made[3:6], made[6:]]
    assert [sorted(page) for page in pages] == [
        ["Resources", "itemsPerPage", "nextCursor", "schemas", "totalResults"],
        ["Resources", "itemsPerPage", "nextCursor", "previousCursor", "schemas", "totalResults"],
        ["Resources", "itemsPerPage", "previousCursor", "schemas", "totalResults"],
    ]
    assert {(page["totalResults"], page["schemas"][0]) for page in pages} == {(7, LIST_URN)}
    back = scim.get("/Users", count=3, cursor=pages[2]["previousCursor"]).json
    first = scim.get("/Users", count=3, cursor=back["previousCursor"]).json
    assert (ids(back), ids(first)) == (made[3:6], made[:3])
    assert "previousCursor" not in first
    assert ids(scim.get("/Users", count=3, cursor=first["nextCursor"]).json) == made[3:6]


def test_a_cursor_without_a_value_asks_for_the_first_page(scim: Scim) -> None:
    made = people(scim, 3)
    page = scim.send("GET", "/Users?cursor&count=2").json
    assert (ids(page), "startIndex" in page) == (made[:2], False)


def test_a_page_that_holds_everybody_has_no_cursors(scim: Scim) -> None:
    people(scim, 3)
    for page in (scim.get("/Users", cursor="", count=3).json, scim.get("/Users", cursor="").json):
        assert (page["totalResults"], page["itemsPerPage"]) == (3, 3)
        assert not {"nextCursor", "previousCursor"} & set(page)


def test_index_pages_have_no_cursors(scim: Scim) -> None:
    people(scim, 3)
    page = scim.get("/Users", count=2).json
    assert (page["startIndex"], {"nextCursor", "previousCursor"} & set(page)) == (1, set())


def test_nobody_and_no_rows_are_pages_too(scim: Scim) -> None:
    empty = scim.get("/Groups", cursor="").json
    assert (empty["totalResults"], empty["Resources"]) == (0, [])
    people(scim, 3)
    counted = scim.get("/Users", cursor="", count=0).json
    assert (counted["totalResults"], counted["Resources"], "nextCursor" in counted) == (3, [], False)


@pytest.mark.parametrize(
    ("sort", "order"), [("userName", "descending"), ("title", "ascending"), ("title", "descending"), ("emails", None)]
)
def test_rfc9865_2_2_a_walk_keeps_the_order_that_is_asked_for(scim: Scim, sort: str, order: str | None) -> None:
    people(scim, 7)
    query = {"sortBy": sort} | ({} if order is None else {"sortOrder": order})
    whole = ids(scim.get("/Users", **query).json)
    assert [each for page in walk(scim, count=2, **query) for each in ids(page)] == whole


def test_a_walk_with_a_filter_meets_those_it_finds(scim: Scim) -> None:
    made = people(scim, 9)
    pages = walk(scim, count=2, filter='title eq "t1"')
    assert [each for page in pages for each in ids(page)] == made[1::3]
    assert {page["totalResults"] for page in pages} == {3}


def test_rfc9865_3_search_takes_a_cursor_in_its_body(scim: Scim) -> None:
    made = people(scim, 3)
    first = scim.post("/Users/.search", {"schemas": [SEARCH_URN], "cursor": "", "count": 2, "attributes": ["userName"]}).json
    rest = scim.post("/Users/.search", {"schemas": [SEARCH_URN], "cursor": first["nextCursor"], "count": 2}).json
    assert ids(first) + ids(rest) == made
    assert ids(scim.get("/Users", cursor=first["nextCursor"], count=2).json) == made[2:]  # the same question, asked otherwise


def refused(scim: Scim, path: str = "/Users", **query: Any) -> tuple[int, str, str]:
    answer = scim.get(path, **query)
    return answer.status_code, answer.json.get("scimType"), answer.json.get("detail", "")


def test_rfc9865_2_1_a_cursor_of_another_query_or_of_nobody_is_invalid(scim: Scim) -> None:
    people(scim, 5)
    scim.new_group("One")
    cursor = scim.get("/Users", cursor="", count=2).json["nextCursor"]
    for path, query in [
        ("/Users", {"cursor": "made-up"}),
        ("/Users", {"cursor": cursor[:-1] + ("A" if cursor[-1] != "A" else "B")}),
        ("/Users", {"cursor": cursor, "filter": "active eq true"}),
        ("/Users", {"cursor": cursor, "sortBy": "userName"}),
        ("/Groups", {"cursor": cursor}),
    ]:
        assert refused(scim, path, count=2, **query)[:2] == (400, "invalidCursor")


def test_a_cursor_of_another_source_is_invalid(scim: Scim) -> None:
    people(scim, 3)
    other = second_source(scim)
    people(other, 3)
    cursor = scim.get("/Users", cursor="", count=1).json["nextCursor"]
    assert refused(other, cursor=cursor, count=1)[:2] == (400, "invalidCursor")


@pytest.mark.parametrize(
    ("query", "word"),
    [({"count": LARGEST_PAGE + 1}, str(LARGEST_PAGE)), ({"count": "many"}, "whole number"), ({"count": "1.5"}, "whole number")],
)
def test_rfc9865_2_1_a_page_size_that_cannot_be_is_an_invalid_count(scim: Scim, query: dict[str, Any], word: str) -> None:
    status, kind, detail = refused(scim, cursor="", **query)
    assert (status, kind) == (400, "invalidCount")
    assert word in detail


def test_the_page_size_cannot_change_on_the_way(scim: Scim) -> None:
    people(scim, 5)
    cursor = scim.get("/Users", cursor="", count=2).json["nextCursor"]
    assert refused(scim, cursor=cursor, count=3)[:2] == (400, "invalidCount")
    assert refused(scim, cursor=cursor)[:2] == (400, "invalidCount")


def test_an_index_and_a_cursor_at_once_are_refused(scim: Scim) -> None:
    assert refused(scim, cursor="", startIndex=1)[:2] == (400, "invalidValue")


def test_rfc9865_2_1_a_cursor_that_was_kept_too_long_has_expired(database: Database) -> None:
    scim = open_door(database)
    people(scim, 3)
    cursor = scim.get("/Users", cursor="", count=1).json["nextCursor"]
    install(scim.app, Door(database, now=lambda: utc_now() + timedelta(seconds=TIMEOUT - 60)))
    assert scim.get("/Users", cursor=cursor, count=1).status_code == 200
    install(scim.app, Door(database, now=lambda: utc_now() + timedelta(seconds=TIMEOUT + 60)))
    assert refused(scim, cursor=cursor, count=1)[:2] == (400, "expiredCursor")


def test_any_process_goes_on_where_another_left_off(database: Database) -> None:
    one = open_door(database)
    made = people(one, 4)
    cursor = one.get("/Users", cursor="", count=2).json["nextCursor"]
    other_database = Database(database.url)
    other = open_door(other_database)
    assert ids(other.get("/Users", cursor=cursor, count=2).json) == made[2:]
    other_database.dispose()


def test_lesson_19_a_walk_during_deletions_misses_nobody_where_an_index_would(scim: Scim) -> None:
    made = people(scim, 12)
    seen: list[str] = []
    page = scim.get("/Users", cursor="", count=3).json
    while True:
        seen += ids(page)
        for gone in seen[:2]:  # behind the walk: by index everybody would move up two places
            scim.delete(f"/Users/{gone}")
        if "nextCursor" not in page:
            break
        page = scim.get("/Users", cursor=page["nextCursor"], count=3).json
    assert seen == made


def test_whoever_the_cursor_stands_on_may_go(scim: Scim) -> None:
    made = people(scim, 6)
    page = scim.get("/Users", cursor="", count=2).json
    for gone in (made[1], made[2]):
        scim.delete(f"/Users/{gone}")
    assert ids(scim.get("/Users", cursor=page["nextCursor"], count=2).json) == made[3:5]


def test_when_everybody_before_is_gone_the_page_before_is_the_first(scim: Scim) -> None:
    made = people(scim, 4)
    second = walk(scim, count=2)[1]
    for gone in made[:2]:
        scim.delete(f"/Users/{gone}")
    page = scim.get("/Users", count=2, cursor=second["previousCursor"]).json
    assert (ids(page), "previousCursor" in page) == (made[2:], False)


@pytest.mark.parametrize("query", [{}, {"sortBy": "userName"}, {"sortBy": "title", "sortOrder": "descending"}])
def test_pages_in_the_depth_cost_no_more_statements_than_the_first(scim: Scim, query: dict[str, str]) -> None:
    people(scim, 30)
    scim.get("/Users", cursor="")  # makes the secret
    statements: list[str] = []
    event.listen(scim.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    costs = []
    page = scim.get("/Users", cursor="", count=5, **query).json
    first = len(statements)
    while "nextCursor" in page:
        statements.clear()
        page = scim.get("/Users", cursor=page["nextCursor"], count=5, **query).json
        costs.append(len(statements))
    assert max(costs) <= first + 2  # further keys, and whoever has none
    assert not [each for each in statements if "count(*)" in each]  # the first page counted
