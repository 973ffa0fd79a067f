"""`work`: what is left to do, waiting for it, trying again."""

from __future__ import annotations

import pytest

from tests.cli.worlds import World


def test_nothing_left_is_said(world: World) -> None:
    assert "Nothing is left to do" in world.run("work", "list").out
    assert world.run("work", "list", "--json").json == {"work": []}
    assert world.run("work", "wait", "--timeout", "5", "--json").code == 0


def test_a_push_is_due_under_the_name_of_its_person(world: World) -> None:
    world.hire("ada", "Research")
    (item,) = world.run("work", "list", "--json").json["work"]
    assert (item["platform"], item["subject"], item["state"], item["attempts"]) == ("sandbox", "ada@example.com", "due", 0)
    assert item["reason"] is None
    assert item["due_at"].endswith("Z")


def test_a_group_is_named_and_everybody_is_everybody(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    world._pusher.rename_group(world._ids["Research"], "Production")
    assert [item["subject"] for item in world.run("work", "list", "--json").json["work"]] == ["Production"]
    world.drain()
    world.mapping("sandbox.yaml", (world.folder / "mappings" / "sandbox.yaml").read_text() + "# changed\n")
    world.house.take_up.look(settled=True)
    assert [item["subject"] for item in world.run("work", "list", "--json").json["work"]] == ["everybody"]


def test_waiting_ends_when_time_is_over_and_lists_what_is_left(world: World) -> None:
    world.hire("ada", "Research")
    answer = world.run("work", "wait", "--timeout", "0")
    assert answer.code == 1
    assert "ada@example.com" in answer.out
    assert "Time is over" in answer.out


def test_parked_work_ends_the_waiting_with_one_and_its_reason(world: World) -> None:
    world.run("sandbox", "fault", "refuse", "ada@example.com")
    world.hire("ada", "Research")
    world.drain()
    answer = world.run("work", "wait", "--timeout", "30", "--json")
    assert answer.code == 1
    (item,) = answer.json["work"]
    assert item["state"] == "parked"
    assert "refuses ada@example.com" in item["reason"]
    assert "work retry" in world.run("work", "list").out


def test_retry_takes_parked_work_up_again(world: World) -> None:
    world.run("sandbox", "fault", "refuse", "ada@example.com")
    world.hire("ada", "Research")
    world.drain()
    world.run("sandbox", "fault", "clear")
    assert world.run("work", "retry", "--json").json == {"retried": 1}
    world.drain()
    assert world.run("work", "wait", "--timeout", "0").code == 0
    assert world.states()["ada", "research"] == ("member", "held")


def test_retry_can_be_of_one_person_alone(world: World) -> None:
    for name in ("ada", "grace"):
        world.hire(name, "Research")
    world.run("sandbox", "fault", "seats", "0")
    world.drain()
    assert world.run("work", "retry", "--person", "ada@example.com", "--json").json == {"retried": 1}
    states = {item["subject"]: item["state"] for item in world.run("work", "list", "--json").json["work"]}
    assert states == {"ada@example.com": "due", "grace@example.com": "parked"}


def test_an_open_invitation_is_no_work(bare: World) -> None:
    from tests.cli.test_holdings import MANUAL

    world = bare.start(MANUAL)
    world.hire("ada", "Research")
    world.drain()
    assert world.run("work", "wait", "--timeout", "0").code == 0


def test_what_the_brake_holds_is_no_work_and_is_said(world: World) -> None:
    for number in range(8):
        world.hire(f"p{number}", "Research")
    world.drain()
    world.leave_group("Research", [f"p{number}" for number in range(8)])
    world.drain()
    shown = world.run("work", "list").out
    assert "Nothing is left to do but what the brake holds of" in " ".join(shown.split())
    assert world.run("work", "wait", "--timeout", "0").code == 0


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf", "-1", "soon"])
def test_a_time_to_wait_is_a_number_of_seconds(world: World, seconds: str) -> None:
    answer = world.run("work", "wait", "--timeout", seconds)
    assert (answer.code, "--timeout" in answer.err) == (2, True)


def test_the_work_of_a_platform_that_is_none_is_a_sentence(world: World) -> None:
    answer = world.run("work", "list", "--platform", "nope")
    assert (answer.code, 'There is no platform "nope"' in answer.err) == (2, True)
    assert world.run("work", "list", "--platform", "sandbox").code == 0
