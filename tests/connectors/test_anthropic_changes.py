"""What becomes of a change at Anthropic, and of the same change a second time. Through the real SDK."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from scim_bridge.access.change import Change, Outcome, Principal
from scim_bridge.access.errors import (
    Conflict,
    ManagedNatively,
    PlatformError,
    Refused,
    Transient,
    UnknownPlace,
    Untouchable,
)
from tests.connectors.anthropic_world import INVITE, KEY, MEMBER, MEMBERS, USER, World, change, running


@pytest.fixture
def world() -> Iterator[World]:
    with running() as made:
        yield made


def twice(world: World, wanted: Change) -> tuple[Outcome, Outcome]:
    return world.connector.apply(wanted), world.connector.apply(wanted)


# joining


def test_an_invitation_is_sent_with_the_role_and_becomes_an_account_when_accepted(world: World) -> None:
    outcome = world.connector.apply(change("invite", role="developer"))
    assert outcome.account_id is None
    [invited] = world.look().invitations
    assert (invited.id, invited.role) == (outcome.invitation_id, "developer")
    ada = world.human.accept_invite("ada@example.com")
    assert [(account.id, account.role) for account in world.look().accounts] == [(ada, "developer")]


def test_lesson_26_an_invitation_sent_twice_is_one_and_asks_to_look_again(world: World) -> None:
    world.connector.apply(change("invite", role="user"))
    with pytest.raises(Conflict):
        world.connector.apply(change("invite", role="user"))
    assert world.simulator.state()["invites"] == [("ada@example.com", "pending")]
    world.human.accept_invite("ada@example.com")
    with pytest.raises(Conflict):
        world.connector.apply(change("invite", role="user"))


def test_somebody_whose_invitation_expired_can_be_invited_again(world: World) -> None:
    world.connector.apply(change("invite", role="user"))
    world.simulator.clock.advance(days=21)
    world.connector.apply(change("invite", role="user"))
    assert [status for _, status in world.simulator.state()["invites"]] == ["expired", "pending"]


@pytest.mark.parametrize("status", [400, 409])
def test_lesson_27_adding_who_is_already_in_succeeds_without_change(world: World, status: Any) -> None:
    world.simulator.rules.duplicate_member_status = status
    ada = world.ada()
    first, second = twice(world, change("grant", ada, place_id=world.research, role="workspace_user"))
    assert (first.changed, second.changed) == (True, False)
    assert world.simulator.state()["members"] == {("ada@example.com", "research"): "workspace_user"}


def test_adding_who_is_in_with_another_role_changes_nothing_and_asks_to_look_again(world: World) -> None:
    ada = world.ada("research")
    with pytest.raises(Conflict, match="workspace_user"):
        world.connector.apply(change("grant", ada, place_id=world.research, role="workspace_admin"))
    assert world.simulator.state()["members"] == {("ada@example.com", "research"): "workspace_user"}


def test_a_role_changes_in_one_writing_request_and_a_repetition_writes_nothing(world: World) -> None:
    ada = world.ada("research")
    in_place = change("change_role", ada, place="research", place_id=world.research, role="workspace_admin")
    world.calls()
    for wanted, route in ((in_place, MEMBER), (change("change_role", ada, role="developer"), USER)):
        first, second = twice(world, wanted)
        assert (first.changed, second.changed) == (True, False)
        assert world.calls() == {("POST", route): 1, ("GET", route): 2}
    state = world.simulator.state()
    assert state["users"]["ada@example.com"] == "developer"
    assert state["members"] == {("ada@example.com", "research"): "workspace_admin"}


def test_a_role_of_somebody_who_is_no_longer_in_asks_to_look_again(world: World) -> None:
    ada = world.ada()
    with pytest.raises(Conflict):
        world.connector.apply(change("change_role", ada, place_id=world.research, role="workspace_admin"))
    world.human.remove_user("ada@example.com")
    with pytest.raises(Conflict):
        world.connector.apply(change("change_role", ada, role="developer"))
    with pytest.raises(Conflict, match="no longer in the organization"):
        world.connector.apply(change("grant", ada, place_id=world.research, role="workspace_user"))


def test_a_place_that_is_archived_or_not_there_is_an_unknown_place(world: World) -> None:
    ada = world.ada("evals")
    grace = world.human.add_user("grace@example.com")
    world.connector.places()
    world.human.archive_workspace("evals")
    for wanted in (
        change("grant", grace, place="evals", place_id=world.evals, role="workspace_user"),
        change("change_role", ada, place="evals", place_id=world.evals, role="workspace_admin"),
        change("grant", grace, place="evals", place_id="wrkspc_nowhere", role="workspace_user"),
    ):
        with pytest.raises(UnknownPlace, match="mapping file"):
            world.connector.apply(wanted)
    assert not next(place for place in world.connector.places() if place.name == "evals").open


def test_a_workspace_of_which_the_id_is_not_known_is_an_unknown_place(world: World) -> None:
    with pytest.raises(UnknownPlace, match="lab"):
        world.connector.apply(change("grant", world.ada(), place="lab", role="workspace_user"))


# leaving


def test_leaving_takes_keys_invitations_places_and_the_account(world: World) -> None:
    ada = world.ada("research", "evals")
    key = world.human.add_key("ada@example.com", "research")
    invite = world.human.invite("ada@example.com")
    for wanted in (
        change("withdraw_key", ada, object_id=key),
        change("cancel_invitation", object_id=invite),
        change("revoke", ada, place_id=world.research),
        change("revoke", ada, place_id=world.evals),
        change("remove_account", ada),
    ):
        first, second = twice(world, wanted)
        assert (first.changed, second.changed) == (True, False)
    state = world.simulator.state()
    assert state["users"] == {"admin@example.com": "admin"}
    assert state["members"] == {}
    assert state["keys"] == {key: "inactive"}
    assert state["invites"] == [("ada@example.com", "deleted")]
    seen = world.look(account_id=ada, places=None, credentials=True)
    assert (seen.accounts, seen.invitations, seen.memberships) == ((), (), ())
    assert [found.usable for found in seen.credentials] == [False]


def test_lesson_43_removal_from_one_place_removes_only_that_place(world: World) -> None:
    ada = world.ada("research", "evals")
    world.connector.apply(change("revoke", ada, place_id=world.research))
    assert world.simulator.state()["members"] == {("ada@example.com", "evals"): "workspace_user"}


def test_a_key_outlives_its_maker_until_it_is_withdrawn(world: World) -> None:
    ada = world.ada()
    key = world.human.add_key("ada@example.com", "research")
    world.connector.apply(change("remove_account", ada))
    assert world.simulator.key_works(key)
    world.connector.apply(change("withdraw_key", ada, object_id=key))
    assert not world.simulator.key_works(key)


def test_deleting_a_key_archives_it_for_good(world: World) -> None:
    ada = world.ada()
    key = world.human.add_key("ada@example.com")
    world.connector.apply(change("withdraw_key", ada, object_id=key, how="delete"))
    assert world.simulator.state()["keys"] == {key: "archived"}
    again = world.connector.apply(change("withdraw_key", ada, object_id=key))
    assert not again.changed
    assert "archived" in again.answer


def test_an_expired_and_a_vanished_key_need_no_withdrawal(world: World) -> None:
    ada = world.ada()
    key = world.human.add_key("ada@example.com", expires_in=timedelta(hours=1))
    world.simulator.clock.advance(hours=2)
    for gone in (key, "apikey_nowhere"):
        assert not world.connector.apply(change("withdraw_key", ada, object_id=gone)).changed


def test_lesson_42_an_inactive_key_can_be_made_active_again(world: World) -> None:
    ada = world.ada()
    key = world.human.add_key("ada@example.com", "research")
    world.connector.apply(change("withdraw_key", ada, object_id=key))
    first, second = twice(world, change("restore_key", ada, object_id=key))
    assert (first.changed, second.changed) == (True, False)
    assert world.simulator.key_works(key)


@pytest.mark.parametrize("state", ["archived", "expired"])
def test_an_archived_or_expired_key_is_final_and_says_so(world: World, state: str) -> None:
    ada = world.ada()
    key = world.human.add_key("ada@example.com", expires_in=timedelta(hours=1))
    if state == "archived":
        world.connector.apply(change("withdraw_key", ada, object_id=key, how="delete"))
    else:
        world.simulator.clock.advance(hours=2)
    with pytest.raises(Refused, match=state):
        world.connector.apply(change("restore_key", ada, object_id=key))
    assert not world.simulator.key_works(key)


def test_a_key_that_stays_usable_is_no_success(world: World) -> None:
    ada = world.ada()
    key = world.human.add_key("ada@example.com")
    world.simulator.fail(400, method="POST", route=KEY)
    with pytest.raises(Refused):
        world.connector.apply(change("withdraw_key", ada, object_id=key))
    assert world.simulator.state()["keys"] == {key: "active"}


def test_lesson_39_an_invitation_accepted_before_it_was_cancelled_asks_to_look_again(world: World) -> None:
    invite = world.human.invite("ada@example.com")
    world.human.accept_invite("ada@example.com")
    with pytest.raises(Conflict, match="account"):
        world.connector.apply(change("cancel_invitation", object_id=invite))


def test_an_expired_invitation_is_cancelled_already(world: World) -> None:
    invite = world.human.invite("ada@example.com")
    world.human.expire_invite("ada@example.com")
    outcome = world.connector.apply(change("cancel_invitation", object_id=invite))
    assert (outcome.changed, "expired" in outcome.answer) == (False, True)


def test_a_pending_invitation_that_stays_is_no_success(world: World) -> None:
    invite = world.human.invite("ada@example.com")
    world.simulator.fail(400, method="DELETE", route=INVITE)
    with pytest.raises(Refused):
        world.connector.apply(change("cancel_invitation", object_id=invite))


def test_a_billing_member_goes_back_to_what_follows_from_billing(world: World) -> None:
    ada = world.ada("research")
    world.human.change_role("ada@example.com", "billing")
    outcome = world.connector.apply(change("revoke", ada, place_id=world.research))
    assert outcome.changed
    assert world.simulator.state()["members"] == {}
    [left] = world.look(places=frozenset({world.research})).memberships
    assert (left.role, left.inherited) == ("workspace_billing", True)


def test_a_refusal_about_somebody_who_is_gone_is_a_success(world: World) -> None:
    ada = world.ada("research")
    world.human.remove_user("ada@example.com")
    world.simulator.fail(400, method="DELETE", route=MEMBER)
    assert not world.connector.apply(change("revoke", ada, place_id=world.research)).changed


def test_a_place_archived_meanwhile_gives_nobody_access(world: World) -> None:
    ada = world.ada("research")
    world.connector.places()
    world.human.archive_workspace("research")
    outcome = world.connector.apply(change("revoke", ada, place_id=world.research))
    assert (outcome.changed, "archived" in outcome.answer) == (False, True)
    assert world.look(places=None).memberships == ()


def test_lesson_27_failing_to_remove_who_is_still_in_is_never_a_success(world: World) -> None:
    ada = world.ada("research")
    for wanted, route in (
        (change("revoke", ada, place_id=world.research), MEMBER), (change("remove_account", ada), USER),
    ):
        world.simulator.fail(400, method="DELETE", route=route)
        with pytest.raises(Refused, match="refuse"):
            world.connector.apply(wanted)
        assert world.simulator.writes == 1
        world.calls()
    assert world.simulator.state()["members"] == {("ada@example.com", "research"): "workspace_user"}


# what cannot be


def test_lesson_32_an_admin_is_neither_demoted_nor_removed(world: World) -> None:
    world.ada()
    for wanted in (
        change("remove_account", world.admin),
        change("change_role", world.admin, role="user"),
        change("revoke", world.admin, place_id=world.research),
        change("change_role", world.admin, place_id=world.research, role="workspace_user"),
    ):
        with pytest.raises(Untouchable, match="admin"):
            world.connector.apply(wanted)
    assert world.simulator.state()["users"]["admin@example.com"] == "admin"


def test_the_last_member_is_untouchable(world: World) -> None:
    ada = world.ada()
    world.human.remove_user("admin@example.com")
    with pytest.raises(Untouchable, match="last member"):
        world.connector.apply(change("remove_account", ada))


@pytest.mark.parametrize("mode", ["jit", "scim"])
def test_members_managed_natively_are_left_to_that_and_places_and_keys_go_on(mode: Any) -> None:
    with running(provisioning=mode) as world:
        ada = world.ada()
        key = world.human.add_key("ada@example.com")
        refused = [change("invite", email="new@example.com", role="user"), change("change_role", ada, role="developer")]
        refused += [change("remove_account", ada)] if mode == "scim" else []
        for wanted in refused:
            with pytest.raises(ManagedNatively, match="identity provider"):
                world.connector.apply(wanted)
        world.connector.apply(change("grant", ada, place_id=world.research, role="workspace_user"))
        world.connector.apply(change("withdraw_key", ada, object_id=key))
        state = world.simulator.state()
        assert state["members"] == {("ada@example.com", "research"): "workspace_user"}
        assert state["keys"] == {key: "inactive"}


@pytest.mark.parametrize(
    "wanted",
    [
        change("invite", role="admin"),
        change("change_role", "user_1", role="admin"),
        change("change_role", "user_1", role="workspace_user"),
        change("grant", "user_1", place_id="wrkspc_1", role="workspace_billing"),
        change("change_role", "user_1", place_id="wrkspc_1", role="developer"),
    ],
)
def test_lesson_33_a_role_that_cannot_be_given_there_is_refused_unsent(world: World, wanted: Change) -> None:
    with pytest.raises(Refused, match="no role"):
        world.connector.apply(wanted)
    assert world.calls() == {}


@pytest.mark.parametrize("kind", ["create_account", "suspend_account", "restore_account"])
def test_what_anthropic_has_no_call_for_is_refused_unsent(world: World, kind: Any) -> None:
    ada = world.ada()
    world.calls()
    with pytest.raises(Refused, match=kind.replace("_", " ")):
        world.connector.apply(change(kind, ada))
    assert world.calls() == {}


def test_a_group_as_principal_is_refused_unsent(world: World) -> None:
    wanted = Change("grant", "anthropic-lab", Principal("group", "g1", "Lab"), place_id=world.research, role="x")
    with pytest.raises(Refused, match="groups"):
        world.connector.apply(wanted)
    assert world.calls() == {}


@pytest.mark.parametrize(
    ("wanted", "raised"),
    [
        (change("grant", place_id="wrkspc_1", role="workspace_user"), Conflict),
        (change("change_role", role="user"), Conflict),
        (change("remove_account"), Conflict),
        (change("withdraw_key", "user_1"), Refused),
        (change("cancel_invitation"), Refused),
    ],
)
def test_a_change_that_lacks_what_it_is_about_is_refused_unsent(
    world: World, wanted: Change, raised: type[PlatformError]
) -> None:
    with pytest.raises(raised):
        world.connector.apply(wanted)
    assert world.calls() == {}


# lost answers


def test_lesson_22_a_lost_answer_is_uncertain_and_repeating_it_does_nothing_twice(world: World) -> None:
    ada = world.ada()
    grant = change("grant", ada, place_id=world.research, role="workspace_user")
    world.simulator.drop(applied=True, method="POST", route=MEMBERS)
    with pytest.raises(Transient) as lost:
        world.connector.apply(grant)
    assert lost.value.uncertain
    assert not world.connector.apply(grant).changed
    assert world.simulator.state()["members"] == {("ada@example.com", "research"): "workspace_user"}


def test_a_change_is_sent_once_whatever_the_answer(world: World) -> None:
    world.simulator.fail(529, 5)
    with pytest.raises(Transient):
        world.connector.apply(change("invite", role="user"))
    assert sum(world.calls().values()) == 1
