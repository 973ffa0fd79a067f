"""Roles in places, situation by situation: what is given, changed, taken, left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scim_bridge.access.books import by_the_books, settled_places
from scim_bridge.access.connector import Capabilities
from scim_bridge.access.observed import Account, Membership
from scim_bridge.access.policy import Accounts, Policy
from scim_bridge.access.standing import Holding, Intent, OwnAccount, Slice, Standing, Wanted, WantedPlace
from tests.access.model import EMAIL, ME, ONE, SEVERAL, Far

OURS = OwnAccount(EMAIL, "user", "active", account_id=ME)
REPAIR = Policy(Accounts("user"), drift="repair")
ADOPT = Policy(Accounts("user", "adopt"))


def far(*roles: str, held: Holding | None = None, intents: tuple[Intent, ...] = (), **more: Any) -> Far:
    """Somebody with an account of ours and these roles in research."""
    memberships = tuple(Membership(ME, "research", role) for role in roles)
    standing = Standing(OURS, (held,) if held else (), intents)
    return replace(Far(Slice(Account(ME, EMAIL, "user"), memberships=memberships), standing), **more)


def wish(*roles: str) -> Wanted:
    return Wanted(EMAIL, "user", places=tuple(WantedPlace("research", "research", role) for role in roles))


def mine(role: str, **more: Any) -> Holding:
    return Holding("research", "research", role, **more)


def changes(world: Far, wanted: Wanted) -> list[tuple[str, str | None, str | None]]:
    return [(each.kind, each.was, each.role) for each in world.look(wanted).changes]


@pytest.mark.parametrize(
    ("world", "wanted", "expected"),
    [
        pytest.param(far(), wish("member"), [("grant", None, "member")], id="wanted and not there"),
        pytest.param(far("member"), wish("member"), [], id="there by a human's hand"),
        pytest.param(far("member"), wish("admin"), [("change_role", "member", "admin")], id="weaker by hand: raised"),
        pytest.param(far("admin"), wish("member"), [], id="stronger by hand: left"),
        pytest.param(far("admin", policy=ADOPT), wish("member"), [("change_role", "admin", "member")], id="adopted: set right"),
        pytest.param(far("member", held=mine("member")), wish(), [("revoke", None, "member")], id="ours, not wanted any more"),
        pytest.param(far("member"), wish(), [], id="by hand, wanted by nobody"),
        pytest.param(far("member", held=mine("member", provenance="found")), wish(), [], id="found, not wanted any more"),
        pytest.param(
            far("admin", held=mine("admin", found_role="member")), wish(), [("change_role", "admin", "member")],
            id="raised by us: back",
        ),
        pytest.param(far("member", held=mine("member", found_role="member")), wish(), [], id="about to be raised: as it was"),
        pytest.param(far(held=mine("member")), wish("member"), [], id="taken by hand: reported"),
        pytest.param(far(held=mine("member"), policy=REPAIR), wish("member"), [("grant", None, "member")], id="repaired"),
        pytest.param(far("admin", held=mine("member")), wish("member"), [], id="changed by hand: reported"),
        pytest.param(
            far("admin", held=mine("member"), policy=REPAIR), wish("member"), [("change_role", "admin", "member")],
            id="changed by hand: repaired",
        ),
        pytest.param(far("member", held=mine("member")), wish("admin"), [("change_role", "member", "admin")], id="more wanted"),
        pytest.param(far("admin", held=mine("admin")), wish("member"), [("change_role", "admin", "member")], id="less wanted"),
    ],
)
def test_one_role_a_place(world: Far, wanted: Wanted, expected: list[tuple[str, str | None, str | None]]) -> None:
    assert changes(world, wanted) == expected


@pytest.mark.parametrize(
    ("world", "wanted", "expected"),
    [
        pytest.param(far("member"), wish("member", "admin"), [("grant", None, "admin")], id="another beside it"),
        pytest.param(
            far("member", "admin", held=mine("admin")), wish("member"), [("revoke", None, "admin")], id="only ours goes"
        ),
        pytest.param(far("member", "admin"), wish(), [], id="by hand, both stay"),
    ],
)
def test_several_roles_a_place(world: Far, wanted: Wanted, expected: list[tuple[str, str | None, str | None]]) -> None:
    assert changes(replace(world, capabilities=SEVERAL), wanted) == expected


def intent(kind: str, role: str) -> tuple[Intent, ...]:
    return (Intent(1, kind, EMAIL, "research", role),)


@pytest.mark.parametrize(
    ("world", "wanted", "expected", "provenance"),
    [
        pytest.param(far("member", intents=intent("grant", "member")), wish("member"), [], "created", id="a grant"),
        pytest.param(
            far("member", intents=intent("grant", "member")), wish(), [("revoke", None, "member")], "created",
            id="a grant that nobody wants any more",
        ),
        pytest.param(
            far("admin", held=mine("member"), intents=intent("change_role", "admin")), wish("admin"), [], "created",
            id="a change of role",
        ),
        pytest.param(
            far(held=mine("member"), intents=intent("revoke", "member")), wish("member"), [("grant", None, "member")], None,
            id="a revoke that is regretted",
        ),
        pytest.param(far(held=mine("member"), intents=intent("revoke", "member")), wish(), [], None, id="a revoke"),
    ],
)
def test_what_answers_an_open_intent_counts_as_done(
    world: Far, wanted: Wanted, expected: list[tuple[str, str | None, str | None]], provenance: str | None
) -> None:
    verdict = world.look(wanted)
    assert changes(world, wanted) == expected
    assert [each.provenance for each in verdict.holdings] == ([provenance] if provenance else [])
    assert verdict.by_hand == ()


def test_a_lost_answer_of_lowering_to_what_a_human_gave_is_no_drift() -> None:
    world = far("member", held=mine("admin", found_role="member"), intents=intent("change_role", "member"))
    verdict = world.look(wish())
    assert verdict.changes == ()
    assert verdict.forgotten == (("research", "admin"),)


def test_what_an_organizations_administrator_inherits_is_as_good_as_given() -> None:
    world = far()
    inherited = Membership(ME, "research", "admin", inherited=True)
    world = replace(world, seen=replace(world.seen, memberships=(inherited,)))
    assert changes(world, wish("member")) == []
    assert changes(world, wish()) == []


@pytest.mark.parametrize("policy", [Policy(Accounts("user")), REPAIR], ids=["report", "repair"])
@pytest.mark.parametrize("state", ["held", "removed_by_hand"])
@pytest.mark.parametrize("capabilities", [ONE, SEVERAL], ids=["one role a place", "several"])
def test_what_went_with_its_place_is_forgotten_and_no_hand_took_it(
    policy: Policy, state: str, capabilities: Capabilities
) -> None:
    world = far(held=mine("member", state=state), policy=policy, capabilities=capabilities)
    verdict = world.look(absent("member"))
    assert (verdict.changes, verdict.by_hand, verdict.holdings) == ((), (), ())
    assert verdict.forgotten == (("research", "member"),)
    again = world.step(absent("member"))
    assert changes(again, wish("member")) == [("grant", None, "member")]  # it is there again


@pytest.mark.parametrize("capabilities", [ONE, SEVERAL], ids=["one role a place", "several"])
def test_what_an_absent_place_shows_all_the_same_stays_ours(capabilities: Capabilities) -> None:
    world = far("member", held=mine("member"), capabilities=capabilities)
    verdict = world.look(absent("member"))
    assert (verdict.changes, verdict.forgotten, verdict.holdings) == ((), (), (mine("member"),))


@pytest.mark.parametrize("policy", [Policy(Accounts("user")), REPAIR], ids=["report", "repair"])
@pytest.mark.parametrize("state", ["held", "removed_by_hand"])
def test_an_absent_place_is_not_settled_by_the_books(policy: Policy, state: str) -> None:
    standing = far(held=mine("member", state=state)).standing
    assert by_the_books(absent("member"), standing, policy) is None
    assert settled_places(absent("member"), standing, policy) == frozenset()


def absent(role: str) -> Wanted:
    return Wanted(EMAIL, "user", places=(WantedPlace("research", "research", role, absent=True),))
