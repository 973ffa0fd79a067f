"""Leaving, moving, coming back: keys, invitations, places, account, each by its policy, each read back."""

from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.access.change import Change, Outcome
from tests.reconcile.conftest import MakeWorld, wrapped_world
from tests.world import World, Wrapped, mapping, wrapping

ADA = "ada@example.com"


def leaver(world: World) -> tuple[str, str]:
    """Ada, in two places, one of them by hand, with a key. Returns her id and the key's."""
    ada = world.join(ADA, "Research")
    world.settle()
    world.store().add_member(ADA, "production", "member")
    return ada, world.store().add_key(ADA, "research")


def test_everything_of_a_leaver_goes_in_order_hand_made_things_too(world: World) -> None:
    ada, key = leaver(world)
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) is None
    assert world.places(ADA) == {}
    assert world.key(key) == "inactive"
    assert [kind for kind, _, _ in world.did()[2:]] == ["withdraw_key", "revoke", "revoke", "remove_account"]
    assert world.unconfirmed() == []
    assert world.standing(ADA).account is None


def test_an_open_invitation_of_a_leaver_is_cancelled(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"})
    ada = world.join(ADA, "Research")
    world.settle()
    world.deactivate(ada)
    world.settle()
    assert world.invitations(ADA) == ["cancelled"]
    assert world.did() == [("invite", ADA, None), ("cancel_invitation", ADA, None)]
    assert world.standing(ADA).is_empty


def test_an_invitation_of_a_leaver_that_had_run_out_is_forgotten(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"})
    ada = world.join(ADA, "Research")
    world.settle()
    world.store().expire(ADA)
    world.deactivate(ada)
    world.settle()
    assert world.standing(ADA).is_empty
    assert world.invitations(ADA) == ["expired"]


def test_lesson_39_whoever_accepts_while_the_cancelling_is_under_way_is_removed(make_world: MakeWorld) -> None:
    """The look says pending, the person accepts, the cancelling is refused: looked at again, and removed."""
    world = make_world(connection={"accept": "manual"})
    ada = world.join(ADA, "Research")
    world.settle()
    world.store().set_fault("fail", 1, only="cancel_invitation")
    world.deactivate(ada)
    world.settle()
    assert world.invitations(ADA) == ["pending"]
    world.store().accept(ADA)
    world.settle_at_last()
    assert world.account(ADA) is None
    assert world.standing(ADA).is_empty


def test_lesson_39_a_kept_invitation_that_is_accepted_after_leaving_ends_at_the_next_poll(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"}, offboarding={"invitations": "keep"})
    ada = world.join(ADA, "Research")
    world.settle()
    world.deactivate(ada)
    world.settle()
    assert world.invitations(ADA) == ["pending"]
    world.store().accept(ADA)
    world.house.sweep.look()
    world.settle()
    assert world.account(ADA) is None


def test_lesson_38_one_platform_down_never_delays_another(make_world: MakeWorld) -> None:
    files = {"left": mapping(connection={"path": "left.db"}), "right": mapping(connection={"path": "right.db"})}
    world = make_world(files)
    ada = world.join(ADA, "Research")
    world.settle()
    world.store("right").set_fault("down")
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA, "left") is None
    assert world.account(ADA, "right") == ("user", "active")
    assert [(item.key.platform, item.state) for item in world.slate()] == [("right", "delayed")]
    assert "down" in (world.slate()[0].reason or "")
    world.store("right").clear_faults()
    world.later()
    world.settle()
    assert world.account(ADA, "right") is None
    assert world.slate() == []


def test_lesson_41_a_delete_weeks_after_deactivation_is_harmless_and_audit_survives(world: World) -> None:
    ada, _ = leaver(world)
    world.deactivate(ada)
    world.settle()
    done = world.did()
    world.delete(ada)
    world.settle()
    assert world.did() == done
    assert world.slate() == []
    assert {each.action for each in world.audit()} >= {"user.created", "user.deactivated", "user.deleted"}
    assert world.scim.get(f"/Users/{ada}").status_code == 404


def test_a_delete_without_deactivation_takes_everything(world: World) -> None:
    ada, key = leaver(world)
    world.delete(ada)
    world.settle()
    assert world.account(ADA) is None
    assert world.key(key) == "inactive"


def test_a_delete_of_somebody_whose_address_is_no_user_name_still_finds_the_lost_invitation(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"})
    world.store().set_fault("lose-answer", 1, only="invite")
    ada = world.join("ada", "Research", emails=[{"value": ADA, "primary": True}])
    world.settle()
    world.delete(ada)
    world.settle_at_last()
    assert world.invitations(ADA) == ["cancelled"]


def test_lesson_42_rehire_restores_what_the_bridge_withdrew_and_nothing_else(world: World) -> None:
    ada, key = leaver(world)
    world.deactivate(ada)
    world.settle()
    world.reactivate(ada)
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    assert world.key(key) == "inactive"


def test_lesson_42_what_a_human_took_before_leaving_is_not_given_on_rehire(world: World) -> None:
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    world.store().remove_member(ADA, "production")
    world.look_at(ada)
    world.deactivate(ada)
    world.settle()
    world.reactivate(ada)
    world.settle()
    assert world.places(ADA) == {"research": "member"}


def test_lesson_42_a_deleted_and_re_created_person_is_the_same_one(world: World) -> None:
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    person = world.person_id(ADA)
    world.store().remove_member(ADA, "production")
    world.look_at(ada)
    world.delete(ada)
    world.settle()
    again = world.user(ADA)
    world.add("Research", again)
    world.add("Production", again)
    world.settle()
    assert world.person_id(ADA) == person
    assert world.places(ADA) == {"research": "member"}


def test_a_suspended_account_is_restored_on_rehire(make_world: MakeWorld) -> None:
    world = make_world(offboarding={"account": "suspend"})
    ada, _ = leaver(world)
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) == ("user", "suspended")
    assert world.places(ADA) == {}
    world.reactivate(ada)
    world.settle()
    assert world.account(ADA) == ("user", "active")
    assert world.places(ADA) == {"research": "member"}
    assert world.calls().count("invite") == 1


def test_lesson_42_an_account_that_a_human_suspended_stays_suspended(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    with world.store()._hands() as db:
        db.execute("UPDATE account SET state = 'suspended'")
    world.add("Production", ada)
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    assert world.account(ADA) == ("user", "suspended")
    assert "suspended by hand" in world.parked()[ADA]


def test_a_kept_account_loses_its_places_and_stays(make_world: MakeWorld) -> None:
    world = make_world(offboarding={"account": "keep"})
    ada, key = leaver(world)
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) == ("user", "active")
    assert world.places(ADA) == {}
    assert world.key(key) == "inactive"


def test_leavers_whose_account_is_kept_are_not_weighed_again_with_every_look(make_world: MakeWorld) -> None:
    world = make_world(offboarding={"account": "keep"}, brake={"floor": 2, "share": 0.1})
    people = world.join_many(2, "Research", prefix="a")
    others = world.join_many(2, "Research", prefix="b")
    world.settle()
    for user in people + others:
        world.deactivate(user)
        world.settle()
    world.release()
    world.settle()
    assert all(world.places(f"b{number:03}@example.com") == {} for number in range(2))
    world.look_at()
    assert world.held() == []


@pytest.mark.parametrize(("fate", "status"), [("withdraw", "inactive"), ("delete", None), ("keep", "active"), ("report", "active")])
def test_lesson_40_keys_go_by_their_policy(make_world: MakeWorld, fate: str, status: str | None) -> None:
    world = make_world(offboarding={"keys": {"personal": fate, "shared": "report"}})
    ada, key = leaver(world)
    shared = world.store().add_key(ADA, "research", shared=True)
    world.deactivate(ada)
    world.settle()
    assert world.key(key) == status
    assert world.key(shared) == "active"
    assert world.account(ADA) is None
    assert world.slate() == []


def test_lesson_40_shared_keys_go_when_the_file_says_so(make_world: MakeWorld) -> None:
    world = make_world(offboarding={"keys": {"personal": "withdraw", "shared": "withdraw"}})
    ada, key = leaver(world)
    shared, others = world.store().add_key(ADA, "research", shared=True), world.store().add_shared_key("research")
    world.deactivate(ada)
    world.settle()
    assert (world.key(key), world.key(shared), world.key(others)) == ("inactive", "inactive", "active")


def test_a_key_that_could_not_be_withdrawn_is_not_forgotten_with_the_account(world: World) -> None:
    ada, key = leaver(world)
    with world.store()._hands() as db:
        db.execute("CREATE TRIGGER stuck BEFORE UPDATE OF status ON \"key\" BEGIN SELECT RAISE(ABORT, 'stuck'); END")
    world.deactivate(ada)
    world.settle()
    assert world.key(key) == "active"
    assert "stuck" in world.parked()[ADA]
    with world.store()._hands() as db:
        db.execute("DROP TRIGGER stuck")
    world.retry()
    world.settle()
    assert world.account(ADA) is None
    assert world.key(key) == "inactive"
    assert world.slate() == []


def test_a_person_without_grants_loses_what_the_bridge_gave(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    world.remove("Research", ada)
    world.settle()
    assert world.account(ADA) is None
    assert world.standing(ADA).is_empty


@pytest.mark.parametrize(("fate", "status"), [(None, "active"), ("withdraw", "inactive"), ("delete", None), ("keep", "active")])
def test_keys_made_in_a_lost_place_go_by_moving(make_world: MakeWorld, fate: str | None, status: str | None) -> None:
    world = make_world(**({"moving": {"keys": fate}} if fate else {}))
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    lost, kept = world.store().add_key(ADA, "research"), world.store().add_key(ADA, "production")
    world.remove("Research", ada)
    world.settle()
    assert world.places(ADA) == {"production": "member"}
    assert (world.key(lost), world.key(kept)) == (status, "active")


class Lying(Wrapped):
    """Says that it removed somebody, and did not, for so many times."""

    lies = 2

    def apply(self, change: Change) -> Outcome:
        if change.kind == "remove_account" and self.lies:
            self.lies -= 1
            return Outcome("account removed")
        return super().apply(change)


def test_lesson_28_a_platform_that_lies_about_a_removal_is_no_success(make_world: MakeWorld) -> None:
    world = make_world(world={"connectors": wrapping(Lying)})
    ada, _ = leaver(world)
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) == ("user", "active")
    assert [item.state for item in world.slate()] == ["delayed"]
    assert "still there" in (world.slate()[0].reason or "")
    assert world.unconfirmed() == ["remove_account"]
    world.later()
    world.settle()
    assert world.unconfirmed() == ["remove_account"]
    world.later()
    world.settle()
    assert world.account(ADA) is None
    assert world.unconfirmed() == []
    assert world.removals().count("remove_account") == 1
    assert world.did().count(("remove_account", ADA, None)) == 1
    assert world.slate() == []


def test_lesson_28_a_platform_that_never_stops_lying_ends_parked(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, Lying)
    platform.lies = 1000
    ada, _ = leaver(world)
    world.deactivate(ada)
    world.settle_at_last()
    assert "still there" in world.parked()[ADA]
    assert "Given up" in world.parked()[ADA]


def test_lesson_27_deleting_what_is_already_gone_is_a_success(world: World) -> None:
    ada, _ = leaver(world)
    world.store().remove_account(ADA)
    world.deactivate(ada)
    world.settle()
    assert world.slate() == []
    assert world.account(ADA) is None


class HumanBetween(Wrapped):
    """A human removes the account between the look and the call."""

    act: Any = None

    def apply(self, change: Change) -> Outcome:
        if change.kind == "remove_account" and self.act is not None:
            self.act()
            self.act = None
        return super().apply(change)


def test_lesson_27_what_goes_between_the_look_and_the_call_is_a_success(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, HumanBetween)
    ada, _ = leaver(world)
    platform.act = lambda: world.store().remove_account(ADA)
    world.deactivate(ada)
    world.settle()
    assert world.slate() == []
    assert world.standing(ADA).account is None


def test_an_account_that_somebody_made_after_the_leaver_went_is_not_the_bridges(world: World) -> None:
    """Likeness alone never makes an account somebody's, not even to take it away."""
    ada, _ = leaver(world)
    world.deactivate(ada)
    world.settle()
    world.store().add_account(ADA)
    world.look_at(ada)
    assert world.account(ADA) == ("user", "active")


def test_a_lost_answer_of_a_removal_is_found_done_and_recorded_once(world: World) -> None:
    ada, _ = leaver(world)
    world.store().set_fault("lose-answer", 1, only="remove_account")
    world.deactivate(ada)
    world.settle_at_last()
    assert world.did().count(("remove_account", ADA, None)) == 1
    assert world.unconfirmed() == []
    assert world.open_intents() == 0
    world.reactivate(ada)
    world.settle()
    assert world.places(ADA) == {"research": "member"}
