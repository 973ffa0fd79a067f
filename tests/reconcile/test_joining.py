"""Somebody is pushed and gets what the rules say: an account, places, roles, under one identity."""

from __future__ import annotations

from typing import Any

from tests.reconcile.conftest import MakeWorld
from tests.world import RULES, World

ADA, GRACE = "ada@example.com", "grace@example.com"


def test_a_member_of_a_group_is_invited_and_put_into_its_place(world: World) -> None:
    world.join(ADA, "Research")
    world.settle()
    assert world.account(ADA) == ("user", "active")
    assert world.places(ADA) == {"research": "member"}
    assert world.did() == [("invite", ADA, None), ("grant", ADA, "research")]
    assert world.slate() == []


def test_whoever_is_in_no_group_is_not_asked_about(world: World) -> None:
    world.user(ADA)
    world.settle()
    assert set(world.calls()) <= {"list_places", "retrieve"}
    assert world.slate() == []


def test_places_wait_for_an_invitation_and_follow_it(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"})
    world.join(ADA, "Research", "Production")
    world.settle()
    assert world.account(ADA) is None
    assert world.invitations(ADA) == ["pending"]
    world.store().accept(ADA)
    world.house.sweep.look()
    world.settle()
    assert world.places(ADA) == {"research": "member", "production": "member"}
    assert [each.subject for each in world.audit("invitation.accepted")] == [ADA]


def test_an_invitation_that_ran_out_is_sent_again(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"})
    world.join(ADA, "Research")
    world.settle()
    world.store().expire(ADA)
    world.look_at(ADA)
    assert world.invitations(ADA) == ["expired", "pending"]


def test_an_invitation_that_a_human_cancelled_is_not_sent_again(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"})
    world.join(ADA, "Research")
    world.settle()
    world.store().expire(ADA)
    world.look_at(ADA)  # a second one, beside the one that ran out
    with world.store()._hands() as db:
        db.execute("UPDATE invitation SET state = 'cancelled' WHERE state = 'pending'")
    world.look_at(ADA)
    assert world.invitations(ADA) == ["expired", "cancelled"]
    assert world.standing(ADA).account.state == "removed_by_hand"  # type: ignore[union-attr]


def test_a_changed_address_takes_the_open_invitation_back_and_sends_another(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"})
    ada = world.join(ADA, "Research")
    world.settle()
    world.change(ada, userName="ada.byron@example.com")
    world.settle()
    assert world.invitations(ADA) == ["cancelled"]
    assert world.invitations("ada.byron@example.com") == ["pending"]


def test_where_people_are_not_invited_an_account_is_made(make_world: MakeWorld) -> None:
    world = make_world(connection={"invitations": False})
    world.join(ADA, "Research")
    world.settle()
    assert world.did() == [("create_account", ADA, None), ("grant", ADA, "research")]
    assert world.places(ADA) == {"research": "member"}


def test_a_second_look_changes_nothing_and_says_nothing(world: World) -> None:
    ada = world.join(ADA, "Research", "Owners")
    world.settle()
    before, state = world.audit(), world.store().show()
    world.look_at(ada)
    world.look_at()
    assert world.store().show() == state
    assert world.audit() == before


def test_a_stronger_role_in_a_place_is_one_call_and_never_a_moment_without(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    before = world.writes()
    world.group("Research Admins", ada)
    world.settle()
    assert world.writes() == [*before, "update_member"]
    assert world.store().history(ADA, "research") == ["member", "admin"]


def test_lesson_26_an_invitation_whose_answer_was_lost_is_found_and_not_doubled(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"})
    world.store().set_fault("lose-answer", 1, only="invite")
    world.join(ADA, "Research")
    world.settle_at_last()
    assert world.invitations(ADA) == ["pending"]
    own = world.standing(ADA).account
    assert own is not None
    assert (own.state, own.provenance) == ("invited", "created")
    assert [each.action for each in world.audit(platform="sandbox")] == ["invite"]
    assert world.open_intents() == 0


def test_lesson_26_a_lost_answer_that_made_an_account_at_once_makes_it_ours(world: World) -> None:
    world.store().set_fault("lose-answer", 1, only="invite")
    world.join(ADA, "Research")
    world.settle_at_last()
    assert world.places(ADA) == {"research": "member"}
    assert world.did() == [("invite", ADA, None), ("grant", ADA, "research")]
    assert world.parked() == {}


def test_a_lost_answer_of_a_grant_is_ours_all_the_same(world: World) -> None:
    ada = world.join(ADA, "Production")
    world.settle()
    world.store().set_fault("lose-answer", 1, only="add_member")
    world.join(ADA, "Research")
    world.settle_at_last()
    assert [each.provenance for each in world.standing(ADA).holdings] == ["created", "created"]
    assert world.did().count(("grant", ADA, "research")) == 1
    world.remove("Research", ada)
    world.settle()
    assert world.places(ADA) == {"production": "member"}


def test_a_grant_whose_answer_was_lost_and_that_nobody_wants_any_more_is_taken_back(world: World) -> None:
    ada = world.join(ADA, "Production")
    world.settle()
    world.store().set_fault("lose-answer", 1, only="add_member")
    world.join(ADA, "Research")
    world.settle()
    assert world.places(ADA) == {"research": "member", "production": "member"}
    world.remove("Research", ada)
    world.settle_at_last()
    assert world.places(ADA) == {"production": "member"}
    assert world.open_intents() == 0


def test_lesson_40_a_key_made_where_the_answer_to_the_grant_was_lost_goes_with_the_place(make_world: MakeWorld) -> None:
    """They were in, whether or not the bridge had heard of it."""
    world = make_world(moving={"keys": "withdraw"})
    ada = world.join(ADA, "Production")
    world.settle()
    world.store().set_fault("lose-answer", 1, only="add_member")
    world.join(ADA, "Research")
    world.settle()
    lost, kept = world.store().add_key(ADA, "research"), world.store().add_key(ADA, "production")
    world.remove("Research", ada)
    world.settle_at_last()
    assert world.places(ADA) == {"production": "member"}
    assert (world.key(lost), world.key(kept)) == ("inactive", "active")
    assert world.open_intents() == 0


def test_lesson_45_an_equal_address_adopts_nothing_unless_the_file_says_so(world: World) -> None:
    world.store().add_member(ADA, "production", "member")
    world.join(ADA, "Research")
    world.settle()
    assert world.places(ADA) == {"production": "member"}
    why = world.parked()[ADA]
    assert "existing: adopt" in why
    assert "remove it at the platform" in why
    assert world.standing(ADA).is_empty


def test_lesson_45_with_adopt_the_account_is_ours_from_then_on_and_audit_says_so_once(make_world: MakeWorld) -> None:
    world = make_world(accounts={"role": "user", "existing": "adopt"})
    world.store().add_account(ADA)
    ada = world.join(ADA, "Research")
    world.settle()
    world.look_at(ada)
    assert world.places(ADA) == {"research": "member"}
    assert [each.subject for each in world.audit("account.adopted")] == [ADA]
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) is None


def test_an_address_is_compared_whole_and_without_case(make_world: MakeWorld) -> None:
    world = make_world(accounts={"role": "user", "existing": "adopt"})
    world.store().add_account("ada+lab@example.com")
    world.store().add_account("GRACE@Example.COM")
    world.join(ADA, "Research")
    world.join(GRACE, "Research")
    world.settle()
    assert world.places("ada+lab@example.com") == {}
    assert world.places(ADA) == {"research": "member"}
    assert world.places("GRACE@Example.COM") == {"research": "member"}
    assert world.account(GRACE) is None


def test_two_people_with_one_address_do_not_both_get_it(world: World) -> None:
    emails = {"emails": [{"value": "team@example.com", "primary": True}]}
    world.join(ADA, "Research", **emails)
    world.settle()
    world.join(GRACE, "Production", **emails)
    world.settle()
    assert world.places("team@example.com") == {"research": "member"}
    assert world.parked()[GRACE].startswith("claimed")


def test_two_people_of_one_batch_with_one_address_do_not_both_get_it(world: World) -> None:
    emails = {"emails": [{"value": "team@example.com", "primary": True}]}
    world.join(ADA, "Research", **emails)
    world.join(GRACE, "Research", **emails)
    world.settle()
    assert world.calls().count("invite") == 1
    assert list(world.parked()) == [GRACE]


def test_lesson_46_a_rename_keeps_one_account_its_places_and_its_keys(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    key, account_id = world.store().add_key(ADA, "research"), world.standing(ADA).account.account_id  # type: ignore[union-attr]
    world.change(ada, userName="ada.byron@example.com", emails=[{"value": "ada.byron@example.com", "primary": True}])
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    assert world.calls().count("invite") == 1
    assert world.key(key) == "active"
    assert world.standing("ada.byron@example.com").account.account_id == account_id  # type: ignore[union-attr]
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) is None
    assert world.key(key) == "inactive"


def test_an_unknown_place_parks_that_grant_alone(make_world: MakeWorld) -> None:
    rules: list[dict[str, Any]] = [
        *RULES,
        {"name": "nowhere", "when": {"group": "Research"}, "grant": [{"place": "evals", "role": "member"}]},
    ]
    world = make_world(rules=rules)
    world.join(ADA, "Research")
    world.join(GRACE, "Production")
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    assert world.places(GRACE) == {"production": "member"}
    assert list(world.parked()) == [ADA]
    assert '"evals"' in world.parked()[ADA]


def test_a_place_that_turns_up_is_given_when_work_is_taken_up_again(make_world: MakeWorld) -> None:
    rules: list[dict[str, Any]] = [
        {"name": "nowhere", "when": {"group": "Research"}, "grant": [{"place": "evals", "role": "member"}]},
    ]
    world = make_world(rules=rules)
    ada = world.join(ADA, "Research")
    world.settle()
    assert "evals" in world.parked()[ADA]
    with world.store()._hands() as db:
        db.execute("INSERT INTO place (id, name, open) VALUES ('place_evals', 'evals', 1)")
    world.change(ada, title="Countess")
    world.settle()
    assert world.places(ADA) == {"evals": "member"}
    assert world.slate() == []


def test_a_place_that_was_renamed_takes_nothing_away(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    with world.store()._hands() as db:
        db.execute("UPDATE place SET name = 'renamed' WHERE name = 'research'")
    world.store()._places = ()
    world.look_at(ada)
    assert world.places(ADA) == {"renamed": "member"}
    assert '"research"' in world.parked()[ADA]


def test_lesson_27_adding_who_is_already_in_is_a_success(world: World) -> None:
    """A human adds the person between the look and the call."""
    world.join(ADA, "Production")
    world.settle()
    world.store().add_member(ADA, "research", "member")
    world.join(ADA, "Research")
    world.settle()
    assert world.places(ADA) == {"research": "member", "production": "member"}
    assert world.slate() == []


def test_somebody_without_an_address_parks_with_a_sentence(world: World) -> None:
    world.join("ada", "Research")
    world.settle()
    assert "no e-mail address" in world.parked()["ada"]
    assert "invite" not in world.calls()


def test_a_role_that_the_platform_refuses_for_good_parks_with_its_reason(world: World) -> None:
    world.store().set_fault("refuse", ADA)
    world.join(ADA, "Research")
    world.join(GRACE, "Research")
    world.settle()
    assert "refuses ada@example.com" in world.parked()[ADA]
    assert world.places(GRACE) == {"research": "member"}
    refused = [each for each in world.audit("invite") if each.outcome == "refused"]
    assert [each.subject for each in refused] == [ADA]


def test_what_parks_twice_for_one_reason_is_audited_once(world: World) -> None:
    world.store().set_fault("refuse", ADA)
    ada = world.join(ADA, "Research")
    world.settle()
    world.look_at(ada)
    world.retry()
    world.settle()
    assert len([each for each in world.audit("invite") if each.outcome == "refused"]) == 1


def test_parked_work_is_taken_up_again_by_a_new_push(world: World) -> None:
    world.store().set_fault("refuse", ADA)
    ada = world.join(ADA, "Research")
    world.settle()
    world.store().clear_faults()
    world.change(ada, title="Countess")
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    assert world.slate() == []


def test_out_of_seats_parks_and_says_so(world: World) -> None:
    world.store().set_fault("seats", 0)
    world.join(ADA, "Research")
    world.settle()
    assert "seats" in world.parked()[ADA]
    assert [each.outcome for each in world.audit("invite")] == ["out_of_seats"]


def test_lesson_33_nobody_is_made_administrator_by_a_group_no_rule_names(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.group("Administrators", ada)
    world.group("research admins of old", ada)
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    assert world.account(ADA) == ("user", "active")


def test_lesson_34_leaving_one_group_keeps_what_the_other_gives(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.group("Research Admins", ada)
    world.settle()
    assert world.places(ADA) == {"research": "admin"}
    world.store().add_member("root@example.com", "research", "admin")
    world.remove("Research Admins", ada)
    world.settle()
    assert world.store().history(ADA, "research") == ["admin", "member"]
    world.remove("Research", ada)
    world.settle()
    assert world.places(ADA) == {}


def test_lesson_43_removal_from_one_group_removes_only_its_grants(world: World) -> None:
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    world.remove("Research", ada)
    world.settle()
    assert world.places(ADA) == {"production": "member"}
    assert world.account(ADA) == ("user", "active")
