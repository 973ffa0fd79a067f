"""`source` and `token`: who may push."""

from __future__ import annotations

from scim_bridge.db import utc_now
from scim_bridge.directory import tokens
from tests.cli.worlds import World


def opens(world: World, token: str) -> bool:
    with world.house.database.reading() as connection:
        return tokens.authenticate(connection, token, now=utc_now()) is not None


def test_a_source_is_added_listed_and_disabled(world: World) -> None:
    assert world.run("source", "add", "okta-eu", "--kind", "okta").code == 0
    token = world.run("token", "create", "okta-eu", "--json").json["token"]
    assert opens(world, token)
    listed = {each["name"]: each for each in world.run("source", "list", "--json").json["sources"]}
    assert (listed["okta-eu"]["kind"], listed["default"]["platforms"]) == ("okta", ["sandbox"])
    assert world.run("source", "disable", "okta-eu").code == 0
    assert not opens(world, token)


def test_a_source_that_is_there_and_one_that_is_not_are_told(world: World) -> None:
    assert "There is a source 'default' already" in world.run("source", "add", "default").err
    assert world.run("source", "disable", "nowhere").code == 2
    assert world.run("token", "create", "nowhere", "--json").code == 2


def test_a_token_is_shown_once_and_listed_by_its_end(world: World) -> None:
    made = world.run("token", "create", "--name", "for okta")
    text = made.out.split()[0]
    assert opens(world, text)
    listed = world.run("token", "list").out
    assert text not in listed
    assert f"…{text[-4:]}" in listed
    assert text not in world.run("audit", "show", "--json").out


def test_a_revoked_token_opens_nothing(world: World) -> None:
    made = world.run("token", "create", "--json").json
    assert world.run("token", "revoke", str(made["id"])).code == 0
    assert not opens(world, made["token"])
    states = {each["id"]: each["state"] for each in world.run("token", "list", "--json").json["tokens"]}
    assert states[made["id"]] == "revoked"
    assert world.run("token", "revoke", "999").code == 2


def test_a_token_may_end_by_itself(world: World) -> None:
    made = world.run("token", "create", "--days", "30", "--json").json
    assert made["expires_at"] > made["created_at"]
    assert world.run("token", "create", "--days", "0").code == 2


def test_who_did_it_is_on_record(world: World) -> None:
    world.run("source", "add", "okta-eu")
    record = world.run("audit", "show", "--limit", "1", "--json").json["records"][0]
    assert (record["action"], record["subject"]) == ("source.added", "okta-eu")
    assert record["initiator"]
