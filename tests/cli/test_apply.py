"""`apply`: doing it, and releasing what the brake held in somebody's name."""

from __future__ import annotations

import pytest

from tests.cli.worlds import SANDBOX, World


@pytest.fixture
def held(world: World) -> World:
    """Ten people of twelve lost their group at once."""
    names = [f"p{number}" for number in range(12)]
    for name in names:
        world.hire(name, "Research")
    world.drain()
    world.leave_group("Research", names[:10])
    world.drain()
    return world


def test_it_does_what_is_wanted_and_returns_when_it_is_done(world: World) -> None:
    world.hire("ada", "Research")
    answer = world.run("apply")
    assert (answer.code, answer.err) == (0, "")
    assert world.sandbox.show()["memberships"] == [{"email": "ada@example.com", "place": "research", "role": "member"}]
    assert world.run("plan").code == 0


def test_it_takes_up_changed_files_first(world: World) -> None:
    world.hire("ada", "Nobodies")
    world.mapping("sandbox.yaml", SANDBOX.replace("group: Research", "group: Nobodies"))
    assert world.run("apply").code == 0
    assert world.states()["ada", "research"] == ("member", "held")


def test_mistakes_in_the_files_are_shown_and_nothing_is_changed(world: World) -> None:
    world.hire("ada", "Research")
    world.mapping("sandbox.yaml", SANDBOX.replace("connector: sandbox", "connector: sandbos"))
    answer = world.run("apply", "--json")
    assert answer.code == 1
    assert answer.json["errors"][0]["code"] == "unknown_connector"
    assert world.sandbox.show()["accounts"] == []


def test_it_sees_an_invitation_that_was_accepted_meanwhile(bare: World) -> None:
    world = bare.start(SANDBOX.replace("accept: auto", "accept: manual"))
    world.hire("ada", "Research")
    assert world.run("apply").code == 0
    assert world.states()["ada", None] == ("user", "invited")
    assert world.run("sandbox", "accept", "ada@example.com").code == 0
    assert world.run("apply").code == 0
    assert world.states()["ada", "research"] == ("member", "held")


def test_what_is_parked_is_listed_and_exits_one(world: World) -> None:
    world.run("sandbox", "fault", "refuse", "ada@example.com")
    world.hire("ada", "Research")
    answer = world.run("apply", "--json")
    assert answer.code == 1
    assert [(each["subject"], each["state"]) for each in answer.json["work"]] == [("ada@example.com", "parked")]
    world.run("sandbox", "fault", "clear")
    assert world.run("apply").code == 0
    assert world.states()["ada", "research"] == ("member", "held")


def test_a_passing_error_is_waited_for(world: World) -> None:
    world.run("sandbox", "fault", "fail", "1", "--only", "apply")
    world.hire("ada", "Research")
    assert world.run("apply").code == 0


def test_without_a_digest_what_is_held_stays_held(held: World) -> None:
    answer = held.run("apply", "--json")
    assert answer.code == 3
    assert answer.json["held"] is True
    assert len(held.sandbox.show()["memberships"]) == 12


def test_the_held_plan_is_released_by_its_digest_in_a_name(held: World) -> None:
    digest = held.run("plan", "--json").json["digest"]
    answer = held.run("apply", "--digest", digest, "--by", "Grace Hopper")
    assert (answer.code, answer.err) == (0, "")
    assert {each["email"] for each in held.sandbox.show()["memberships"]} == {"p10@example.com", "p11@example.com"}
    released = [each for each in held.run("audit", "show", "--json").json["records"] if each["action"] == "brake.released"]
    assert [(each["initiator"], each["after"]["digest"], each["after"]["people"]) for each in released] == [
        ("Grace Hopper", digest, 10)
    ]
    assert held.run("plan").code == 0


def test_a_plan_that_has_moved_on_is_refused_with_the_new_digest(held: World) -> None:
    old = held.run("plan", "--json").json["digest"]
    held.join("Research", "p0")
    held.drain()
    new = held.run("plan", "--json").json["digest"]
    assert new != old
    answer = held.run("apply", "--digest", old, "--by", "Grace", "--json")
    assert (answer.code, answer.json["digest"]) == (3, new)
    assert "moved on" in answer.json["error"]
    assert len(held.sandbox.show()["memberships"]) == 12
    assert held.run("plan").code == 3


def test_nothing_held_is_nothing_to_release(world: World) -> None:
    answer = world.run("apply", "--digest", "0123456789abcdef", "--by", "Grace")
    assert answer.code == 2
    assert "Nothing is held" in answer.err


@pytest.mark.parametrize("words", [("--digest", "abc"), ("--by", "Grace"), ("--digest", "abc", "--by", " ")])
def test_a_digest_and_a_name_belong_together(world: World, words: tuple[str, ...]) -> None:
    answer = world.run("apply", *words)
    assert answer.code == 2
    assert "belong together" in answer.err


def test_a_mark_of_a_platform_whose_file_is_gone_is_settled(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    (world.folder / "mappings" / "sandbox.yaml").unlink()
    world.take_up()
    world.deactivate("ada")
    assert world.run("work", "list", "--json").json["work"][0]["platform"] == "sandbox"
    assert world.run("apply").code == 0
    assert world.run("work", "wait", "--timeout", "0").code == 0


def test_keys_are_known_after_it(world: World) -> None:
    world.hire("ada", "Research")
    world.run("apply")
    key = world.sandbox.add_key("ada@example.com", "research")
    world.run("apply")
    (seen,) = world.run("keys", "list", "--json").json["keys"]
    assert (seen["id"], seen["person"], seen["place"]) == (key, "ada@example.com", "research")


def test_a_pause_after_an_outage_is_not_waited_for(world: World) -> None:
    world.run("sandbox", "fault", "down")
    world.hire("ada", "Research")
    for _ in range(6):
        assert world.run("apply").code == 1
    world.run("sandbox", "fault", "clear")
    answer = world.run("apply")
    assert answer.code == 0, answer.out
    assert world.states()["ada", "research"] == ("member", "held")


def test_a_platform_in_mode_plan_is_not_said_to_be_as_the_rules_want_it(bare: World) -> None:
    world = bare.start(SANDBOX.replace("mode: apply", "mode: plan"))
    world.hire("ada", "Research")
    answer = world.run("apply")
    assert (answer.code, world.sandbox.show()["accounts"]) == (0, [])
    assert "but sandbox: mode plan, nothing is written there" in answer.out


def test_mistakes_are_said_once_and_not_logged_as_well(world: World) -> None:
    world.mapping("sandbox.yaml", SANDBOX.replace("connector: sandbox", "connector: sandbos"))
    assert world.run("apply").err.count("sandbos") == 1
