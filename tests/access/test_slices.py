"""One observation, cut into a slice for each person."""

from __future__ import annotations

from scim_bridge.access.observed import Account, Credential, Inquiry, Invitation, Membership, Observation
from scim_bridge.access.slices import Slices

ADA = Account("a", "Ada@Example.com", "user")
PLUS = Account("b", "ada+lab@example.com", "user")
SEEN = Observation(
    accounts=(ADA, PLUS),
    invitations=(Invitation("i", "GRACE@example.com", "user"),),
    memberships=(
        Membership("a", "p1", "member"),
        Membership("b", "p2", "member"),
        Membership("a", "p3", "member", principal_kind="group"),
    ),
    credentials=(
        Credential("k1", "personal", "a", "active", usable=True),
        Credential("k2", "shared", None, "active", usable=True),
        Credential("k3", "personal", "gone", "active", usable=True),
    ),
)


def test_an_address_is_compared_whole_and_without_case() -> None:
    mine = Slices(SEEN).of(Inquiry("ada@example.com", None))
    assert mine.account == ADA
    assert [each.place_id for each in mine.memberships] == ["p1"]
    assert [each.id for each in mine.credentials] == ["k1"]


def test_a_known_account_is_found_by_its_id_whatever_the_address() -> None:
    mine = Slices(SEEN).of(Inquiry("somebody@example.com", "b"))
    assert mine.account == PLUS
    assert [each.place_id for each in mine.memberships] == ["p2"]


def test_an_account_that_is_gone_is_not_replaced_by_its_namesake() -> None:
    mine = Slices(SEEN).of(Inquiry("ada@example.com", "gone"))
    assert mine.account is None
    assert mine.memberships == ()
    assert [each.id for each in mine.credentials] == ["k3"]  # keys outlive the account that made them


def test_invitations_are_found_by_the_address() -> None:
    assert [each.id for each in Slices(SEEN).of(Inquiry("grace@example.com", None)).invitations] == ["i"]


def test_whoever_has_nothing_gets_nothing_and_no_key_of_nobody() -> None:
    for email in ("nobody@example.com", None):
        mine = Slices(SEEN).of(Inquiry(email, None))
        assert (mine.account, mine.invitations, mine.memberships) == (None, (), ())
        assert mine.credentials == ()
