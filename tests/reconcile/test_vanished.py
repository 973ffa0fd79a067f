"""Places and custom roles that are not there any more: nobody's hand took them from a person, and they are given again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scim_bridge.access.observed import Place
from tests.reconcile.conftest import MakeWorld, wrapped_world
from tests.reconcile.openai_house import ADA, GRACE, RULES, OpenAIHouse, rule
from tests.simulators.openai import OpenAISimulator
from tests.world import Wrapped

AUDIT = {"name": "audit", "when": {"group": "Audit"}, "grant": [{"account": "Auditor"}]}
LABEL = rule("Label", {"place": "research", "role": "Labeller"})


@pytest.fixture
def simulator() -> Iterator[OpenAISimulator]:
    with OpenAISimulator() as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, simulator: OpenAISimulator) -> Iterator[OpenAIHouse]:
    made = OpenAIHouse(tmp_path, simulator)
    made.human.create_role("Labeller", ["api.evals.read"], "research")
    made.human.create_role("Auditor", ["api.organization.audit_logs.read"], None)
    made.put(rules=[*RULES, LABEL, AUDIT])
    yield made
    made.world.close()


def delete_role(house: OpenAIHouse, name: str, project: str | None) -> None:
    organization = house.simulator.org
    place = next((each.id for each in organization.projects.values() if each.name == project), None)
    organization.roles.delete(place, organization.roles.named(place, name).id)


def look_at(house: OpenAIHouse, *users: str) -> None:
    """With a connector that remembers nothing, as `apply` has it."""
    house.world.house.platforms._connectors.clear()
    house.world.retry()
    house.world.look_at(*users)


def states(house: OpenAIHouse) -> dict[tuple[str | None, str], str]:
    return {(place, role): state for _, place, role, state in house.rows()}


@pytest.mark.parametrize(
    ("group", "role", "project"), [("Label", "Labeller", "research"), ("Audit", "Auditor", None)], ids=["project", "organization"]
)
def test_a_custom_role_that_was_deleted_and_made_again_is_given_again(
    house: OpenAIHouse, group: str, role: str, project: str | None
) -> None:
    ada = house.admit(ADA, "Research", group)
    delete_role(house, role, project)
    look_at(house, ada)
    assert "Create it there" in house.world.parked()[ADA]
    assert states(house)[project, role] == "parked"
    assert house.members() == {(ADA, "research"): "member"}  # what is there stays
    house.human.create_role(role, ["api.evals.read"], project)
    look_at(house, ada)
    assert house.state("roles") == {(ADA, project): [role]}
    assert states(house)[project, role] == "held"
    assert house.world.audit("drift.removed_by_hand") == []
    assert house.world.slate() == []


def test_a_push_while_the_role_is_missing_is_enough_to_know_that_no_hand_took_it(house: OpenAIHouse) -> None:
    ada = house.admit(ADA, "Label")
    delete_role(house, "Labeller", "research")
    house.world.house.platforms._connectors.clear()
    house.world.change(ada, title="Countess")
    house.world.settle()
    house.human.create_role("Labeller", ["api.evals.read"], "research")
    look_at(house, ada)
    assert house.state("roles") == {(ADA, "research"): ["Labeller"]}


def test_a_custom_role_that_a_human_took_from_one_person_is_not_given_back(house: OpenAIHouse) -> None:
    ada = house.admit(ADA, "Label")
    house.human.unassign_role(ADA, "research", "Labeller")
    look_at(house, ada)
    assert house.state("roles") == {}
    assert states(house)["research", "Labeller"] == "removed_by_hand"


@pytest.mark.parametrize("drift", ["report", "repair"])
@pytest.mark.parametrize("deleted", [False, True], ids=["archived", "deleted"])
def test_a_project_that_is_gone_parks_and_nobodys_hand_took_it(house: OpenAIHouse, drift: str, deleted: bool) -> None:
    house.put(drift=drift)
    ada = house.admit(ADA, "Research", "Evals")
    if deleted:
        house.human.remove_member(ADA, "research")
    house.human.archive_project("research")
    if deleted:
        projects: dict[str, Any] = house.simulator.org.projects
        del projects[next(key for key, each in projects.items() if each.name == "research")]
    look_at(house, ada)
    assert states(house) == {(None, "reader"): "held", ("evals", "owner"): "held", ("research", "member"): "parked"}
    assert house.world.audit("drift.removed_by_hand") == []
    reason = house.world.parked()[ADA]
    assert reason.count("research") == 1
    assert "Create it there" in reason if deleted else "Name another" in reason
    house.put(drift=drift, rules=RULES[1:])
    assert house.world.parked() == {}
    assert states(house) == {(None, "reader"): "held", ("evals", "owner"): "held"}


def test_another_project_in_its_place_is_given_to_everybody(house: OpenAIHouse) -> None:
    ada, grace = house.admit(ADA, "Research"), house.admit(GRACE, "Research")
    house.human.archive_project("research")
    look_at(house, ada, grace)
    house.human.create_project("research")
    look_at(house, ada, grace)
    new = [each.id for each in house.simulator.org.projects.values() if each.name == "research"][-1]
    assert {each.place_id for user in (ada, grace) for each in house.world.standing(user, "openai").holdings} == {new}
    assert {row[1:] for row in house.rows()} == {(None, "reader", "held"), ("research", "member", "held")}


# --- where an archived place can be opened again


class Hiding(Wrapped):
    """Says that a place is archived, and shows nobody in it where `hides`."""

    shut, hides = "", False

    def places(self) -> tuple[Place, ...]:
        return tuple(Place(each.id, each.name, open=each.name != self.shut) for each in super().places())

    def observe(self, inquiries: Any, **asked: Any) -> Any:
        seen, shut = super().observe(inquiries, **asked), {each.id for each in self.places() if not each.open}
        return replace(seen, memberships=tuple(each for each in seen.memberships if not self.hides or each.place_id not in shut))


def test_what_an_archived_place_shows_all_the_same_stays_what_the_bridge_gave(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, Hiding)
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    before = world.standing(ada).holdings
    platform.shut = "research"
    world.look_at(ada)
    assert "Name another" in world.parked()[ADA]
    assert world.standing(ada).holdings == before
    platform.shut = ""
    world.look_at(ada)
    world.remove("Research", ada)
    world.settle()
    assert world.places(ADA) == {"production": "member"}


def test_what_a_hand_had_taken_before_the_place_was_archived_is_forgotten_with_it(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, Hiding)
    ada = world.join(ADA, "Research", "Production")
    world.settle()
    world.store().remove_member(ADA, "research")
    world.look_at(ada)
    platform.shut = "research"
    world.look_at(ada)
    assert [each.place for each in world.standing(ada).holdings] == ["production"]
