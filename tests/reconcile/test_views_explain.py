"""What is behind each thing somebody holds or lacks: the push, the plan, the platform's answer; and why it is not there."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from scim_bridge.access.plan import digest_of
from scim_bridge.db import utc_now
from scim_bridge.ledger.pauses import pause, unpause
from scim_bridge.reconcile import applying
from scim_bridge.reconcile.views.explain import Held, OnPlatform, explain
from tests.mapping import fifty
from tests.mapping.fifty import Someone
from tests.reconcile.conftest import MakeWorld
from tests.web.doors import GROUP_URN, PATCH_URN, second_source
from tests.world import RULES, World, mapping

ADA = "ada@example.com"


def on(world: World, user: str = ADA, platform: str = "sandbox") -> OnPlatform:
    found = explain(world.database, world.house.platforms, world.person_id(user)).platforms
    return next(each for each in found if each.platform == platform)


def at(world: World, place: str | None, user: str = ADA) -> Held:
    (held,) = [each for each in on(world, user).held if each.row.place == place]
    return held


def pushed(world: World, action: str, **after: Any) -> str | None:
    """The request of the newest push of this kind."""
    found = [each for each in world.audit(action) if not after or each.after == after]
    return found[-1].request_id


def push_of(held: Held) -> tuple[str | None, str]:
    assert held.behind.push is not None
    return held.behind.push.request_id, held.behind.push.action


def test_each_place_names_the_push_that_put_the_person_into_its_group_and_the_answer(make_world: MakeWorld) -> None:
    world = make_world()
    user = world.join(ADA, "Research")
    world.settle()
    world.add("Production", user)
    world.settle()
    world.change(user, title="Engineer")  # about the person, and behind nothing
    world.settle()
    for place, group in (("research", "Research"), ("production", "Production")):
        held = at(world, place)
        assert push_of(held) == (pushed(world, "group.members_added", group=group), "group.members_added")
        assert held.behind.push is not None
        assert (held.behind.push.initiator, held.behind.push.source) == ("token bootstrap", "default")
        assert (held.behind.answer, held.behind.plan, held.behind.why) == ("now member", None, None)
    account = at(world, None)
    assert push_of(account)[0] == pushed(world, "group.members_added", group="Research")
    assert account.behind.answer == "invited, and accepted at once"


def test_a_renamed_group_is_what_led_to_it_for_everybody_in_it(make_world: MakeWorld) -> None:
    world = make_world()
    world.join(ADA, "Anything")
    world.settle()
    world.rename_group("Anything", "Research")
    world.settle()
    assert push_of(at(world, "research")) == (pushed(world, "group.renamed"), "group.renamed")


def test_nesting_a_group_is_what_led_to_it_for_everybody_below(make_world: MakeWorld) -> None:
    world = make_world()
    world.join(ADA, "Team")
    world.settle()
    world.group("Research", world.groups["Team"])
    world.settle()
    asked, action = push_of(at(world, "research"))
    assert (asked, action) == (pushed(world, "group.members_added", group="Research"), "group.members_added")


def test_changed_files_are_the_plan_and_the_push_is_the_one_before_them(make_world: MakeWorld) -> None:
    world = make_world(rules=[])
    world.join(ADA, "Research")
    world.settle()
    world.write(sandbox=mapping())
    world.settle()
    held = at(world, "research")
    assert push_of(held)[0] == pushed(world, "group.members_added", group="Research")
    assert held.behind.plan is not None
    assert (held.behind.plan.revision, held.behind.plan.digest, held.behind.plan.by) == (2, None, None)


def test_what_was_released_names_the_digest_and_who_released_it(make_world: MakeWorld) -> None:
    world = make_world(rules=[])
    world.join(ADA, "Research Admins")
    world.settle()
    world.write(sandbox=mapping())
    world.settle()
    held = at(world, "research")
    digest = digest_of(each.line() for each in world.held())
    assert (held.row.state, held.behind.plan and held.behind.plan.digest) == ("held_back", digest)
    assert "new administrative role" in (held.behind.why or "")
    applying.apply_held(world.database, world.house.platforms, world.house.hand, digest=digest, by="grace@example.com")
    plan = at(world, "research").behind.plan
    assert plan is not None
    assert (plan.digest, plan.by, plan.revision) == (digest, "grace@example.com", 2)


def test_a_loss_that_is_held_names_the_push_that_asks_for_it_and_what_holds_it(make_world: MakeWorld) -> None:
    world = make_world()
    users = world.join_many(20, "Research")
    world.settle()
    world.remove("Research", *users)
    world.settle()
    held = at(world, "research", "p007@example.com")
    assert held.row.state == "held_back"
    assert push_of(held) == (pushed(world, "group.members_removed"), "group.members_removed")
    assert held.behind.plan is not None
    assert held.behind.plan.by is None
    assert "20 people would lose something" in (held.behind.why or "")


def test_what_is_refused_has_the_refusal_as_its_answer(make_world: MakeWorld) -> None:
    world = make_world()
    world.store().set_fault("refuse", ADA)
    world.join(ADA, "Research")
    world.settle()
    account = at(world, None)
    assert account.row.state == "parked"
    assert "refuses ada@example.com" in (account.behind.answer or "")
    assert "refuses ada@example.com" in (at(world, "research").behind.why or "")
    assert push_of(account)[1] == "group.members_added"


def test_what_waits_says_what_for(make_world: MakeWorld) -> None:
    world = make_world()
    world.store().set_fault("down")
    world.join(ADA, "Research")
    assert at(world, "research").behind.why == "the hand looks at it next"
    world.settle()
    assert "The sandbox is down" in (at(world, "research").behind.why or "")
    planned = make_world(mode="plan")
    planned.join(ADA, "Research")
    planned.settle()
    assert at(planned, "research").behind.why == "mode plan: nothing is written there"


def test_what_a_human_took_away_says_so_and_keeps_what_gave_it(make_world: MakeWorld) -> None:
    world = make_world()
    user = world.join(ADA, "Research")
    world.settle()
    world.store().remove_member(ADA, "research")
    world.look_at(user)
    held = at(world, "research")
    assert held.row.state == "removed_by_hand"
    assert (held.behind.why or "").startswith("a human took it away at the platform")
    assert push_of(held)[1] == "group.members_added"


def test_what_a_human_gave_and_the_rules_want_came_of_no_push(make_world: MakeWorld) -> None:
    world = make_world(accounts={"role": "user", "existing": "adopt"})
    world.store().add_member(ADA, "research", "member")
    world.join(ADA, "Research")
    world.settle()
    held = at(world, "research")
    assert (held.row.state, held.behind.push, held.behind.answer) == ("held", None, None)


def test_what_is_denied_names_both_rules_and_the_push_that_takes_it(make_world: MakeWorld) -> None:
    denial = {"name": "visitors", "when": {"group": "Visitors"}, "deny": [{"place": "research"}]}
    world = make_world(rules=[*RULES, denial])
    user = world.join(ADA, "Research")
    world.settle()
    world.add("Visitors", user)
    going = at(world, "research")
    assert going.row.state == "leaving"
    assert push_of(going)[0] == pushed(world, "group.members_added", group="Visitors")
    world.settle()
    found = on(world)
    assert [each.row.place for each in found.held] == []
    assert found.said is not None
    (only,) = found.said.denied
    assert (only.place, only.role, only.because[0].rule, only.denied_by[0].rule) == ("research", "member", "research", "visitors")


def test_a_place_that_waits_for_its_invitation_says_so_with_the_day_it_was_sent(make_world: MakeWorld) -> None:
    world = make_world(connection={"accept": "manual"})
    world.join(ADA, "Research")
    world.settle()
    (sent,) = world.audit("invite")
    held = at(world, "research")
    assert sent.at is not None
    assert (held.row.state, held.behind.why) == ("waiting", f"the invitation of {sent.at:%Y-%m-%d %H:%M}Z has to be accepted first")


def test_what_leaves_since_somebody_left_names_the_signal_and_the_answer_to_the_removal(make_world: MakeWorld) -> None:
    world = make_world()
    user = world.join(ADA, "Research")
    world.settle()
    world.change(user, title="Engineer")
    world.deactivate(user)
    world.delete(user)  # no second leaving
    (signal,) = world.audit("user.deactivated")
    for place in (None, "research"):
        held = at(world, place)
        assert (held.row.state, push_of(held)) == ("leaving", (signal.request_id, "user.deactivated"))
        assert (held.since, held.behind.answer) == (signal.at, None)
    world.store().set_fault("refuse", ADA)
    world.settle()
    held = at(world, "research")
    (refused,) = {each.detail for each in world.audit("revoke", "remove_account") if each.outcome != "done"}
    assert "refuses ada@example.com" in (refused or "")
    answers = {each.behind.answer for each in on(world).held}
    assert answers <= {refused, None}
    assert refused in answers
    assert (held.since, push_of(held)[1]) == (signal.at, "user.deactivated")


def test_what_leaves_with_a_group_names_the_push_that_took_it_and_since_then(make_world: MakeWorld) -> None:
    world = make_world()
    user = world.join(ADA, "Research", "Production")
    world.settle()
    world.remove("Research", user)
    world.change(user, title="Engineer")  # asks last, and took nothing
    (push,) = world.audit("group.members_removed")
    held = at(world, "research")
    assert (held.row.state, push_of(held), held.since) == ("leaving", (push.request_id, push.action), push.at)
    assert held.behind.push is not None
    assert (held.behind.push.group, held.behind.answer) == ("Research", None)


def test_what_leaves_by_a_changed_set_of_files_came_of_no_push_and_since_then(make_world: MakeWorld) -> None:
    world = make_world()
    world.join(ADA, "Research", "Production")
    world.settle()
    world.write(sandbox=mapping(rules=RULES[1:]))
    taken_up = world.audit("mapping.taken_up")[-1]
    held = at(world, "research")
    assert (held.row.state, held.behind.push, held.since) == ("leaving", None, taken_up.at)
    assert held.behind.plan is not None
    assert held.behind.plan.revision == 2


def test_of_groups_pushed_together_the_one_that_gives_it_is_named(make_world: MakeWorld) -> None:
    world = make_world()
    world.join(ADA, "Research", "Production", "Chess Club")  # the last one asks
    world.settle()
    for place, group in (("research", "Research"), ("production", "Production")):
        push = at(world, place).behind.push
        assert push is not None
        assert (push.request_id, push.group) == (pushed(world, "group.members_added", group=group), group)
    assert at(world, None).behind.as_json()["push"]["group"] in {"Research", "Production"}


def test_who_was_taken_out_of_a_group_and_is_below_it_again_has_it_through_the_group_below(make_world: MakeWorld) -> None:
    world = make_world()
    user = world.join(ADA, "Research")
    world.settle()
    world.remove("Research", user)
    world.settle()
    world.add("Research", world.group("Team"))
    world.settle()
    world.add("Team", user)
    world.settle()
    push = at(world, "research").behind.push
    assert push is not None
    assert (push.action, push.group) == ("group.members_added", "Team")


def test_what_waits_at_a_paused_platform_says_who_paused_it_and_what_ends_that(make_world: MakeWorld) -> None:
    world = make_world()
    world.join(ADA, "Research")
    paused_by_rita(world)
    why = at(world, "research").behind.why or ""
    assert why.startswith("paused by Rita since 20")
    assert "`scim-bridge platform resume sandbox`" in why
    with world.database.writing() as connection:
        unpause(connection, "sandbox")
    assert at(world, "research").behind.why == "the hand looks at it next"


def paused_by_rita(world: World) -> None:
    with world.database.writing() as connection:
        pause(connection, "sandbox", by="Rita", now=utc_now())


def test_a_leaver_is_shown_the_keys_that_still_open_something(make_world: MakeWorld) -> None:
    world = make_world()
    user = world.join(ADA, "Research")
    world.join("grace@example.com", "Research")
    world.settle()
    shared = world.store().add_key(ADA, "research", shared=True)
    world.store().add_key(ADA, "research")
    assert on(world).keys == ()
    world.deactivate(user)
    world.settle()
    found = on(world)
    (key,) = found.keys
    assert (found.held, key.id, key.kind, key.place, key.why) == ([], shared, "shared", "research", "kept by policy")
    assert found.as_json()["keys"][0]["hint"] == key.hint


def test_another_sources_request_of_the_same_id_is_behind_nothing(make_world: MakeWorld) -> None:
    world = make_world()
    user, group, named = world.user(ADA), world.group("Research"), {"X-Request-Id": "of-both"}
    into = {"op": "add", "path": "members", "value": [{"value": user}]}
    world.scim.send("PATCH", f"/Groups/{group}", {"schemas": [PATCH_URN], "Operations": [into]}, headers=named)
    other = second_source(world.scim)
    other.send("POST", "/Groups", {"schemas": [GROUP_URN], "displayName": "Research"}, headers=named)
    world.settle()
    assert [each.source for each in world.audit("group.created")] == ["default", "other"]
    push = at(world, "research").behind.push
    assert push is not None
    assert (push.request_id, push.source, push.action) == ("of-both", "default", "group.members_added")


def statements(world: World, user: str) -> int:
    seen: list[str] = []

    def note(_1: object, _2: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    try:
        explain(world.database, world.house.platforms, world.person_id(user))
    finally:
        event.remove(world.database.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_long_history_takes_no_more_statements_than_a_short_one(make_world: MakeWorld) -> None:
    world = make_world()
    user = world.join(ADA, "Research", "Production")
    world.settle()
    few = statements(world, ADA)
    for number in range(12):
        world.remove("Research", user)
        world.add("Research", user)
        world.join(ADA, f"Club {number}")
        world.settle()
    assert statements(world, ADA) == few


@pytest.mark.parametrize("seed", [3, 8])
def test_of_fifty_rules_explain_says_exactly_those_that_hold_and_why(make_world: MakeWorld, seed: int) -> None:
    rules = fifty.fifty(seed)
    brake = {"floor": 10_000, "number": 10_000, "share": 1.0}
    world = make_world({"sandbox": fifty.file_of(rules, brake=brake)})
    titles = [*fifty.TITLES, None]
    people = {
        f"p{number}@example.com": Someone(frozenset(fifty.GROUPS[number : number + 3]), fifty.TYPES[number % 3], titles[number % 4])
        for number in range(6)
    }
    for name, someone in people.items():
        world.join(name, *sorted(someone.groups), **someone.attributes)
    world.settle()
    for name, someone in people.items():
        found, meant = on(world, name), fifty.meant(rules, someone)
        assert found.said is not None
        said = {each.rule: set(each.groups) for each in found.said.rules if each.holds}
        assert said == {rule.name: fifty.through(rule, someone) for rule in rules if not fifty.failing(rule, someone)}
        held = {
            each.row.place: (each.row.role, {(why.rule, why.group) for why in each.row.because})
            for each in found.held
            if each.row.place is not None
        }
        assert held == meant.grants
        assert {each.row.state for each in found.held} <= {"held"}
        assert ([each.row.role for each in found.held if each.row.place is None] or [None]) == [meant.account]
