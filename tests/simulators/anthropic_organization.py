"""An Anthropic Console organization as its Admin API behaves: what is kept, and what is refused with which code.

Source: platform.claude.com/docs (admin-api, user-management, workspaces) and the types of the `anthropic` SDK 2.13.
Where the vendor documents no status (a member added twice), `Rules` makes it configurable.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from tests.simulators.faults import Clock

ASSIGNABLE = ("user", "claude_code_user", "developer", "billing")
ADDABLE = ("workspace_user", "workspace_developer", "workspace_restricted_developer", "workspace_admin")
IMPLICIT = {"admin": "workspace_admin", "billing": "workspace_billing"}
INVITE_LIFETIME = timedelta(days=21)


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(
        self, status: int, message: str, error_code: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.error_code = error_code
        self.retry_after = retry_after


@dataclass
class Rules:
    """What differs between organizations, plans and API generations. May be changed while the simulator runs."""

    organization_type: Literal["console", "enterprise"] = "console"
    provisioning: Literal["open", "jit", "scim"] = "open"
    fields: Literal["2023-06-01", "2026-10-21"] | None = None
    """Which generation of field names is answered; None follows the `anthropic-version` of the request."""
    bearer_admin_keys: bool = True
    invite_filters: bool = True
    """False: `email` and `statuses` of the invitation list are ignored, as before late 2026."""
    duplicate_member_status: Literal[400, 409] = 400
    member_limit: int | None = None
    seats: int | None = None
    workspace_member_limit: int | None = None
    workspace_limit: int = 100
    allowed_domains: frozenset[str] | None = None
    verified_domains: frozenset[str] | None = None
    requests_per_minute: int | None = 100
    invites_per_hour: int | None = 1200


@dataclass
class User:
    id: str
    email: str
    name: str
    role: str
    added_at: datetime


@dataclass
class Invite:
    id: str
    email: str
    role: str
    invited_at: datetime
    accepted_at: datetime | None = None
    deleted: bool = False

    @property
    def expires_at(self) -> datetime:
        return self.invited_at + INVITE_LIFETIME

    def status(self, now: datetime) -> str:
        if self.deleted:
            return "deleted"
        if self.accepted_at:
            return "accepted"
        return "expired" if now >= self.expires_at else "pending"


@dataclass
class Workspace:
    id: str
    name: str
    created_at: datetime
    archived_at: datetime | None = None
    default: bool = False
    claude_code: bool = False


@dataclass
class Key:
    id: str
    name: str
    workspace_id: str | None
    created_by: tuple[str, str] | None
    created_at: datetime
    kept_status: str = "active"
    expires_at: datetime | None = None
    bound: bool = False
    """Whether it acts as its creator (`principal`) instead of standing for itself."""

    def status(self, now: datetime) -> str:
        if self.kept_status != "archived" and self.expires_at and now >= self.expires_at:
            return "expired"
        return self.kept_status


def normalized(email: str) -> str:
    """The vendor's notion of one mailbox: no case, no plus-address."""
    local, _, domain = email.casefold().partition("@")
    return f"{local.partition('+')[0]}@{domain}"


@dataclass
class Organization:
    """The state, and every rule the API enforces on it. Not thread-safe by itself."""

    clock: Clock
    rules: Rules = field(default_factory=Rules)
    id: str = "00000000-0000-4000-8000-0000000000a1"
    name: str = "Example Lab"
    users: dict[str, User] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    explicit: dict[tuple[str, str], str] = field(default_factory=dict)
    """Assigned workspace roles by (workspace id, user id)."""
    keys: dict[str, Key] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    """When an object came to be, for order and cursors. Outlives the object, so that a cursor does too."""
    losses: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often an assigned workspace role was lost, by (workspace id, e-mail address)."""
    _counted: int = 0

    def new_id(self, prefix: str) -> str:
        made = f"{prefix}_01{self._counted + 1:08d}"
        self.place(made)
        return made

    def place(self, name: str) -> None:
        """Put an object (a workspace member is `workspace/user`) behind everything that was there before."""
        self._counted += 1
        self.positions[name] = self._counted

    # users

    def user(self, user_id: str) -> User:
        if user_id not in self.users:
            raise Refusal(404, "User not found.")
        return self.users[user_id]

    def user_by_email(self, email: str) -> User | None:
        return next((user for user in self.users.values() if user.email.casefold() == email.casefold()), None)

    def update_user(self, user_id: str, role: str) -> User:
        user = self.user(user_id)
        self._refuse_if_provisioned("A member's role is managed by the identity provider.", "jit", "scim")
        if user.role == "admin":
            raise Refusal(400, "The role of an organization admin cannot be changed through the API.")
        self._check_assignable(role)
        user.role = role
        return user

    def remove_user(self, user_id: str) -> User:
        user = self.user(user_id)
        self._refuse_if_provisioned("Members are provisioned through SCIM and cannot be removed here.", "scim")
        if len(self.users) == 1:
            raise Refusal(400, "The last member cannot be removed.", "cannot_remove_last_member")
        if user.role == "admin":
            raise Refusal(400, "Organization admins cannot be removed through the API.")
        self.forget_user(user)
        return user

    def forget_user(self, user: User) -> None:
        """The account and its assigned roles go; the keys stay as they are."""
        for pair in [pair for pair in self.explicit if pair[1] == user.id]:
            self._lose(*pair)
        del self.users[user.id]

    # invites

    def invite(self, invite_id: str) -> Invite:
        if invite_id not in self.invites:
            raise Refusal(404, "Invite not found.")
        return self.invites[invite_id]

    def pending(self) -> list[Invite]:
        return [invite for invite in self.invites.values() if invite.status(self.clock.now()) == "pending"]

    def create_invite(self, email: str, role: str) -> Invite:
        self._refuse_if_provisioned("Members join through the identity provider (JIT or SCIM).", "jit", "scim")
        self._check_assignable(role)
        self._check_address(email)
        if self.user_by_email(email):
            raise Refusal(400, f"{email} already is a member of this organization.", "already_member")
        if any(invite.email.casefold() == email.casefold() for invite in self.pending()):
            raise Refusal(400, f"A pending invite for {email} already exists.", "invite_already_exists")
        self._check_room()
        return self.put_invite(email, role)

    def put_invite(self, email: str, role: str) -> Invite:
        invite = Invite(self.new_id("invite"), email, role, self.clock.now())
        self.invites[invite.id] = invite
        return invite

    def delete_invite(self, invite_id: str) -> Invite:
        invite = self.invite(invite_id)
        status = invite.status(self.clock.now())
        if status != "pending":
            raise Refusal(400, f"Only pending invites can be deleted; this one is {status}.")
        invite.deleted = True
        return invite

    # workspaces and their members

    def workspace(self, workspace_id: str) -> Workspace:
        if workspace_id not in self.workspaces:
            raise Refusal(404, "Workspace not found.")
        return self.workspaces[workspace_id]

    def create_workspace(self, name: str) -> Workspace:
        if sum(not workspace.archived_at for workspace in self.workspaces.values()) >= self.rules.workspace_limit:
            raise Refusal(400, "The organization has as many workspaces as it may have.")
        workspace = Workspace(self.new_id("wrkspc"), name, self.clock.now())
        self.workspaces[workspace.id] = workspace
        return workspace

    def archive_workspace(self, workspace_id: str) -> Workspace:
        workspace = self.workspace(workspace_id)
        if workspace.default:
            raise Refusal(400, "The default workspace cannot be archived.")
        workspace.archived_at = workspace.archived_at or self.clock.now()
        for key in self.keys.values():
            if key.workspace_id == workspace_id:
                key.kept_status = "archived"
        return workspace

    def members(self, workspace_id: str) -> dict[str, str]:
        """Every member's effective role, implicit ones included, by user id."""
        self.workspace(workspace_id)
        assigned = {user: role for (place, user), role in self.explicit.items() if place == workspace_id}
        implicit = {user.id: IMPLICIT[user.role] for user in self.users.values() if user.role in IMPLICIT}
        return implicit | assigned

    def member(self, workspace_id: str, user_id: str) -> str:
        members = self.members(workspace_id)
        if user_id not in members:
            raise Refusal(404, "This user is not a member of the workspace.")
        return members[user_id]

    def add_member(self, workspace_id: str, user_id: str, role: str) -> None:
        self._writable(workspace_id)
        if role not in ADDABLE:
            raise Refusal(400, f"workspace_role: {role} cannot be given.")
        self.user(user_id)
        members = self.members(workspace_id)
        if user_id in members:
            raise Refusal(self.rules.duplicate_member_status, "This user already is a member of the workspace.")
        limit = self.rules.workspace_member_limit
        if limit is not None and len(members) >= limit:
            raise Refusal(400, "The workspace has as many members as it may have.", "workspace_member_limit_exceeded")
        self.explicit[workspace_id, user_id] = role
        self.place(f"{workspace_id}/{user_id}")

    def update_member(self, workspace_id: str, user_id: str, role: str) -> None:
        self._writable(workspace_id)
        self.member(workspace_id, user_id)
        organization_role = self.users[user_id].role
        if organization_role == "admin":
            raise Refusal(400, "Organization admins are admins of every workspace.")
        allowed = ("workspace_admin", "workspace_billing") if organization_role == "billing" else ADDABLE
        if role not in allowed:
            raise Refusal(400, f"workspace_role: {role} cannot be given to this user.")
        self.explicit[workspace_id, user_id] = role
        if role == "workspace_billing":
            del self.explicit[workspace_id, user_id]

    def remove_member(self, workspace_id: str, user_id: str) -> None:
        self._writable(workspace_id)
        self.member(workspace_id, user_id)
        if self.users[user_id].role in IMPLICIT:
            raise Refusal(400, "Organization admins and billing members cannot be removed from workspaces.")
        self._lose(workspace_id, user_id)

    def _lose(self, workspace_id: str, user_id: str) -> None:
        del self.explicit[workspace_id, user_id]
        self.losses[workspace_id, self.users[user_id].email] += 1

    # keys

    def key(self, key_id: str) -> Key:
        if key_id not in self.keys:
            raise Refusal(404, "API key not found.")
        return self.keys[key_id]

    def update_key(self, key_id: str, status: str | None, name: str | None) -> Key:
        key = self.key(key_id)
        now = key.status(self.clock.now())
        if status not in (None, "active", "inactive", "archived"):
            raise Refusal(400, f"status: {status} cannot be set.")
        if status and status != now and now in ("archived", "expired"):
            raise Refusal(400, f"An {now} API key cannot be changed.")
        key.kept_status = status or key.kept_status
        key.name = name or key.name
        return key

    def key_works(self, key: Key) -> bool:
        """Whether a request with this key would be served: keys outlive their maker, Claude Code keys do not."""
        if key.status(self.clock.now()) != "active":
            return False
        workspace = self.workspaces.get(key.workspace_id or "")
        bound = key.bound or (workspace is not None and workspace.claude_code)
        return not bound or (key.created_by is not None and key.created_by[1] in self.users)

    # what is refused

    def _refuse_if_provisioned(self, message: str, *modes: str) -> None:
        if self.rules.provisioning in modes:
            raise Refusal(400, message)

    def _check_assignable(self, role: str) -> None:
        if role not in ASSIGNABLE:
            raise Refusal(400, f"role: {role} cannot be assigned through the API.")

    def _check_address(self, email: str) -> None:
        local, at, domain = email.rpartition("@")
        if not (local and at and domain):
            raise Refusal(400, "email: not an e-mail address.")
        if self.rules.allowed_domains is not None and domain.casefold() not in self.rules.allowed_domains:
            raise Refusal(400, "This e-mail domain is not allowed here.", "email_domain_not_allowed")
        if self.rules.verified_domains is not None and domain.casefold() not in self.rules.verified_domains:
            code = "cannot_invite_emails_with_unverified_domains"
            raise Refusal(400, "This e-mail domain is not verified by the parent organization.", code)

    def _check_room(self) -> None:
        taken = len(self.users) + len(self.pending())
        if self.rules.member_limit is not None and taken >= self.rules.member_limit:
            raise Refusal(400, "The organization has as many members as it may have.", "org_member_limit_exceeded")
        if self.rules.seats is not None and taken >= self.rules.seats:
            raise Refusal(400, "No seat is available on the current plan.")

    def _writable(self, workspace_id: str) -> None:
        workspace = self.workspace(workspace_id)
        if workspace.archived_at:
            raise Refusal(400, "The workspace is archived.")
        if workspace.default:
            raise Refusal(400, "Members of the default workspace cannot be changed.")
