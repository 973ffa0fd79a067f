"""`platform`: list, check, retire."""

from __future__ import annotations

from tests.cli.worlds import SANDBOX, World


def test_list_shows_what_is_in_force_and_what_is_orphaned(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    (platform,) = world.run("platform", "list", "--json").json["platforms"]
    assert (platform["platform"], platform["mode"], platform["holders"], platform["state"]) == ("sandbox", "apply", 1, "in force")
    (world.folder / "mappings" / "sandbox.yaml").unlink()
    world.take_up()
    (platform,) = world.run("platform", "list", "--json").json["platforms"]
    assert (platform["state"], platform["connector"]) == ("orphaned", None)
    assert "platform retire sandbox" in world.run("platform", "list").out


def test_check_reaches_the_platform_and_names_its_places(world: World) -> None:
    (checked,) = world.run("platform", "check", "--json").json["platforms"]
    assert checked["ok"] is True
    assert checked["identity"].startswith("sandbox:")
    assert checked["places"] == ["production", "research"]


def test_check_names_an_alias_whose_place_is_missing(bare: World) -> None:
    world = bare.start(SANDBOX + "places: {evals: {name: Evals}}\n")
    answer = world.run("platform", "check", "sandbox")
    assert answer.code == 1
    assert '"evals" names a place that is not there: "Evals"' in answer.out


def test_two_files_that_reach_one_organization_are_refused(world: World) -> None:
    world.mapping("twin.yaml", SANDBOX.replace("{places:", "{path: ./sandbox.db, places:"))
    world.take_up()
    answer = world.run("platform", "check")
    assert answer.code == 1
    assert "reach the same organization" in answer.out


def test_a_platform_that_does_not_answer_is_told(world: World) -> None:
    world.run("sandbox", "fault", "reject")
    answer = world.run("platform", "check", "--json")
    assert (answer.code, answer.json["platforms"][0]["ok"]) == (1, False)


def test_retiring_withdraws_what_the_bridge_gave(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    assert "Take sandbox.yaml away first" in world.run("platform", "retire", "sandbox", "--by", "Grace").err
    (world.folder / "mappings" / "sandbox.yaml").unlink()
    world.take_up()
    assert world.sandbox.show()["memberships"] != []
    assert world.run("platform", "retire", "sandbox", "--by", "Grace").code == 0
    assert world.states()["ada", "research"] == ("member", "leaving")
    assert world.run("apply").code == 0
    assert world.sandbox.show()["memberships"] == world.sandbox.show()["accounts"] == []
    record = [each for each in world.run("audit", "show", "--json").json["records"] if each["action"] == "platform.retired"]
    assert [each["initiator"] for each in record] == ["Grace"]


def test_a_platform_nobody_has_anything_on_cannot_be_retired(world: World) -> None:
    answer = world.run("platform", "retire", "nowhere", "--by", "Grace", "--json")
    assert answer.code == 2
    assert "Nobody holds anything" in answer.json["error"]
