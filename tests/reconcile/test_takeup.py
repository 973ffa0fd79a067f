"""Mapping files are taken up as a set: read, checked, weighed, in force. A bad set changes nothing."""

from __future__ import annotations

from typing import Any

from scim_bridge.access.change import Change, Outcome
from scim_bridge.db import utc_now
from scim_bridge.ledger import holds as holding
from scim_bridge.work.marks import Key, mark
from tests.reconcile.conftest import MakeWorld, wrapped_world
from tests.world import RULES, World, Wrapped, mapping

ADA, GRACE = "ada@example.com", "grace@example.com"


class Recording(Wrapped):
    """Notes every change it is asked for."""

    asked: int = 0

    def apply(self, change: Change) -> Outcome:
        self.asked += 1
        return super().apply(change)


def test_lesson_36_in_mode_plan_the_hand_asks_the_platform_for_no_change(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, Recording, mode="plan")
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    world.deactivate(ada)
    world.settle()
    world.look_at()
    assert platform.asked == 0
    assert world.calls() == []
    assert world.slate() == []


def test_turning_to_apply_gives_what_was_planned(make_world: MakeWorld) -> None:
    world = make_world(mode="plan")
    world.join(ADA, "Research")
    world.settle()
    assert world.account(ADA) is None
    world.write(sandbox=mapping(mode="apply"))
    world.settle()
    assert world.places(ADA) == {"research": "member"}


def test_lesson_35_a_bad_file_never_unloads_the_good_set(world: World) -> None:
    world.join(ADA, "Research")
    world.settle()
    refused = world.write(sandbox=mapping(rules=[{"name": "x", "when": {"group": "G"}, "grnt": []}]))
    assert refused.errors
    assert not refused.changed
    world.join(GRACE, "Research")
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    assert world.places(GRACE) == {"research": "member"}
    world.another_hand()
    world.look_at()
    assert len(world.store().show()["memberships"]) == 2


def test_lesson_35_a_bad_file_beside_a_good_one_takes_up_neither(world: World) -> None:
    rules = [{"name": "r", "when": {"group": "Research"}, "grant": [{"place": "production", "role": "member"}]}]
    world.join(ADA, "Research")
    world.settle()
    assert world.write(sandbox=mapping(rules=rules), broken="version: 1\nconnector: nothing\n").errors
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    assert world.write(broken=None).changed
    world.settle()
    assert world.places(ADA) == {"production": "member"}


def test_a_changed_rule_moves_everybody_it_concerns(world: World) -> None:
    world.join_many(3, "Research")
    world.settle()
    rules = [{"name": "r", "when": {"group": "Research"}, "grant": [{"place": "production", "role": "member"}]}]
    world.write(sandbox=mapping(rules=rules))
    world.settle()
    assert {row["place"] for row in world.store().show()["memberships"]} == {"production"}
    assert [each.outcome for each in world.audit("mapping.taken_up")] == ["done", "done"]


def test_a_file_taken_away_revokes_nothing_and_leaves_nothing_due(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    state = world.store().show()
    world.write(sandbox=None)
    world.settle()
    world.deactivate(ada)
    world.settle()
    assert world.store().show() == state
    assert world.slate() == []
    assert world.standing(ADA).account is not None  # orphaned, not forgotten


def test_an_orphaned_platforms_marks_are_settled_after_a_restart_too(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    world.write(sandbox=None)
    world.deactivate(ada)
    world.another_hand()
    assert "sandbox" in world.house.platforms.names()
    world.settle()
    assert world.slate() == []
    assert "sandbox" not in world.house.platforms.names()


def test_a_file_that_comes_back_goes_on_where_it_was(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.join(GRACE, "Research")
    world.settle()
    world.write(sandbox=None)
    world.settle()
    world.deactivate(ada)
    world.settle()
    world.write(sandbox=mapping())
    world.settle()
    assert world.account(ADA) is None
    assert world.places(GRACE) == {"research": "member"}
    assert world.invitations(GRACE) == ["accepted"]


def test_a_retired_platform_gives_everything_back_through_the_brake_and_ends(world: World) -> None:
    world.join_many(8, "Research")
    world.settle()
    world.write(sandbox=None)
    world.settle()
    with world.database.writing() as connection:
        holding.retire(connection, "sandbox", by="carol@example.com", now=utc_now())
        mark(connection, [Key("sandbox", "everybody", "*")], now=utc_now())
    world.settle()
    assert len(world.held()) == 8
    world.release()
    world.settle()
    assert world.store().show()["accounts"] == []
    world.house.sweep.look()
    assert world.house.platforms.names() == ()
    with world.database.reading() as connection:
        assert holding.retired_platforms(connection) == {}


def grants(*rules: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [
        {"name": f"{group} {place}", "when": {"group": group}, "grant": [{"place": place, "role": role, "allow_admin": True}]}
        for group, place, role in rules
    ]


def test_gains_of_a_changed_set_above_the_limit_are_held_and_released(make_world: MakeWorld) -> None:
    world = make_world(brake={"gains": 3})
    world.join_many(5, "Lab")
    world.settle()
    rules = [*RULES, *grants(("Lab", "research", "member"))]
    world.write(sandbox=mapping(rules=rules, brake={"gains": 3}))
    world.settle()
    assert world.store().show()["accounts"] == []
    assert "would give access to 5 people, more than 3" in world.held()[0].cause
    assert world.slate() == []
    world.join(ADA, "Research")
    world.settle()
    assert world.places(ADA) == {"research": "member"}  # a push goes through meanwhile
    world.release()
    world.settle()
    assert len(world.store().show()["memberships"]) == 6
    world.look_at()
    with world.database.reading() as connection:
        assert holding.holds(connection) == []


def test_gains_within_the_limit_go_on(make_world: MakeWorld) -> None:
    world = make_world(brake={"gains": 5})
    world.join_many(5, "Lab")
    world.settle()
    world.write(sandbox=mapping(rules=[*RULES, *grants(("Lab", "research", "member"))], brake={"gains": 5}))
    world.settle()
    assert len(world.store().show()["memberships"]) == 5


def test_a_new_administrative_role_of_a_changed_set_is_held_whatever_the_number(world: World) -> None:
    world.join(ADA, "Research")
    world.settle()
    world.write(sandbox=mapping(rules=[*RULES, *grants(("Research", "research", "admin"))]))
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    assert "administrative role to 1 person" in world.held()[0].cause
    world.release()
    world.settle()
    assert world.places(ADA) == {"research": "admin"}


def test_held_gains_stay_held_through_another_change_of_the_files(make_world: MakeWorld) -> None:
    """The set in force wants them already; that nobody released them must not be forgotten."""
    world = make_world()
    world.join(ADA, "Research")
    world.settle()
    rules = [*RULES, *grants(("Research", "research", "admin"))]
    world.write(sandbox=mapping(rules=rules))
    world.settle()
    world.write(sandbox=mapping(rules=rules, offboarding={"account": "keep"}))
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    assert len(world.held()) == 1


def test_held_gains_that_the_files_take_back_are_gone(world: World) -> None:
    world.join(ADA, "Research")
    world.settle()
    world.write(sandbox=mapping(rules=[*RULES, *grants(("Research", "research", "admin"))]))
    world.settle()
    world.write(sandbox=mapping())
    world.settle()
    assert world.held() == []
    assert world.places(ADA) == {"research": "member"}


def test_a_held_gain_of_somebody_who_leaves_is_gone(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    world.write(sandbox=mapping(rules=[*RULES, *grants(("Research", "research", "admin"))]))
    world.settle()
    world.deactivate(ada)
    world.settle()
    assert world.held() == []
    assert world.account(ADA) is None


def test_another_name_for_a_place_is_no_gain(make_world: MakeWorld) -> None:
    rule = {"name": "r", "when": {"group": "Research"}}
    old = {**rule, "grant": [{"place": "old name", "role": "admin", "allow_admin": True}]}
    new = {**rule, "grant": [{"place": "new name", "role": "admin", "allow_admin": True}]}
    world = make_world(places={"old name": {"id": "place_research"}}, rules=[old])
    world.join(ADA, "Research")
    world.settle()
    assert world.places(ADA) == {"research": "admin"}
    world.write(sandbox=mapping(places={"new name": {"id": "place_research"}}, rules=[new]))
    world.settle()
    assert world.held() == []
    assert world.store().history(ADA, "research") == ["admin"]


def test_a_first_start_with_nobody_in_the_book_holds_nothing(make_world: MakeWorld) -> None:
    world = make_world(brake={"gains": 1})
    world.join_many(5, "Research")
    world.settle()
    assert len(world.store().show()["memberships"]) == 5


def test_files_that_change_while_they_are_looked_at_are_taken_up_when_two_looks_agree(world: World) -> None:
    world.join(ADA, "Research")
    world.settle()
    (world.mappings / "sandbox.yaml").write_text(mapping(rules=grants(("Research", "production", "member"))))
    assert not world.house.take_up.look().changed
    assert world.house.take_up.look().changed
    world.settle()
    assert world.places(ADA) == {"production": "member"}


def test_a_changed_set_during_a_run_stops_it_before_the_next_call(make_world: MakeWorld) -> None:
    class Meddling(Wrapped):
        act: Any = None

        def apply(self, change: Change) -> Outcome:
            outcome = super().apply(change)
            if self.act is not None:
                act, self.act = self.act, None
                act()
            return outcome

    world, platform = wrapped_world(make_world, Meddling)
    world.join(ADA, "Research")
    rules = grants(("Research", "production", "member"))
    platform.act = lambda: world.write(sandbox=mapping(rules=rules))
    world.settle()
    assert world.places(ADA) == {"production": "member"}
    assert ("grant", ADA, "research") not in world.did()
