"""The sweep of leavers: what comes back after leaving is found, withdrawn and recorded, and nobody else's is touched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update

from scim_bridge.access.standing import OwnAccount
from scim_bridge.db import utc_now
from scim_bridge.intake.push import Push
from scim_bridge.intake.users import create_user
from scim_bridge.ledger import formers
from scim_bridge.ledger.tables import former_account, removal
from scim_bridge.reconcile.leavers import EVERY, begin_sweep, sweep_when_due
from scim_bridge.reconcile.sweep import Sweep
from scim_bridge.reconcile.sweep_now import Swept, sweep_now
from tests.reconcile.conftest import MakeWorld
from tests.reconcile.test_anthropic import ROOT, Claude
from tests.simulators.anthropic import AnthropicSimulator
from tests.web.doors import USER_URN, second_source
from tests.world import World, counted, mapping

ADA = "ada@example.com"


def sweep(world: World) -> Swept:
    return sweep_now(world.database, world.house.platforms, world.house.hand)


def returned(world: World) -> list[str | None]:
    return [each.detail for each in world.audit("leaver.returned")]


def gone(world: World, *groups: str) -> str:
    """Ada came, and left."""
    ada = world.join(ADA, *(groups or ("Research",)))
    world.settle()
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) is None
    return ada


def test_lesson_44_an_account_that_single_sign_on_makes_again_is_found_withdrawn_and_recorded(world: World) -> None:
    gone(world)
    world.store().add_member(ADA, "production", "member")
    key = world.store().add_key(ADA, "production")
    done = sweep(world)
    assert world.account(ADA) is None
    assert world.key(key) == "inactive"
    assert returned(world)[0] == f"an account made again after leaving: {ADA}"
    assert [step.kind for _, step in done.withdrawn] == ["withdraw_key", "revoke", "remove_account"]
    assert all(step.confirmed_at is not None for _, step in done.withdrawn)
    assert (len(done.found), done.left, done.held) == (2, [], False)
    told = [each.action for each in world.audit(platform="sandbox")]
    assert told.index("leaver.returned") < len(told) - 1 - told[::-1].index("remove_account")
    assert world.standing(ADA).is_empty


def test_lesson_44_a_key_of_the_old_account_goes_with_the_account_made_again(world: World) -> None:
    """Somebody gave the key back by hand, and single sign-on made the account anew, under another id."""
    ada = world.join(ADA, "Research")
    world.settle()
    key = world.store().add_key(ADA, "research")
    world.deactivate(ada)
    world.settle()
    assert world.key(key) == "inactive"
    world.store().unblock_key(key)
    world.store().add_member(ADA, "research", "member")
    done = sweep(world)
    assert world.account(ADA) is None
    assert world.key(key) == "inactive"
    assert (done.left, all(step.confirmed_at is not None for _, step in done.withdrawn)) == ([], True)


def test_lesson_44_the_daily_sweep_of_a_worker_does_the_same(world: World) -> None:
    gone(world)
    world.store().add_account(ADA)
    world.house.sweep.look()
    world.settle()
    assert world.account(ADA) is None
    assert returned(world) == [f"an account made again after leaving: {ADA}"]


def test_lesson_44_somebody_who_lost_every_group_before_leaving_is_looked_for_too(world: World) -> None:
    """Okta takes the groups away first, and deactivates then."""
    ada = world.join(ADA, "Research")
    world.settle()
    world.remove("Research", ada)
    world.settle()
    assert world.account(ADA) is None
    world.deactivate(ada)
    world.settle()
    world.store().add_account(ADA)
    assert len(sweep(world).found) == 1
    assert world.account(ADA) is None


def test_lesson_44_a_deleted_person_is_looked_for_too(world: World) -> None:
    world.delete(gone(world))
    world.settle()
    world.store().add_account(ADA)
    sweep(world)
    assert world.account(ADA) is None


def test_lesson_44_an_account_that_a_human_had_taken_and_that_is_there_again_is_found(world: World) -> None:
    ada = world.join(ADA, "Research")
    world.settle()
    world.store().remove_account(ADA)
    world.look_at(ada)
    world.deactivate(ada)
    world.settle()
    world.store().add_account(ADA)
    sweep(world)
    assert world.account(ADA) is None
    assert len(returned(world)) == 1


def test_lesson_39_an_invitation_accepted_although_it_was_cancelled_is_found(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"})
    ada = world.join(ADA, "Research")
    world.settle()
    world.deactivate(ada)
    world.settle()
    assert world.invitations(ADA) == ["cancelled"]
    world.store().add_account(ADA)
    sweep(world)
    assert world.account(ADA) is None
    assert returned(world) == [f"an invitation accepted after leaving: {ADA}"]


def test_lesson_39_a_kept_invitation_that_is_accepted_is_recorded_as_a_return(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"}, offboarding={"invitations": "keep"})
    ada = world.join(ADA, "Research")
    world.settle()
    world.deactivate(ada)
    world.settle()
    world.store().accept(ADA)
    done = sweep(world)
    assert world.account(ADA) is None
    assert [each.detail for _, each in done.found] == [f"an invitation accepted after leaving: {ADA}"]


def test_lesson_39_an_invitation_that_somebody_sends_again_is_cancelled(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"})
    ada = world.join(ADA, "Research")
    world.settle()
    world.deactivate(ada)
    world.settle()
    with world.store()._hands() as db:
        db.execute("UPDATE invitation SET state = 'pending'")
    sweep(world)
    assert world.invitations(ADA) == ["cancelled"]
    assert returned(world) == [f"an invitation sent again after leaving: {ADA}"]
    assert world.standing(ADA).is_empty


def test_a_push_about_somebody_long_gone_costs_no_call_before_and_after_a_sweep(world: World) -> None:
    ada = gone(world)
    for _ in range(2):
        before = len(world.calls())
        world.change(ada, title="Countess")
        world.settle()
        assert counted(world.calls()[before:]).keys() <= {"retrieve", "list_places"}
        sweep(world)


def test_a_new_hire_who_has_the_address_is_not_touched(make_world: MakeWorld) -> None:
    """Whose account it is nobody knows, since the file says existing: leave. It is said, and left alone."""
    world = make_world()
    world.delete(gone(world))
    newly_hired_elsewhere(world)
    world.store().add_account(ADA)
    done = sweep(world)
    assert world.account(ADA) == ("user", "active")
    assert returned(world) == []
    assert "ada, who is active, has this address" in (done.left[0].reason or "")
    assert done.left[0].state == "parked"


def test_an_account_that_the_ledger_says_is_somebody_elses_is_left_alone_without_a_word(world: World) -> None:
    """The address went to a new person, who was given the account."""
    ada = gone(world)
    world.change(ada, userName="old-ada@example.com", emails=[{"value": "old-ada@example.com", "primary": True}])
    world.user("new-ada", emails=[{"value": ADA, "primary": True}])
    world.add("Research", world.people["new-ada"])
    world.settle()
    done = sweep(world)
    assert world.places(ADA) == {"research": "member"}
    assert (done.found, done.left) == ([], [])


def test_of_two_leavers_with_one_address_the_later_one_is_asked_about(world: World) -> None:
    ada = gone(world)
    world.change(ada, userName="old-ada@example.com", emails=[{"value": "old-ada@example.com", "primary": True}])
    new = world.user("new-ada", emails=[{"value": ADA, "primary": True}])
    world.add("Research", new)
    world.settle()
    world.deactivate(new)
    world.settle()
    world.store().add_account(ADA)
    done = sweep(world)
    assert [person for person, _ in done.found] == ["new-ada"]
    assert (world.account(ADA), done.left) == (None, [])


def test_somebody_who_is_hired_again_is_no_leaver(world: World) -> None:
    ada = gone(world)
    world.reactivate(ada)
    world.settle()
    assert rows(world) == []
    assert sweep(world).asked == 0
    assert world.places(ADA) == {"research": "member"}


def test_somebody_who_never_had_anything_is_not_found_by_likeness(world: World) -> None:
    ada = world.user(ADA)
    world.deactivate(ada)
    world.settle()
    world.store().add_account(ADA)
    assert sweep(world).asked == 0
    assert world.account(ADA) == ("user", "active")


def test_what_the_policy_keeps_of_a_leaver_is_kept_when_it_comes_back(make_world: MakeWorld) -> None:
    world = make_world(offboarding={"account": "remove", "keys": {"personal": "report"}})
    gone(world)
    world.store().add_account(ADA)
    key = world.store().add_key(ADA, "research")
    sweep(world)
    assert world.account(ADA) is None
    assert world.key(key) == "active"


def test_a_suspended_account_that_somebody_restored_is_suspended_again(make_world: MakeWorld) -> None:
    world = make_world(offboarding={"account": "suspend"})
    ada = world.join(ADA, "Research")
    world.settle()
    world.deactivate(ada)
    world.settle()
    with world.store()._hands() as db:
        db.execute("UPDATE account SET state = 'active'")
    sweep(world)
    assert world.account(ADA) == ("user", "suspended")
    assert returned(world) == [f"an account restored after leaving: {ADA}"]


def test_a_sweep_that_would_take_more_than_allowed_is_held_whole(make_world: MakeWorld) -> None:
    world = make_world(brake={"floor": 20})
    people = world.join_many(8, "Research")
    world.settle()
    for user in people:
        world.deactivate(user)
    world.settle()
    world.write(sandbox=mapping(brake={"floor": 3}))
    world.settle()
    an_hour_passes_for_the_brake(world)
    names = [f"p{number:03}@example.com" for number in range(8)]
    for name in names:
        world.store().add_account(name)
    done = sweep(world)
    assert done.held
    assert all(world.account(name) == ("user", "active") for name in names)
    assert len(returned(world)) == 8
    assert "8 people would lose something" in done.causes[0]
    world.release()
    world.settle()
    assert all(world.account(name) is None for name in names)


def test_a_sweep_in_mode_plan_writes_nothing_and_asks_nobody(world: World) -> None:
    gone(world)
    world.store().add_account(ADA)
    world.write(sandbox=mapping(mode="plan"))
    world.settle()
    calls = len(world.calls())
    assert sweep(world).asked == 0
    world.house.sweep.look()
    world.settle()
    assert world.account(ADA) == ("user", "active")
    assert len(world.calls()) == calls
    assert returned(world) == []


def test_the_sweep_is_daily_over_restarts_and_processes(world: World) -> None:
    ada = gone(world)
    now = utc_now()
    assert sweep_when_due(world.database, world.house.platforms, "sandbox", now=now)
    world.settle()
    for _ in range(3):  # a worker that starts again and again
        Sweep(world.database, world.house.platforms, poll=EVERY, interval=EVERY).look()
        assert [item for item in world.slate() if item.key.subject == str(world.person_id(ada))] == []
    assert not sweep_when_due(world.database, world.house.platforms, "sandbox", now=now + EVERY - timedelta(seconds=1))
    assert sweep_when_due(world.database, world.house.platforms, "sandbox", now=now + EVERY)
    assert [item.key.subject for item in world.slate()] == [str(world.person_id(ada))]
    again = begin_sweep(world.database, world.house.platforms, "sandbox", now=now + EVERY, unless_since=now)
    assert again == []  # another process had begun it


def test_what_was_asked_for_and_not_looked_at_yet_is_still_asked_for_after_a_restart(world: World) -> None:
    gone(world)
    world.store().add_account(ADA)
    begin_sweep(world.database, world.house.platforms, "sandbox", now=utc_now())
    world.another_hand()
    world.settle()
    assert world.account(ADA) is None


def test_a_platform_that_is_down_is_asked_when_it_is_back(world: World) -> None:
    gone(world)
    world.store().add_account(ADA)
    world.store().set_fault("down")
    begin_sweep(world.database, world.house.platforms, "sandbox", now=utc_now())
    world.settle()
    assert world.account(ADA) == ("user", "active")
    world.store().clear_faults()
    world.later()
    world.settle()
    assert world.account(ADA) is None


def test_what_ended_ninety_days_ago_is_forgotten_with_what_waited_because_of_it(world: World) -> None:
    world.delete(gone(world))
    newly_hired_elsewhere(world)
    world.store().add_account(ADA)
    sweep(world)
    assert len(world.parked()) == 1
    with world.database.writing() as connection:
        connection.execute(update(former_account).values(ended_at=utc_now() - formers.KEPT - timedelta(days=1)))
    sweep(world)
    assert rows(world) == []
    world.settle()
    assert world.parked() == {}
    assert world.account(ADA) == ("user", "active")


def test_a_thousand_leavers_cost_calls_by_batches_and_not_by_person(world: World) -> None:
    """Three listings a batch of fifty, and what every batch asks anyhow."""
    many(world, 1000)
    before = len(world.calls())
    assert sweep(world).asked == 1000
    made = counted(world.calls()[before:])
    assert made == dict.fromkeys(("retrieve", "list_places", "list_accounts", "list_invitations", "list_keys"), 20)
    assert rows(world, sought=True) == []


def test_beginning_a_sweep_takes_the_same_statements_for_ten_leavers_and_for_a_hundred(world: World) -> None:
    many(world, 10)
    few = statements(world)
    many(world, 100)
    assert statements(world) == few


def test_a_sweep_of_leavers_at_anthropic_costs_three_listings_a_batch(claude: Claude) -> None:
    world = claude.world
    users = claude.staff(40)
    for user in users:
        world.deactivate(user)
    world.settle()
    world.release()
    world.settle()
    claude.requests()
    assert sweep(world).asked == 40
    assert claude.requests() == {"reads": 3, "writes": 0}


def test_lesson_40_a_key_made_by_somebody_who_left_is_withdrawn_at_anthropic_where_keys_outlive_accounts(claude: Claude) -> None:
    ada = claude.world.join(ADA, "Research")
    claude.world.settle()
    claude.accept(ADA)
    old = claude.human.add_key(ADA, "research")
    maker = claude.simulator.human._user(ADA).id
    claude.world.deactivate(ada)
    claude.world.settle()
    new = late_key(claude, maker)
    done = sweep(claude.world)
    assert claude.simulator.state()["keys"] == {old: "inactive", new: "inactive"}
    assert [each.detail for _, each in done.found] == [f"a key made after leaving: {hint_of(claude, new)}"]
    assert [(step.kind, step.object) for _, step in done.withdrawn] == [("withdraw_key", new)]
    assert sweep(claude.world).found == []


def test_lesson_44_single_sign_on_at_anthropic_makes_an_account_with_a_new_id_and_it_goes(claude: Claude) -> None:
    ada = claude.world.join(ADA, "Research")
    claude.world.settle()
    claude.accept(ADA)
    claude.world.deactivate(ada)
    claude.world.settle()
    claude.human.sso_recreate(ADA)
    claude.human.add_member(ADA, "evals", "workspace_user")
    assert len(sweep(claude.world).found) == 1
    assert ADA not in claude.simulator.state()["users"]
    assert claude.members() == {}
    claude.human.sso_recreate(ADA)
    assert len(sweep(claude.world).found) == 1  # as often as it happens
    assert ADA not in claude.simulator.state()["users"]


def test_lesson_31_a_plus_address_of_a_leaver_is_somebody_else(claude: Claude) -> None:
    """The platform's own filter finds it too."""
    ada = claude.world.join(ADA, "Research")
    claude.world.settle()
    claude.accept(ADA)
    claude.world.deactivate(ada)
    claude.world.settle()
    claude.human.add_user("ada+lab@example.com")
    assert sweep(claude.world).found == []
    assert "ada+lab@example.com" in claude.simulator.state()["users"]


@pytest.fixture
def claude(tmp_path: Path) -> Iterator[Claude]:
    with AnthropicSimulator(requests_per_minute=None) as simulator:
        made = Claude(tmp_path, simulator)
        yield made
        made.world.close()


def late_key(claude: Claude, maker: str) -> str:
    """A key whose maker has no account any more: as if it had been made by a session that was still open."""
    key = claude.human.add_key(ROOT, "research")
    organization = claude.human._org
    organization.keys[key].created_by = ("user", maker)
    return key


def hint_of(claude: Claude, key: str) -> str:
    (found,) = [each for each in claude.world.house.platforms.platform("claude").connector.credentials() if each.id == key]
    return found.hint or key


def many(world: World, count: int) -> None:
    """So many people in all who left, and had an account by the books."""
    push = Push(1, "default", "test", utc_now(), "")
    with world.database.writing() as connection:
        for number in range(len(rows(world)), count):
            mail = f"l{number:04}@example.com"
            made = create_user(connection, push, {"schemas": [USER_URN], "userName": mail, "active": False})
            own = OwnAccount(mail, "user", "active", account_id=f"acct_old_{number}")
            formers.note_former(connection, "sandbox", made.person_id, own, now=utc_now())
    world.settle()


def statements(world: World) -> int:
    seen: list[str] = []

    def note(_1: object, _2: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    try:
        begin_sweep(world.database, world.house.platforms, "sandbox", now=utc_now())
    finally:
        event.remove(world.database.engine, "before_cursor_execute", note)
    return len(seen)


def rows(world: World, *, sought: bool = False) -> list[Any]:
    return [row for row in world._rows(former_account) if row.sought_at is not None or not sought]


def an_hour_passes_for_the_brake(world: World) -> None:
    with world.database.writing() as connection:
        connection.execute(update(removal).values(at=utc_now() - timedelta(hours=2)))


def newly_hired_elsewhere(world: World) -> None:
    """Somebody active in another source has Ada's address. No mapping file speaks of that source."""
    second_source(world.scim).new_user("ada", emails=[{"value": ADA, "primary": True}])
