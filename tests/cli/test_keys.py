"""`keys list` and `keys orphans`: every key that was seen, and those that nobody answers for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cli.worlds import SANDBOX, World


def test_keys_show_by_the_newest_look(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    key = world.sandbox.add_key("ada@example.com", "research")
    shared = world.sandbox.add_shared_key("production")
    assert world.run("keys", "list", "--json").json == {"keys": []}
    assert "keys list --look" in world.run("keys", "list").out
    assert world.run("keys", "list", "--look").code == 0
    found = {each["id"]: each for each in world.run("keys", "list", "--json").json["keys"]}
    assert (found[key]["kind"], found[key]["owner"], found[key]["person"]) == ("personal", "ada@example.com", "ada@example.com")
    assert (found[key]["place"], found[key]["status"], found[key]["last_used_at"]) == ("research", "active", None)
    assert (found[shared]["kind"], found[shared]["owner"], found[shared]["person"]) == ("shared", None, None)


def test_a_withdrawn_key_keeps_its_owner(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    key = world.sandbox.add_key("ada@example.com", "research")
    world.deactivate("ada")
    world.drain()
    world.run("keys", "list", "--look")
    (seen,) = world.run("keys", "list", "--person", "ada@example.com", "--json").json["keys"]
    assert (seen["id"], seen["status"], seen["usable"], seen["person"]) == (key, "inactive", False, "ada@example.com")


def test_a_key_that_is_not_listed_any_more_is_gone(world: World) -> None:
    import sqlite3

    world.hire("ada", "Research")
    world.drain()
    world.sandbox.add_key("ada@example.com", "research")
    world.run("keys", "list", "--look")
    with sqlite3.connect(world.folder / "sandbox.db") as by_hand:
        by_hand.execute('DELETE FROM "key"')
    by_hand.close()
    world.run("keys", "list", "--look")
    (seen,) = world.run("keys", "list", "--json").json["keys"]
    assert (seen["status"], seen["usable"]) == ("gone", False)


def test_a_platform_that_does_not_answer_leaves_what_was_seen(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    world.sandbox.add_key("ada@example.com", "research")
    world.run("keys", "list", "--look")
    world.run("sandbox", "fault", "down")
    answer = world.run("keys", "list", "--look", "--json")
    assert (answer.code, len(answer.json["keys"])) == (1, 1)
    assert "The sandbox is down" in answer.err


def listed(world: World, *words: str) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in world.run("keys", *(words or ("list",)), "--json").json["keys"]}


def keeping(key: str, until: str = "2999-12-31") -> str:
    return f"{SANDBOX}offboarding:\n  keys:\n    keep:\n      - {{id: {key}, reason: nightly batch, until: {until}}}\n"


def test_a_key_says_who_made_it_whose_it_is_and_when_it_ends(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    ends = datetime(2999, 1, 1, tzinfo=UTC)
    hers = world.sandbox.add_key("ada@example.com", "research", expires_at=ends)
    robot = world.sandbox.add_key("ada@example.com", "research", service_account="nightly")
    world.sandbox.add_account("stranger@example.com")
    foreign = world.sandbox.add_key("stranger@example.com", "research")
    world.run("keys", "list", "--look")
    found = listed(world)
    assert found[hers]["belongs_to"] == {"kind": "person", "name": "ada@example.com"}
    assert found[hers]["expires_at"] == "2999-01-01T00:00:00Z"
    assert (found[hers]["maker"], found[hers]["exception"], found[hers]["ours"]) == ("ada@example.com", None, None)
    assert (found[robot]["belongs_to"], found[robot]["maker"]) == ({"kind": "service_account", "name": "nightly"}, "ada@example.com")
    assert (found[foreign]["belongs_to"], found[foreign]["owner"]) == ({"kind": "nobody", "name": None}, "stranger@example.com")
    shown = world.run("keys", "list").out
    assert "2999-01-01" in shown
    assert "service account nightly" in " ".join(shown.split())


def test_an_exception_stands_beside_its_key_and_says_when_it_is_due(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    key = world.sandbox.add_key("ada@example.com", "research")
    world.mapping("sandbox.yaml", keeping(key))
    world.take_up()
    world.run("keys", "list", "--look")
    assert listed(world)[key]["exception"] == {"reason": "nightly batch", "until": "2999-12-31", "due": False}
    assert "kept by an exception until 2999-12-31, nightly batch" in world.run("keys", "list").out
    world.mapping("sandbox.yaml", keeping(key, "2001-01-31"))
    world.take_up()
    assert listed(world)[key]["exception"]["due"] is True
    assert "the exception ended on 2001-01-31, decide" in world.run("keys", "list").out


def test_an_exception_for_a_key_nobody_has_seen_is_pointed_out(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    world.sandbox.add_key("ada@example.com", "research")
    world.mapping("sandbox.yaml", keeping("key_misspelt"))
    world.take_up()
    assert world.run("keys", "list").err == ""  # nothing was looked at yet
    world.run("keys", "list", "--look")
    assert "key_misspelt" in world.run("keys", "list").err


def test_orphans_exit_one_with_why_and_what_to_do_and_zero_when_there_are_none(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    world.sandbox.add_key("ada@example.com", "research")
    shared = world.sandbox.add_key("ada@example.com", "research", shared=True)
    nothing = world.run("keys", "orphans", "--look")
    assert (nothing.code, nothing.err) == (0, "")
    assert "Somebody answers for every key" in nothing.out
    assert world.run("keys", "orphans", "--json").json == {"keys": []}
    world.deactivate("ada")
    world.drain()
    answer = world.run("keys", "orphans")
    assert answer.code == 1
    assert shared in answer.out
    assert "ada@example.com, who has left" in answer.out
    (orphan,) = world.run("keys", "orphans", "--platform", "sandbox", "--json").json["keys"]
    assert (orphan["id"], orphan["why"]) == (shared, "was made by ada@example.com, who has left")
    assert orphan.keys() > listed(world)[shared].keys()
    assert world.run("keys", "orphans", "--platform", "nowhere").code == 2


def test_mapping_check_warns_of_an_exception_whose_day_is_over(world: World) -> None:
    world.mapping("sandbox.yaml", keeping("key_1", "2001-01-31"))
    answer = world.run("mapping", "check", "--json")
    (warning,) = answer.json["warnings"]
    assert (answer.code, warning["code"], warning["file"]) == (0, "exception_due", "sandbox.yaml")
    assert warning["line"] == len(keeping("key_1").splitlines())
    world.mapping("sandbox.yaml", keeping("key_1"))
    assert world.run("mapping", "check", "--json").json["warnings"] == []


def test_a_place_that_nobody_holds_any_more_keeps_the_name_of_the_mapping(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    key = world.sandbox.add_key("ada@example.com", "research")
    world.deactivate("ada")
    world.drain()
    assert listed(world)[key]["place"] == "research"
    assert "place_research" not in world.run("keys", "list").out
    plan = world.run("keys", "restore", key, "--json").json
    assert (plan["key"]["place"], [each["place"] for each in plan["changes"]]) == ("research", ["research"])
    assert "place_research" not in world.run("keys", "restore", key).out


def test_a_place_is_called_by_its_alias_also_where_only_its_name_is_mapped(bare: World) -> None:
    world = bare.start(SANDBOX.replace("rules:", "places:\n  lab: {name: research}\nrules:").replace("place: research", "place: lab"))
    shared = world.sandbox.add_shared_key("research")
    world.run("keys", "list", "--look")
    assert listed(world)[shared]["place"] == "lab"
    world.run("sandbox", "fault", "down")
    assert listed(world)[shared]["place"] == "place_research"  # nobody can say


def test_the_list_shows_the_id_that_withdraw_takes_on_one_line(world: World) -> None:
    world.hire("grace.of.a.very.long.name.at.that", "Research")
    world.drain()
    key = world.sandbox.add_key("grace.of.a.very.long.name.at.that@example.com", "research")
    world.run("keys", "list", "--look")
    shown = world.run("keys", "list").out
    assert key in shown
    assert listed(world)[key]["hint"] in shown
    assert max(map(len, shown.splitlines())) <= 100
    assert world.run("keys", "withdraw", key).code == 0


@pytest.mark.parametrize("shared", [False, True])
def test_an_orphan_whom_the_brake_holds_is_not_promised_to_go_by_itself(bare: World, shared: bool) -> None:
    world = bare.start(f"{SANDBOX}offboarding: {{keys: {{shared: withdraw}}}}\nbrake: {{floor: 1, share: 0.01}}\n")
    for name in ("ada", "grace", "linus"):
        world.hire(name, "Research")
    world.drain()
    for name in ("ada", "grace", "linus"):
        world.sandbox.add_key(f"{name}@example.com", "research", shared=shared)
    world.run("keys", "list", "--look")
    for name in ("ada", "grace", "linus"):
        world.deactivate(name)
    for each in world.run("keys", "orphans", "--json").json["keys"]:
        assert each["what_to_do"] == "the next look at them withdraws it: `scim-bridge apply`"
    held = world.run("apply", "--json").json
    found = world.run("keys", "orphans", "--json").json["keys"]
    assert len(found) == 3
    for each in found:
        assert each["what_to_do"].startswith(f"the brake holds that ({each['held']})")
        assert f"`scim-bridge apply --digest {held['digest']} --by NAME`" in each["what_to_do"]
    assert world.run("apply", "--digest", held["digest"], "--by", "carol").code == 0
    assert world.run("keys", "orphans").code == 0


def test_an_orphan_on_a_paused_platform_waits_for_whoever_resumes_it(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    world.sandbox.add_key("ada@example.com", "research")
    world.run("keys", "list", "--look")
    world.run("platform", "pause", "sandbox", "--by", "carol")
    world.deactivate("ada")
    (found,) = world.run("keys", "orphans", "--json").json["keys"]
    assert found["what_to_do"].startswith("sandbox is paused by carol: `scim-bridge platform resume sandbox`")


def test_where_no_key_was_ever_seen_nobody_is_said_to_answer_for_all(world: World) -> None:
    answer = world.run("keys", "orphans")
    assert answer.code == 0
    assert "No key has been seen yet, so nothing is known" in answer.out
    assert "keys orphans --look" in answer.out
    assert "Somebody answers" not in answer.out
