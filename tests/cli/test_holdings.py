"""`holdings`: every state as a script sees it."""

from __future__ import annotations

from tests.cli.worlds import SANDBOX, World

MANUAL = SANDBOX.replace("accept: auto", "accept: manual")


def test_an_empty_bridge_says_so_and_what_to_do_next(world: World) -> None:
    answer = world.run("holdings")
    assert answer.code == 0
    assert "Nobody has access yet" in answer.out
    assert "mapping explain" in answer.out
    assert world.run("holdings", "--json").json == {"holdings": []}


def test_what_is_there_is_held_with_its_reasons(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    rows = world.run("holdings", "--json").json["holdings"]
    assert [(row["place"], row["role"], row["state"]) for row in rows] == [
        (None, "user", "held"),
        ("research", "member", "held"),
    ]
    account = world.sandbox.show()["accounts"][0]
    for row in rows:
        assert row["platform"] == "sandbox"
        assert row["user_name"] == row["principal"]["name"] == account["email"]
        assert row["principal"]["kind"] == "person"
        assert row["because"] == [{"rule": "researchers", "group": "Research"}]


def test_a_push_that_nobody_has_looked_at_is_waiting(world: World) -> None:
    world.hire("ada", "Research")
    assert world.states() == {("ada", None): ("user", "waiting"), ("ada", "research"): ("member", "waiting")}


def test_an_open_invitation_shows_as_one_and_its_places_wait(bare: World) -> None:
    world = bare.start(MANUAL)
    world.hire("ada", "Research")
    world.drain()
    assert world.states() == {("ada", None): ("user", "invited"), ("ada", "research"): ("member", "waiting")}


def test_somebody_who_left_is_leaving_until_it_is_done_and_then_gone(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    world.deactivate("ada")
    assert world.states() == {("ada", None): ("user", "leaving"), ("ada", "research"): ("member", "leaving")}
    world.drain()
    assert world.states() == {}


def test_a_role_to_come_shows_beside_the_one_that_is_there(bare: World) -> None:
    rule = "  - name: heads\n    when: {group: Heads}\n    grant:\n      - {place: research, role: admin, allow_admin: true}\nmode:"
    world = bare.start(SANDBOX.replace("mode:", rule))
    world.hire("ada", "Research")
    world.drain()
    world.join("Heads", "ada")
    (row,) = [row for row in world.run("holdings", "--json").json["holdings"] if row["place"] == "research"]
    assert (row["role"], row["has"], row["state"]) == ("admin", "member", "waiting")
    world.drain()
    assert world.states()["ada", "research"] == ("admin", "held")


def test_what_the_brake_holds_is_held_back_with_the_cause(world: World) -> None:
    names = [f"p{number}" for number in range(10)]
    for name in names:
        world.hire(name, "Research")
    world.drain()
    world.leave_group("Research", names[:8])
    world.drain()
    states = world.states()
    assert {states[name, "research"][1] for name in names[:8]} == {"held_back"}
    assert {states[name, "research"][1] for name in names[8:]} == {"held"}
    assert "8 people would lose something" in world.run("holdings").out


def test_what_a_human_took_away_is_told_and_not_given_back(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    world.sandbox.remove_member("ada@example.com", "research")
    assert world.run("apply").code == 0
    assert world.states() == {("ada", None): ("user", "held"), ("ada", "research"): ("member", "removed_by_hand")}


def test_holdings_of_a_platform_without_a_file_are_orphaned(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    (world.folder / "mappings" / "sandbox.yaml").unlink()
    world.take_up()
    assert world.states() == {("ada", None): ("user", "orphaned"), ("ada", "research"): ("member", "orphaned")}


def test_a_place_that_is_missing_parks_that_grant_alone(bare: World) -> None:
    world = bare.start(SANDBOX.replace("place: production,", "place: elsewhere,"))
    world.hire("ada", "Research", "Production")
    world.drain()
    assert world.states() == {
        ("ada", None): ("user", "held"),
        ("ada", "research"): ("member", "held"),
        ("ada", "elsewhere"): ("member", "parked"),
    }
    assert 'no place "elsewhere"' in world.run("holdings").out


def test_in_mode_plan_what_is_wanted_waits_and_nothing_is_left_to_do(bare: World) -> None:
    world = bare.start(SANDBOX.replace("mode: apply", "mode: plan"))
    world.hire("ada", "Research")
    world.drain()
    assert world.states()["ada", "research"] == ("member", "waiting")
    assert world.run("work", "list", "--json").json == {"work": []}


def test_an_account_that_is_kept_on_leaving_stays_held(bare: World) -> None:
    world = bare.start(SANDBOX + "offboarding: {account: keep}\n")
    world.hire("ada", "Research")
    world.drain()
    world.deactivate("ada")
    world.drain()
    assert world.states() == {("ada", None): ("user", "held")}


def test_a_suspended_account_shows_no_row(bare: World) -> None:
    world = bare.start(SANDBOX + "offboarding: {account: suspend}\n")
    world.hire("ada", "Research")
    world.drain()
    world.deactivate("ada")
    world.drain()
    assert world.states() == {}
    assert world.sandbox.show()["accounts"][0]["state"] == "suspended"


def test_person_and_platform_narrow_it(world: World) -> None:
    world.hire("ada", "Research")
    world.hire("grace", "Production")
    world.drain()
    assert {who for who, _ in world.states(person="ADA@example.com")} == {"ada"}
    assert len(world.states(platform="sandbox")) == 4
    assert world.run("holdings", "--platform", "nowhere").code == 2
    missing = world.run("holdings", "--person", "nobody", "--json")
    assert (missing.code, list(missing.json)) == (2, ["error"])


def test_asking_calls_no_platform(world: World) -> None:
    for number in range(3):
        world.hire(f"p{number}", "Research")
    world.drain()
    before = len(world.sandbox.calls())
    assert len(world.states()) == 6
    assert len(world.sandbox.calls()) == before


def test_long_tables_stay_readable_in_a_hundred_columns(world: World) -> None:
    world.hire("a-very-long-name-of-somebody-with-several-given-names.and.a.long.family.name", "Research", "Production")
    world.drain()
    lines = world.run("holdings").out.splitlines()
    assert max(map(len, lines)) <= 100
    assert any("held" in line for line in lines)


def test_control_characters_of_a_name_do_not_reach_the_terminal(world: World) -> None:
    world.join("Research\x1b[2J")
    world.hire("ada", "Research")
    world.drain()
    assert "\x1b" not in world.run("audit", "show").out


def test_without_a_mapping_file_in_force_that_is_said(bare: World) -> None:
    bare.start()
    (bare.folder / "mappings" / "sandbox.yaml").unlink()
    bare.take_up()
    assert "No mapping file is in force" in bare.run("holdings").out
