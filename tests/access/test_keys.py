"""Keys: the configured fate of their kind, what an exception spares, and the bridge's own, which is never touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim_bridge.access.observed import Account, Credential, Membership
from scim_bridge.access.policy import Accounts, KeyException, KeyFate, Offboarding, Policy
from scim_bridge.access.standing import Holding, OwnAccount, Slice, Standing, Wanted, WantedPlace
from tests.access.model import EMAIL, ME, Far, far_sides, wishes

LAST_DAY = date(2027, 1, 31)
KEPT = KeyException("kept", "the nightly batch runs on it", LAST_DAY)
OURS = OwnAccount(EMAIL, "user", "active", account_id=ME)
LEAVING = Wanted(EMAIL, leaving=True)
UNGRANTED = Wanted(EMAIL)
MOVED = Wanted(EMAIL, "user", places=(WantedPlace("production", "production", "member"),))
FATES: tuple[KeyFate, ...] = ("withdraw", "delete", "keep", "report")


def key(key_id: str, kind: str = "personal", **more: object) -> Credential:
    return Credential(key_id, kind, ME, "active", usable=True, place_id="research", **more)  # type: ignore[arg-type]


def taken(wanted: Wanted, *keys: Credential, policy: Policy) -> dict[str | None, str]:
    """Which keys go, and how, for somebody with an account of ours who held a place that is lost."""
    held = Standing(OURS, (Holding("research", "research", "member"),), left_keys={each.id: ME for each in keys})
    there = (Membership(ME, "research", "member"),)
    far = Far(Slice(Account(ME, EMAIL, "user"), memberships=there, credentials=keys), held, policy)
    return {each.object_id: each.how for each in far.look(wanted).changes if each.kind == "withdraw_key"}


def policy(personal: KeyFate = "withdraw", shared: KeyFate = "report", *keep: KeyException, moving: KeyFate = "report") -> Policy:
    leaving = Offboarding(personal_keys=personal, shared_keys=shared, keep=keep)
    return Policy(Accounts("user"), leaving, moving_keys=moving)


@pytest.mark.parametrize("shared", FATES)
@pytest.mark.parametrize("personal", FATES)
def test_lesson_40_each_kind_follows_its_own_fate_when_somebody_leaves(personal: KeyFate, shared: KeyFate) -> None:
    keys = (key("mine"), key("team", "shared"), key("robot", "shared", service_account="svc"))
    expected = {"mine": personal} if personal in {"withdraw", "delete"} else {}
    expected |= {"team": shared, "robot": shared} if shared in {"withdraw", "delete"} else {}
    assert taken(LEAVING, *keys, policy=policy(personal, shared)) == expected


def test_lesson_40_by_default_shared_and_service_account_keys_stay() -> None:
    keys = (key("mine"), key("team", "shared"), key("robot", "shared", service_account="svc"))
    assert taken(LEAVING, *keys, policy=Policy(Accounts("user"))) == {"mine": "withdraw"}


@pytest.mark.parametrize("wanted", [LEAVING, UNGRANTED, MOVED], ids=["leaving", "no grant left", "moved"])
def test_an_excepted_key_stays_whatever_happens_to_its_person(wanted: Wanted) -> None:
    rules = policy("delete", "delete", KEPT, moving="delete")
    assert taken(wanted, key("kept"), key("other"), policy=rules) == {"other": "delete"}


def test_an_exception_whose_day_is_over_spares_its_key_all_the_same() -> None:
    old = replace(KEPT, until=date(1999, 12, 31))
    assert old.is_due(LAST_DAY)
    assert taken(LEAVING, key("kept"), policy=policy("withdraw", "report", old)) == {}


def test_an_exception_is_due_from_the_day_after_its_last() -> None:
    assert [KEPT.is_due(LAST_DAY + timedelta(days=each)) for each in (-1, 0, 1)] == [False, False, True]


def test_an_exception_spares_one_key_and_not_those_with_a_similar_id() -> None:
    assert set(taken(LEAVING, key("kept"), key("kept2"), key("Kept"), policy=policy("withdraw", "report", KEPT))) == {"kept2", "Kept"}


@pytest.mark.parametrize("wanted", [LEAVING, UNGRANTED, MOVED], ids=["leaving", "no grant left", "moved"])
def test_the_key_the_bridge_itself_works_with_is_never_taken(wanted: Wanted) -> None:
    own = key("own", ours="It is the key of this connection.")
    assert taken(wanted, own, key("other"), policy=policy("delete", "delete", moving="delete")) == {"other": "delete"}


@st.composite
def spared(draw: st.DrawFn) -> tuple[Far, Wanted]:
    """Anything at all, in which key_0 is excepted and key_1 is the bridge's own."""
    far = draw(far_sides())
    keys = tuple(replace(each, ours="ours") if each.id == "key_1" else each for each in far.seen.credentials)
    keep = (KeyException("key_0", "why", LAST_DAY),)
    rules = replace(far.policy, offboarding=replace(far.policy.offboarding, keep=keep))
    standing = replace(far.standing, left_keys={each.id: ME for each in keys})
    world = replace(far, seen=replace(far.seen, credentials=keys), policy=rules, standing=standing)
    return world, draw(wishes(far.capabilities))


@given(spared())
def test_whatever_is_wanted_excepted_keys_and_our_own_are_not_touched(world: tuple[Far, Wanted]) -> None:
    far, wanted = world
    assert {each.object_id for each in far.look(wanted).changes if each.kind == "withdraw_key"} <= {"key_2"}
