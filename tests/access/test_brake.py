"""What would be lost, by the books alone, and when it is too much."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scim_bridge.access.brake import cause_sentence, exceeded, foretell, item_of, limit
from scim_bridge.access.case import Case
from scim_bridge.access.change import Change, Principal
from scim_bridge.access.desired import Reason
from scim_bridge.access.policy import Accounts, Brake, Offboarding, Policy
from scim_bridge.access.standing import Holding, OwnAccount, Slice, Standing, Wanted, WantedPlace
from tests.access.model import EMAIL, ME, ONE

REASON = Reason("lab.yaml", 3, "members", "Lab")
OURS = OwnAccount(EMAIL, "user", "active", account_id=ME)
HELD = Holding("p1", "research", "admin", reasons=(REASON,))
LEAVING, STAYING, WITHOUT = Wanted(EMAIL, leaving=True), Wanted(EMAIL, "user"), Wanted(EMAIL)


def case(wanted: Wanted, *holdings: Holding, own: OwnAccount | None = OURS, keys: int = 0, **policy: Any) -> Case:
    standing = Standing(own, holdings, keys=keys)
    return Case("lab", "1", EMAIL, wanted, standing, Slice(), Policy(Accounts("user"), **policy), ONE)


@pytest.mark.parametrize(("holders", "allowed"), [(0, 5), (6, 5), (16, 5), (17, 5), (20, 6), (100, 30), (10_000, 500)])
def test_the_limit_is_the_floor_the_share_or_the_number(holders: int, allowed: int) -> None:
    assert limit(Brake(), holders) == allowed
    assert not exceeded(Brake(), losing=allowed, holders=holders)
    assert exceeded(Brake(), losing=allowed + 1, holders=holders)


@pytest.mark.parametrize(
    ("of", "people", "drops", "keys"),
    [
        pytest.param(case(LEAVING, HELD), {"place:p1:admin", "account"}, set(), set(), id="leaving"),
        pytest.param(case(LEAVING, HELD, keys=2), {"place:p1:admin", "account"}, set(), {"keys"}, id="leaving with keys"),
        pytest.param(case(WITHOUT, HELD), {"place:p1:admin", "account"}, set(), set(), id="no grant left"),
        pytest.param(case(STAYING, HELD), {"place:p1:admin"}, set(), set(), id="a place lost"),
        pytest.param(case(STAYING), set(), set(), set(), id="nothing held"),
        pytest.param(case(STAYING, replace(HELD, provenance="found")), set(), set(), set(), id="given by a human"),
        pytest.param(case(STAYING, replace(HELD, state="removed_by_hand")), set(), set(), set(), id="gone already"),
        pytest.param(
            case(replace(STAYING, places=(WantedPlace("p1", "research", "member"),)), HELD), set(), {"weaker:p1"}, set(),
            id="a weaker role",
        ),
        pytest.param(
            case(replace(STAYING, places=(WantedPlace("p1", "research", "admin"),)), HELD), set(), set(), set(), id="as it was"
        ),
        pytest.param(case(STAYING, own=replace(OURS, role="owner")), set(), {"weaker:account"}, set(), id="an account's role"),
        pytest.param(
            case(STAYING, own=replace(OURS, role="owner", role_ours=False)), set(), set(), set(), id="a role that was found"
        ),
        pytest.param(case(LEAVING, own=replace(OURS, state="invited")), {"account"}, set(), set(), id="an invitation"),
        pytest.param(
            case(LEAVING, own=replace(OURS, state="invited"), offboarding=Offboarding(invitations="keep")), set(), set(), set(),
            id="an invitation that is kept",
        ),
        pytest.param(case(LEAVING, keys=1, offboarding=Offboarding("keep")), set(), set(), {"keys"}, id="a kept account"),
        pytest.param(
            case(LEAVING, own=replace(OURS, state="suspended"), offboarding=Offboarding("suspend")), set(), set(), set(),
            id="suspended already",
        ),
        pytest.param(
            case(LEAVING, keys=1, offboarding=Offboarding(personal_keys="report")), {"account"}, set(), set(), id="keys reported"
        ),
        pytest.param(case(LEAVING, HELD, keys=1, protect=frozenset({EMAIL})), set(), set(), set(), id="protected"),
        pytest.param(case(LEAVING, own=None), set(), set(), set(), id="nobody there"),
    ],
)
def test_what_a_person_would_lose(of: Case, people: set[str], drops: set[str], keys: set[str]) -> None:
    found = foretell(of)
    assert (found.people, found.drops, found.keys) == (people, drops, keys)


def test_causes_name_the_group_and_the_rule() -> None:
    assert foretell(case(LEAVING, HELD)).causes == ("no longer active",)
    assert foretell(case(WITHOUT, HELD)).causes == ('no longer given by group "Lab" (rule "members")',)


def test_an_alarm_names_the_top_three_causes() -> None:
    causes = ["a"] * 3 + ["b"] * 5 + ["c"] + ["d"] * 2
    sentence = cause_sentence("lab", "people", count=11, allowed=5, holders=20, causes=causes)
    assert sentence == "lab: 11 people would lose something, more than 5 of 20: 5 b; 3 a; 2 d"


def test_one_person_is_one_person() -> None:
    assert cause_sentence("lab", "keys", count=1, allowed=0, holders=2, causes=["a"]) == (
        "lab: 1 person would lose keys, more than 0 of 2: 1 a"
    )


def _change(kind: Any, **more: Any) -> Change:
    return Change(kind, "lab", Principal("person", ME, EMAIL), **more)


@pytest.mark.parametrize(
    ("change", "item"),
    [
        (_change("revoke", place_id="p1", role="admin"), ("people", "place:p1:admin")),
        (_change("remove_account"), ("people", "account")),
        (_change("suspend_account"), ("people", "account")),
        (_change("cancel_invitation", object_id="inv_1"), ("people", "account")),
        (_change("withdraw_key", object_id="key_1"), ("keys", "keys")),
        (_change("change_role", place_id="p1", role="member", was="admin", drop=True), ("drops", "weaker:p1")),
        (_change("change_role", role="user", was="owner", drop=True), ("drops", "weaker:account")),
        (_change("change_role", place_id="p1", role="admin", was="member"), None),
        (_change("grant", place_id="p1", role="member"), None),
        (_change("invite", role="user"), None),
    ],
)
def test_a_change_is_spelled_as_it_was_foretold(change: Change, item: tuple[str, str] | None) -> None:
    assert item_of(change) == item
