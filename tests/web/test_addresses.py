"""Addresses and methods: slashes, versions, encodings, HEAD, OPTIONS; and nobody without a token learns which of them exist."""

from __future__ import annotations

import itertools

import pytest
from flask import Flask
from sqlalchemy import event

from scim_bridge.db import Database
from scim_bridge.web.options import PREFIX
from tests.web.doors import TOKEN, USER_URN, Scim

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO", "get")


@pytest.mark.parametrize("path", ["/Users", "/Users/", "//Users", "/Users//", "///Users///"])
def test_slashes_too_many_change_nothing(scim: Scim, path: str) -> None:
    ada = scim.new_user("ada@example.com")
    assert scim.get(path).json["totalResults"] == 1
    assert scim.get(f"{path}/{ada}").json["id"] == ada
    assert scim.post(path, {"userName": "grace@example.com"}).status_code == 201


def test_what_is_made_through_too_many_slashes_has_its_one_address(scim: Scim) -> None:
    answer = scim.post("//Users//", {"userName": "ada@example.com"})
    assert answer.headers["Location"] == f"http://localhost/scim/v2/Users/{answer.json['id']}"


def test_slashes_are_merged_nowhere_else(scim: Scim) -> None:
    for path in ("//healthz", "//scim/v2/Users", "/healthz//"):
        assert scim.client.get(path, headers=AUTHORIZED).status_code == 404, path


@pytest.mark.parametrize("path", ["/scim/v1/Users", "/scim/v1", "/scim/v3/", "/scim/v2.0/Users", "/scim/v20/Users", "/scim/v2x"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_another_version_is_400_invalidVers(scim: Scim, method: str, path: str) -> None:
    answer = scim.client.open(path, method=method, headers=AUTHORIZED)
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidVers")
    assert PREFIX in answer.json["detail"]


@pytest.mark.parametrize("path", ["/scim/version/Users", "/scim/vx", "/scim/V2/Users", "/scim", "/scim/", "/scimv1/Users"])
def test_what_only_looks_like_a_version_is_no_address_at_all(scim: Scim, path: str) -> None:
    assert scim.client.get(path, headers=AUTHORIZED).status_code == 404


def test_an_id_may_come_percent_encoded(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    encoded = "".join(f"%{ord(character):02X}" for character in ada)
    assert scim.get(f"/Users/{encoded}").json["id"] == ada
    assert scim.get(f"/Schemas/{USER_URN.replace(':', '%3A')}").json["id"] == USER_URN
    for other in (f"{ada}%20", f"%20{ada}", f"{ada}%2F", ada.upper() + "%0A", f"{ada}%3Fx", f"{ada}%23", f"..%2F{ada}"):
        assert scim.get(f"/Users/{other}").status_code == (200 if other == f"{ada}%2F" else 404), other


def addresses(app: Flask) -> list[tuple[str, frozenset[str]]]:
    """Every address of SCIM that the application has, with an id in it that nobody has, and what it takes."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(PREFIX):
            path = "/".join("unknown" if part.startswith("<") else part for part in rule.rule.split("/"))
            found.setdefault(path, set()).update(rule.methods or ())
    return [(path, frozenset(methods)) for path, methods in sorted(found.items())]


def test_options_says_on_every_address_what_it_takes_and_405_says_the_same(scim: Scim) -> None:
    every = addresses(scim.app)
    assert len(every) > 8
    for path, methods in every:
        asked = scim.client.options(path, headers=AUTHORIZED)
        assert (asked.status_code, asked.get_data(), asked.content_length) == (204, b"", None), path
        assert set(asked.allow) >= methods
        refused = scim.client.open(path, method="FOO", headers=AUTHORIZED)
        assert (refused.status_code, refused.allow) == (405, asked.allow)


def test_head_is_answered_wherever_get_is_with_the_same_headers_and_no_content(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    readable = [path for path, methods in addresses(scim.app) if "GET" in methods]
    assert len(readable) > 6
    for path in [*readable, f"{PREFIX}/Users/{ada}", f"{PREFIX}/Nothing"]:
        got, headed = (scim.client.open(path, method=method, headers=AUTHORIZED) for method in ("GET", "HEAD"))
        assert (headed.status_code, headed.get_data()) == (got.status_code, b""), path
        changing = {"X-Request-Id", "Date"}
        assert {name: value for name, value in headed.headers.items() if name not in changing} == {
            name: value for name, value in got.headers.items() if name not in changing
        }, path


def test_lesson_13_without_a_token_every_address_and_every_method_are_answered_alike(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    paths = {path for path, _ in addresses(scim.app)} | {
        f"{PREFIX}/Users/{ada}", PREFIX, f"{PREFIX}/", f"{PREFIX}/Nothing", f"{PREFIX}/Users/a/b/c", f"{PREFIX}//", "/scim",
        "/scim/v1/Users", f"{PREFIX}/Users/%00", f"{PREFIX}/Users/%ff", f"{PREFIX}/Users?count=x", f"{PREFIX}/Users/" + "x" * 5_000,
    }  # fmt: skip
    seen = set()
    for path, method, token in itertools.product(sorted(paths), METHODS, ("", "Bearer wrong-" + "x" * 40)):
        headers = {"Accept": "text/html", "Content-Type": "text/html", "X-Request-Id": "r", "Authorization": token}
        answer = scim.client.open(path, method=method, headers=headers, data=b"{")
        body = b"(none)" if method == "HEAD" else answer.get_data()
        seen.add((answer.status_code, body, tuple(sorted(answer.headers.items()))))
    assert {each[0] for each in seen} == {401}
    assert len(seen) == 2  # HEAD has no content


@pytest.mark.parametrize("path", ["/Users/{ada}", "/Users/unknown", "/Nothing", "/Users?filter=x"])
def test_lesson_13_without_a_valid_token_the_database_is_asked_for_the_token_and_for_nothing_else(
    scim: Scim, path: str, statements: list[str]
) -> None:
    address = PREFIX + path.format(ada=scim.new_user("ada@example.com"))
    statements.clear()
    scim.client.get(address)
    assert statements == []
    scim.client.get(address, headers={"Authorization": "Bearer wrong-" + "x" * 40})
    assert [text for text in statements if not text.startswith("BEGIN")] == [each for each in statements if "token" in each]
    assert sum("token" in text for text in statements) == 1


@pytest.fixture
def statements(database: Database) -> list[str]:
    """What the database is asked, from here on."""
    heard: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: heard.append(given[2]))
    return heard
