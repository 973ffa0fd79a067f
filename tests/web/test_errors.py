"""Every error of every path is SCIM JSON with a sentence; no trace, no HTML, no redirect."""

from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.app import create_app
from scim_bridge.db import Database
from scim_bridge.directory.tables import person
from tests.databases import held
from tests.web.doors import ERROR_URN, TOKEN, USER_URN, Scim, open_door

WRONG = [
    ("GET", "/scim/v2/Nothing", 404),
    ("GET", "/", 404),
    ("PUT", "/scim/v2", 405),
    ("POST", "/scim/v2/", 405),
    ("GET", "/Users", 404),
    ("GET", "/v2/Users", 404),
    ("GET", "/scim/Users", 404),
    ("GET", "/scim/v1/Users", 400),
    ("POST", "/scim/v3/Users", 400),
    ("GET", "/scim/v2.1", 400),
    ("GET", "/scim/v2/Users/x/y", 404),
    ("GET", "/scim/v2/Users/%00", 404),
    ("GET", "/scim/v2/Users/" + "x" * 3_000, 404),
    ("GET", "/scim/v2/Users/%F0%9F%98%80", 404),
    ("DELETE", "/scim/v2/Users/unknown", 404),
    ("DELETE", "/scim/v2/Groups/unknown", 404),
    ("GET", "/scim/v2/Groups/unknown", 404),
    ("GET", "/scim/v2/Schemas/urn:unknown", 404),
    ("GET", "/scim/v2/ResourceTypes/Device", 404),
    ("DELETE", "/scim/v2/Users", 405),
    ("PUT", "/scim/v2/Groups", 405),
    ("POST", "/scim/v2/Schemas", 405),
    ("TRACE", "/scim/v2/Users", 405),
    ("POST", "/healthz", 405),
    ("GET", "/scim/v2/Schemas?filter=id+pr", 403),
    ("GET", "/scim/v2/ServiceProviderConfig?filter=x", 403),
    ("GET", "/scim/v2/Me", 501),
    ("GET", "/scim/v2/Bulk", 405),
    ("POST", "/scim/v2/.search", 400),
    ("POST", "/scim/v2/Users/.search", 400),
    ("GET", "/scim/v2/.search", 405),
    ("GET", "/scim/v2/Users?startIndex=one", 400),
    ("GET", "/scim/v2/Users?count=1.5", 400),
]


@pytest.mark.parametrize(("method", "path", "status"), WRONG)
def test_every_refusal_is_scim_json_with_a_sentence(scim: Scim, method: str, path: str, status: int) -> None:
    answer = scim.client.open(path, method=method, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == status
    assert answer.content_type == "application/scim+json"
    assert answer.json["schemas"] == [ERROR_URN]
    assert answer.json["status"] == str(status)
    assert answer.json["detail"].endswith(".")
    assert ("Allow" in answer.headers) is (status == 405)


@pytest.mark.parametrize("accept", ["text/html", "application/xml, text/plain", "application/json;q=0", "application/*;q=0, */*;q=0"])
def test_a_client_that_takes_no_json_gets_406(scim: Scim, accept: str) -> None:
    answer = scim.send("GET", "/Users", headers={"Accept": accept})
    assert (answer.status_code, answer.json["status"]) == (406, "406")


@pytest.mark.parametrize(
    "accept",
    [
        "*/*", "application/*", "application/scim+json", "text/html, */*;q=0.1", "", "application/scim+json; charset=utf-8",
        "application/json;charset=UTF-8;q=0.5", "Application/SCIM+JSON", "application/*+json", "application/json;odata=verbose",
        "application/scim+json;q=0, application/json", "text/plain, application/json;q=0.001",
    ],
)
def test_a_client_that_takes_json_is_answered(scim: Scim, accept: str) -> None:
    assert scim.send("GET", "/Users", headers={"Accept": accept}).status_code == 200


def test_a_fault_of_ours_is_500_without_a_trace(scim: Scim) -> None:
    app = create_app(scim.database)

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("secret-in-a-trace")

    answer = app.test_client().get("/broken", headers={"X-Request-Id": "req-7"})
    assert (answer.status_code, answer.json["status"]) == (500, "500")
    assert "req-7" in answer.json["detail"]
    assert b"secret-in-a-trace" not in answer.get_data()
    assert b"Traceback" not in answer.get_data()


def test_lesson_20_a_locked_database_is_503_with_retry_after_and_nothing_is_written(database: Database) -> None:
    open_door(database)
    impatient = Database(database.url, busy_timeout=0.05)
    scim = Scim(create_app(impatient), impatient)
    scim.get("/Users")  # notes the token's use, so that only the push is left to write
    with held(database):
        answer = scim.post("/Users", {"schemas": [USER_URN], "userName": "ada@example.com"})
        assert (answer.status_code, answer.json["status"]) == (503, "503")
        assert answer.headers["Retry-After"].isdecimal()
        assert scim.get("/Users").status_code == 200
    assert scim.rows(person) == 0
    assert scim.post("/Users", {"schemas": [USER_URN], "userName": "ada@example.com"}).status_code == 201
    impatient.dispose()


def test_a_database_that_is_away_is_503(tmp_path: Any) -> None:
    away = Database(f"sqlite:///{tmp_path}/new/bridge.db")
    app = create_app(away)
    answer = app.test_client().get("/scim/v2/Users", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    away.dispose()
