"""A paused platform: pushes are accepted, nothing is changed there, and what has waited is done in order."""

from __future__ import annotations

import pytest

from tests.cli.worlds import SANDBOX, World


def ask(world: World, *words: str) -> int:
    return world.run("platform", *words).code


def test_lesson_37_pausing_stops_applies_keeps_accepting_and_resumes_in_order(world: World) -> None:
    world.hire("grace", "Research")
    assert world.run("apply").code == 0
    assert ask(world, "pause", "sandbox", "--by", "carol@example.com") == 0
    before = world.sandbox.show()
    world.hire("ada", "Research")
    world.deactivate("grace")
    paused = world.run("apply")
    assert (paused.code, "paused sandbox: by carol@example.com" in paused.out) == (1, True)
    assert world.sandbox.show() == before
    assert {each["state"] for each in world.run("work", "list", "--json").json["work"]} == {"due"}
    calls = len(world.sandbox.calls())

    assert ask(world, "resume", "sandbox", "--by", "carol@example.com") == 0
    assert world.run("apply").code == 0
    assert [row["email"] for row in world.sandbox.show()["memberships"]] == ["ada@example.com"]
    writes = [each["method"] for each in world.sandbox.calls()[calls:] if not each["method"].startswith(("list", "retrieve"))]
    assert writes.index("remove_account") < writes.index("invite"), writes  # who leaves goes first


def test_a_pause_is_said_once_and_names_who_asked(world: World) -> None:
    for word in ("pause", "pause", "resume", "resume"):
        assert ask(world, word, "sandbox", "--by", "carol@example.com") == 0
    rows = [each for each in world.run("audit", "show", "--json").json["records"] if each["action"].startswith("platform.")]
    assert [(each["action"], each["initiator"]) for each in rows] == [
        ("platform.resumed", "carol@example.com"), ("platform.paused", "carol@example.com"),
    ]  # fmt: skip


def test_a_paused_platform_is_shown_as_such_and_an_unknown_one_is_none(world: World) -> None:
    ask(world, "pause", "sandbox")
    [shown] = world.run("platform", "list", "--json").json["platforms"]
    assert shown["state"] == "paused"
    assert ask(world, "pause", "nowhere") == 2


def paused_with_a_leaver(world: World) -> None:
    """Grace had something here and left; carol has paused the platform before."""
    world.hire("grace", "Research")
    world.drain()
    ask(world, "pause", "sandbox", "--by", "carol@example.com")
    world.deactivate("grace")


def test_what_waits_on_a_paused_platform_says_who_paused_it_since_when_and_what_ends_it(world: World) -> None:
    paused_with_a_leaver(world)
    (item,) = world.run("work", "list", "--json").json["work"]
    assert (item["state"], item["paused"]["by"]) == ("due", "carol@example.com")
    assert item["reason"].startswith("paused by carol@example.com since 2")
    assert item["reason"].endswith("Z; it goes on after `scim-bridge platform resume sandbox`")
    shown = world.run("work", "list").out
    assert "paused sandbox: by carol@example.com since 2" in shown
    assert "platform resume sandbox" in shown
    ask(world, "resume", "sandbox")
    (item,) = world.run("work", "list", "--json").json["work"]
    assert (item["reason"], item["paused"]) == (None, None)


def test_waiting_in_vain_says_that_a_platform_is_paused_and_not_that_no_worker_runs(world: World) -> None:
    paused_with_a_leaver(world)
    answer = world.run("work", "wait", "--timeout", "0")
    assert answer.code == 1
    assert "Time is over. Waiting on a paused platform: 1 of 1." in answer.out
    assert "worker" not in answer.out
    world.mapping("second.yaml", SANDBOX.replace("{places:", "{path: second.db, places:"))
    world.house.take_up.look(settled=True)
    assert "paused platform: 2 of 3. Is a worker running for the others?" in world.run("work", "wait", "--timeout", "0").out


def test_a_plan_says_which_platforms_are_paused(world: World) -> None:
    paused_with_a_leaver(world)
    assert world.run("plan", "--json").json["paused"] == ["sandbox"]
    assert "paused sandbox: by carol@example.com since 2" in world.run("plan").out
    ask(world, "resume", "sandbox")
    assert world.run("plan", "--json").json["paused"] == []
    assert "paused" not in world.run("plan").out


def test_what_is_under_way_on_a_paused_platform_is_shown_with_the_pause(world: World) -> None:
    paused_with_a_leaver(world)
    assert "paused sandbox: by carol@example.com since 2" in world.run("holdings").out
    assert "paused by carol@example.com since 2" in world.run("explain", "grace@example.com").out


def test_a_sweep_says_why_nothing_came_of_a_leaver_on_a_paused_platform(world: World) -> None:
    paused_with_a_leaver(world)
    answer = world.run("offboarding", "--sweep")
    assert answer.code == 1
    assert "due sandbox, grace@example.com: paused by carol@example.com" in answer.out


def test_apply_says_no_as_long_as_something_waits_on_a_paused_platform(world: World) -> None:
    paused_with_a_leaver(world)
    for _ in range(2):
        answer = world.run("apply", "--json")
        assert (answer.code, answer.json["paused"]) == (1, ["sandbox"])
        assert answer.json["waiting"] == [{"platform": "sandbox", "subject": "grace@example.com", "state": "leaving"}]
    assert "Done:" not in world.run("apply").out


def test_apply_is_done_when_nothing_waits_on_the_paused_platform(world: World) -> None:
    world.hire("grace", "Research")
    world.drain()
    ask(world, "pause", "sandbox")
    for _ in range(2):
        answer = world.run("apply")
        assert (answer.code, "but sandbox: paused" in answer.out) == (0, True)


def test_new_rules_for_a_paused_platform_wait_there_too(world: World) -> None:
    world.hire("grace", "Research")
    world.drain()
    ask(world, "pause", "sandbox")
    world.mapping("sandbox.yaml", SANDBOX.replace("group: Production", "group: Research"))
    answer = world.run("apply", "--json")
    assert (answer.code, answer.json["waiting"]) == (
        1, [{"platform": "sandbox", "subject": "grace@example.com", "state": "waiting"}],
    )  # fmt: skip


def test_resuming_what_was_not_paused_says_so(world: World) -> None:
    answer = world.run("platform", "resume", "sandbox")
    assert (answer.code, '"sandbox" was not paused' in answer.out) == (0, True)
    assert world.run("platform", "resume", "sandbox", "--json").json["was_paused"] is False
    ask(world, "pause", "sandbox")
    assert "What waited" in world.run("platform", "resume", "sandbox").out


def test_pausing_what_somebody_else_has_paused_names_them(world: World) -> None:
    ask(world, "pause", "sandbox", "--by", "carol@example.com")
    answer = world.run("platform", "pause", "sandbox", "--by", "dave@example.com")
    assert (answer.code, "paused by carol@example.com since" in answer.out) == (0, True)


def test_the_list_says_who_paused_a_platform_and_still_that_its_file_is_gone(world: World) -> None:
    world.hire("grace", "Research")
    world.drain()
    ask(world, "pause", "sandbox", "--by", "carol@example.com")
    [shown] = world.run("platform", "list", "--json").json["platforms"]
    assert (shown["state"], shown["paused"]["by"], shown["paused"]["at"][-1]) == ("paused", "carol@example.com", "Z")
    assert "paused sandbox: by carol@example.com since 2" in world.run("platform", "list").out
    (world.folder / "mappings" / "sandbox.yaml").unlink()
    world.house.take_up.look(settled=True)
    [shown] = world.run("platform", "list", "--json").json["platforms"]
    assert (shown["state"], shown["paused"]["by"]) == ("orphaned", "carol@example.com")
    assert ask(world, "resume", "sandbox") == 0


@pytest.mark.parametrize("word", ["pause", "resume", "retire"])
@pytest.mark.parametrize("by", ["", "  "])
def test_what_is_done_with_a_platform_is_done_in_somebodys_name(world: World, word: str, by: str) -> None:
    answer = world.run("platform", word, "sandbox", "--by", by)
    assert (answer.code, "--by" in answer.err) == (2, True)
