"""Accounts and invitations: everything that concerns somebody's being in the organization at all."""

from __future__ import annotations

from typing import Any, NoReturn

from scim_bridge.access.change import Change, Outcome
from scim_bridge.access.errors import Conflict, ManagedNatively, PlatformError, Refused, Untouchable
from scim_bridge.access.observed import Invitation
from scim_bridge.connectors.openai.errors import REFUSALS
from scim_bridge.connectors.openai.roles import OWNER
from scim_bridge.connectors.openai.rows import NATIVE_ACCOUNT, email_of, invitation, same, text
from scim_bridge.connectors.openai.sites import Platform

INVITED = "invited"


class Joining:
    """Invites, changes the account's role, removes."""

    def __init__(self, platform: Platform) -> None:
        self._at = platform
        self._api = platform.api
        self._org = platform.org

    # invitations

    def invite(self, change: Change) -> Outcome:
        """`object_id` names an open invitation that this one replaces: the new one goes first, so that there always is one."""
        self._at.catalogue.refuse_native_people()
        try:
            sent = self._send(change)
        except REFUSALS as refusal:
            return self._was_refused(change, refusal)
        if change.object_id:
            self._cancel_old(change.object_id, sent)
            return Outcome(f"{INVITED}; the earlier invitation was taken back", invitation_id=sent)
        return Outcome(INVITED, invitation_id=sent)

    def _cancel_old(self, old: str, sent: str) -> None:
        """When the old one was accepted at this moment the new one is taken back: one person would get two accounts."""
        try:
            self.cancel(old)
        except Conflict:
            self.cancel(sent)
            raise

    def _send(self, change: Change) -> str:
        """Always with an empty list of projects: without one the person would land in the organization's default project."""
        sent: Any = self._api.write(
            self._org.invites.create, email=change.principal.name, role=change.role, projects=[]
        )
        return text(sent, "id", "invitations")

    def _was_refused(self, change: Change, refusal: PlatformError) -> Outcome:
        """Why inviting was refused: there is an account, or an open invitation; its status is undocumented."""
        email = change.principal.name
        users = self._api.filtered("users", self._org.users.list, emails=list(dict.fromkeys((email, email.lower()))))
        if not any(same(email_of(user), email) for user in users) and self._at.catalogue.filter_minds_case():
            users = self._at.catalogue.user_rows()
        if any(same(email_of(user), email) for user in users):
            raise Conflict("The address already belongs to a member of the organization.") from None
        pending = self._pending(email)
        if pending is None:
            raise refusal
        if change.object_id is None:
            raise Conflict(f"An invitation to this address is open already, as {pending.role}.") from None
        if pending.id != change.object_id and pending.role == change.role:  # the new one, whose answer was lost
            self._cancel_old(change.object_id, pending.id)
            return Outcome(f"{INVITED} already; the earlier invitation was taken back", invitation_id=pending.id)
        return self._replace(change, pending)

    def _replace(self, change: Change, pending: Invitation) -> Outcome:
        """One address takes one open invitation here: the old one goes, and the new one follows at once."""
        self.cancel(pending.id)
        sent = self._send(change)
        if change.object_id and change.object_id != pending.id:
            self._cancel_old(change.object_id, sent)
        return Outcome(f"{INVITED} anew; the earlier invitation was taken back", invitation_id=sent)

    def _pending(self, email: str) -> Invitation | None:
        open_ones = [found for found in map(invitation, self._invitations()) if found and found.state == "pending"]
        return next((each for each in open_ones if same(each.email, email)), None)

    def _invitations(self) -> list[Any]:
        return self._api.pages("invitations", self._org.invites.list)

    def cancel(self, invite: str | None) -> Outcome:
        """One that was accepted meanwhile has become an account, which must go."""
        if not invite:
            raise Refused("An invitation without its id cannot be cancelled.")
        try:
            self._api.write(self._org.invites.delete, invite)
        except REFUSALS:
            row: Any = self._api.one("invitations", self._org.invites.retrieve, invite, among=self._invitations)
            if row is None:
                return Outcome("there is no such invitation any more", changed=False)
            found = invitation(row)
            if found is None:
                raise Conflict("The invitation was accepted meanwhile: there is an account now.") from None
            if found.state == "pending":
                raise
            return Outcome("the invitation has expired already", changed=False)
        return Outcome("invitation cancelled")

    # accounts

    def change_role(self, change: Change) -> Outcome:
        who = account_of(change)
        user = self._at.see_account(who)
        self._refuse_native(who)
        if user.role == change.role:
            return Outcome("has this role in the organization already", changed=False, account_id=who)
        try:
            self._api.write(self._org.users.update, who, role=change.role)
        except REFUSALS as refusal:
            self._explain(self._at.see_account(who), refusal)
        return Outcome(f"role in the organization is now {change.role}", account_id=who)

    def remove(self, change: Change) -> Outcome:
        who = account_of(change)
        self._refuse_native(who)
        try:
            self._api.write(self._org.users.delete, who)
        except REFUSALS as refusal:
            user = self._at.find_account(who)
            if user is None:
                return Outcome("is no member of the organization any more", changed=False)
            self._explain(user, refusal)
        return Outcome("removed from the organization")

    def _explain(self, user: Any, refusal: PlatformError) -> NoReturn:
        """Why a change of an account was refused that is still there."""
        self._refuse_native(user.id)
        if user.role == OWNER:
            raise Untouchable(
                "OpenAI keeps this owner as they are; the last owner of an organization always stays. "
                "Make somebody else an owner, then retry."
            ) from None
        raise refusal

    def _refuse_native(self, who: str) -> None:
        if self._at.catalogue.is_native(who):
            raise ManagedNatively(NATIVE_ACCOUNT)


def account_of(change: Change) -> str:
    if not change.principal.id:
        raise Conflict(f"{change.principal.name} is not there yet.")
    return change.principal.id
