"""What people do by hand in the Console, or by signing in: the side of Anthropic that no API call shows."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta

from tests.simulators.anthropic_organization import INVITE_LIFETIME, Invite, Key, Organization, User, Workspace


class Human:
    """Names people by e-mail address and workspaces by name. Safe to use while requests are served."""

    def __init__(self, organization: Organization, lock: AbstractContextManager[object]) -> None:
        self._org = organization
        self._lock = lock

    # people

    def add_user(self, email: str, role: str = "user", name: str | None = None) -> str:
        """Somebody is in the organization, with any role, `admin` too. Returns the user id."""
        with self._lock:
            user = User(self._org.new_id("user"), email, name or email, role, self._org.clock.now())
            self._org.users[user.id] = user
            return user.id

    def remove_user(self, email: str) -> None:
        with self._lock:
            self._org.forget_user(self._user(email))

    def change_role(self, email: str, role: str) -> None:
        with self._lock:
            self._user(email).role = role

    def change_email(self, email: str, new: str) -> None:
        with self._lock:
            self._user(email).email = new

    def sign_in(self, email: str) -> str:
        """Opens Claude Code: a member of the organization joins the Claude Code workspace by that."""
        with self._lock:
            user = self._user(email)
            for workspace in self._org.workspaces.values():
                if workspace.claude_code:
                    self._org.explicit.setdefault((workspace.id, user.id), "workspace_user")
            return user.id

    def sso_recreate(self, email: str, role: str = "user") -> str:
        """Somebody who was removed signs in by single sign-on and has an account again, with a new id."""
        self.add_user(email, role)
        return self.sign_in(email)

    # invitations

    def invite(self, email: str, role: str = "user") -> str:
        with self._lock:
            return self._org.put_invite(email, role).id

    def accept_invite(self, email: str) -> str:
        """Accepts the pending invitation and signs in. Returns the new user's id."""
        with self._lock:
            invite = self._pending(email)
            invite.accepted_at = self._org.clock.now()
            self.add_user(invite.email, invite.role)
            return self.sign_in(email)

    def expire_invite(self, email: str) -> None:
        """As if it had been sent 21 days ago."""
        with self._lock:
            self._pending(email).invited_at = self._org.clock.now() - INVITE_LIFETIME

    # workspaces

    def create_workspace(self, name: str, *, claude_code: bool = False) -> str:
        with self._lock:
            workspace = self._org.create_workspace(name)
            workspace.claude_code = claude_code
            return workspace.id

    def archive_workspace(self, name: str) -> None:
        with self._lock:
            self._org.archive_workspace(self._workspace(name).id)

    def rename_workspace(self, name: str, new: str) -> None:
        with self._lock:
            self._workspace(name).name = new

    def add_member(self, email: str, workspace: str, role: str) -> None:
        with self._lock:
            self._org.add_member(self._workspace(workspace).id, self._user(email).id, role)

    def remove_member(self, email: str, workspace: str) -> None:
        with self._lock:
            self._org.remove_member(self._workspace(workspace).id, self._user(email).id)

    # keys

    def add_key(
        self, email: str | None, workspace: str | None = None, *, name: str = "key", status: str = "active",
        expires_in: timedelta | None = None, bound: bool = False, service_account: str | None = None,
    ) -> str:
        """A key made by somebody, by a service account, or by nobody known. `workspace` None is the default one.

        `bound` makes it act as its maker, without a workspace.
        """
        with self._lock:
            org = self._org
            maker = ("user", self._user(email).id) if email else None
            maker = ("service_account", service_account) if service_account else maker
            place = None if bound else self._workspace(workspace).id
            expires_at = org.clock.now() + expires_in if expires_in else None
            key = Key(org.new_id("apikey"), name, place, maker, org.clock.now(), status, expires_at, bound)
            org.keys[key.id] = key
            return key.id

    # what is found

    def _user(self, email: str) -> User:
        user = self._org.user_by_email(email)
        if user is None:
            raise LookupError(f"nobody here is {email}")
        return user

    def _pending(self, email: str) -> Invite:
        for invite in self._org.pending():
            if invite.email.casefold() == email.casefold():
                return invite
        raise LookupError(f"no pending invitation for {email}")

    def _workspace(self, name: str | None) -> Workspace:
        for workspace in self._org.workspaces.values():
            if workspace.default if name is None else workspace.name == name:
                return workspace
        raise LookupError(f"no workspace {name}")
