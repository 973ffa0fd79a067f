"""The stand-in, spoken to by the SDK's own typed methods, and by nothing but HTTP."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from typing import Any

import aiohttp
import httpx
import pytest
from okta.client import Client

from tests.simulators.okta import OktaSimulator


@pytest.fixture
def okta(monkeypatch: pytest.MonkeyPatch) -> Iterator[OktaSimulator]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with OktaSimulator() as running:
        yield running


def _typed(okta: OktaSimulator, method: str, *arguments: Any, **options: Any) -> tuple[Any, Any, Any]:
    async def ask() -> tuple[Any, Any, Any]:
        client = Client({"orgUrl": okta.url, "token": okta.api_token, "rateLimit": {"maxRetries": 0}})
        connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=okta.ca_file))
        async with aiohttp.ClientSession(connector=connector) as session:
            client.get_request_executor().set_session(session)
            answer: tuple[Any, Any, Any] = await getattr(client, method)(*arguments, **options)
            return answer

    return asyncio.run(ask())


def _get(okta: OktaSimulator, path: str, **headers: str) -> httpx.Response:
    said = {"Authorization": f"SSWS {okta.api_token}"} | headers
    return httpx.get(okta.url + path, headers=said, verify=ssl.create_default_context(cafile=okta.ca_file))


def test_typed_methods_send_their_token_without_a_space_and_are_served(okta: OktaSimulator) -> None:
    ada = okta.org.add_person("ada@example.com")
    people, _, error = _typed(okta, "list_application_users", okta.app_id)
    assert error is None
    assert [person.id for person in people] == [ada]
    assert okta.access.spellings == [f"SSWS{okta.api_token}"]


def test_typed_methods_read_mappings_groups_members_and_events(okta: OktaSimulator) -> None:
    ada = okta.org.add_person("ada@example.com")
    engineers = okta.org.add_group("AI Engineers", ada)
    okta.org.push(engineers, status="ERROR", error="Unable to push")
    okta.org.assign_group(engineers)
    okta.org.log("application.provision.user.push", "Push new user", "ada@example.com")
    ((mapping,), *_) = _typed(okta, "list_group_push_mappings", okta.app_id)
    ((member,), *_) = _typed(okta, "list_group_users", engineers)
    ((event,), *_) = _typed(okta, "list_log_events", filter=f'target.id eq "{okta.app_id}"')
    ((assignment,), *_) = _typed(okta, "list_application_group_assignments", okta.app_id)
    assert (mapping.source_group_id, mapping.error_summary) == (engineers, "Unable to push")
    assert (member.id, event.event_type, assignment.id) == (ada, "application.provision.user.push", engineers)


def test_typed_methods_take_a_failure_with_an_empty_body_for_an_empty_success(okta: OktaSimulator) -> None:
    """Why the bridge does not use them to read (okta 3.4.6)."""
    okta.fail("app users", 503, raw=b"", content_type="text/plain")
    people, _, error = _typed(okta, "list_application_users", okta.app_id)
    assert (people, error) == (None, None)


def test_pages_are_linked_on_lines_of_their_own(okta: OktaSimulator) -> None:
    okta.page_size = 2
    ids = [okta.org.add_person(f"person{number}@example.com") for number in range(3)]
    first = _get(okta, f"/api/v1/apps/{okta.app_id}/users?limit=50")
    assert first.headers.get_list("link") == [
        f'<{okta.url}/api/v1/apps/{okta.app_id}/users?limit=50>; rel="self"',
        f'<{okta.url}/api/v1/apps/{okta.app_id}/users?limit=50&after={ids[1]}>; rel="next"',
    ]
    last = _get(okta, f"/api/v1/apps/{okta.app_id}/users?limit=50&after={ids[1]}")
    assert [entry["id"] for entry in last.json()] == ids[2:]
    assert "next" not in str(last.headers)


@pytest.mark.parametrize("limit", [0, 501])
def test_a_page_size_out_of_bounds_is_refused(okta: OktaSimulator, limit: int) -> None:
    answer = _get(okta, f"/api/v1/apps/{okta.app_id}/users?limit={limit}")
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "E0000001")


@pytest.mark.parametrize("said", ["", "SSWS 00other", "Bearer 00abcSimulatedToken"])
def test_a_wrong_token_is_refused_in_oktas_words(okta: OktaSimulator, said: str) -> None:
    answer = _get(okta, f"/api/v1/apps/{okta.app_id}", Authorization=said)
    assert answer.status_code == 401
    assert set(answer.json()) == {"errorCode", "errorSummary", "errorLink", "errorId", "errorCauses"}


def test_users_are_found_by_id(okta: OktaSimulator) -> None:
    ada = okta.org.add_user("ada@example.com")
    assert _get(okta, f"/api/v1/users/{ada}").json()["profile"]["login"] == "ada@example.com"
    assert _get(okta, "/api/v1/users/00unobody").json()["errorCode"] == "E0000007"
