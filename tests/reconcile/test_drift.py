"""What humans do by hand at a platform: reported, left alone, and never mistaken for ours."""

from __future__ import annotations

from tests.reconcile.conftest import MakeWorld
from tests.world import World, mapping

ADA, GRACE, EVE = "ada@example.com", "grace@example.com", "eve@example.com"
ADOPT = {"accounts": {"role": "user", "existing": "adopt"}}


def test_lesson_31_people_and_memberships_made_by_hand_survive_every_reconcile(world: World) -> None:
    world.store().add_member(EVE, "research", "admin")
    world.store().add_account("lin@example.com")
    ada = world.join(ADA, "Research")
    world.settle()
    world.store().add_member(ADA, "production", "admin")
    for _ in range(3):
        world.look_at()
        world.change(ada, title="Countess")
        world.settle()
    assert world.places(ADA) == {"research": "member", "production": "admin"}
    assert world.places(EVE) == {"research": "admin"}
    assert world.account("lin@example.com") == ("user", "active")


def test_lesson_31_a_hand_made_membership_that_a_rule_wants_too_stays_when_the_rule_goes(world: World) -> None:
    ada = world.join(ADA, "Production")
    world.settle()
    world.store().add_member(ADA, "research", "member")
    world.join(ADA, "Research")
    world.settle()
    assert {each.place: each.provenance for each in world.standing(ADA).holdings} == {
        "production": "created",
        "research": "found",
    }
    world.remove("Research", ada)
    world.settle()
    assert world.places(ADA) == {"research": "member", "production": "member"}


def test_with_adopt_a_hand_made_membership_goes_with_the_rule(make_world: MakeWorld) -> None:
    world = make_world(**ADOPT)
    ada = world.join(ADA, "Production")
    world.settle()
    world.store().add_member(ADA, "research", "member")
    world.join(ADA, "Research")
    world.settle()
    world.remove("Research", ada)
    world.settle()
    assert world.places(ADA) == {"production": "member"}


def test_lesson_31_a_role_that_was_raised_goes_back_to_what_a_human_had_given(world: World) -> None:
    ada = world.join(ADA, "Production")
    world.settle()
    world.store().add_member(ADA, "research", "member")
    world.store().add_member("root@example.com", "research", "admin")
    world.group("Research Admins", ada)
    world.settle()
    assert world.places(ADA)["research"] == "admin"
    world.remove("Research Admins", ada)
    world.settle()
    assert world.places(ADA) == {"research": "member", "production": "member"}
    assert world.standing(ADA).holdings[0].place == "production"


def test_lesson_31_a_found_role_that_was_wanted_first_and_raised_later_goes_back_too(world: World) -> None:
    ada = world.join(ADA, "Production")
    world.settle()
    world.store().add_member(ADA, "research", "member")
    world.store().add_member("root@example.com", "research", "admin")
    world.join(ADA, "Research")  # found as wanted
    world.settle()
    world.group("Research Admins", ada)
    world.settle()
    assert world.places(ADA)["research"] == "admin"
    world.remove("Research Admins", ada)
    world.remove("Research", ada)
    world.settle()
    assert world.places(ADA) == {"research": "member", "production": "member"}


def test_a_stronger_role_given_by_hand_is_not_lowered(world: World) -> None:
    ada = world.join(ADA, "Production")
    world.settle()
    world.store().add_member(ADA, "research", "admin")
    world.join(ADA, "Research")
    world.settle()
    assert world.places(ADA)["research"] == "admin"
    world.remove("Research", ada)
    world.settle()
    assert world.places(ADA)["research"] == "admin"


def test_what_a_human_took_away_is_reported_and_not_given_back(world: World) -> None:
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    world.store().remove_member(ADA, "research")
    world.look_at(ada)
    world.look_at(ada)
    assert world.places(ADA) == {"production": "member"}
    assert [each.detail for each in world.audit("drift.removed_by_hand")] == ['"member" in research was taken away by hand']
    assert {each.place: each.state for each in world.standing(ADA).holdings} == {
        "production": "held",
        "research": "removed_by_hand",
    }


def test_what_a_human_gave_back_is_ours_again(world: World) -> None:
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    world.store().remove_member(ADA, "research")
    world.look_at(ada)
    world.store().add_member(ADA, "research", "member")
    world.look_at(ada)
    world.remove("Research", ada)
    world.settle()
    assert world.places(ADA) == {"production": "member"}


def test_repair_gives_back_what_a_human_took(make_world: MakeWorld) -> None:
    world = make_world(drift="repair")
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    world.store().remove_member(ADA, "research")
    world.look_at(ada)
    assert world.places(ADA) == {"research": "member", "production": "member"}


def test_repair_sets_a_role_right_and_losing_it_takes_the_membership(make_world: MakeWorld) -> None:
    world = make_world(drift="repair")
    world.store().add_member("root@example.com", "research", "admin")
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    world.store().add_member(ADA, "research", "admin")
    world.look_at(ada)
    assert world.places(ADA) == {"research": "member", "production": "member"}
    world.remove("Research", ada)
    world.settle()
    assert world.places(ADA) == {"production": "member"}


def test_a_role_changed_by_hand_is_reported_and_stays(world: World) -> None:
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    world.store().add_member(ADA, "research", "admin")
    world.look_at(ada)
    assert world.places(ADA)["research"] == "admin"


def test_an_account_taken_away_by_hand_is_not_made_again(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    world.store().remove_account(ADA)
    world.look_at(ada)
    world.look_at(ada)
    assert world.account(ADA) is None
    assert [each.detail for each in world.audit("drift.removed_by_hand")] == [
        "The account of ada@example.com was taken away by hand"
    ]
    assert world.slate() == []


def test_repair_makes_an_account_again_with_its_places(make_world: MakeWorld) -> None:
    world = make_world(drift="repair")
    ada = world.join(ADA, "Research")
    world.settle()
    world.store().remove_account(ADA)
    world.look_at(ada)
    assert world.places(ADA) == {"research": "member"}


def test_an_adopted_account_keeps_the_stronger_role_it_had(make_world: MakeWorld) -> None:
    world = make_world(**ADOPT)
    world.store().add_account("root@example.com", "owner")
    world.store().add_account(ADA, "owner")
    world.join(ADA, "Research")
    world.settle()
    assert world.account(ADA) == ("owner", "active")


def test_an_adopted_account_goes_when_the_last_grant_does(make_world: MakeWorld) -> None:
    world = make_world(**ADOPT)
    world.store().add_account(ADA)
    ada = world.join(ADA, "Research")
    world.settle()
    world.remove("Research", ada)
    world.settle()
    assert world.account(ADA) is None


def test_an_account_that_is_nobodys_is_not_touched_when_its_namesake_leaves(world: World) -> None:
    world.store().add_member(ADA, "production", "member")
    ada = world.join(ADA, "Research")
    world.settle()
    key = world.store().add_key(ADA, "production")
    world.deactivate(ada)
    world.settle()
    assert world.places(ADA) == {"production": "member"}
    assert world.key(key) == "active"
    assert world.slate() == []


def test_the_sweep_finds_what_humans_did(make_world: MakeWorld) -> None:
    """Every holder is looked at in turn, without a push."""
    world = make_world(files={"sandbox": mapping(drift="repair")})
    world.join(ADA, "Research")
    world.join(GRACE, "Research")
    world.settle()
    world.store().remove_member(ADA, "research")
    sweep = world.house.sweep
    sweep.look()
    sweep._last["drift sandbox"] -= sweep._interval
    sweep.look()
    world.settle()
    assert world.places(ADA) == {"research": "member"}
