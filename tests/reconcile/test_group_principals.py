"""`to: group`: the group itself is a principal at the platform, and who is in it follows the push."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scim_bridge.reconcile.applying import apply_all
from scim_bridge.reconcile.preview import preview
from tests.reconcile.openai_house import ADA, GRACE, OpenAIHouse, rule
from tests.reconcile.test_crash import die_at
from tests.simulators.openai import OpenAISimulator

TO_RESEARCH = {"place": "research", "role": "member", "to": "group"}
LINUS = "linus@example.com"


@pytest.fixture
def simulator() -> Iterator[OpenAISimulator]:
    with OpenAISimulator() as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, simulator: OpenAISimulator) -> Iterator[OpenAIHouse]:
    made = OpenAIHouse(tmp_path, simulator, rules=[rule("Lab", TO_RESEARCH)])
    yield made
    made.world.close()


def roles(house: OpenAIHouse) -> Any:
    return house.state("project_groups")


def test_the_group_is_made_gets_the_role_and_holds_its_people(house: OpenAIHouse) -> None:
    house.admit(ADA, "Lab")
    house.admit(GRACE, "Lab")
    assert house.state("groups") == {"Lab": [ADA, GRACE]}
    assert roles(house) == {("Lab", "research"): ["member"]}
    assert house.members() == {}  # nobody has the role in person
    assert house.world.slate() == []


def test_holdings_show_the_group_as_a_principal_and_its_people_in_it(house: OpenAIHouse) -> None:
    house.world.join(ADA, "Lab")
    house.world.settle()
    assert house.rows("group") == [("Lab", "research", "member", "held")]
    assert house.rows() == [(ADA, None, "reader", "invited"), (ADA, "group Lab", "member", "waiting")]
    house.accept(ADA)
    assert house.rows() == [(ADA, None, "reader", "held"), (ADA, "group Lab", "member", "held")]


def test_leaving_the_group_takes_the_person_out_of_it_and_nobody_else(house: OpenAIHouse) -> None:
    ada, _ = house.admit(ADA, "Lab"), house.admit(GRACE, "Lab")
    house.world.remove("Lab", ada)
    house.world.settle()
    assert house.state("groups") == {"Lab": [GRACE]}
    assert ADA not in house.state("users")


def test_a_leaver_is_in_no_group_even_when_the_account_stays(house: OpenAIHouse) -> None:
    house.put(rules=[rule("Lab", TO_RESEARCH)], offboarding={"account": "keep"})
    ada = house.admit(ADA, "Lab")
    house.human.create_group("By hand")
    house.human.add_to_group(ADA, "By hand")
    house.world.deactivate(ada)
    house.world.settle()
    assert house.state("groups") == {"Lab": [], "By hand": []}
    assert ADA in house.state("users")


def test_a_nested_groups_people_are_in_it_too(house: OpenAIHouse) -> None:
    house.world.join(ADA, "Team")
    house.world.group("Lab")
    house.world.add("Lab", house.world.groups["Team"])
    house.world.settle()
    house.accept(ADA)
    assert house.state("groups") == {"Lab": [ADA]}


def test_a_group_that_exists_is_linked_and_who_was_in_it_by_hand_stays(house: OpenAIHouse) -> None:
    house.human.create_group("Lab")
    house.human.add_user(LINUS)
    house.human.add_to_group(LINUS, "Lab")
    ada = house.admit(ADA, "Lab")
    assert house.state("groups") == {"Lab": [ADA, LINUS]}
    house.world.remove("Lab", ada)
    house.world.settle()
    assert house.state("groups") == {"Lab": [LINUS]}


def test_two_groups_of_one_name_are_not_chosen_between(house: OpenAIHouse, simulator: OpenAISimulator) -> None:
    """Whoever adopts what exists adopts neither of them."""
    house.put(accounts={"role": "reader", "existing": "adopt"}, rules=[rule("Lab", TO_RESEARCH)])
    house.world.settle()
    simulator.rules.group_names_unique = False
    for _ in range(2):
        house.human.create_group("Lab")
    house.world.join(ADA, "Lab")
    house.world.settle()
    assert 'There are 2 groups named "Lab"' in house.world.parked()["Lab"]
    assert [each.members for each in simulator.org.groups.all.values()] == [[], []]
    assert house.world.audit("account.adopted") == []


def test_deleting_the_group_takes_its_roles_and_its_people_out(house: OpenAIHouse) -> None:
    house.admit(ADA, "Lab")
    house.world.delete_group("Lab")
    house.world.settle()
    assert house.state("groups") == {"Lab": []}
    assert roles(house) == {}
    assert house.rows("group") == []


def test_emptying_the_group_leaves_its_role_and_takes_its_people_out(house: OpenAIHouse) -> None:
    house.admit(ADA, "Lab")
    house.world.empty("Lab")
    house.world.settle()
    assert house.state("groups") == {"Lab": []}
    assert roles(house) == {("Lab", "research"): ["member"]}
    house.admit(GRACE, "Lab")
    assert house.state("groups") == {"Lab": [GRACE]}


def test_a_renamed_group_follows_the_rules_for_its_new_name(house: OpenAIHouse) -> None:
    house.put(rules=[rule("Lab", TO_RESEARCH), rule("Works", {**TO_RESEARCH, "place": "evals"})])
    house.admit(ADA, "Lab")
    house.world.rename_group("Lab", "Works")
    house.world.settle()
    assert roles(house) == {("Lab", "evals"): ["member"]}  # the platform's group keeps its name
    assert house.state("groups") == {"Lab": [ADA]}


def test_a_stronger_role_is_given_before_the_weaker_one_goes(house: OpenAIHouse) -> None:
    house.admit(ADA, "Lab")
    house.put(rules=[rule("Lab", {**TO_RESEARCH, "role": "owner", "allow_admin": True})])
    house.world.release()
    house.world.settle()
    assert roles(house) == {("Lab", "research"): ["owner"]}


def test_a_role_given_to_the_group_by_hand_survives(house: OpenAIHouse) -> None:
    house.admit(ADA, "Lab")
    house.human.add_group_to_project("Lab", "evals", "member")
    house.put(rules=[])
    house.world.settle()
    assert roles(house) == {("Lab", "evals"): ["member"]}


def test_deny_wins_over_what_a_group_would_give(house: OpenAIHouse) -> None:
    keep_out = {"name": "out", "when": {"person": 'userType eq "Contractor"'}, "deny": [{"place": "research"}]}
    house.put(rules=[rule("Lab", TO_RESEARCH), keep_out])
    house.admit(ADA, "Lab")
    house.world.join(GRACE, "Lab", userType="Contractor")
    house.world.settle()
    assert house.state("groups") == {"Lab": [ADA]}
    assert house.state("invites") == [(ADA, "accepted")]


def test_a_group_that_the_platforms_own_scim_keeps_gets_roles_and_no_people(house: OpenAIHouse) -> None:
    house.put(rules=[rule("Lab", TO_RESEARCH), rule("Native", TO_RESEARCH)])
    house.human.create_group("Native", scim_managed=True)
    house.admit(ADA, "Native")
    assert house.state("groups") == {"Native": []}
    assert roles(house) == {("Native", "research"): ["member"]}
    assert house.world.slate() == []


def test_a_group_of_an_unknown_kind_is_left_alone_and_said(house: OpenAIHouse) -> None:
    house.human.create_group("Lab", group_type="tenant_group")
    house.world.join(ADA, "Lab")
    house.world.settle()
    assert roles(house) == {}
    assert "Lab" in house.world.parked()


def test_a_plan_shows_the_group_without_writing(house: OpenAIHouse) -> None:
    house.put(rules=[rule("Lab", TO_RESEARCH)], mode="plan")
    house.world.join(ADA, "Lab")
    house.world.settle()
    house.simulator.forget_calls()
    shown = preview(house.world.database, house.world.house.platforms).as_json()["changes"]
    of_groups = [each for each in shown if each["principal"]["kind"] == "group"]
    groups = [(each["kind"], each["place"], each["role"], each["user_name"]) for each in of_groups]
    assert groups == [("create_account", None, "member", None), ("grant", "research", "member", None)]
    assert house.writes() == {}


def test_what_a_human_took_from_the_group_is_reported_and_not_given_again(house: OpenAIHouse) -> None:
    house.admit(ADA, "Lab")
    group = house.simulator.org.groups
    project = next(each for each in house.simulator.org.projects.values() if each.name == "research")
    lab = next(each for each in group.all.values() if each.name == "Lab")
    for role in house.simulator.org.roles.held(project.id, lab.id):
        house.simulator.org.roles.assigned[project.id, lab.id].remove(role.id)
    lab.projects.pop(project.id)
    house.world.look_at()
    assert roles(house) == {}
    assert house.rows("group") == [("Lab", "research", "member", "removed_by_hand")]


def test_a_crash_after_the_group_was_made_ends_with_one_group(house: OpenAIHouse) -> None:
    house.simulator.drop(writing=True, applied=True)
    house.world.join(ADA, "Lab")
    house.world.settle_at_last()
    house.accept(ADA)
    assert house.state("groups") == {"Lab": [ADA]}
    assert roles(house) == {("Lab", "research"): ["member"]}


def test_taking_a_large_groups_role_is_held_by_the_people_in_it(house: OpenAIHouse) -> None:
    users = house.world.join_many(8, "Lab")
    house.world.settle()
    house.accept(*(f"p{number:03}@example.com" for number in range(8)))
    house.put(rules=[rule("Lab", {**TO_RESEARCH, "place": "evals"})])
    assert len(users) == 8
    assert house.world.held() != []
    assert ("Lab", "research") in roles(house)
    house.world.release()
    house.world.settle()
    assert roles(house) == {("Lab", "evals"): ["member"]}


def test_apply_comes_to_rest_and_a_second_one_changes_nothing(house: OpenAIHouse) -> None:
    house.admit(ADA, "Lab")
    house.simulator.forget_calls()
    done = apply_all(house.world.database, house.world.house.platforms, house.world.house.hand)
    assert (done.held, list(done.left)) == (False, [])
    assert house.writes() == {}


def test_lesson_22_death_at_any_commit_ends_with_one_group_its_role_and_its_people(tmp_path: Path) -> None:
    for number in (*range(1, 10), *range(10, 90, 8)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with OpenAISimulator() as simulator:
            house = OpenAIHouse(folder, simulator, rules=[rule("Lab", TO_RESEARCH)])
            house.world.join(ADA, "Lab")
            died = die_at(house.world, number, after=True)
            house.world.settle_at_last()
            house.accept(ADA)
            assert (house.state("groups"), roles(house)) == ({"Lab": [ADA]}, {("Lab", "research"): ["member"]}), number
            assert len([row for row in house.world.did("openai") if row[0] == "create_account"]) == 1, number
            assert (house.world.open_intents(), house.world.slate()) == (0, []), number
            house.world.close()
        if not died:
            return
    raise AssertionError("it never ran to its end")


def test_a_group_is_named_in_the_audit_also_when_the_answer_was_lost_and_it_is_not_wanted_any_more(house: OpenAIHouse) -> None:
    ada = house.world.join(ADA, "Lab")
    house.world.settle()
    house.simulator.drop(writing=True, applied=True)
    house.accept(ADA)
    assert house.state("groups") == {"Lab": [ADA]}
    house.world.remove("Lab", ada)
    house.world.settle_at_last()
    assert house.state("groups") == {"Lab": []}
    places = [place for action, subject, place in house.world.did("openai") if subject == ADA and action in {"grant", "revoke"}]
    assert places == ["group Lab", "group Lab"]
