"""`keys list`: every key that was seen."""

from __future__ import annotations

from tests.cli.worlds import World


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
