"""One change at Anthropic, safe to repeat.

Adding, removing, inviting and cancelling take one request where all goes well: the API itself tells a repetition. A new
role and a withdrawn key are accepted again silently, so these two are looked at first; a key only if no look has just shown
it active. Further requests are spent only on a refusal that has no code, to find out what it meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from scim_bridge.access.change import Change, ChangeKind, Outcome
from scim_bridge.access.errors import Conflict, Refused, UnknownPlace, Untouchable
from scim_bridge.access.observed import Credential
from scim_bridge.connectors.anthropic.client import AdminApi
from scim_bridge.connectors.anthropic.errors import Unexplained
from scim_bridge.connectors.anthropic.roles import ADMIN, CHANGEABLE, INHERITED, PLACE_ROLES
from scim_bridge.connectors.listings import Gone

FINAL = ("archived", "expired")
"""Statuses of a key that cannot be left."""
GIVING: frozenset[ChangeKind] = frozenset({"invite", "change_role", "grant"})


class Deed:
    """Carries out changes. `places_changed` is called when a workspace turns out not to be as it was known."""

    def __init__(self, api: AdminApi, places_changed: Callable[[], None]) -> None:
        self._api = api
        self._org = api.organization
        self._places_changed = places_changed
        self._active_keys: set[str] = set()
        """Seen active, and not written to since."""
        self._kinds: dict[ChangeKind, Callable[[Change], Outcome]] = {
            "withdraw_key": self._withdraw_key, "restore_key": self._restore_key,
            "cancel_invitation": self._cancel_invitation, "revoke": self._revoke,
            "remove_account": self._remove_account, "invite": self._invite, "change_role": self._change_role,
            "grant": self._grant,
        }

    def carry_out(self, change: Change) -> Outcome:
        if change.kind not in self._kinds:
            raise Refused(f"Anthropic has no way to {change.kind.replace('_', ' ')}: correct the mapping file.")
        if change.principal.kind != "person":
            raise Refused("Anthropic's workspaces take people, not groups: write the grant with `to: people`.")
        if change.kind in GIVING and change.role not in (CHANGEABLE if _of_account(change) else PLACE_ROLES):
            raise Refused(f"Anthropic has no role {change.role} that could be given there: correct the mapping file.")
        return self._kinds[change.kind](change)

    def saw(self, keys: Iterable[Credential]) -> None:
        """What a look showed: a key that was active a moment ago is withdrawn without another request."""
        self._active_keys = {key.id for key in keys if key.usable}

    # joining

    def _invite(self, change: Change) -> Outcome:
        sent: Any = self._api.write(self._org.invites.create, email=change.principal.name, role=change.role)
        return Outcome("invited; the invitation lapses after 21 days", invitation_id=sent.id)

    def _grant(self, change: Change) -> Outcome:
        who, place = _member(change)
        try:
            self._api.write(self._org.workspaces.members.add, place, user_id=who, workspace_role=change.role)
        except (Unexplained, Gone) as refusal:
            return self._was_there(change, refusal)
        return Outcome("added to the workspace", account_id=who)

    def _was_there(self, change: Change, refusal: Unexplained | Gone) -> Outcome:
        """Why adding was refused: a member already (its status is undocumented), no such workspace, no such user."""
        who, place = _member(change)
        member: Any = self._api.find(self._org.workspaces.members.retrieve, who, workspace_id=place)
        if member and member.workspace_role == change.role:
            return Outcome("already a member with this role", changed=False, account_id=who)
        if member:
            raise Conflict(f"Already a member of the workspace, as {member.workspace_role}.") from refusal
        self._see_place(change, place)
        if isinstance(refusal, Gone):
            raise Conflict("The account is no longer in the organization.") from refusal
        raise refusal

    def _change_role(self, change: Change) -> Outcome:
        if _of_account(change):
            return self._change_account_role(change)
        who, place = _member(change)
        members = self._org.workspaces.members
        member: Any = self._api.find(members.retrieve, who, workspace_id=place)
        if member is None:
            self._see_place(change, place)
            raise Conflict("No longer a member of the workspace.")
        if member.workspace_role == change.role:
            return Outcome("has this role in the workspace already", changed=False, account_id=who)
        try:
            self._api.write(members.update, who, workspace_id=place, workspace_role=change.role)
        except Unexplained:
            self._see_place(change, place)
            self._see_account(who)
            raise
        return Outcome(f"role in the workspace is now {change.role}", account_id=who)

    def _change_account_role(self, change: Change) -> Outcome:
        who = _account(change)
        role = self._see_account(who)
        if role is None:
            raise Conflict("The account is no longer in the organization.")
        if role == change.role:
            return Outcome("has this role in the organization already", changed=False, account_id=who)
        self._api.write(self._org.users.update, who, role=change.role)
        return Outcome(f"role in the organization is now {change.role}", account_id=who)

    # leaving

    def _withdraw_key(self, change: Change) -> Outcome:
        """Keys cannot be deleted: `withdraw` is inactive (the Console can undo it), `delete` is archived (final)."""
        wanted, key_id = "archived" if change.how == "delete" else "inactive", _object(change)
        if key_id in self._active_keys:
            self._active_keys.remove(key_id)  # a repetition looks first
            try:
                self._api.write(self._org.api_keys.update, key_id, status=wanted)
            except (Unexplained, Gone):
                return self._withdraw_as_found(key_id, wanted)
            return Outcome(f"key set {wanted}")
        return self._withdraw_as_found(key_id, wanted)

    def _withdraw_as_found(self, key_id: str, wanted: str) -> Outcome:
        found: Any = self._api.find(self._org.api_keys.retrieve, key_id)
        if found is None:
            return Outcome("there is no such key any more", changed=False)
        if found.status in (wanted, *FINAL):
            return Outcome(f"the key already is {found.status}", changed=False)
        self._api.write(self._org.api_keys.update, key_id, status=wanted)
        return Outcome(f"key set {wanted}")

    def _restore_key(self, change: Change) -> Outcome:
        found: Any = self._api.find(self._org.api_keys.retrieve, _object(change))
        if found is None:
            raise Refused("There is no such key any more: whoever needs one makes a new one in the Console.")
        if found.status in FINAL:
            raise Refused(f"The key is {found.status}, which is final: whoever needs one makes a new one in the Console.")
        if found.status == "active":
            return Outcome("the key already is active", changed=False)
        self._api.write(self._org.api_keys.update, found.id, status="active")
        return Outcome("key set active")

    def _cancel_invitation(self, change: Change) -> Outcome:
        """Only a pending one can be deleted (400 else); one accepted meanwhile has become an account, which must go."""
        invite = _object(change)
        try:
            self._api.write(self._org.invites.delete, invite)
        except Gone:
            return Outcome("there is no such invitation any more", changed=False)
        except Unexplained as refusal:
            found: Any = self._api.find(self._org.invites.retrieve, invite)
            if found and found.status == "accepted":
                raise Conflict("The invitation was accepted meanwhile: there is an account now.") from refusal
            if found and found.status == "pending":
                raise
            return Outcome(f"the invitation already is {found.status if found else 'gone'}", changed=False)
        return Outcome("invitation cancelled")

    def _revoke(self, change: Change) -> Outcome:
        who, place = _member(change)
        try:
            self._api.write(self._org.workspaces.members.remove, who, workspace_id=place)
        except Gone:
            return Outcome("is no member any more", changed=False)
        except Unexplained:
            return self._still_in(who, place)
        return Outcome("removed from the workspace")

    def _still_in(self, who: str, place: str) -> Outcome:
        """Why removing was refused. A billing member can only go back to the role that follows from billing."""
        workspace: Any = self._api.find(self._org.workspaces.retrieve, place)
        if workspace is None or workspace.archived_at:
            self._places_changed()
            return Outcome("the workspace is archived: nobody has access through it", changed=False)
        role = self._see_account(who)
        if role is None:
            return Outcome("is no member of the organization any more", changed=False)
        if role != "billing":
            raise Refused("Anthropic refuses to remove this member from the workspace: look in the Console.")
        members = self._org.workspaces.members
        self._api.write(members.update, who, workspace_id=place, workspace_role=INHERITED)
        return Outcome(f"set back to {INHERITED}, which follows from the organization role billing")

    def _remove_account(self, change: Change) -> Outcome:
        who = _account(change)
        try:
            self._api.write(self._org.users.remove, who)
        except Gone:
            return Outcome("is no member of the organization any more", changed=False)
        except Unexplained:
            self._see_account(who)
            raise
        return Outcome("removed from the organization")

    # looking closer

    def _see_account(self, who: str) -> str | None:
        """The organization role; raises when it is one that nobody can change by API. None when there is no account."""
        user: Any = self._api.find(self._org.users.retrieve, who)
        if user and user.role not in CHANGEABLE:
            also = " and is admin of every workspace" if user.role == ADMIN else ""
            raise Untouchable(f"Has the organization role {user.role}{also}: it can be changed in the Console only.")
        return user.role if user else None

    def _see_place(self, change: Change, place: str) -> None:
        """Raise when the workspace is not there or archived."""
        workspace: Any = self._api.find(self._org.workspaces.retrieve, place)
        if workspace is None or workspace.archived_at:
            self._places_changed()
            state = "archived" if workspace else "not there"
            raise UnknownPlace(f"The workspace {change.place or place} is {state}: name another in the mapping file.")


def _of_account(change: Change) -> bool:
    """Whether the change is about the account itself, not about a place."""
    return change.kind != "grant" and change.place is None and change.place_id is None


def _account(change: Change) -> str:
    if not change.principal.id:
        raise Conflict(f"{change.principal.name} has no account here yet.")
    return change.principal.id


def _member(change: Change) -> tuple[str, str]:
    if not change.place_id:
        raise UnknownPlace(f"The workspace {change.place} is not known at Anthropic.")
    return _account(change), change.place_id


def _object(change: Change) -> str:
    if not change.object_id:
        raise Refused(f"A {change.kind} without the id of its object cannot be carried out.")
    return change.object_id
