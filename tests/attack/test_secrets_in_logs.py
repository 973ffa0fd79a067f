"""What a reader of logs and of the audit finds: no token, no password, no header, no query."""

from __future__ import annotations

import base64
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog

from scim_bridge.access.errors import NotPermitted
from scim_bridge.app import create_app
from scim_bridge.connectors.anthropic.client import AdminApi
from scim_bridge.errors import SettingsError
from scim_bridge.logs import configure_logs
from scim_bridge.settings import Settings, read_settings
from scim_bridge.web.early_errors import page, without_quotes
from tests.databases import dumped
from tests.web.doors import TOKEN, Scim

PASSWORD = "a-password-nobody-may-read"
NAME = "somebody.looked.for@example.com"


@pytest.fixture(params=["text", "json"])
def logs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The logs as on a terminal, or as in a container, with everything in them. Put back afterwards."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    configure_logs(Settings(log_level="debug", log_format=request.param))
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_lesson_48_the_log_and_the_audit_hold_no_token_password_or_query(
    logs: None, scim: Scim, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = scim.new_user("ada@example.com", password=PASSWORD)
    scim.put(f"/Users/{ada}", {"userName": "ada@example.com", "password": PASSWORD, "urn:unknown": {"secret": PASSWORD}})
    scim.patch(f"/Users/{ada}", {"op": "replace", "value": {"password": PASSWORD, "title": "Countess"}})
    scim.patch(f"/Users/{ada}", {"op": "add", "path": "password", "value": {"value": PASSWORD}})
    scim.get("/Users", filter=f'userName eq "{NAME}"')
    scim.get("/Users", filter=f'userName xx "{NAME}"', access_token=PASSWORD)
    basic = base64.b64encode(f"okta:{TOKEN}".encode()).decode()
    for header in (f"Basic {basic}", f"Basic {TOKEN}", TOKEN, f"Bearer {PASSWORD * 2}"):
        scim.client.get("/scim/v2/Users", headers={"Authorization": header})
    written = capsys.readouterr().err
    stored = dumped(scim.database)
    assert "/scim/v2/Users" in written
    assert "user.created" in stored
    for secret in (TOKEN, basic, PASSWORD, NAME):
        assert secret not in written
        assert secret not in stored


def test_lesson_48_a_fault_of_ours_is_logged_without_the_values_of_its_variables(
    logs: None, scim: Scim, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(scim.database)

    @app.get("/broken")
    def broken() -> str:
        header = f"Bearer {TOKEN}"
        raise RuntimeError(f"a header of {len(header)} characters")

    assert app.test_client().get("/broken", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 500
    written = capsys.readouterr().err
    assert "RuntimeError" in written
    assert TOKEN not in written


def test_a_path_cannot_forge_a_line_of_the_log(logs: None, scim: Scim, capsys: pytest.CaptureFixture[str]) -> None:
    scim.client.get("/scim/v2/Users/%0aforged%20line%1b%5b31m")
    written = capsys.readouterr().err
    assert "forged line" in written
    assert not [line for line in written.splitlines() if line.startswith("forged")]
    assert "line\x1b[31m" not in written


def test_http_clients_do_not_log_whom_they_ask_about(logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    for client in ("httpx", "httpx2"):
        logging.getLogger(client).info("HTTP Request: GET https://api.example.com/users?email=%s", NAME)
    assert NAME not in capsys.readouterr().err


@pytest.mark.parametrize(
    "message",
    [f"Invalid HTTP Header: 'Authorization {TOKEN}'", f"Invalid HTTP request line: 'GET /scim/v2/Users?filter={NAME} \xff'",
     f'Invalid HTTP request line: "GET /?x=\'{TOKEN}\'"'],
)  # fmt: skip
def test_gunicorns_note_of_a_malformed_request_does_not_quote_it(message: str) -> None:
    record = logging.makeLogRecord({"msg": f"Invalid request from ip=127.0.0.1: {message}"})
    assert without_quotes(record)
    assert TOKEN not in record.getMessage()
    assert NAME not in record.getMessage()
    assert record.getMessage().startswith("Invalid request from ip=127.0.0.1: Invalid HTTP")


def test_gunicorns_own_refusals_are_scim_json() -> None:
    head, _, body = page(431, "Request Header Fields Too Large").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b"Content-Type: application/scim+json" in head
    assert b'"status":"431"' in body
    assert page(500, "Bad Request").startswith(b"HTTP/1.1 400 Bad Request\r\n")


@pytest.mark.parametrize("flaw", ["a\nb", "a b", "a\x00b", "a\u2026b"])
def test_a_key_that_no_header_can_carry_is_named_and_neither_sent_nor_shown(flaw: str) -> None:
    api = AdminApi(f"sk-{PASSWORD}{flaw}", "http://127.0.0.1:9", SimpleNamespace(pass_through=lambda: None))  # type: ignore[arg-type]
    with pytest.raises(NotPermitted) as refused:
        api.read(api.organization.retrieve)
    assert "admin_api_key" in str(refused.value)
    assert PASSWORD not in str(refused.value)
    assert refused.value.__cause__ is None
    api.close()


def test_a_token_with_a_line_end_of_its_file_is_the_token(tmp_path: Path) -> None:
    assert read_settings({"SCIM_BRIDGE_OKTA_TOKEN": f"{PASSWORD}\n"}, folder=tmp_path).okta_token == PASSWORD


@pytest.mark.parametrize("flaw", ["\nb", " b", "\x00", "\u2026"])
def test_a_token_that_no_header_can_carry_stops_the_start_with_its_name(tmp_path: Path, flaw: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"SCIM_BRIDGE_OKTA_TOKEN": f"{PASSWORD}{flaw}x"}, folder=tmp_path)
    assert "SCIM_BRIDGE_OKTA_TOKEN" in str(refused.value)
    assert PASSWORD not in str(refused.value)


def test_settings_show_no_secret() -> None:
    shown = repr(replace(Settings(), bootstrap_token=PASSWORD, okta_token=PASSWORD, okta_private_key=PASSWORD, database_url=PASSWORD))
    assert PASSWORD not in shown
