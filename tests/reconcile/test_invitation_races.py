"""Somebody accepts an invitation at the very moment at which the bridge replaces it by another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.reconcile.openai_house import ADA, GRACE, RULES, OpenAIHouse
from tests.simulators.openai import OpenAISimulator


class Hasty(OpenAISimulator):
    """Whoever is in `hasty` accepts just before the next invitation is sent (POST) or taken back (DELETE)."""

    hasty: str | None = None
    at = "POST"

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Any:
        with self.lock:
            if self.hasty is not None and method == self.at and "/organization/invites" in target:
                self.human.accept_invite(self.hasty)
                self.hasty = None
            return super().answer(method, target, headers, body)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[OpenAIHouse]:
    with Hasty() as running:
        made = OpenAIHouse(tmp_path, running)
        yield made
        made.world.close()


def test_an_invitation_accepted_while_it_is_replaced_leaves_one_account_and_no_other_invitation(house: OpenAIHouse) -> None:
    ada = house.world.join(ADA, "Research")
    house.world.settle()
    house.simulator.hasty, house.simulator.at = ADA, "DELETE"  # type: ignore[attr-defined]
    house.world.change(ada, emails=[{"value": GRACE, "primary": True}])
    house.world.settle_at_last()
    assert house.state("invites") == [(ADA, "accepted")]
    assert house.members() == {(ADA, "research"): "member"}
    house.world.deactivate(ada)
    house.world.settle()
    assert ADA not in house.state("users")


def test_an_invitation_accepted_while_its_role_is_replaced_leaves_one_account(house: OpenAIHouse) -> None:
    owners = {"name": "owners", "when": {"group": "Owners"}, "grant": [{"account": "owner", "allow_admin": True}]}
    house.put(rules=[*RULES, owners])
    ada = house.world.join(ADA, "Research", "Owners")
    house.world.settle()
    house.simulator.hasty = ADA  # type: ignore[attr-defined]
    house.world.remove("Owners", ada)
    house.world.settle_at_last()
    assert house.state("invites") == [(ADA, "accepted")]
    assert house.state("users")[ADA] == "reader"


def test_a_lost_answer_to_the_invitation_to_a_new_address_leaves_nothing_behind_a_leaver(house: OpenAIHouse) -> None:
    ada = house.world.join(ADA, "Research")
    house.world.settle()
    house.world.change(ada, emails=[{"value": GRACE, "primary": True}])
    house.simulator.drop(2, writing=True, applied=True)
    house.world.settle_at_last()
    house.accept(GRACE)
    assert house.members() == {(GRACE, "research"): "member"}
    house.world.deactivate(ada)
    house.world.settle_at_last()
    assert not {ADA, GRACE} & set(house.state("users"))
    assert ("pending" not in [status for _, status in house.state("invites")]), house.state("invites")
