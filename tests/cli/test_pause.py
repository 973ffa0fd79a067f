"""A paused platform: pushes are accepted, nothing is changed there, and what has waited is done in order."""

from __future__ import annotations

from tests.cli.worlds import World


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
    assert (paused.code, "paused" in paused.out) == (0, True)
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
