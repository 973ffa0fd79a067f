"""Bodies of less than five megabytes that were made to cost as much as they can: a quick 400, or quick work."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from scim_bridge.scim.members import MAX_MEMBERS
from tests.attack.conftest import Within
from tests.web.doors import PATCH_URN, TOKEN, Scim

HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
COSTLY = {
    "a text that never ends, full of escaped quotes": b'{"userName": "' + b'\\"' * 2_400_000,
    "a text that never ends, full of quotes": b'{"userName": ' + b'"' * 4_900_000,
    "backslashes without end": b'{"userName": "' + b"\\" * 4_900_000,
    "a million empty lists": b'{"userName": "ada", "x": [' + b"[]," * 1_600_000 + b"[]]}",
    "a million empty objects": b'{"userName": "ada", "x": [' + b"{}," * 1_600_000 + b"{}]}",
    "open brackets alone": b"[" * 4_900_000,
    "a number of millions of digits": b'{"userName": ' + b"9" * 4_900_000 + b"}",
    "a title of millions of characters": b'{"userName": "ada", "title": "' + b"x" * 4_900_000 + b'"}',
    "blanks": b" " * 4_900_000,
    "a number too large for any machine": b'{"userName": "ada", "x": 1e400}',
    "a byte order mark": b'\xef\xbb\xbf{"userName": "ada"}',
    "UTF-32": '{"userName": "ada"}'.encode("utf-32"),
}


def sent(scim: Scim, method: str, path: str, body: Any) -> TestResponse:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return scim.client.open(f"/scim/v2{path}", method=method, data=content, headers=HEADERS)


def patched(scim: Scim, path: str, *operations: dict[str, Any]) -> TestResponse:
    return sent(scim, "PATCH", path, {"schemas": [PATCH_URN], "Operations": list(operations)})


@pytest.mark.parametrize("name", COSTLY)
def test_a_body_made_to_be_costly_is_refused_at_once(scim: Scim, within: Within, name: str) -> None:
    with within(3):
        answer = sent(scim, "POST", "/Users", COSTLY[name])
    assert (answer.status_code, answer.content_type) == (400, "application/scim+json"), answer.get_data()[:200]
    assert scim.get("/Users").json["totalResults"] == 0


def test_a_hundred_thousand_attributes_are_passed_over(scim: Scim, within: Within) -> None:
    with within(5):
        answer = sent(scim, "POST", "/Users", {"userName": "ada", **{f"attribute{number}": "x" for number in range(100_000)}})
    assert answer.status_code == 201
    assert set(answer.json) == {"schemas", "id", "meta", "userName", "active"}


def test_more_members_than_one_request_may_name_are_refused_and_the_most_is_read(scim: Scim, within: Within) -> None:
    group = {"displayName": "Engineers", "members": [{"value": f"m{number}"} for number in range(MAX_MEMBERS)]}
    with within(5):
        assert "no User or Group" in sent(scim, "POST", "/Groups", group).json["detail"]
        too_many = sent(scim, "POST", "/Groups", group | {"members": group["members"] * 2})
    assert "at most 50000" in too_many.json["detail"]
    assert scim.get("/Groups").json["totalResults"] == 0


@pytest.mark.parametrize(
    "operations",
    [
        [{}] * 150_000,
        [{"op": "replace", "path": "title", "value": "x"}] * 10_000,
        [{"op": "replace", "value": {f"attribute{number}": 1 for number in range(100_000)}}],
        [{"op": "replace", "value": {f"name.attribute{number}": 1 for number in range(100_000)}}],
        [{"op": "remove", "path": "emails[" + " or ".join(['value eq "a"'] * 60) + "]"}] * 1_000,
    ],
    ids=["empty operations", "ten thousand operations", "unknown keys", "unknown dotted keys", "a thousand long paths"],
)
def test_a_patch_made_to_be_costly_is_refused_before_it_is_read(
    scim: Scim, within: Within, operations: list[dict[str, Any]]
) -> None:
    ada = scim.new_user("ada@example.com")
    before = scim.get(f"/Users/{ada}").json
    with within(3):
        answer = patched(scim, f"/Users/{ada}", *operations)
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidSyntax")
    assert scim.get(f"/Users/{ada}").json == before


def test_a_thousand_values_are_added_again_and_again_without_comparing_each_with_each(scim: Scim, within: Within) -> None:
    ada = scim.new_user("ada@example.com")
    emails = [{"value": f"ada{number}@example.com"} for number in range(999)]
    with within(5):
        answer = patched(scim, f"/Users/{ada}", *[{"op": "add", "path": "emails", "value": emails}] * 20)
    assert answer.status_code == 200
    assert answer.json["emails"] == emails
    with within(3):
        answer = patched(scim, f"/Users/{ada}", {"op": "remove", "path": "emails", "value": emails[1:]})
    assert answer.json["emails"] == emails[:1]


def test_filters_over_a_thousand_values_in_a_thousand_operations_are_refused_in_time(scim: Scim, within: Within) -> None:
    ada = scim.new_user("ada@example.com", emails=[{"value": f"ada{number}@example.com"} for number in range(999)])
    search = {"op": "replace", "path": 'emails[value co "zz" or value co "yy"].display', "value": "x"}
    with within(3):
        answer = patched(scim, f"/Users/{ada}", {"op": "add", "path": 'emails[value co "a"].type', "value": "work"}, *[search] * 999)
    assert answer.status_code == 400
    assert "type" not in scim.get(f"/Users/{ada}").json["emails"][0]


def test_a_group_is_not_replaced_again_and_again_in_one_request(scim: Scim) -> None:
    """Each time would leave a retired row and another mark for everybody."""
    ada = scim.new_user("ada@example.com")
    group = scim.new_group("Engineers", ada)
    clear, fill = {"op": "remove", "path": "members"}, {"op": "replace", "path": "members", "value": [{"value": ada}]}
    answer = patched(scim, f"/Groups/{group}", *[clear, fill] * 100)
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")
    assert scim.members(group) == {ada}
    assert patched(scim, f"/Groups/{group}", clear, fill).status_code == 204
