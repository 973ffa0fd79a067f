"""`okta`, through the real SDK against the stand-in on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.worlds import World
from tests.simulators.okta import OktaSimulator


@pytest.fixture
def okta() -> Iterator[OktaSimulator]:
    with OktaSimulator() as running:
        yield running


@pytest.fixture
def connected(world: World, okta: OktaSimulator) -> World:
    world.environment = {
        "SCIM_BRIDGE_OKTA_ORG_URL": okta.url,
        "SCIM_BRIDGE_OKTA_APP_ID": okta.app_id,
        "SCIM_BRIDGE_OKTA_TOKEN": okta.api_token,
        "SCIM_BRIDGE_OKTA_CA_FILE": okta.ca_file,
    }
    return world


def test_status_shows_the_app_beside_what_the_bridge_has(connected: World, okta: OktaSimulator) -> None:
    connected.hire("ada", "Research")
    okta.org.add_person("ada@example.com")
    answer = connected.run("okta", "status", "--json")
    assert answer.code == 0
    assert (answer.json["app"]["label"], answer.json["assigned_users"]) == ("AI bridge", 1)
    assert (answer.json["bridge"]["users"], answer.json["bridge"]["groups"]) == (1, 1)
    assert "AI bridge" in connected.run("okta", "status").out


def test_a_group_push_that_failed_exits_one_with_oktas_words(connected: World, okta: OktaSimulator) -> None:
    okta.org.push(okta.org.add_group("Research"), status="ERROR", error="The group could not be pushed.")
    answer = connected.run("okta", "status")
    assert answer.code == 1
    assert "could not be pushed" in " ".join(answer.out.split())


def test_backfill_shows_the_differences_and_changes_nothing(connected: World, okta: OktaSimulator) -> None:
    ada = okta.org.add_person("ada@example.com")
    okta.org.push(okta.org.add_group("Research", ada))
    answer = connected.run("okta", "backfill", "--json")
    assert answer.code == 1
    assert [each["kind"] for each in answer.json["differences"]] == ["create_user", "create_group"]
    assert connected.run("explain", "ada@example.com").code == 2


def test_backfill_takes_them_in_as_a_push_would(connected: World, okta: OktaSimulator) -> None:
    ada = okta.org.add_person("ada@example.com")
    okta.org.push(okta.org.add_group("Research", ada))
    answer = connected.run("okta", "backfill", "--apply", "--json")
    assert (answer.code, answer.json["taken_in"], answer.json["problems"]) == (0, 2, [])
    connected.drain()
    assert connected.states()["ada", "research"] == ("member", "held")
    created = [each for each in connected.run("audit", "show", "--json").json["records"] if each["action"] == "user.created"]
    assert created[0]["initiator"].startswith("okta backfill by ")
    assert connected.run("okta", "backfill").out.strip() == "Okta and the bridge agree."


def test_without_its_settings_a_sentence_names_them(world: World) -> None:
    answer = world.run("okta", "status", "--json")
    assert answer.code == 2
    assert "SCIM_BRIDGE_OKTA_ORG_URL" in answer.json["error"]


def test_a_refused_token_is_told_and_not_shown(connected: World) -> None:
    connected.environment["SCIM_BRIDGE_OKTA_TOKEN"] = "wrong-token-value"
    answer = connected.run("okta", "status")
    assert answer.code == 1
    assert "wrong-token-value" not in answer.err + answer.out
