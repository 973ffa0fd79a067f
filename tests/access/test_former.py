"""What a leaver had and has again: theirs only by the bridge's own memory, and only while nobody active has the address."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scim_bridge.access.case import Case
from scim_bridge.access.diff import diff
from scim_bridge.access.former import Again, FormerAccount
from scim_bridge.access.observed import Account, Credential, Invitation
from scim_bridge.access.policy import Accounts, Offboarding, Policy
from scim_bridge.access.standing import OwnAccount, Slice, Standing, Wanted
from scim_bridge.access.verdict import Verdict
from scim_bridge.access.whose import whose_account
from tests.access.model import ONE

EMAIL = "ada@example.com"
ENDED = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = Policy(Accounts("user", "adopt"))
LEAVING, STAYING = Wanted(EMAIL, leaving=True), Wanted(EMAIL, account_role="user")
HAD, INVITED_ONCE = FormerAccount(EMAIL, "acct_1", ENDED), FormerAccount(EMAIL, None, ENDED)
ACCOUNT, PENDING = Account("acct_2", EMAIL, "user"), Invitation("inv_2", EMAIL, "user")
KEY = Credential("key_1", "personal", "acct_1", "active", usable=True, hint="sk-...1", created_at=ENDED + timedelta(days=1))


def look(*again: Again, standing: Standing | None = None, policy: Policy = POLICY, wanted: Wanted = LEAVING) -> Verdict:
    slice_ = Slice(again=again)
    return diff(Case("lab", "1", EMAIL, wanted, standing or Standing(), slice_, policy, ONE))


@pytest.mark.parametrize(
    ("again", "way", "state"),
    [
        (Again(HAD, ACCOUNT), "an account made again after leaving", "active"),
        (Again(INVITED_ONCE, ACCOUNT), "an invitation accepted after leaving", "active"),
        (Again(HAD, None, PENDING), "an invitation sent again after leaving", "invited"),
    ],
)
def test_what_is_there_again_is_written_down_and_taken_by_the_next_look(again: Again, way: str, state: str) -> None:
    verdict = look(again)
    assert verdict.returned == (f"{way}: {EMAIL}",)
    assert verdict.changes == ()
    assert verdict.account is not None
    assert (verdict.account.state, verdict.account.email) == (state, EMAIL)


def test_a_key_made_after_leaving_is_told_with_its_hint() -> None:
    verdict = look(Again(HAD, keys=(KEY,)))
    assert verdict.returned == ("a key made after leaving: sk-...1",)
    assert (verdict.account, verdict.changes) == (None, ())


def test_a_key_that_is_in_the_books_is_taken_and_no_news() -> None:
    old = replace(KEY, created_at=ENDED - timedelta(days=1))
    books = Standing(left_keys={KEY.id: "acct_1"})
    seen = Slice(credentials=(old,), again=(Again(HAD, keys=(old,)),))
    verdict = diff(Case("lab", "1", EMAIL, LEAVING, books, seen, POLICY, ONE))
    assert verdict.returned == ()
    assert [change.object_id for change in verdict.changes] == [KEY.id]


def test_a_key_that_the_policy_leaves_is_told_once() -> None:
    keeping = replace(POLICY, offboarding=Offboarding(personal_keys="report"))
    assert look(Again(HAD, keys=(KEY,)), policy=keeping).returned
    known = Standing(left_keys={KEY.id: "acct_1"})
    assert look(Again(HAD, keys=(KEY,)), policy=keeping, standing=known).returned == ()


def test_the_key_the_bridge_works_with_is_nobodys_return() -> None:
    assert look(Again(HAD, keys=(replace(KEY, ours="It is the bridge's own."),))).returned == ()


def test_an_address_that_somebody_active_has_is_left_alone_and_said() -> None:
    verdict = look(Again(HAD, ACCOUNT, active="grace"))
    assert (verdict.account, verdict.changes, verdict.returned) == (None, (), ())
    assert verdict.obstacles[0].startswith(f"{EMAIL} has an account there again after leaving, and grace, who is active")


def test_of_several_the_one_that_is_surely_theirs_goes_first() -> None:
    verdict = look(Again(HAD, ACCOUNT, active="grace"), Again(FormerAccount("a@example.com", None, ENDED), None, PENDING))
    assert verdict.account is not None
    assert verdict.account.invitation_id == "inv_2"


def test_nothing_there_again_is_as_if_nobody_had_asked() -> None:
    assert look(Again(HAD)) == look()


@pytest.mark.parametrize("wanted", [STAYING, Wanted(EMAIL)])
def test_only_leavers_have_anything_again(wanted: Wanted) -> None:
    assert look(Again(HAD, ACCOUNT), wanted=wanted).returned == ()


def test_an_account_that_is_theirs_by_the_ledger_is_decided_by_the_ledger() -> None:
    own = OwnAccount(EMAIL, "user", "active", account_id="acct_1")
    seen = Slice(Account("acct_1", EMAIL, "user"), again=(Again(HAD, ACCOUNT),))
    found = whose_account(LEAVING, Standing(own), seen, POLICY)
    assert (found.own, found.returned) == (own, None)


def test_an_account_that_a_human_took_away_may_come_back() -> None:
    own = OwnAccount(EMAIL, "user", "removed_by_hand", account_id="acct_1")
    found = whose_account(LEAVING, Standing(own), Slice(again=(Again(HAD, ACCOUNT),)), POLICY)
    assert found.own is not None
    assert (found.own.account_id, found.own.state) == ("acct_2", "active")
