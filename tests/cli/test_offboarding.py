"""`offboarding --since` and `--sweep`: everybody's leaving as table, JSON and CSV, and what came back."""

from __future__ import annotations

import csv
import io

import pytest

from scim_bridge.intake.users import delete_user
from scim_bridge.sources.pushes import IntakePusher
from tests.cli.worlds import SANDBOX, USER, World

ADA = "ada@example.com"


def gone(world: World, *names: str) -> None:
    """These people came, and left."""
    for name in names:
        world.hire(name, "Research")
    world.drain()
    for name in names:
        world.deactivate(name)
    world.drain()


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_everybody_who_left_is_listed_with_median_and_p99(world: World) -> None:
    gone(world, "ada", "grace")
    answer = world.run("offboarding", "--since", "7d", "--json")
    told = answer.json
    assert answer.code == 0
    assert [(each["person"], each["state"]) for each in told["leavers"]] == [(ADA, "done"), ("grace@example.com", "done")]
    (platform,) = told["leavers"][0]["platforms"]
    assert (platform["platform"], platform["state"], platform["remaining"]) == ("sandbox", "done", [])
    assert platform["signalled_at"] <= platform["finished_at"]
    assert 0 < told["median_seconds"] <= told["p99_seconds"]
    assert (told["done"], told["under_way"]) == (2, 0)
    assert told["platforms"]["sandbox"]["p99_seconds"] == told["p99_seconds"]
    table = world.run("offboarding", "--since", "7d").out
    assert ADA in table
    assert "2 left. The time counts from the signal." in table


def test_somebody_who_is_not_done_makes_the_answer_no(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    world.deactivate("ada")
    answer = world.run("offboarding", "--since", "7d", "--json")
    assert (answer.code, answer.json["under_way"]) == (1, 1)
    assert {each["why"] for each in answer.json["leavers"][0]["platforms"][0]["remaining"]} == {"waiting"}
    assert world.run("offboarding", "--since", "7d").code == 1
    assert world.run("offboarding", ADA).code == 0
    world.drain()
    assert world.run("offboarding", "--since", "7d").code == 0


def test_a_day_is_a_time_and_a_range_may_have_an_end(world: World) -> None:
    gone(world, "ada")
    assert world.run("offboarding", "--since", "2020-01-01", "--until", "2020-02-01", "--json").json["leavers"] == []
    assert "Nobody left" in world.run("offboarding", "--since", "2020-01-01", "--until", "2020-02-01").out
    assert len(world.run("offboarding", "--since", "2020-01-01", "--platform", "sandbox", "--json").json["leavers"]) == 1


def test_a_line_of_csv_for_each_leaver_and_platform(world: World) -> None:
    world.mapping("second.yaml", SANDBOX.replace("{places:", "{path: second.db, places:"))
    world.take_up()
    gone(world, "ada")
    world.hire("linus")
    world.drain()
    world.deactivate("linus")
    world.drain()
    answer = world.run("offboarding", "--since", "7d", "--csv")
    found = rows(answer.out)
    assert answer.code == 0
    assert [(each["person"], each["platform"], each["state"]) for each in found] == [
        (ADA, "sandbox", "done"),
        (ADA, "second", "done"),
        ("linus@example.com", "", "nothing to do"),
    ]
    assert found[0]["signalled_at"].endswith("Z")
    assert float(found[0]["seconds"]) > 0
    assert found[0]["remaining"] == ""


def test_one_persons_leaving_is_the_same_lines_of_csv(world: World) -> None:
    gone(world, "ada", "grace")
    answer = world.run("offboarding", ADA, "--csv")
    assert answer.code == 0
    everybody = rows(world.run("offboarding", "--since", "7d", "--csv").out)
    assert rows(answer.out) == [each for each in everybody if each["person"] == ADA]
    world.hire("linus")
    assert [(each["person"], each["state"]) for each in rows(world.run("offboarding", "linus@example.com", "--csv").out)] == [
        ("linus@example.com", "nothing to do")
    ]


def test_beside_the_csv_of_a_range_stand_median_and_p99(world: World) -> None:
    gone(world, "ada")
    world.hire("linus", "Research")
    world.drain()
    world.deactivate("linus")
    answer = world.run("offboarding", "--since", "7d", "--csv")
    assert answer.err.startswith("median 0.")
    assert answer.err.endswith("1 done, 1 under way\n")
    assert len(rows(answer.out)) == 2


@pytest.mark.parametrize(
    "words",
    [
        ["offboarding", "--since", "0001-01-01T00:00:00+14:00"],
        ["offboarding", "--since", "7d", "--until", "9999-12-31T23:59:59-14:00"],
        ["audit", "show", "--since", "0001-01-01T00:00:00+14:00"],
        ["audit", "show", "--since", "9999-12-31T23:59:59-14:00"],
    ],
)
def test_a_time_that_no_calendar_has_in_utc_is_a_sentence(world: World, words: list[str]) -> None:
    answer = world.run(*words)
    assert (answer.code, words[-1] in answer.err, "years 1 to 9999" in answer.err) == (2, True, True)


def test_somebody_deleted_in_one_source_and_active_in_another_is_asked_about(world: World) -> None:
    scim_id = world.hire("zoe", "Research")
    world.drain()
    world.house.database.write(lambda connection: delete_user(connection, world._pusher._push(), scim_id))
    world.drain()
    entra = world.other_source().create_user({"schemas": [USER], "userName": "zoe@example.com", "active": True})
    asked = world.run("offboarding", "zoe@example.com")
    assert (asked.code, "of source default" in asked.err, "of source entra" in asked.err) == (2, True, True)
    left = world.run("offboarding", "zoe@example.com", "--source", "default", "--json").json
    there = world.run("offboarding", entra, "--json").json
    assert (left["source"], left["state"]) == ("default", "done")
    assert (there["source"], there["state"]) == ("entra", "nothing to do")


def test_no_name_becomes_a_formula_in_the_csv(world: World) -> None:
    pusher: IntakePusher = world._pusher
    user = pusher.create_user({"schemas": [USER], "userName": "=cmd|calc", "active": True})
    pusher.deactivate_user(user)
    world.drain()
    assert [each["person"] for each in rows(world.run("offboarding", "--since", "7d", "--csv").out)] == ["'=cmd|calc"]


@pytest.mark.parametrize(
    "words",
    [
        [],
        [ADA, "--since", "7d"],
        [ADA, "--sweep"],
        ["--since", "7d", "--sweep"],
        ["--sweep", "--csv"],
        [ADA, "--until", "7d"],
        [ADA, "--platform", "sandbox"],
        ["--since", "7d", "--csv", "--json"],
        ["--since", "7d", "--source", "default"],
        ["--since", "1d", "--until", "2d"],
        ["--since", "soon"],
        ["--since", "7d", "--platform", "nowhere"],
    ],
)
def test_what_does_not_go_together_is_a_usage_error(world: World, words: list[str]) -> None:
    gone(world, "ada")
    assert world.run("offboarding", *words).code == 2


def test_lesson_44_a_sweep_on_demand_tells_what_came_back_and_what_was_withdrawn(world: World) -> None:
    gone(world, "ada")
    world.sandbox.add_account(ADA)
    answer = world.run("offboarding", "--sweep", "--json")
    told = answer.json
    assert answer.code == 0
    assert [(each["platform"], each["person"], each["what"]) for each in told["found"]] == [
        ("sandbox", ADA, f"an account made again after leaving: {ADA}")
    ]
    assert [(each["kind"], each["confirmed"]) for each in told["withdrawn"]] == [("remove_account", True)]
    assert (told["asked"], told["left"], told["held"]) == (1, [], False)
    assert "1 look at leavers; 0 came back" in world.run("offboarding", "--sweep", "--platform", "sandbox").out
    back = world.run("offboarding", "--since", "7d", "--json").json["leavers"][0]["platforms"][0]["returned"]
    assert [each["what"] for each in back] == [f"an account made again after leaving: {ADA}"]
    assert "came back" in world.run("offboarding", "--since", "7d").out


def test_a_sweep_after_which_something_remains_says_no(world: World) -> None:
    gone(world, "ada")
    world.sandbox.add_account(ADA)
    world.sandbox.lock(ADA)
    answer = world.run("offboarding", "--sweep")
    assert answer.code == 1
    assert "locked by hand" in " ".join(answer.out.split())
    assert world.sandbox.show()["accounts"][0]["email"] == ADA


def test_a_sweep_that_the_brake_holds_exits_as_held_and_shows_how_to_release_it(bare: World) -> None:
    world = bare.start(SANDBOX + "brake: {floor: 1, share: 0.01}\n")
    names = ["ada", "grace", "linus"]
    for name in names:
        world.hire(name, "Research")
    world.drain()
    for name in names:
        world.deactivate(name)
    world.drain()
    release(world)
    for name in names:
        world.sandbox.add_account(f"{name}@example.com")
    answer = world.run("offboarding", "--sweep")
    assert answer.code == 3
    assert "apply --digest" in answer.out
    assert len(world.sandbox.show()["accounts"]) == 3
    release(world)
    assert world.sandbox.show()["accounts"] == []
    assert world.run("offboarding", "--sweep").code == 0


def release(world: World) -> None:
    digest = world.run("apply", "--json").json["digest"]
    assert world.run("apply", "--digest", digest, "--by", "carol").code == 0


def test_a_sweep_in_mode_plan_looks_for_nobody_and_says_so(world: World) -> None:
    gone(world, "ada")
    world.mapping("sandbox.yaml", SANDBOX.replace("mode: apply", "mode: plan"))
    world.take_up()
    world.sandbox.add_account(ADA)
    answer = world.run("offboarding", "--sweep")
    assert (answer.code, "mode plan" in answer.err) == (0, True)
    assert len(world.sandbox.show()["accounts"]) == 1
