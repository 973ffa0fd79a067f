"""`plan`: everything that would be done, and nothing done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from scim_bridge.access.change import Change, Outcome
from scim_bridge.connectors.sandbox import SANDBOX as TYPE
from scim_bridge.reconcile.preview import preview
from scim_bridge.settings import Settings
from scim_bridge.wiring import build
from tests.cli.worlds import SANDBOX, World


def test_nothing_to_do_is_said_and_exits_zero(world: World) -> None:
    answer = world.run("plan")
    assert (answer.code, answer.err) == (0, "")
    assert "Nothing to do" in answer.out


def test_the_plan_has_every_step_of_joining_with_its_reason(world: World) -> None:
    world.hire("ada", "Research")
    answer = world.run("plan", "--json")
    assert answer.code == 1
    changes = answer.json["changes"]
    assert [(each["kind"], each["place"], each["role"]) for each in changes] == [
        ("invite", None, "user"),
        ("grant", "research", "member"),
    ]
    assert all(each["because"][0]["rule"] == "researchers" for each in changes)
    assert answer.json["held"] is False


def test_the_plan_of_mode_plan_is_shown_and_says_that_nothing_is_written(bare: World) -> None:
    world = bare.start(SANDBOX.replace("mode: apply", "mode: plan"))
    world.hire("ada", "Research")
    world.drain()
    answer = world.run("plan")
    assert answer.code == 1
    assert "ada@example.com" in answer.out
    assert "Mode plan" in answer.out
    assert world.sandbox.show()["accounts"] == []


def test_a_leaver_is_planned_with_keys_and_hand_made_places(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    world.sandbox.add_key("ada@example.com", "research")
    world.sandbox.add_member("ada@example.com", "production", "member")
    world.deactivate("ada")
    kinds = [each["kind"] for each in world.run("plan", "--json").json["changes"]]
    assert kinds == ["withdraw_key", "revoke", "revoke", "remove_account"]


def test_the_same_world_has_the_same_digest(world: World) -> None:
    world.hire("ada", "Research")
    first = world.run("plan", "--json").json["digest"]
    assert world.run("plan", "--json").json["digest"] == first
    world.hire("grace", "Research")
    assert world.run("plan", "--json").json["digest"] != first


def test_what_is_held_is_part_of_the_plan_and_names_the_cause(world: World) -> None:
    names = [f"p{number}" for number in range(8)]
    for name in names:
        world.hire(name, "Research")
    world.drain()
    world.leave_group("Research", names)
    world.drain()
    answer = world.run("plan", "--json")
    assert answer.code == 3
    assert answer.json["held"] is True
    assert len([each for each in answer.json["changes"] if each["kind"] == "revoke"]) == 8
    assert ['8 no longer given by group "Research"' in cause for cause in answer.json["causes"]] == [True]
    assert answer.json["digest"] in world.run("plan").out


def test_a_platform_that_does_not_answer_is_told_and_the_others_are_shown(world: World) -> None:
    world.mapping("broken.yaml", SANDBOX.replace("{places:", "{path: other.db, places:"))
    world.take_up()
    world.hire("ada", "Research")
    SandboxOf(world, "other.db").down()
    answer = world.run("plan", "--json")
    assert answer.code == 1
    assert list(answer.json["problems"]) == ["broken"]
    assert {each["platform"] for each in answer.json["changes"]} == {"sandbox"}
    assert "broken: The sandbox is down" in answer.err


@dataclass
class SandboxOf:
    world: World
    file: str

    def down(self) -> None:
        from scim_bridge.connectors.sandbox import SandboxStore

        SandboxStore(self.world.folder / self.file).set_fault("down")


def test_changed_files_that_are_not_in_force_are_noted(world: World) -> None:
    world.mapping("sandbox.yaml", SANDBOX + "# changed\n")
    assert "not in force yet" in world.run("plan").err
    world.take_up()
    assert world.run("plan").err == ""


@dataclass
class Recording:
    """A connector that writes down what is asked of it."""

    inner: Any
    asked: list[str] = field(default_factory=list)

    @property
    def capabilities(self) -> Any:
        return self.inner.capabilities

    def places(self) -> Any:
        self.asked.append("places")
        return self.inner.places()

    def observe(self, *given: Any, **named: Any) -> Any:
        self.asked.append("observe")
        return self.inner.observe(*given, **named)

    def apply(self, change: Change) -> Outcome:
        self.asked.append(f"apply {change.kind}")
        raise AssertionError(f"a plan must not {change.kind}")


@pytest.fixture
def recorded(world: World) -> tuple[World, list[str], Any]:
    asked: list[str] = []
    kind = replace(TYPE, make=lambda connection, around: Recording(TYPE.make(connection, around), asked))  # type: ignore[arg-type,return-value]
    settings = Settings(database_url=f"sqlite:///{world.folder}/bridge.db", mappings=str(world.folder / "mappings"))
    return world, asked, build(settings, environment={}, connectors={"sandbox": kind})


def test_planning_reads_the_platform_and_never_changes_it(recorded: tuple[World, list[str], Any]) -> None:
    world, asked, house = recorded
    world.hire("ada", "Research")
    world.drain()
    world.hire("grace", "Production")
    world.deactivate("ada")
    before = (world.sandbox.show(), world.run("work", "list", "--json").json)
    seen = preview(house.database, house.platforms)
    house.database.dispose()
    assert {each.kind for each in seen.plan.changes} == {"revoke", "remove_account", "invite", "grant"}
    assert set(asked) == {"places", "observe"}
    after = (world.sandbox.show(), world.run("work", "list", "--json").json)
    assert before == after


def test_the_last_administrator_is_not_planned_away_but_told(bare: World) -> None:
    rule = "  - name: owners\n    when: {group: Owners}\n    grant:\n      - {account: owner, allow_admin: true}\nmode:"
    world = bare.start(SANDBOX.replace("mode:", rule))
    world.hire("ada", "Owners")
    world.run("apply")
    released = world.run("plan", "--json").json
    if released["held"]:
        world.run("apply", "--digest", released["digest"], "--by", "Grace")
    assert world.states()["ada", None] == ("owner", "held")
    world.deactivate("ada")
    answer = world.run("plan", "--json").json
    assert "remove_account" not in {each["kind"] for each in answer["changes"]}
    assert "last administrator" in answer["obstacles"][0]["why"]


def test_work_that_cannot_be_done_is_no_agreement(bare: World) -> None:
    world = bare.start(SANDBOX.replace("place: research", "place: moon"))
    world.hire("ada", "Research")
    world.drain()
    answer = world.run("plan")
    assert answer.code == 1
    assert "Nothing to do" not in answer.out
    assert 'no place "moon"' in answer.out


def test_what_was_given_by_hand_is_reported_and_is_nothing_to_do(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    world.sandbox.add_member("ada@example.com", "production", "admin")
    answer = world.run("plan")
    assert answer.code == 0
    assert 'ada@example.com: "admin" in production, given by hand' in answer.out
    (told,) = world.run("plan", "--json").json["unmanaged"]
    assert (told["platform"], told["user_name"]) == ("sandbox", "ada@example.com")


def test_without_a_file_in_force_nothing_is_planned_and_it_says_so(bare: World) -> None:
    world = bare.start()
    (world.folder / "mappings" / "sandbox.yaml").unlink()
    world.take_up()
    assert "No mapping file is in force" in world.run("plan").out


def test_the_plan_of_one_person_looks_at_that_person_alone(recorded: tuple[World, list[str], Any]) -> None:
    world, asked, house = recorded
    for number in range(60):  # more than one observation serves
        world.hire(f"p{number}", "Research")
    world.hire("ada", "Production")
    seen = preview(house.database, house.platforms, people=[world.person_id("ada")])
    house.database.dispose()
    assert [(each.user_name, each.kind, each.place) for each in seen.plan.changes] == [
        ("ada@example.com", "invite", None),
        ("ada@example.com", "grant", "production"),
    ]
    assert asked == ["places", "observe"]
    assert world.run("plan", "--person", "ada@example.com", "--json").json["changes"] == seen.as_json()["changes"]


def test_the_plan_of_somebody_who_is_as_wanted_is_empty_whatever_the_others_lack(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    world.hire("grace", "Research")
    answer = world.run("plan", "--person", "ada@example.com", "--platform", "sandbox")
    assert answer.code == 0
    assert "Nothing to do for this person." in answer.out
    assert world.run("plan", "--person", "grace@example.com").code == 1
    assert world.run("plan", "--person", "nobody").code == 2


def test_the_plan_of_one_person_says_held_only_where_something_of_theirs_is(world: World) -> None:
    names = [f"p{number}" for number in range(8)]
    for name in ("ada", *names):
        world.hire(name, "Research")
    world.drain()
    world.leave_group("Research", names)
    world.drain()
    whole = world.run("plan", "--json").json
    theirs = world.run("plan", "--person", "p3@example.com", "--json")
    assert (theirs.code, theirs.json["held"], theirs.json["digest"]) == (3, True, whole["digest"])
    assert {each["user_name"] for each in theirs.json["changes"]} == {"p3@example.com"}
    assert "That releases everything that is held" in world.run("plan", "--person", "p3@example.com").out
    others = world.run("plan", "--person", "ada@example.com", "--json")
    assert (others.code, others.json["held"], others.json["causes"]) == (0, False, [])
