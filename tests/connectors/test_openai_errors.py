"""Every refusal of OpenAI becomes one of the core's errors, with a sentence that says what to do."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from scim_bridge.access.errors import (
    Conflict,
    ManagedNatively,
    NotPermitted,
    OutOfSeats,
    PlatformError,
    Refused,
    Transient,
)
from scim_bridge.connectors.openai.connector import OpenAIConnector
from tests.connectors.bench import CountingGate
from tests.connectors.openai_world import ADA, INVITES, MEMBERS, World, change, running


@pytest.fixture
def world() -> Iterator[World]:
    with running() as made:
        made.connector.apply(change("invite", email="first@example.com", role="reader"))
        made.calls()
        yield made


def refusal(world: World, status: int, **fault: Any) -> PlatformError:
    """What an invitation raises that is answered so."""
    world.simulator.fail(status, route=INVITES, method="POST", **fault)
    with pytest.raises(PlatformError) as raised:
        world.connector.apply(change("invite", role="reader"))
    assert (ADA, "pending") not in world.simulator.state()["invites"]
    return raised.value


@pytest.mark.parametrize(
    ("status", "code", "raised", "advice"),
    [
        (403, "seat_limit_reached", OutOfSeats, "no seat"),
        (400, "member_limit_exceeded", OutOfSeats, "no seat"),
        (400, "organization_scim_enabled", ManagedNatively, "identity provider"),
        (400, "something_new", Refused, "refused"),
        (400, None, Refused, "refused"),
        (409, None, Refused, "refused"),
        (422, None, Refused, "refused"),
        (402, None, Refused, "refused"),
        (401, "invalid_api_key", NotPermitted, "`connection.admin_api_key`"),
        (403, None, NotPermitted, "all permissions"),
        (404, None, Conflict, "no such object"),
        (408, None, Transient, "unavailable"),
        (429, None, Transient, "too many"),
        (500, None, Transient, "unavailable"),
        (503, None, Transient, "unavailable"),
    ],
)
def test_each_refusal_is_told_apart_and_says_what_to_do(
    world: World, status: int, code: str | None, raised: type[PlatformError], advice: str
) -> None:
    error = refusal(world, status, error_code=code)
    assert isinstance(error, raised)
    assert advice.casefold() in str(error).casefold()
    assert f"HTTP {status}, request req_" in str(error)


@pytest.mark.parametrize(("status", "code"), [(403, "seat_limit_reached"), (400, "user_limit_reached")])
def test_lesson_54_out_of_seats_is_told_apart_from_failed_by_its_code(world: World, status: Any, code: str) -> None:
    world.rules.seats, world.rules.seats_status, world.rules.seats_code = 1, status, code
    with pytest.raises(OutOfSeats, match="seat"):
        world.connector.apply(change("invite", role="reader"))


def test_words_alone_decide_nothing(world: World) -> None:
    for words in ("No seat is left.", "This organization is managed by SCIM.", "ada is already a member", "rate limit"):
        error = refusal(world, 400, message=words)
        assert type(error).__name__ == "Unexplained"
        assert words in str(error)


def test_the_shape_of_errors_of_early_2025_is_understood(world: World) -> None:
    world.rules.bare_errors = True
    ada = world.ada()
    with pytest.raises(Conflict, match="already"):
        world.connector.apply(change("invite", role="reader"))
    assert not world.connector.apply(change("revoke", ada, place_id=world.research, role="member")).changed


def test_an_error_that_is_no_json_is_not_quoted(world: World) -> None:
    error = refusal(world, 403, raw=b"<html>blocked by policy</html>", content_type="text/html")
    assert "<html>" not in str(error)


# waiting


@pytest.mark.parametrize(("header", "wait"), [("7", 7.0), ("0.5", 0.5), (None, None), ("Wed, 21 Oct 2015 07:28:00 GMT", None)])
def test_too_many_requests_stop_everybody_for_as_long_as_the_header_says(
    world: World, header: str | None, wait: float | None
) -> None:
    error = refusal(world, 429, retry_after=header)
    assert isinstance(error, Transient)
    assert (error.retry_after, error.everybody, error.uncertain) == (wait, True, False)


@pytest.mark.parametrize(("status", "everybody"), [(500, False), (502, True), (503, True), (504, True)])
def test_an_outage_stops_everybody_and_a_single_failure_does_not(world: World, status: int, everybody: bool) -> None:
    error = refusal(world, status)
    assert isinstance(error, Transient)
    assert (error.everybody, error.uncertain) == (everybody, True)
    world.simulator.fail(status)
    with pytest.raises(Transient) as read:
        world.look()
    assert (read.value.everybody, read.value.uncertain) == (everybody, False)


def test_a_lost_answer_to_a_write_is_uncertain_and_to_a_read_is_not(world: World) -> None:
    ada = world.ada()
    world.simulator.drop(writing=True, applied=True)
    with pytest.raises(Transient) as written:
        world.connector.apply(change("grant", ada, place_id=world.research, role="member"))
    world.simulator.drop()
    with pytest.raises(Transient) as read:
        world.look()
    assert (written.value.uncertain, read.value.uncertain) == (True, False)
    assert (written.value.everybody, read.value.everybody) == (True, True)


def test_a_connection_that_did_not_come_about_did_nothing() -> None:
    nowhere = OpenAIConnector("sk-admin-x", "http://127.0.0.1:9/v1", CountingGate())
    with pytest.raises(Transient, match="cannot be reached") as raised:
        nowhere.apply(change("grant", "user-1", place_id="proj_1", role="member"))
    assert (raised.value.everybody, raised.value.uncertain) == (True, False)
    nowhere.close()


def test_a_success_that_is_not_json_is_uncertain_for_a_write(world: World) -> None:
    ada = world.ada()
    world.simulator.fail(200, raw=b"<html></html>", content_type="text/html", route=MEMBERS)
    with pytest.raises(Transient, match="base_url") as raised:
        world.connector.apply(change("grant", ada, place_id=world.research, role="member"))
    assert raised.value.uncertain


def test_nothing_is_sent_twice_by_itself(world: World) -> None:
    for status in (408, 409, 429, 500):
        refusal(world, status)
    assert world.calls()["POST", INVITES] == 4


# secrets


def test_a_key_that_is_not_accepted_is_named_by_its_setting_and_not_shown(world: World) -> None:
    wrong = world.another("sk-admin-wrong-key-123456")
    with pytest.raises(NotPermitted, match=r"`connection.admin_api_key`") as raised:
        wrong.places()
    assert "sk-admin-wrong" not in "".join(traceback.format_exception(raised.value))
    wrong.close()


def test_a_projects_key_is_told_to_be_none(world: World) -> None:
    world.ada()
    secret = world.human.secret_of(world.human.add_key(ADA, "research"))
    for status in (401, 403):
        world.rules.project_key_status = status  # type: ignore[assignment]
        connector = world.another(secret)
        with pytest.raises(NotPermitted, match="Admin API key"):
            connector.places()
        connector.close()


def test_a_key_that_the_platform_quotes_is_not_passed_on(world: World) -> None:
    words = f"Key {world.simulator.admin_key} and sk-proj-abc123*** may not do this"
    error = refusal(world, 403, message=words)
    shown = "".join(traceback.format_exception(error))
    assert world.simulator.admin_key not in shown
    assert "sk-proj-abc123" not in shown
    assert "may not do this" in str(error)


@pytest.mark.parametrize("key", ["sk-admin two words", "sk-admin-\x00"])
def test_a_key_that_cannot_be_sent_is_no_outage(key: str) -> None:
    connector = OpenAIConnector(key, "http://127.0.0.1:9/v1", CountingGate())
    with pytest.raises(NotPermitted) as raised:
        connector.places()
    assert key not in str(raised.value)
    connector.close()


def test_a_line_end_after_the_key_is_no_part_of_it(world: World) -> None:
    connector = world.another(world.simulator.admin_key + "\n")
    assert connector.places()
    assert [key.id for key in connector.credentials() if key.ours] == [world.simulator.own_key_id]
    connector.close()
