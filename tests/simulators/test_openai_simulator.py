"""The simulator talks as OpenAI's admin API does: models, envelopes, credentials, errors, faults."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI
from openai._models import BaseModel

from tests.simulators.openai import ROUTES, OpenAISimulator
from tests.simulators.openai_tour import tour
from tests.simulators.openai_world import client_of, running_simulator

USERS = "/organization/users"


@pytest.fixture
def simulator() -> Iterator[OpenAISimulator]:
    with running_simulator() as running:
        yield running


@pytest.fixture
def client(simulator: OpenAISimulator) -> Iterator[OpenAI]:
    with client_of(simulator) as made:
        yield made


def raw(
    simulator: OpenAISimulator, path: str, method: str = "GET", key: str | None = OpenAISimulator.admin_key
) -> tuple[int, Any, Any]:
    """A request without the SDK: status, JSON (or text) and headers."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    request = urllib.request.Request(simulator.url + path, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response), response.headers
    except urllib.error.HTTPError as error:
        with error:
            body = error.read()
            return error.code, json.loads(body) if body.startswith(b"{") else body, error.headers


# every answer is what the SDK's models say


def invented(model: BaseModel) -> list[str]:
    """Fields, at any depth, that the SDK's model does not have."""
    found = [f"{type(model).__name__}.{name}" for name in model.model_extra or {}]
    for name in type(model).model_fields:
        value = getattr(model, name)
        for part in value if isinstance(value, list) else [value]:
            found += invented(part) if isinstance(part, BaseModel) else []
    return found


def test_every_route_answers_what_the_sdks_models_demand_and_nothing_else(
    simulator: OpenAISimulator, client: OpenAI
) -> None:
    seen = list(tour(simulator, client))
    assert {name for model in seen for name in invented(model)} == set()
    assert {call.status for call in simulator.log} == {200}
    served = {(method, route) for route, methods in ROUTES.items() for method in methods}
    assert set(simulator.calls) == served
    assert simulator.strays == []
    print(f"{len(served)} endpoints, {len(seen)} objects")


def test_the_strict_client_does_refuse_an_answer_that_lacks_a_field(simulator: OpenAISimulator, client: OpenAI) -> None:
    simulator.fail(200, body={"object": "organization.user", "id": "user-1"})
    with pytest.raises(openai.APIResponseValidationError):
        client.admin.organization.users.retrieve("user-1")


# pages


def test_users_page_by_the_last_id(simulator: OpenAISimulator, client: OpenAI) -> None:
    ids = [simulator.human.add_user(f"user{n}@example.com") for n in range(24)]
    _, page, _ = raw(simulator, USERS)
    assert (len(page["data"]), page["has_more"], page["object"]) == (20, True, "list")
    assert (page["first_id"], page["last_id"]) == (page["data"][0]["id"], page["data"][-1]["id"])
    _, rest, _ = raw(simulator, f"{USERS}?after={page['last_id']}&limit=5")
    assert ([user["id"] for user in rest["data"]], rest["has_more"]) == (ids[-5:], False)
    _, none, _ = raw(simulator, f"{USERS}?after={rest['last_id']}")
    assert none == {"object": "list", "data": [], "has_more": False, "first_id": None, "last_id": None}
    assert [user.id for user in client.admin.organization.users.list(limit=7)][1:] == ids


def test_groups_page_by_next(simulator: OpenAISimulator, client: OpenAI) -> None:
    ids = [simulator.human.create_group(f"group {n}") for n in range(5)]
    _, page, _ = raw(simulator, "/organization/groups?limit=2")
    assert {"has_more": page["has_more"], "next": page["next"]} == {"has_more": True, "next": ids[1]}
    assert "last_id" not in page
    _, page, _ = raw(simulator, f"/organization/groups?limit=3&after={ids[1]}")
    assert ([group["id"] for group in page["data"]], page["has_more"], page["next"]) == (ids[2:], False, None)
    assert [group.id for group in client.admin.organization.groups.list(limit=2, order="desc")] == ids[::-1]


def test_admin_keys_page_by_the_id_of_the_last_one(simulator: OpenAISimulator, client: OpenAI) -> None:
    ids = [simulator.own_key_id, *(simulator.human.add_admin_key(None) for _ in range(4))]
    assert [key.id for key in client.admin.organization.admin_api_keys.list(limit=2)] == ids
    assert [key.id for key in client.admin.organization.admin_api_keys.list(limit=2, order="desc")] == ids[::-1]


def test_those_who_join_a_group_last_are_listed_first(simulator: OpenAISimulator, client: OpenAI) -> None:
    group = simulator.human.create_group("lab")
    ids = [simulator.human.add_user(f"user{n}@example.com") for n in range(3)]
    for n in (1, 2, 0):
        simulator.human.add_to_group(f"user{n}@example.com", "lab")
    listed = [user.id for user in client.admin.organization.groups.users.list(group, limit=1)]
    assert listed == [ids[0], ids[2], ids[1]]


def test_a_cursor_outlives_what_it_names(simulator: OpenAISimulator, client: OpenAI) -> None:
    ids = [simulator.human.add_user(f"user{n}@example.com") for n in range(3)]
    page = client.admin.organization.users.list(limit=2)
    client.admin.organization.users.delete(ids[0])
    assert [user.id for user in page.get_next_page().data] == ids[1:]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/organization/users", 100), ("/organization/invites", 100), ("/organization/projects", 100),
        ("/organization/projects/{place}/users", 100), ("/organization/projects/{place}/api_keys", 100),
        ("/organization/projects/{place}/service_accounts", 100), ("/organization/projects/{place}/groups", 100),
        ("/organization/groups", 1000), ("/organization/roles", 1000), ("/projects/{place}/roles", 1000),
    ],
)
def test_a_limit_beyond_the_documented_maximum_is_refused(simulator: OpenAISimulator, path: str, most: int) -> None:
    path = path.format(place=simulator.org.default_project.id)
    assert raw(simulator, f"{path}?limit={most}")[0] == 200
    for wrong in (most + 1, -1, "many"):
        status, body, _ = raw(simulator, f"{path}?limit={wrong}")
        assert (status, body["error"]["param"]) == (400, "limit")


def test_a_cursor_or_an_order_that_means_nothing_is_refused(simulator: OpenAISimulator) -> None:
    assert raw(simulator, f"{USERS}?after=user-nobody")[0] == 400
    assert raw(simulator, "/organization/groups?order=sideways")[0] == 400


@pytest.mark.parametrize("spelling", ["emails", "emails[]", "emails%5B%5D"])
def test_both_spellings_of_a_list_in_a_query_are_understood(simulator: OpenAISimulator, spelling: str) -> None:
    simulator.human.add_user("ada@example.com")
    simulator.human.add_user("grace@example.com")
    simulator.human.add_user("grace+x@example.com")
    asked = f"{USERS}?{spelling}=Ada@example.com&{spelling}=grace@example.com"
    _, page, _ = raw(simulator, asked)
    assert [user["email"] for user in page["data"]] == ["ada@example.com", "grace@example.com"]
    simulator.rules.case_sensitive_filter = True
    assert [user["email"] for user in raw(simulator, asked)[1]["data"]] == ["grace@example.com"]


# credentials


def test_without_an_admin_key_nothing_is_served(simulator: OpenAISimulator) -> None:
    for key in (None, "sk-admin-wrong"):
        status, body, _ = raw(simulator, USERS, key=key)
        assert (status, set(body["error"])) == (401, {"message", "type", "param", "code"})
    with client_of(simulator, "sk-admin-wrong") as client, pytest.raises(openai.AuthenticationError) as refused:
        client.admin.organization.users.list()
    assert (refused.value.code, refused.value.request_id) == ("invalid_api_key", "req_000003")


@pytest.mark.parametrize("status", [401, 403])
def test_a_projects_key_opens_nothing_here(simulator: OpenAISimulator, status: Any) -> None:
    simulator.rules.project_key_status = status
    key = simulator.human.secret_of(simulator.human.add_key("root@example.com", "Default project"))
    assert raw(simulator, USERS, key=key)[0] == status


def test_a_read_only_key_reads(simulator: OpenAISimulator) -> None:
    with client_of(simulator, simulator.read_only_key) as client:
        assert len(client.admin.organization.users.list().data) == 1
        with pytest.raises(openai.PermissionDeniedError):
            client.admin.organization.invites.create(email="ada@example.com", role="reader")
    assert simulator.state()["invites"] == []


def test_another_admin_key_opens_as_much(simulator: OpenAISimulator) -> None:
    key = simulator.human.add_admin_key("root@example.com")
    assert raw(simulator, USERS, key=simulator.human.secret_of(key))[0] == 200
    assert simulator.org.keys.admin[key].last_used_at is not None


def test_whoever_deletes_the_key_in_use_is_shut_out(simulator: OpenAISimulator, client: OpenAI) -> None:
    [own] = client.admin.organization.admin_api_keys.list().data
    assert own.redacted_value.endswith(simulator.admin_key[-4:])
    assert client.admin.organization.admin_api_keys.delete(own.id).deleted
    with pytest.raises(openai.AuthenticationError):
        client.admin.organization.admin_api_keys.list()
    assert not simulator.key_works(own.id)


def test_a_changed_admin_key_shuts_the_old_one_out_until_it_is_changed_back(simulator: OpenAISimulator) -> None:
    simulator.admin_key = "sk-admin-simulated-another"
    assert raw(simulator, USERS)[0] == 401
    assert raw(simulator, USERS, key=simulator.admin_key)[0] == 200
    simulator.admin_key = OpenAISimulator.admin_key
    assert raw(simulator, USERS)[0] == 200


# errors


def test_the_older_shape_of_an_error_is_understood_by_the_sdk_too(simulator: OpenAISimulator, client: OpenAI) -> None:
    simulator.rules.bare_errors = True
    assert raw(simulator, "/organization/projects/proj_x")[1] == {
        "code": 404, "message": "The project proj_x was not found",
    }
    with pytest.raises(openai.NotFoundError) as missing:
        client.admin.organization.projects.retrieve("proj_x")
    assert missing.value.code == "404"


def test_what_is_not_served_is_404_or_405_and_remembered(simulator: OpenAISimulator) -> None:
    assert raw(simulator, "/organization/audit_logs")[0] == 404
    assert raw(simulator, USERS, "PATCH")[0] == 405
    assert raw(simulator, USERS)[0] == 200
    assert [(call.method, call.route) for call in simulator.strays] == [
        ("GET", "/organization/audit_logs"), ("PATCH", USERS),
    ]
    simulator.forget_calls()
    assert (simulator.strays, simulator.log, simulator.writes) == ([], [], 0)


def test_a_body_that_is_no_object_or_says_too_much_is_refused(simulator: OpenAISimulator, client: OpenAI) -> None:
    for body in (b"[]", b"{", b'"x"'):
        answer = simulator.answer(
            "POST", "/v1/organization/groups", {"authorization": f"Bearer {simulator.admin_key}"}, body
        )
        assert answer is not None
        assert answer.status == 400
    for extra in ({"email": "x"}, {"name": 3}, {"name": None}):
        with pytest.raises(openai.BadRequestError):
            client.admin.organization.groups.create(name="lab", extra_body=extra)
    assert simulator.state()["groups"] == {}


# faults and rates


def test_requests_beyond_the_rate_wait_for_the_next_minute(simulator: OpenAISimulator, client: OpenAI) -> None:
    simulator.rules.requests_per_minute = 2
    for _ in range(2):
        client.admin.organization.users.list()
    with pytest.raises(openai.RateLimitError) as limited:
        client.admin.organization.users.list()
    wait = int(limited.value.response.headers["retry-after"])
    assert 1 <= wait <= 60
    simulator.clock.advance(seconds=wait)
    assert client.admin.organization.users.list().data


def test_a_fault_befalls_as_many_calls_of_a_route_as_it_is_told_to(simulator: OpenAISimulator, client: OpenAI) -> None:
    simulator.fail(503, 2, route=USERS)
    assert client.admin.organization.projects.list().data
    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            client.admin.organization.users.list()
    assert client.admin.organization.users.list().data
    assert simulator.calls["GET", USERS] == 3
    assert [call.staged for call in simulator.log] == [False, True, True, False]


def test_a_429_says_when_to_come_back_or_does_not(simulator: OpenAISimulator) -> None:
    simulator.fail(429, retry_after="7", error_code="rate_limit_exceeded")
    simulator.fail(429, retry_after="7", body=b"")
    simulator.fail(429)
    (first, body, headers), (second, empty, more), (third, _, none) = (raw(simulator, USERS) for _ in range(3))
    assert (first, second, third) == (429, 429, 429)
    assert (body["error"]["code"], headers["retry-after"]) == ("rate_limit_exceeded", "7")
    assert (empty, more["retry-after"], none["retry-after"]) == (b"", "7", None)


def test_an_answer_can_be_lost_after_the_deed(simulator: OpenAISimulator, client: OpenAI) -> None:
    simulator.drop(writing=True, applied=True)
    assert client.admin.organization.users.list().data
    with pytest.raises(openai.APIConnectionError):
        client.admin.organization.invites.create(email="ada@example.com", role="reader")
    assert simulator.state()["invites"] == [("ada@example.com", "pending")]


def test_a_connection_can_be_lost_before_the_deed(simulator: OpenAISimulator, client: OpenAI) -> None:
    simulator.drop(writing=True)
    with pytest.raises(openai.APIConnectionError):
        client.admin.organization.invites.create(email="ada@example.com", role="reader")
    assert simulator.state()["invites"] == []
    assert simulator.log[-1].status is None


def test_while_down_nobody_is_answered_until_it_heals(simulator: OpenAISimulator, client: OpenAI) -> None:
    simulator.down = True
    simulator.fail(500, 5)
    with pytest.raises(openai.APIConnectionError):
        client.admin.organization.users.list()
    simulator.heal()
    assert client.admin.organization.users.list().data
