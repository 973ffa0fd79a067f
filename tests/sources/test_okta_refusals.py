"""What does not work is said in a sentence, and nothing half-read is ever given on."""

from __future__ import annotations

import logging
import socket
from dataclasses import replace

import pytest

from scim_bridge.errors import SettingsError
from scim_bridge.sources.backfill import Book, compare
from scim_bridge.sources.okta import (
    OktaAnswerUnclear,
    OktaBusy,
    OktaConnection,
    OktaError,
    OktaNotFound,
    OktaNotPermitted,
    OktaRefused,
    OktaSource,
    OktaUnreachable,
)
from tests.simulators.okta import OktaSimulator
from tests.sources.conftest import Naps


@pytest.fixture
def nine_people(okta: OktaSimulator) -> Book:
    """Three pages of three, and a book with everybody and somebody who left."""
    okta.page_size = 3
    ids = [okta.org.add_person(f"person{number}@example.com") for number in range(9)]
    users = [
        {"id": f"user{number}", "externalId": okta_id, "userName": f"person{number}@example.com", "active": True}
        for number, okta_id in enumerate([*ids, "00ugone"])
    ]
    return Book(users, ())


@pytest.mark.parametrize("skip", [0, 1, 2])
def test_lesson_29_a_503_on_any_page_of_the_people_gives_no_difference(
    okta: OktaSimulator, source: OktaSource, nine_people: Book, skip: int
) -> None:
    okta.fail("app users", 503, skip=skip)
    with pytest.raises(OktaRefused, match=r"503 .* \"The service is temporarily unavailable\.\" .*Try again later"):
        compare(source.people(), source.groups([]), nine_people)
    assert okta.requests["app users"] == skip + 1


def test_lesson_29_a_503_without_a_body_is_no_empty_page(
    okta: OktaSimulator, source: OktaSource, nine_people: Book
) -> None:
    okta.fail("app users", 503, skip=1, raw=b"")
    with pytest.raises(OktaRefused, match="HTTP 503 without an explanation"):
        compare(source.people(), source.groups([]), nine_people)


@pytest.mark.parametrize("route", ["mappings", "group", "group users"])
def test_lesson_29_an_error_while_groups_are_read_gives_no_difference(
    okta: OktaSimulator, source: OktaSource, nine_people: Book, route: str
) -> None:
    okta.page_size = 1
    for name in ("AI Engineers", "AI Admins", "Research"):
        okta.org.push(okta.org.add_group(name, *okta.org.app_users))
    okta.fail(route, 500, skip=1)
    with pytest.raises(OktaRefused):
        compare(source.people(), source.groups(), nine_people)


def test_lesson_29_a_page_that_breaks_off_is_not_taken_for_the_end(
    okta: OktaSimulator, source: OktaSource, nine_people: Book
) -> None:
    okta.cut_off.add("app users")
    with pytest.raises(OktaUnreachable):
        compare(source.people(), source.groups([]), nine_people)


@pytest.mark.parametrize("raw", [b'[{"id": "00u1"', b"null", b"{}", b"[1]", b'[{"id": "00u1"}]', b'[{"status": "ACTIVE"}]'])
def test_lesson_29_a_page_that_is_not_a_list_of_people_is_refused(
    okta: OktaSimulator, source: OktaSource, nine_people: Book, raw: bytes
) -> None:
    okta.fail("app users", 200, skip=1, raw=raw)
    with pytest.raises(OktaAnswerUnclear):
        compare(source.people(), source.groups([]), nine_people)


def test_lesson_29_a_dropped_connection_is_not_the_end_of_the_list(
    okta: OktaSimulator, source: OktaSource, nine_people: Book
) -> None:
    okta.fail("app users", None, skip=1, times=5)
    with pytest.raises(OktaUnreachable, match="No answer from Okta"):
        compare(source.people(), source.groups([]), nine_people)


def test_somebody_listed_twice_shows_that_the_list_moved(okta: OktaSimulator, source: OktaSource) -> None:
    okta.org.add_person("ada@example.com")
    again = b'[{"id": "00u1", "credentials": {"userName": "ada@example.com"}}]'
    okta.fail("app users", 200, raw=again.replace(b"]", b",") + again[1:])
    with pytest.raises(OktaAnswerUnclear, match=r"ada@example\.com twice"):
        list(source.people())


def test_an_expired_token_is_named_with_the_way_out(okta: OktaSimulator, source: OktaSource) -> None:
    okta.access.tokens.clear()
    with pytest.raises(OktaNotPermitted, match=r"Invalid token provided.*SCIM_BRIDGE_OKTA_TOKEN.*30 days") as refused:
        list(source.people())
    assert okta.api_token not in str(refused.value)


def test_a_token_that_lapses_between_two_pages_ends_the_reading(okta: OktaSimulator, source: OktaSource) -> None:
    okta.page_size = 1
    okta.org.add_person("ada@example.com")
    okta.org.add_person("grace@example.com")
    people = source.people()
    next(people)
    okta.access.tokens.clear()
    with pytest.raises(OktaNotPermitted):
        next(people)


def test_an_unknown_app_names_its_setting(connection: OktaConnection) -> None:
    with pytest.raises(OktaNotFound, match=r"0oaother \(AppInstance\).*SCIM_BRIDGE_OKTA_APP_ID"):
        list(OktaSource(replace(connection, app_id="0oaother")).people())


def test_an_app_id_that_is_wrong_makes_nobody_look_unassigned(connection: OktaConnection) -> None:
    with pytest.raises(OktaNotFound):
        OktaSource(replace(connection, app_id="0oaother")).standing(["00u1"])


def test_a_429_is_waited_out_by_oktas_clock(okta: OktaSimulator, source: OktaSource, naps: Naps) -> None:
    okta.page_size = 1
    okta.org.add_person("ada@example.com")
    okta.org.add_person("grace@example.com")
    okta.clock.advance(days=-3)
    okta.limit_rate("app users", seconds=30, skip=1, times=2)
    assert len(list(source.people())) == 2
    assert all(30 <= seconds <= 32 for seconds in naps.taken)
    assert len(naps.taken) == 2


def test_a_rate_limit_that_does_not_pass_ends_the_reading(okta: OktaSimulator, source: OktaSource, naps: Naps) -> None:
    okta.limit_rate("app users", seconds=10, times=100)
    with pytest.raises(OktaBusy, match="Rate Limits"):
        list(source.people())
    assert len(naps.taken) == 4


def test_an_hour_is_not_waited(okta: OktaSimulator, source: OktaSource, naps: Naps) -> None:
    okta.limit_rate("app users", seconds=3600)
    with pytest.raises(OktaBusy, match=r"36\d\d seconds"):
        list(source.people())
    assert naps.taken == []


def test_a_certificate_of_an_inspecting_proxy_names_the_setting_for_it(connection: OktaConnection) -> None:
    with pytest.raises(OktaUnreachable, match="SCIM_BRIDGE_OKTA_CA_FILE"):
        list(OktaSource(replace(connection, ca_file=None)).people())


def test_a_ca_file_that_is_not_there_is_named(connection: OktaConnection) -> None:
    with pytest.raises(SettingsError, match=r"SCIM_BRIDGE_OKTA_CA_FILE names /nowhere/ca\.pem"):
        OktaSource(replace(connection, ca_file="/nowhere/ca.pem")).status()


def test_nobody_there_is_said(connection: OktaConnection) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = f"https://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(OktaUnreachable, match="SCIM_BRIDGE_OKTA_ORG_URL"):
        OktaSource(replace(connection, org_url=free)).status()


@pytest.mark.parametrize("url", ["http://org.okta.com", "https://org-admin.okta.com", "org.okta.com"])
def test_an_address_that_cannot_be_an_orgs_is_named(connection: OktaConnection, url: str) -> None:
    with pytest.raises(SettingsError, match="SCIM_BRIDGE_OKTA_ORG_URL is"):
        OktaSource(replace(connection, org_url=url)).status()


def test_a_proxys_page_instead_of_oktas_answer_is_recognised(okta: OktaSimulator, source: OktaSource) -> None:
    okta.fail("app", 200, raw=b"<html>Please log in</html>", content_type="text/html")
    with pytest.raises(OktaAnswerUnclear, match="SCIM_BRIDGE_OKTA_ORG_URL really an Okta org"):
        source.status()


def test_no_secret_is_shown_logged_or_told(
    okta: OktaSimulator, connection: OktaConnection, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    okta.fail("app", 403, message=f"Not with {okta.api_token}, please")
    with pytest.raises(OktaError) as refused:
        OktaSource(connection).status()
    logging.getLogger("okta-sdk-python").disabled = False
    list(OktaSource(connection).people())
    shown = [repr(connection), str(refused.value), caplog.text, *capfd.readouterr()]
    assert not any(okta.api_token in text for text in shown)
    assert logging.getLogger("okta-sdk-python").handlers == []
