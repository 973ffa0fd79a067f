"""POST /.search, sorting and pages by index, and /Me, through HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.directory.pages import LARGEST_PAGE
from scim_bridge.scim.search import SEARCH_URN
from tests.web.doors import ERROR_URN, Scim, second_source


def search(scim: Scim, path: str = "/.search", **body: Any) -> Any:
    answer = scim.post(path, {"schemas": [SEARCH_URN], **body})
    assert answer.status_code == 200, answer.json
    return answer.json


def shown(page: dict[str, Any]) -> list[str]:
    return [each.get("userName") or each["displayName"] for each in page["Resources"]]


@pytest.fixture
def lab(scim: Scim) -> Scim:
    ada = scim.new_user("ada@example.com", displayName="Ada", title="Lead")
    scim.new_user("grace@example.com", displayName="grace")
    scim.new_group("Engineers", ada)
    scim.new_group("Board")
    return scim


def test_rfc7644_3_4_3_a_search_is_the_query_in_a_body(lab: Scim) -> None:
    query = {"filter": 'userName sw "a" or title pr', "attributes": "userName,title", "count": "5", "sortBy": "userName"}
    body = {**query, "attributes": ["userName", "title"], "count": 5}
    assert search(lab, "/Users/.search", **body) == lab.get("/Users", **query).json
    assert search(lab, "/Groups/.search", excludedAttributes=["members"]) == lab.get("/Groups", excludedAttributes="members").json


def test_rfc7644_3_4_2_1_the_root_finds_users_and_groups_together(lab: Scim) -> None:
    page = search(lab)
    assert (page["totalResults"], shown(page)) == (4, ["ada@example.com", "grace@example.com", "Engineers", "Board"])
    assert [each["meta"]["resourceType"] for each in page["Resources"]] == ["User", "User", "Group", "Group"]
    assert lab.get("").json == lab.get("/").json == page


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ('displayName sw "g" or displayName sw "B"', ["grace@example.com", "Board"]),
        ('userName pr', ["ada@example.com", "grace@example.com"]),
        ('not (userName pr)', ["Engineers", "Board"]),
        ('members pr', ["Engineers"]),
        ('meta.resourceType eq "Group"', ["Engineers", "Board"]),
        ('title eq "lead" or displayName eq "board"', ["ada@example.com", "Board"]),
    ],
)
def test_a_filter_at_the_root_is_asked_of_both(lab: Scim, filter_: str, found: list[str]) -> None:
    page = search(lab, filter=filter_)
    assert (page["totalResults"], shown(page)) == (len(found), found)


def test_pages_at_the_root_run_on_from_users_to_groups(lab: Scim) -> None:
    whole = shown(search(lab))
    assert [name for start in (1, 2, 3, 4) for name in shown(search(lab, startIndex=start, count=1))] == whole
    assert shown(search(lab, startIndex=2, count=2)) == whole[1:3]
    assert [shown(search(lab, startIndex=start, count=2, sortBy="displayName")) for start in (1, 3)] == [
        ["ada@example.com", "Board"], ["Engineers", "grace@example.com"]
    ]
    first = search(lab, cursor="", count=3)
    rest = search(lab, cursor=first["nextCursor"], count=3)
    assert (shown(first) + shown(rest), first["totalResults"]) == (whole, 4)


def test_attributes_are_each_kinds_own_at_the_root(lab: Scim) -> None:
    page = search(lab, attributes=["userName", "displayName"], filter='displayName eq "ada" or displayName eq "board"')
    assert [sorted(each) for each in page["Resources"]] == [
        ["displayName", "id", "schemas", "userName"], ["displayName", "id", "schemas"]
    ]


def test_another_source_finds_nothing_of_this_one(lab: Scim) -> None:
    assert search(second_source(lab))["totalResults"] == 0


def test_a_search_has_the_limits_of_a_query(lab: Scim) -> None:
    assert search(lab, count=100_000)["itemsPerPage"] == 4 < LARGEST_PAGE
    assert search(lab, count=0)["Resources"] == []
    assert search(lab, startIndex=99)["Resources"] == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, "invalidSyntax"),
        ([], "invalidSyntax"),
        ({"schemas": [SEARCH_URN], "filter": "nothing pr"}, "invalidFilter"),
        ({"schemas": [SEARCH_URN], "filter": 'userName eq "a'}, "invalidFilter"),
        ({"schemas": [SEARCH_URN], "filter": ""}, "invalidFilter"),
        ({"schemas": [SEARCH_URN], "sortBy": "nothing"}, "invalidValue"),
        ({"schemas": [SEARCH_URN], "count": "ten"}, "invalidValue"),
        ({"schemas": [SEARCH_URN], "attributes": ["id"], "excludedAttributes": ["meta"]}, "invalidValue"),
        ({"schemas": [SEARCH_URN], "cursor": "x"}, "invalidCursor"),
    ],
)
@pytest.mark.parametrize("path", ["/.search", "/Users/.search", "/Groups/.search"])
def test_a_search_that_cannot_be_answered_is_refused(scim: Scim, path: str, body: Any, kind: str) -> None:
    answer = scim.post(path, body)
    assert (answer.status_code, answer.json["scimType"]) == (400, kind)


def test_rfc7644_3_4_2_3_lists_are_sorted(lab: Scim) -> None:
    assert shown(lab.get("/Users", sortBy="displayName").json) == ["ada@example.com", "grace@example.com"]
    assert shown(lab.get("/Users", sortBy="displayName", sortOrder="descending").json) == ["grace@example.com", "ada@example.com"]
    assert shown(lab.get("/Groups", sortBy="displayName", count=1, startIndex=2).json) == ["Engineers"]
    assert shown(lab.get("/Users", sortby="title", filter="active eq true").json) == ["ada@example.com", "grace@example.com"]


@pytest.mark.parametrize(
    "query", [{"sortBy": "nothing"}, {"sortBy": "name"}, {"sortBy": "password"}, {"sortBy": "userName", "sortOrder": "up"}]
)
def test_an_order_that_makes_no_sense_is_refused(scim: Scim, query: dict[str, str]) -> None:
    answer = scim.get("/Users", **query)
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_rfc7644_3_11_me_is_nobody_and_says_so(scim: Scim, method: str) -> None:
    answer = scim.send(method, "/Me", {} if method in ("POST", "PUT", "PATCH") else None)
    assert (answer.status_code, answer.json["schemas"], answer.json["status"]) == (501, [ERROR_URN], "501")
    assert "not for a person" in answer.json["detail"]


def test_what_is_shown_of_an_answer_to_a_write_is_what_was_asked_for(scim: Scim) -> None:
    made = scim.send("POST", "/Users", {"userName": "ada@example.com", "name": {"givenName": "Ada", "familyName": "L"}},
                     query_string={"attributes": "name.givenName"})
    assert sorted(made.json) == ["id", "name", "schemas"]
    assert made.json["name"] == {"givenName": "Ada"}
    path = f"/Users/{made.json['id']}"
    put = scim.send("PUT", path, {"userName": "ada@example.com"}, query_string={"excludedAttributes": "meta,groups"})
    assert sorted(put.json) == ["active", "id", "schemas", "userName"]
    patched = scim.patch(path, {"op": "add", "path": "title", "value": "Lead"}, attributes="title")
    assert patched.json == {"schemas": patched.json["schemas"], "id": made.json["id"], "title": "Lead"}


def test_groups_of_a_user_are_direct_and_indirect_and_cannot_be_written(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    inner = scim.new_group("Inner", ada)
    outer = scim.new_group("Outer", inner)
    scim.new_group("Elsewhere")
    path = "http://localhost/scim/v2/Groups"
    expected = [
        {"value": inner, "$ref": f"{path}/{inner}", "display": "Inner", "type": "direct"},
        {"value": outer, "$ref": f"{path}/{outer}", "display": "Outer", "type": "indirect"},
    ]
    assert scim.get(f"/Users/{ada}").json["groups"] == expected
    assert search(scim, "/Users/.search")["Resources"][0]["groups"] == expected
    put = scim.put(f"/Users/{ada}", {"userName": "ada@example.com", "groups": [{"value": "x"}]})
    assert put.json["groups"] == expected
    assert scim.get(f"/Users/{ada}", attributes="groups.display").json["groups"] == [{"display": "Inner"}, {"display": "Outer"}]
    assert "groups" not in scim.get(f"/Users/{ada}", excludedAttributes="groups").json
