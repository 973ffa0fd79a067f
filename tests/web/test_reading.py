"""Pages, addresses and the headers around an answer."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from scim_bridge.audit.records import records
from scim_bridge.db import Database
from scim_bridge.directory.pages import LARGEST_PAGE
from scim_bridge.web.options import Options
from tests.web.doors import GROUP_URN, TOKEN, USER_URN, Scim, open_door

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


def test_pages_are_stable_and_say_how_many_there_are(scim: Scim) -> None:
    ids = [scim.new_user(f"user{index}@example.com") for index in range(7)]
    seen = []
    for start in (1, 4, 7):
        page = scim.get("/Users", startIndex=start, count=3).json
        assert (page["totalResults"], page["startIndex"]) == (7, start)
        assert page["itemsPerPage"] == len(page["Resources"])
        seen += [each["id"] for each in page["Resources"]]
    assert seen == ids


@pytest.mark.parametrize(
    ("query", "start", "number"),
    [
        ({"startIndex": 0}, 1, 3),
        ({"startIndex": -5, "count": 2}, 1, 2),
        ({"count": 0}, 1, 0),
        ({"count": -1}, 1, 0),
        ({"count": ""}, 1, 3),
        ({"startIndex": 4}, 4, 0),
        ({"startIndex": "999999999999999999"}, 999999999999999999, 0),
        ({"count": "999999999999999999"}, 1, 3),
        ({"sortBy": "userName", "sortOrder": "", "aadOptscim062020": ""}, 1, 3),
    ],
)
def test_odd_paging_parameters_mean_what_the_rfc_says(scim: Scim, query: dict[str, Any], start: int, number: int) -> None:
    for index in range(3):
        scim.new_user(f"user{index}@example.com")
    page = scim.get("/Users", **query).json
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, start, number)
    assert len(page["Resources"]) == number


def test_a_page_is_never_larger_than_the_largest(scim: Scim) -> None:
    for index in range(LARGEST_PAGE + 5):
        scim.new_user(f"user{index}@example.com")
    assert len(scim.get("/Users", count=100_000).json["Resources"]) == LARGEST_PAGE
    config = scim.get("/ServiceProviderConfig").json
    assert config["filter"] == {"supported": True, "maxResults": LARGEST_PAGE}


def test_what_is_not_there_is_not_advertised(scim: Scim) -> None:
    config = scim.get("/ServiceProviderConfig").json
    assert {name: config[name]["supported"] for name in ("patch", "filter", "bulk", "sort", "etag", "changePassword")} == {
        "patch": True, "filter": True, "bulk": True, "sort": True, "etag": True, "changePassword": False
    }


def test_a_page_of_groups_costs_the_same_number_of_statements_whatever_is_on_it(scim: Scim) -> None:
    users = [scim.new_user(f"user{index}@example.com") for index in range(3)]
    statements: list[str] = []
    counts = []
    event.listen(scim.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for number in range(1, 6):
        scim.new_group(f"Group {number}", *users)
        for path in ("/Groups", "/Users"):
            statements.clear()
            scim.get(path)
            counts.append((path, len(statements)))
    assert len(set(counts)) == 2


def test_a_trailing_slash_is_no_other_address(scim: Scim) -> None:
    user = scim.new_user("ada@example.com")
    assert scim.get("/Users/").json["totalResults"] == 1
    assert scim.get(f"/Users/{user}/").json["id"] == user


def test_addresses_are_those_the_client_used(scim: Scim) -> None:
    answer = scim.client.post(
        "/scim/v2/Users", json={"userName": "ada@example.com"}, headers=AUTHORIZED, base_url="https://scim.example.com:8443"
    )
    location = f"https://scim.example.com:8443/scim/v2/Users/{answer.json['id']}"
    assert answer.headers["Location"] == answer.json["meta"]["location"] == location


FORWARDED = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "scim.example.com",
    "X-Forwarded-Prefix": "/bridge",
    "X-Forwarded-For": "10.0.0.9",
}


@pytest.mark.parametrize(
    ("trust", "base"), [(True, "https://scim.example.com/bridge/scim/v2"), (False, "http://localhost/scim/v2")]
)
def test_forwarded_headers_count_only_behind_a_trusted_proxy(database: Database, trust: bool, base: str) -> None:
    scim = open_door(database, Options(trust_proxy=trust))
    answer = scim.send("POST", "/Users", {"userName": "ada@example.com"}, headers=FORWARDED)
    assert answer.json["meta"]["location"] == f"{base}/Users/{answer.json['id']}"


@pytest.mark.parametrize("given", ["req-42", "a.b:c_d", "x" * 128])
def test_a_harmless_request_id_comes_back_and_is_in_the_record(scim: Scim, given: str) -> None:
    answer = scim.send("POST", "/Users", {"userName": "ada@example.com"}, headers={"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] == given
    with scim.database.reading() as connection:
        assert records(connection)[0].request_id == given


@pytest.mark.parametrize("given", ["", "two words", "x" * 129, "<script>", "ü"])
def test_any_other_request_id_is_replaced(scim: Scim, given: str) -> None:
    answer = scim.client.get("/healthz", headers={"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] not in ("", given)


def test_head_and_options_answer_without_a_body(scim: Scim) -> None:
    user = scim.new_user("ada@example.com")
    head = scim.send("HEAD", f"/Users/{user}")
    assert (head.status_code, head.get_data()) == (200, b"")
    assert head.content_type == "application/scim+json"
    assert set(scim.send("OPTIONS", "/Users").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_group_patch_answers_204_and_with_attributes_200_and_the_group(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    group = scim.new_group("Engineers")
    add = {"op": "add", "path": "members", "value": [{"value": ada}]}
    quiet = scim.patch(f"/Groups/{group}", add)
    assert (quiet.status_code, quiet.get_data()) == (204, b"")
    named = scim.patch(f"/Groups/{group}", add, attributes="displayName")
    assert named.status_code == 200
    assert named.json == {"schemas": [GROUP_URN], "id": group, "displayName": "Engineers"}


def test_put_and_patch_of_a_user_answer_200_and_the_user(scim: Scim) -> None:
    user = scim.new_user("ada@example.com")
    put = scim.put(f"/Users/{user}", {"schemas": [USER_URN], "userName": "ada@example.com", "title": "Lead"})
    patch = scim.patch(f"/Users/{user}", {"op": "replace", "path": "title", "value": "Chief"})
    assert (put.status_code, put.json["title"]) == (200, "Lead")
    assert (patch.status_code, patch.json["title"]) == (200, "Chief")
    assert patch.json["meta"]["lastModified"] > put.json["meta"]["created"]
