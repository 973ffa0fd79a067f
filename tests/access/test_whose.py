"""Whose account it is: by the ledger, by an intent, by adoption, and never by likeness."""

from __future__ import annotations

import pytest

from scim_bridge.access.observed import Account, Invitation
from scim_bridge.access.policy import Accounts, Policy
from scim_bridge.access.standing import Intent, OwnAccount, Slice, Standing, Wanted
from scim_bridge.access.whose import whose_account

EMAIL = "ada@example.com"
WANTED = Wanted(EMAIL, account_role="user")
LEAVE, ADOPT = Policy(Accounts("user", "leave")), Policy(Accounts("user", "adopt"))
ACCOUNT = Account("acct_1", EMAIL, "user")
PENDING, EXPIRED = Invitation("inv_1", EMAIL, "user"), Invitation("inv_1", EMAIL, "user", "expired")
OURS = OwnAccount(EMAIL, "user", "active", account_id="acct_1")
INVITED = OwnAccount(EMAIL, "user", "invited", invitation_id="inv_1")


def intent(kind: str, email: str = EMAIL) -> Standing:
    return Standing(intents=(Intent(1, kind, email),))


@pytest.mark.parametrize(("policy", "adopted", "obstacle"), [(LEAVE, False, True), (ADOPT, True, False)])
@pytest.mark.parametrize("seen", [Slice(ACCOUNT), Slice(None, (PENDING,))], ids=["account", "invitation"])
def test_what_was_there_before_is_adopted_only_when_the_file_says_so(
    policy: Policy, adopted: bool, obstacle: bool, seen: Slice
) -> None:
    found = whose_account(WANTED, Standing(), seen, policy)
    assert (found.own is not None, found.adopted, found.obstacle is not None) == (adopted, adopted, obstacle)


@pytest.mark.parametrize("kind", ["invite", "create_account"])
def test_what_answers_an_open_intent_is_ours(kind: str) -> None:
    found = whose_account(WANTED, intent(kind), Slice(ACCOUNT), LEAVE)
    assert found.own is not None
    assert (found.own.provenance, found.own.account_id, found.own.role_ours) == ("created", "acct_1", True)


def test_an_intent_for_another_address_makes_nothing_ours() -> None:
    found = whose_account(WANTED, intent("invite", "grace@example.com"), Slice(ACCOUNT), LEAVE)
    assert found.own is None
    assert found.obstacle is not None


def test_without_a_wish_for_an_account_nothing_is_adopted() -> None:
    assert whose_account(Wanted(EMAIL), Standing(), Slice(ACCOUNT), ADOPT).own is None
    assert whose_account(Wanted(EMAIL, leaving=True), Standing(), Slice(ACCOUNT), ADOPT).own is None


@pytest.mark.parametrize(
    ("own", "seen", "kinds", "state", "by_hand"),
    [
        (OURS, Slice(ACCOUNT), (), "active", False),
        (OURS, Slice(), (), "removed_by_hand", True),
        (OURS, Slice(), ("remove_account",), None, False),
        (INVITED, Slice(None, (PENDING,)), (), "invited", False),
        (INVITED, Slice(ACCOUNT), (), "active", False),
        (INVITED, Slice(None, (EXPIRED,)), (), "invited", False),
        (INVITED, Slice(None, (Invitation("inv_0", EMAIL, "user", "expired"),)), (), "removed_by_hand", True),
        (INVITED, Slice(), (), "removed_by_hand", True),
        (INVITED, Slice(), ("cancel_invitation",), None, False),
        (OURS, Slice(Account("acct_1", EMAIL, "user", "suspended")), (), "active", False),
        (OURS, Slice(Account("acct_1", EMAIL, "user", "suspended")), ("suspend_account",), "suspended", False),
    ],
)
def test_what_the_ledger_owns_is_as_the_platform_shows_it(
    own: OwnAccount, seen: Slice, kinds: tuple[str, ...], state: str | None, by_hand: bool
) -> None:
    standing = Standing(own, intents=tuple(Intent(number, kind) for number, kind in enumerate(kinds)))
    found = whose_account(WANTED, standing, seen, LEAVE)
    assert (found.own.state if found.own is not None else None, found.by_hand) == (state, by_hand)


def test_an_invitation_that_ran_out_has_lapsed_and_one_that_is_pending_has_not() -> None:
    assert whose_account(WANTED, Standing(INVITED), Slice(None, (EXPIRED,)), LEAVE).lapsed
    assert not whose_account(WANTED, Standing(INVITED), Slice(None, (PENDING,)), LEAVE).lapsed
