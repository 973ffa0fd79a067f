"""Whose account is it? The one question that must never be answered by likeness.

An account is a person's when the ledger says so, when it answers an open intent of ours, or when the file says `existing: adopt`
and its e-mail address is theirs, compared whole; a leaver's also when it is one again that was theirs and had gone. Everything
else was there before and is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scim_bridge.access.observed import Account, Invitation
from scim_bridge.access.policy import Policy
from scim_bridge.access.standing import OwnAccount, Slice, Standing, Wanted

LEAVE_SENTENCE = (
    "{email} already has {what} there, and the mapping file says existing: leave. Either set accounts.existing: adopt, "
    "or remove it at the platform; then retry."
)


@dataclass(frozen=True)
class Whose:
    """The person's account after looking. `own` None: they have none that is theirs."""

    own: OwnAccount | None = None
    seen: Account | None = None
    invitation: Invitation | None = None
    adopted: bool = False
    by_hand: bool = False
    """True when we had one and a human took it away."""
    obstacle: str | None = None
    returned: str | None = None
    """Set when it is a leaver's again that was gone: which way it came back."""

    @property
    def lapsed(self) -> bool:
        """There was an invitation of ours, and it ran out: nothing of the person is there."""
        return self.own is not None and self.own.state == "invited" and self.invitation is None


def whose_account(wanted: Wanted, standing: Standing, slice_: Slice, policy: Policy) -> Whose:
    """The account of one person, from the ledger's page and the platform's slice."""
    own = standing.account
    back = _back(standing, slice_) if wanted.leaving else None
    if back is not None:
        return back
    pending = next((each for each in slice_.invitations if each.state == "pending"), None)
    if own is not None and own.account_id is not None:
        return _known(own, slice_.account, standing)
    if own is not None:
        return _invited(own, slice_, pending, standing)
    if _answers_an_intent(standing, slice_, pending):
        return _found(wanted, slice_.account, pending, "created")
    if slice_.account is None and pending is None:
        return Whose()
    if wanted.account_role is None:
        return Whose(seen=slice_.account)
    if policy.accounts.existing == "adopt":
        return replace(_found(wanted, slice_.account, pending, "adopted"), adopted=True)
    what = "an account" if slice_.account is not None else "an invitation"
    return Whose(seen=slice_.account, obstacle=LEAVE_SENTENCE.format(email=wanted.email, what=what))


def _known(own: OwnAccount, seen: Account | None, standing: Standing) -> Whose:
    if seen is None:
        if standing.intended("remove_account"):
            return Whose()  # our own removal, whose answer was lost
        gone = own.state != "removed_by_hand"
        return Whose(own=replace(own, state="removed_by_hand"), by_hand=gone)
    by_us = own.state == "suspended" or bool(standing.intended("suspend_account"))
    ours = by_us and seen.state == "suspended"
    known = replace(own, email=seen.email, state="suspended" if ours else "active", invitation_id=None)
    return Whose(own=known, seen=seen)


def _invited(own: OwnAccount, slice_: Slice, pending: Invitation | None, standing: Standing) -> Whose:
    seen = slice_.account
    if seen is not None:
        joined = replace(own, account_id=seen.id, email=seen.email, state="active", invitation_id=None)
        return Whose(own=joined, seen=seen)
    if pending is not None:
        return Whose(own=replace(own, state="invited", invitation_id=pending.id), invitation=pending)
    if standing.intended("cancel_invitation"):
        return Whose()  # we took it back, and the answer was lost
    expired = any(own.invitation_id in {None, each.id} for each in slice_.invitations)
    if expired and own.state == "invited":
        return Whose(own=replace(own, invitation_id=None))  # to be sent again
    return Whose(own=replace(own, state="removed_by_hand", invitation_id=None), by_hand=own.state == "invited")


def _answers_an_intent(standing: Standing, slice_: Slice, pending: Invitation | None) -> bool:
    names = {each.email.casefold() for each in (slice_.account, pending) if each is not None}
    return any(each.kind in {"invite", "create_account"} and each.email in names for each in standing.intents)


def _found(wanted: Wanted, seen: Account | None, pending: Invitation | None, provenance: str) -> Whose:
    thing: Account | Invitation | None = seen or pending
    assert thing is not None
    own = OwnAccount(
        email=thing.email,
        role=thing.role,
        state="active" if seen is not None else "invited",
        provenance="created" if provenance == "created" else "adopted",
        account_id=seen.id if seen is not None else None,
        invitation_id=pending.id if pending is not None and seen is None else None,
        role_ours=provenance == "created",
        reasons=wanted.account_reasons,
    )
    return Whose(own=own, seen=seen, invitation=pending if seen is None else None)


def _back(standing: Standing, slice_: Slice) -> Whose | None:
    """What a leaver has again under the id or the address of an account that was theirs; None where there is nothing.

    Only the bridge's own memory makes it theirs, and only while nobody active has the address: then a human must say.
    """
    own = standing.account
    if own is not None and own.state != "removed_by_hand":
        return None
    there = [each for each in slice_.again if each.is_there]
    back = next((each for each in there if each.active is None), None)
    if back is None:
        return Whose(own=own, obstacle=there[0].obstacle) if there else None
    thing: Account | Invitation | None = back.account or back.invitation
    assert thing is not None
    theirs = OwnAccount(
        email=thing.email,
        role=thing.role,
        state="active" if back.account is not None else "invited",
        account_id=back.account.id if back.account is not None else None,
        invitation_id=thing.id if back.account is None else None,
    )
    return Whose(own=theirs, seen=back.account, invitation=back.invitation, returned=back.what)
