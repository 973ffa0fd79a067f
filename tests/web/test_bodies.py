"""Malformed, huge, deep and non-UTF-8 bodies: a quick refusal in SCIM JSON, and nothing stored."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scim_bridge.db import Database
from scim_bridge.directory.tables import person
from scim_bridge.web.options import Options
from tests.web.doors import ERROR_URN, TOKEN, USER_URN, Scim, open_door

HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
GOOD = b'{"userName": "ada@example.com"}'

MALFORMED = {
    "empty": b"",
    "blank": b"  \n",
    "cut off": b'{"userName": "ada',
    "two values": GOOD + GOOD,
    "not JSON": b"userName=ada",
    "no object": b'["userName"]',
    "text": b'"ada"',
    "null": b"null",
    "NaN": b'{"userName": "ada", "x": NaN}',
    "infinity": b'{"userName": "ada", "x": -Infinity}',
    "latin-1": '{"userName": "zo\xeb"}'.encode("latin-1"),
    "UTF-16": '{"userName": "ada"}'.encode("utf-16"),
    "half a surrogate pair": b'{"userName": "\\ud800"}',
    "a name twice": b'{"userName": "ada", "userName": "grace"}',
    "a name twice inside": b'{"userName": "ada", "name": {"givenName": "a", "givenName": "b"}}',
    "a name in two spellings": b'{"userName": "ada", "USERNAME": "grace"}',
    "U+0000": b'{"userName": "a\\u0000da"}',
    "control character": b'{"userName": "a\x01"}',
    "deep lists": b'{"userName": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "unbalanced depth": b"[" * 1_000_000,
    "endless number": b'{"userName": ' + b"9" * 10_000 + b"}",
    "wrong type": b'{"userName": {"a": 1}}',
    "no user name": b'{"schemas": ["' + USER_URN.encode() + b'"]}',
}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_body_is_refused_in_scim_json_and_nothing_is_stored(scim: Scim, name: str, method: str) -> None:
    user = scim.new_user("grace@example.com")
    path = "/scim/v2/Users" if method == "POST" else f"/scim/v2/Users/{user}"
    before = scim.get("/Users").json
    answer = scim.client.open(path, method=method, data=MALFORMED[name], headers=HEADERS)
    assert answer.status_code == 400, answer.get_data()
    assert answer.json["schemas"] == [ERROR_URN]
    assert answer.json["status"] == "400"
    assert answer.json["detail"].endswith(".")
    assert scim.get("/Users").json == before
    assert scim.rows(person) == 1


def test_brackets_within_texts_do_not_count_as_depth(scim: Scim) -> None:
    scim.new_user("ada@example.com", title='[{"' * 100)
    assert scim.found("Users", 'title sw "[{"')


def test_a_body_larger_than_the_limit_is_413_in_scim_json(database: Database) -> None:
    scim = open_door(database, Options(max_body_bytes=1_000))
    answer = scim.post("/Users", {"userName": "ada@example.com", "title": "x" * 2_000})
    assert (answer.status_code, answer.json["status"]) == (413, "413")
    assert scim.rows(person) == 0
    assert scim.post("/Users", {"userName": "ada@example.com"}).status_code == 201


def test_strangers_cannot_make_the_bridge_read_a_body(scim: Scim) -> None:
    answer = scim.client.post("/scim/v2/Users", data=b"[" * 1_000_000, headers={"Content-Type": "application/json"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "kind",
    [
        "application/scim+json; charset=utf-8", "application/json", "Application/JSON; charset=UTF-8", None,
        'application/scim+json; charset="utf8"', "application/json;charset=US-ASCII", "application/scim+json;; x=y",
    ],
)
def test_scim_json_and_json_are_read_with_any_parameters(scim: Scim, kind: str | None) -> None:
    headers = {"Authorization": HEADERS["Authorization"]} | ({"Content-Type": kind} if kind else {})
    assert scim.client.post("/scim/v2/Users", data=GOOD, headers=headers).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/xml"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Encoding": "br"},
        {"Content-Encoding": "gzip, gzip"},
    ],
)
def test_other_content_is_415(scim: Scim, headers: dict[str, str]) -> None:
    answer = scim.client.post("/scim/v2/Users", data=GOOD, headers=HEADERS | headers)
    assert (answer.status_code, answer.json["status"]) == (415, "415")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["userName", "emails", "value", "active", "name", "op", "path", "Operations", "members", "schemas",
                             "manager", "displayName", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", ""]),
            inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=JSON, method=st.sampled_from(["POST", "PUT", "PATCH"]), kind=st.sampled_from(["Users", "Groups"]))
def test_no_json_whatsoever_is_answered_with_500(scim: Scim, body: object, method: str, kind: str) -> None:
    one = scim.get(f"/{kind}", count=1).json["Resources"]
    path = f"/{kind}" if method == "POST" else f"/{kind}/{one[0]['id'] if one else 'x'}"
    answer = scim.send(method, path, body)
    assert answer.status_code in (200, 201, 204, 400, 404, 409), answer.get_data()
    if answer.status_code >= 400:
        assert answer.json["schemas"] == [ERROR_URN]
