"""Somebody without a token, and somebody with another source's."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.web.doors import PATCH_URN, TOKEN, Scim, second_source

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO")
PATHS = (
    "/", "/scim/v2", "/scim/v2/Users", "/scim/v2/Users/", "/scim/v2/Users/unknown", "/scim/v2/users", "/scim/v2/Groups/unknown",
    "/scim/v2/Me", "/scim/v2/Bulk", "/scim/v2/.search", "/scim/v2/Schemas", "/scim/v2/ServiceProviderConfig", "/healthz",
    "/scim/v2/Users/..%2f..%2fetc%2fpasswd", "/scim/v2/Users/%00", "/scim/v2/Users/%ff%fe", "/scim/v2/Users/%0d%0aX-Evil:%201",
    "/scim/v2/Users/%ed%a0%80", "/scim/v2/Users/" + "a" * 5_000, "/%0a%1b[31m", "/static/x",
)  # fmt: skip
CREDENTIALS = (
    None, "Bearer", "Bearer  ", "Bearer " + "x" * 40, "Bearer " + "x" * 5_000, "Bearer \xff", "Basic !!!", "Basic " + "A" * 100,
    f"Bearer {TOKEN}",
)  # fmt: skip


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_every_method_on_every_address_is_answered_in_scim_json_and_never_in_html(scim: Scim, credential: str | None) -> None:
    headers = {"X-Request-Id": "a b<script>"} | ({"Authorization": credential} if credential else {})
    for method, path in itertools.product(METHODS, PATHS):
        answer = scim.client.open(path, method=method, headers=headers)
        assert answer.status_code < 500 or answer.status_code == 501, (method, path)
        assert "html" not in answer.headers.get("Content-Type", ""), (method, path)
        assert "<" not in answer.headers["X-Request-Id"]
        assert "X-Evil" not in answer.headers
        if answer.status_code >= 400:
            assert answer.content_type == "application/scim+json"
            assert method == "HEAD" or answer.json["status"] == str(answer.status_code)


def test_an_answer_without_content_declares_none(scim: Scim) -> None:
    group = scim.new_group("Engineers")
    rename = scim.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "Makers"})
    for answer in (rename, scim.delete(f"/Groups/{group}"), scim.send("OPTIONS", "/Users")):
        assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_lesson_13_without_a_token_what_exists_and_what_does_not_are_answered_alike(scim: Scim, method: str) -> None:
    ada = scim.new_user("ada@example.com")
    there, nowhere = (scim.client.open(f"/scim/v2/Users/{each}", method=method) for each in (ada, "0" * 36))
    assert there.status_code == nowhere.status_code == 401
    assert there.get_data() == nowhere.get_data()
    assert set(there.headers.keys()) == set(nowhere.headers.keys())


def test_no_id_holds_u0000(scim: Scim) -> None:
    """PostgreSQL does not take it in a text, so it is not asked."""
    for path in ("/Users/%00", "/Users/a%00b", "/Groups/%00", "/Schemas/%00"):
        assert scim.send("GET", path).status_code == 404
        assert scim.send("DELETE", path).status_code in (404, 405)


@pytest.mark.parametrize("host", ["evil.example.com/../x", "a b", "[::1", "x" * 300, '"><script>', "user:pw@host", "\xff"])
def test_no_host_header_is_answered_with_500(scim: Scim, host: str) -> None:
    answer = scim.send("GET", "/Users", headers={"Host": host})
    assert answer.status_code in (200, 400)
    assert answer.content_type == "application/scim+json"


def attempts(user: str, group: str, mine: str) -> list[tuple[str, str, Any]]:
    """What a client of one source can try with ids of another's; `mine` is a group of its own."""

    def patch(*operations: dict[str, Any]) -> dict[str, Any]:
        return {"schemas": [PATCH_URN], "Operations": list(operations)}

    return [
        ("PATCH", f"/Groups/{mine}", patch({"op": "remove", "path": f'members[value eq "{user}"]'})),
        ("PATCH", f"/Groups/{mine}", patch({"op": "remove", "path": 'members[display co "ada" or display co "Zebra"]'})),
        ("PATCH", f"/Groups/{mine}", patch({"op": "remove", "path": "members", "value": [{"value": user}, {"value": group}]})),
        ("PATCH", f"/Groups/{mine}", patch({"op": "replace", "path": "members", "value": [{"value": group, "type": "Group"}]})),
        ("PUT", f"/Groups/{mine}", {"displayName": "Mine", "members": [{"value": user}]}),
        ("PATCH", f"/Groups/{group}", patch({"op": "remove", "path": "members"})),
        ("PATCH", f"/Users/{user}", patch({"op": "replace", "value": {"active": False}})),
        ("PUT", f"/Users/{user}", {"userName": "ada@example.com", "active": False}),
        ("DELETE", f"/Users/{user}", None),
        ("DELETE", f"/Groups/{group}", None),
        ("GET", f'/Users?filter=manager.value pr or groups.value eq "{group}" or not (id eq "x")', None),
        ("GET", '/Groups?filter=members.display co "a" or members[type eq "User"]&attributes=members', None),
        ("GET", f'/Groups?filter=members.$ref co "{user}"', None),
    ]


def test_lesson_51_no_request_with_a_token_of_one_source_touches_or_shows_another_source(scim: Scim) -> None:
    other = second_source(scim)
    ada = scim.new_user("ada@example.com", externalId="Zebra", displayName="Zebra")
    group = scim.new_group("Zebras", ada)
    mine = other.new_group("Mine")
    before = scim.get(f"/Users/{ada}").json, scim.get(f"/Groups/{group}").json
    for method, path, body in attempts(ada, group, mine):
        answer = other.send(method, path, body)
        assert answer.status_code < 500
        assert b"Zebra" not in answer.get_data(), (method, path)
        assert b"ada@" not in answer.get_data(), (method, path)
    assert (scim.get(f"/Users/{ada}").json, scim.get(f"/Groups/{group}").json) == before
    assert other.members(mine) == set()
