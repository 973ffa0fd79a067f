"""The simulator behaves as Anthropic's Admin API is documented to, seen through the vendor's own SDK."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import anthropic
import pytest
from anthropic import Anthropic
from anthropic.types import OrganizationInfo
from anthropic.types.organization import APIKey, OrganizationInvite, OrganizationUser, Workspace, WorkspaceMember

from tests.simulators.anthropic import AnthropicSimulator
from tests.simulators.conftest import client_of

ORG = "/v1/organizations"


def raw(simulator: AnthropicSimulator, path: str, **headers: str) -> tuple[int, dict[str, Any]]:
    """A GET without the SDK: status and JSON."""
    request = urllib.request.Request(simulator.url + path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


# every answer is what the SDK's models say


def test_every_object_is_exactly_what_the_sdk_models_demand(simulator: AnthropicSimulator, client: Anthropic) -> None:
    place = simulator.human.create_workspace("research")
    user = simulator.human.add_user("ada@example.com")
    simulator.human.add_key("ada@example.com", "research")
    simulator.human.add_key("ada@example.com", bound=True)
    org = client.organization
    org.invites.create(email="grace@example.com", role="developer")
    org.workspaces.members.add(place, user_id=user, workspace_role="workspace_user")

    OrganizationInfo.model_validate(org.retrieve().to_dict(), strict=False)
    for model, found in (
        (OrganizationUser, org.users.list()),
        (OrganizationInvite, org.invites.list()),
        (Workspace, org.workspaces.list(include_default=True)),
        (WorkspaceMember, org.workspaces.members.list(place)),
        (APIKey, org.api_keys.list()),
    ):
        assert found.data
        for item in found.data:
            model.model_validate(item.to_dict(mode="json"))
            assert not item.model_extra


def test_every_answer_passes_the_sdks_strict_validation(simulator: AnthropicSimulator) -> None:
    simulator.human.create_workspace("research")
    simulator.human.add_user("ada@example.com")
    with client_of(simulator, _strict_response_validation=True) as client:
        org = client.organization
        user = org.users.list(email="ada@example.com").data[0].id
        place = org.workspaces.list().data[0].id
        invite = org.invites.create(email="grace@example.com", role="user")
        assert org.invites.retrieve(invite.id).status == "pending"
        assert org.invites.delete(invite.id).type == "invite_deleted"
        assert org.users.update(user, role="developer").role == "developer"
        org.workspaces.members.add(place, user_id=user, workspace_role="workspace_user")
        changed = org.workspaces.members.update(user, workspace_id=place, workspace_role="workspace_admin")
        assert changed == org.workspaces.members.retrieve(user, workspace_id=place)
        assert org.workspaces.members.remove(user, workspace_id=place).type == "workspace_member_deleted"
        key = simulator.human.add_key("ada@example.com")
        assert org.api_keys.update(key, status="inactive") == org.api_keys.retrieve(key)
        assert org.workspaces.archive(place) == org.workspaces.retrieve(place)
        assert org.workspaces.create(name="evals").name == "evals"
        assert org.users.remove(user).type == "user_deleted"


def test_the_older_generation_names_a_keys_workspace_directly(simulator: AnthropicSimulator) -> None:
    place = simulator.human.create_workspace("research")
    simulator.human.add_key(None, "research")
    simulator.human.add_key(None)
    headers = {"x_api_key": simulator.admin_key, "anthropic_version": "2023-06-01"}
    _, body = raw(simulator, f"{ORG}/api_keys", **headers)
    assert [key["workspace_id"] for key in body["data"]] == [None, place]
    assert "scope" not in body["data"][0]
    simulator.rules.fields = "2026-10-21"
    _, body = raw(simulator, f"{ORG}/api_keys", **headers)
    assert body["data"][1]["scope"] == {"type": "workspace", "workspace_id": place}


# credentials, versions


def test_the_key_is_accepted_in_either_header_and_refused_when_wrong(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    assert client.organization.retrieve().name == "Example Lab"
    assert raw(simulator, f"{ORG}/me", x_api_key=simulator.admin_key, anthropic_version="2023-06-01")[0] == 200
    with Anthropic(auth_token=simulator.oauth_token, base_url=simulator.url) as by_token:
        assert by_token.organization.retrieve().type == "organization"
    with client_of(simulator, "sk-ant-admin01-wrong") as wrong, pytest.raises(anthropic.AuthenticationError):
        wrong.organization.retrieve()
    simulator.rules.bearer_admin_keys = False
    with pytest.raises(anthropic.AuthenticationError):
        client.organization.retrieve()


def test_a_read_only_key_may_not_write(simulator: AnthropicSimulator) -> None:
    with client_of(simulator, simulator.read_only_key) as client:
        assert client.organization.users.list().data
        with pytest.raises(anthropic.PermissionDeniedError):
            client.organization.invites.create(email="ada@example.com", role="user")
    assert simulator.state()["invites"] == []


def test_a_missing_or_unknown_version_is_refused(simulator: AnthropicSimulator) -> None:
    assert raw(simulator, f"{ORG}/me", x_api_key=simulator.admin_key)[0] == 400
    assert raw(simulator, f"{ORG}/me", x_api_key=simulator.admin_key, anthropic_version="2020-01-01")[0] == 400


def test_an_error_has_the_documented_body(simulator: AnthropicSimulator) -> None:
    status, body = raw(simulator, f"{ORG}/users/user_x", x_api_key=simulator.admin_key, anthropic_version="2026-10-21")
    assert status == 404
    assert body["type"] == "error"
    assert body["error"]["type"] == "not_found_error"
    assert body["request_id"].startswith("req_")


def test_what_no_route_serves_is_not_found_and_a_key_cannot_be_deleted(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    key = simulator.human.add_key("admin@example.com")
    with pytest.raises(anthropic.NotFoundError):
        client.get("/v1/organizations/nothing", cast_to=object)
    with pytest.raises(anthropic.APIStatusError) as refused:
        client.delete(f"{ORG}/api_keys/{key}", cast_to=object)
    assert refused.value.status_code == 405


# pages


def test_pages_are_newest_first_and_walk_everything_once(simulator: AnthropicSimulator, client: Anthropic) -> None:
    for number in range(45):
        simulator.human.add_user(f"u{number}@example.com")
    first = client.organization.users.list()
    assert len(first.data) == 20
    assert first.data[0].email == "u44@example.com"
    walked = [user.email for user in first]
    assert walked == [*(f"u{number}@example.com" for number in reversed(range(45))), "admin@example.com"]
    assert simulator.calls["GET", f"{ORG}/users"] == 3


def test_before_id_gives_what_is_just_newer(simulator: AnthropicSimulator, client: Anthropic) -> None:
    for number in range(6):
        simulator.human.add_user(f"u{number}@example.com")
    oldest = client.organization.users.list().data[-1].id
    page = client.organization.users.list(before_id=oldest, limit=2)
    assert [user.email for user in page.data] == ["u1@example.com", "u0@example.com"]
    assert page.has_more
    assert [user.email for user in page][-1] == "u4@example.com"


def test_a_page_continues_after_somebody_who_was_removed_meanwhile(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    for number in range(4):
        simulator.human.add_user(f"u{number}@example.com")
    first = client.organization.users.list(limit=2)
    simulator.human.remove_user("u2@example.com")
    assert first.last_id
    rest = client.organization.users.list(limit=2, after_id=first.last_id)
    assert [user.email for user in rest.data] == ["u1@example.com", "u0@example.com"]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "after_id=nobody", "after_id=a&before_id=b"])
def test_impossible_pages_are_refused(simulator: AnthropicSimulator, query: str) -> None:
    headers = {"x_api_key": simulator.admin_key, "anthropic_version": "2026-10-21"}
    assert raw(simulator, f"{ORG}/users?{query}", **headers)[0] == 400


def test_list_parameters_come_with_and_without_brackets(simulator: AnthropicSimulator, client: Anthropic) -> None:
    simulator.human.add_user("ada@example.com", "developer")
    by_sdk = client.organization.users.list(roles=["developer", "billing"])
    assert [user.email for user in by_sdk.data] == ["ada@example.com"]
    headers = {"x_api_key": simulator.admin_key, "anthropic_version": "2026-10-21"}
    _, plain = raw(simulator, f"{ORG}/users?roles=developer&roles=billing", **headers)
    assert [user["email"] for user in plain["data"]] == ["ada@example.com"]


def test_the_email_filter_ignores_case_and_matches_plus_addresses(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    for email in ("Ada@example.com", "ada+lab@example.com", "adam@example.com"):
        simulator.human.add_user(email)
        client.organization.invites.create(email=f"new-{email}", role="user")
    found = {user.email for user in client.organization.users.list(email="ADA+x@example.com").data}
    assert found == {"Ada@example.com", "ada+lab@example.com"}
    invited = {invite.email for invite in client.organization.invites.list(email="new-ada@example.com").data}
    assert invited == {"new-Ada@example.com", "new-ada+lab@example.com"}


# rate, faults, counting


def test_the_101st_request_in_a_minute_waits_as_long_as_it_is_told(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    for _ in range(100):
        client.organization.retrieve()
    with pytest.raises(anthropic.RateLimitError) as limited:
        client.organization.retrieve()
    wait = int(limited.value.response.headers["retry-after"])
    assert 1 <= wait <= 60
    simulator.clock.advance(seconds=wait)
    assert client.organization.retrieve().id


def test_invitations_have_a_limit_of_their_own(simulator: AnthropicSimulator, client: Anthropic) -> None:
    simulator.rules.invites_per_hour = 2
    for name in ("ada", "grace"):
        client.organization.invites.create(email=f"{name}@example.com", role="user")
    with pytest.raises(anthropic.RateLimitError):
        client.organization.invites.create(email="joan@example.com", role="user")
    assert client.organization.users.list().data
    simulator.clock.advance(hours=1)
    client.organization.invites.create(email="joan@example.com", role="user")


@pytest.mark.parametrize(
    ("status", "raised"),
    [(500, anthropic.InternalServerError), (529, anthropic.InternalServerError), (429, anthropic.RateLimitError)],
)
def test_the_next_calls_fail_as_ordered_and_then_no_more(
    simulator: AnthropicSimulator, client: Anthropic, status: int, raised: type[Exception]
) -> None:
    simulator.fail(status, 2, route=f"{ORG}/users", skip=1, retry_after="7")
    client.organization.users.list()
    for _ in range(2):
        client.organization.retrieve()
        with pytest.raises(raised) as failed:
            client.organization.users.list()
        assert failed.value.response.headers["retry-after"] == "7"  # type: ignore[attr-defined]
    assert client.organization.users.list().data


def test_a_fault_can_carry_a_code_that_the_sdk_has_a_class_for(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    user = simulator.human.add_user("ada@example.com")
    simulator.fail(409, method="DELETE", error_code="concurrent_membership_change")
    with pytest.raises(anthropic.types.ConcurrentMembershipChangeError):
        client.organization.users.remove(user)
    client.organization.users.remove(user)


@pytest.mark.parametrize("applied", [False, True])
def test_a_connection_drops_before_or_after_the_deed(
    simulator: AnthropicSimulator, client: Anthropic, applied: bool
) -> None:
    simulator.drop(method="POST", applied=applied)
    with pytest.raises(anthropic.APIConnectionError):
        client.organization.invites.create(email="ada@example.com", role="user")
    assert bool(simulator.state()["invites"]) is applied


def test_an_answer_can_be_something_else_entirely(simulator: AnthropicSimulator, client: Anthropic) -> None:
    simulator.fail(200, raw=b"<html>proxy</html>", content_type="text/html")
    assert str(client.organization.retrieve()) == "<html>proxy</html>"  # the SDK does not mind


def test_while_down_nothing_answers_and_nothing_happens(simulator: AnthropicSimulator, client: Anthropic) -> None:
    simulator.down = True
    with pytest.raises(anthropic.APIConnectionError):
        client.organization.invites.create(email="ada@example.com", role="user")
    simulator.down = False
    assert client.organization.invites.list().data == []


def test_calls_are_counted_by_method_and_route(simulator: AnthropicSimulator, client: Anthropic) -> None:
    user = simulator.human.add_user("ada@example.com")
    client.organization.users.retrieve(user)
    client.organization.users.update(user, role="developer")
    assert simulator.calls == {("GET", f"{ORG}/users/{{user_id}}"): 1, ("POST", f"{ORG}/users/{{user_id}}"): 1}
    assert simulator.writes == 1
    assert [(call.status, call.version) for call in simulator.log] == [(200, "2026-10-21")] * 2
    simulator.forget_calls()
    assert not simulator.calls


def test_a_body_that_is_no_object_or_has_strange_fields_is_refused(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    person = {"email": "ada@example.com"}
    strange: list[object] = [[], person, person | {"role": "user", "seat": "big"}]
    for body in strange:
        with pytest.raises(anthropic.BadRequestError):
            client.post(f"{ORG}/invites", cast_to=object, body=body)
    assert simulator.state()["invites"] == []
