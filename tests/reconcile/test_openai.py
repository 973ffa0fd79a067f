"""The hand against the simulated OpenAI, through the real SDK: people, custom roles, accounts that others manage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reconcile.openai_house import ADA, GRACE, RULES, OpenAIHouse, rule
from tests.simulators.openai import OpenAISimulator


@pytest.fixture
def simulator() -> Iterator[OpenAISimulator]:
    with OpenAISimulator() as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, simulator: OpenAISimulator) -> Iterator[OpenAIHouse]:
    made = OpenAIHouse(tmp_path, simulator)
    yield made
    made.world.close()


def test_an_invitation_puts_nobody_into_the_default_project_and_projects_follow_it(house: OpenAIHouse) -> None:
    house.world.join(ADA, "Research", "Evals")
    house.world.settle()
    assert house.state("invites") == [(ADA, "pending")]
    assert house.world.slate() == []  # waiting for somebody is no work
    house.accept(ADA)
    assert house.members() == {(ADA, "research"): "member", (ADA, "evals"): "owner"}


def test_a_leaver_loses_keys_projects_and_membership(house: OpenAIHouse) -> None:
    ada = house.admit(ADA, "Research", "Evals")
    keys = [house.human.add_key(ADA, "research"), house.human.add_key(ADA, "evals"), house.human.add_admin_key(ADA)]
    house.human.add_service_account("research", "robot")
    robot = house.human.add_service_account_key("research", "robot")
    house.world.deactivate(ada)
    house.world.settle()
    assert ADA not in house.state("users")
    assert house.members() == {}
    assert not any(house.simulator.key_works(key) for key in keys)
    assert house.simulator.key_works(robot)
    assert house.world.unconfirmed() == []
    assert house.world.slate() == []


def test_a_renamed_person_keeps_account_and_projects(house: OpenAIHouse) -> None:
    ada = house.admit(ADA, "Research")
    house.simulator.forget_calls()
    house.world.change(ada, userName="ada.lovelace@example.com", emails=[{"value": "ada.lovelace@example.com", "primary": True}])
    house.world.settle()
    assert house.writes() == {}
    assert house.members() == {(ADA, "research"): "member"}


def test_an_invitation_to_a_stronger_role_is_replaced_without_a_gap(house: OpenAIHouse) -> None:
    house.put(rules=[*RULES, {"name": "owners", "when": {"group": "Owners"}, "grant": [{"account": "owner", "allow_admin": True}]}])
    ada = house.world.join(ADA, "Research", "Owners")
    house.world.settle()
    house.simulator.forget_calls()
    house.world.remove("Owners", ada)
    house.world.settle()
    assert house.state("invites") == [(ADA, "pending")]
    house.accept(ADA)
    assert house.state("users")[ADA] == "reader"


def test_the_invitation_to_an_old_address_is_taken_back_before_the_new_one_goes_out(house: OpenAIHouse) -> None:
    ada = house.world.join(ADA, "Research")
    house.world.settle()
    house.simulator.forget_calls()
    house.world.change(ada, emails=[{"value": GRACE, "primary": True}])
    house.world.settle()
    assert house.state("invites") == [(GRACE, "pending")]
    writes = [call.method for call in house.simulator.log if call.method != "GET"]
    assert writes == ["DELETE", "POST"]


# --- custom roles


def with_custom_roles(house: OpenAIHouse) -> None:
    house.human.create_role("Labeller", ["api.evals.read"], "research")
    house.human.create_role("Auditor", ["api.organization.audit_logs.read"], None)
    house.put(
        rules=[
            *RULES,
            rule("Label", {"place": "research", "role": "Labeller"}),
            {"name": "audit", "when": {"group": "Audit"}, "grant": [{"account": "Auditor"}]},
        ]
    )


def test_a_custom_role_brings_the_membership_it_needs_and_both_go_with_it(house: OpenAIHouse) -> None:
    with_custom_roles(house)
    ada = house.admit(ADA, "Label")
    assert house.members() == {(ADA, "research"): "member"}
    assert house.state("roles") == {(ADA, "research"): ["Labeller"]}
    assert [row[1:] for row in house.rows()] == [
        (None, "reader", "held"), ("research", "Labeller", "held"), ("research", "member", "held"),
    ]  # fmt: skip
    house.world.remove("Label", ada)
    house.world.settle()
    assert (house.members(), house.state("roles")) == ({}, {})


def test_custom_roles_are_held_beside_the_one_of_the_order(house: OpenAIHouse) -> None:
    with_custom_roles(house)
    ada = house.admit(ADA, "Research", "Label", "Audit")
    assert house.state("roles") == {(ADA, "research"): ["Labeller"], (ADA, None): ["Auditor"]}
    assert (ADA, None, "Auditor", "held") in house.rows()
    house.world.remove("Label", ada)
    house.world.remove("Audit", ada)
    house.world.settle()
    assert house.members() == {(ADA, "research"): "member"}
    assert house.state("roles") == {}


def test_a_custom_role_that_is_not_there_parks_and_the_rest_goes_on(house: OpenAIHouse) -> None:
    house.put(rules=[rule("Research", {"place": "research", "role": "Labeler"}, {"place": "evals", "role": "member"})])
    house.admit(ADA, "Research")
    assert house.members() == {(ADA, "evals"): "member"}
    assert 'no role "Labeler"' in house.world.parked()[ADA]


def test_lesson_33_a_custom_role_that_rules_over_people_needs_the_word_of_the_file(house: OpenAIHouse) -> None:
    house.human.create_role("Recruiter", ["api.groups.write"], "research")
    grant = {"place": "research", "role": "Recruiter"}
    house.put(rules=[rule("Research", grant)])
    house.admit(ADA, "Research")
    assert house.state("roles") == {}
    assert "allow_admin: true" in house.world.parked()[ADA]
    house.put(rules=[rule("Research", {**grant, "allow_admin": True})])
    house.world.settle()
    assert house.state("roles") == {}
    house.world.release()  # a new administrative role waits for a named human
    house.world.settle()
    assert house.state("roles") == {(ADA, "research"): ["Recruiter"]}


# --- where OpenAI's own SCIM manages people


def test_nobody_is_invited_where_the_platforms_own_scim_manages_people(house: OpenAIHouse) -> None:
    house.human.add_user(GRACE, scim_managed=True)
    house.world.join(ADA, "Research")
    house.world.settle()
    assert house.state("invites") == []
    assert "SCIM" in house.world.parked()[ADA]


def test_a_natively_managed_person_gets_and_loses_places_and_never_the_account(house: OpenAIHouse) -> None:
    house.put(accounts={"role": "reader", "existing": "adopt"})
    house.human.add_user(ADA, scim_managed=True)
    ada = house.world.join(ADA, "Research")
    house.world.settle()
    assert house.members() == {(ADA, "research"): "member"}
    house.world.remove("Research", ada)
    house.world.settle()
    assert house.members() == {}
    assert house.world.slate() == []
    assert ADA in house.state("users")


def test_a_natively_managed_leaver_stays_visible_until_the_account_is_gone(house: OpenAIHouse) -> None:
    house.put(accounts={"role": "reader", "existing": "adopt"})
    house.human.add_user(ADA, scim_managed=True)
    ada = house.world.join(ADA, "Research")
    house.world.settle()
    key = house.human.add_key(ADA, "research")
    house.world.deactivate(ada)
    house.world.settle()
    assert not house.simulator.key_works(key)
    assert house.members() == {}
    assert "SCIM" in house.world.parked()[ADA]
    house.human.remove_user(ADA)
    house.world.look_at(ada)
    assert house.world.slate() == []
