"""Every refusal of Anthropic becomes one of the core's errors, with a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scim_bridge.access.errors import (
    Conflict,
    NotPermitted,
    OutOfSeats,
    PlatformError,
    Refused,
    Transient,
    Untouchable,
)
from scim_bridge.connectors.anthropic.connector import AnthropicConnector
from tests.connectors.anthropic_world import INVITES, World, change, running
from tests.connectors.bench import CountingGate


@pytest.fixture
def world() -> Iterator[World]:
    with running() as made:
        yield made


def refusal(world: World, status: int, **fault: Any) -> PlatformError:
    """What an invitation raises that is answered so."""
    world.simulator.fail(status, **fault)
    with pytest.raises(PlatformError) as raised:
        world.connector.apply(change("invite", role="user"))
    assert world.simulator.state()["invites"] == []
    return raised.value


@pytest.mark.parametrize(
    ("status", "code", "raised", "advice"),
    [
        (400, "org_member_limit_exceeded", OutOfSeats, "remove somebody"),
        (400, "workspace_member_limit_exceeded", OutOfSeats, "ask Anthropic"),
        (400, "email_domain_not_allowed", Refused, "allow it in the Console"),
        (400, "cannot_invite_emails_with_unverified_domains", Refused, "verify it"),
        (400, "workspace_policy_violation", Refused, "policy"),
        (400, "organization_type_not_supported", Refused, "Claude Console"),
        (400, "parent_organization_required", Refused, "parent organization"),
        (400, "organization_on_hold", Refused, "appeal"),
        (400, "cannot_remove_last_member", Untouchable, "last member"),
        (400, "already_member", Conflict, "already belongs"),
        (400, "invite_already_exists", Conflict, "already pending"),
        (409, "concurrent_membership_change", Transient, "under way"),
        (400, "something_new", Refused, "refused"),
        (401, None, NotPermitted, "`connection.admin_api_key`"),
        (403, None, NotPermitted, "Admin API key"),
        (402, None, Refused, "refused"),
        (404, None, Conflict, "no such object"),
        (429, None, Transient, "too many"),
        (503, "change_outcome_unknown", Transient, "unavailable"),
    ],
)
def test_each_refusal_is_told_apart_and_says_what_to_do(
    world: World, status: int, code: str | None, raised: type[PlatformError], advice: str
) -> None:
    error = refusal(world, status, error_code=code)
    assert isinstance(error, raised)
    assert advice.casefold() in str(error).casefold()
    assert f"HTTP {status}, request req_" in str(error)
    assert world.simulator.admin_key not in str(error)


def test_lesson_54_out_of_seats_is_told_apart_from_failed(world: World) -> None:
    world.simulator.rules.seats = 1
    with pytest.raises(OutOfSeats, match="seat"):
        world.connector.apply(change("invite", role="user"))


def test_a_key_that_is_not_accepted_is_named_by_its_setting_and_not_shown(world: World) -> None:
    wrong = AnthropicConnector("sk-ant-admin01-wrong", world.simulator.url, CountingGate())
    with pytest.raises(NotPermitted, match="admin_api_key") as refused:
        wrong.identity()
    assert "wrong" not in str(refused.value)
    assert "Anthropic said" not in str(refused.value)
    wrong.close()


def test_a_key_without_the_scope_may_read_and_not_write(world: World) -> None:
    reading = AnthropicConnector(world.simulator.read_only_key, world.simulator.url, CountingGate())
    assert reading.identity()
    with pytest.raises(NotPermitted):
        reading.apply(change("invite", role="user"))
    reading.close()


def test_an_enterprise_organization_is_refused_with_the_reason() -> None:
    with running() as world:
        world.simulator.rules.organization_type = "enterprise"
        with pytest.raises(Refused, match="Claude Console"):
            world.connector.places()


def test_the_published_rate_holds_everybody_back_for_as_long_as_told() -> None:
    with running(requests_per_minute=2) as world:
        for _ in range(2):
            world.look(invitations=False)
        with pytest.raises(Transient) as limited:
            world.look(invitations=False)
        wait = limited.value.retry_after
        assert wait is not None
        assert 0 < wait <= 60
        assert limited.value.everybody
        assert not limited.value.uncertain


def test_the_hourly_limit_of_invitations_holds_only_invitations_back(world: World) -> None:
    world.simulator.rules.invites_per_hour = 0
    error = refusal(world, 429, retry_after="1800", route=INVITES)
    assert isinstance(error, Transient)
    assert (error.retry_after, error.everybody) == (1800.0, False)


@pytest.mark.parametrize(
    ("status", "everybody", "uncertain"),
    [(500, False, True), (502, True, True), (503, True, True), (504, True, True), (529, True, False)],
)
def test_an_outage_is_transient_and_a_write_it_hit_is_uncertain(
    world: World, status: int, everybody: bool, uncertain: bool
) -> None:
    error = refusal(world, status, retry_after="7.5")
    assert isinstance(error, Transient)
    assert (error.retry_after, error.everybody, error.uncertain) == (7.5, everybody, uncertain)
    world.simulator.fail(status)
    with pytest.raises(Transient) as reading:
        world.look()
    assert not reading.value.uncertain


@pytest.mark.parametrize("header", [None, "soon", "-5", "Wed, 21 Oct 2020 07:28:00 GMT"])
def test_a_retry_after_that_cannot_be_read_is_none(world: World, header: str | None) -> None:
    error = refusal(world, 429, retry_after=header)
    assert isinstance(error, Transient)
    assert (error.retry_after, error.everybody) == (None, True)


def test_a_dropped_connection_is_uncertain_for_a_write_and_not_for_a_read(world: World) -> None:
    world.simulator.drop()
    with pytest.raises(Transient) as writing:
        world.connector.apply(change("invite", role="user"))
    assert (writing.value.uncertain, writing.value.everybody) == (True, True)
    world.simulator.drop()
    with pytest.raises(Transient) as reading:
        world.look()
    assert not reading.value.uncertain


def test_where_no_connection_comes_about_nothing_was_done_and_everybody_waits() -> None:
    with running() as world:
        away = world.connector
    with pytest.raises(Transient) as refused:
        AnthropicConnector("sk-ant-key", world_url(away), CountingGate()).apply(change("invite", role="user"))
    assert (refused.value.uncertain, refused.value.everybody) == (False, True)


def world_url(connector: AnthropicConnector) -> str:
    """The address of a simulator that has ended."""
    return str(connector._api._client.base_url)


def test_an_html_error_page_is_understood_by_its_status(world: World) -> None:
    error = refusal(world, 502, raw=b"<html>Bad gateway</html>", content_type="text/html")
    assert isinstance(error, Transient)
    assert "<html>" not in str(error)
    assert isinstance(refusal(world, 400, raw=b'{"error": "no"}'), Refused)
