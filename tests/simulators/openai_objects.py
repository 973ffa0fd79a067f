"""What an OpenAI organization consists of, what differs between organizations, and an answer that is an error."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ORGANIZATION = "api.organization"
PROJECT = "api.project"
OWNER, READER, MEMBER, VIEWER = "owner", "reader", "member", "viewer"


class Refusal(Exception):
    """An answer that is an error; `retry_after` in seconds."""

    def __init__(
        self, status: int, message: str, code: str | None = None, *, param: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.retry_after = retry_after


@dataclass
class Rules:
    """What differs between organizations, or is documented nowhere. May be changed while the simulator runs."""

    invite_days: float = 7
    duplicate_status: Literal[400, 409] = 400
    """What somebody gets who invites, adds or assigns what is there already."""
    outsider_status: Literal[400, 404] = 400
    """What adding somebody to a project gets who is not in the organization."""
    not_member_status: Literal[400, 404] = 400
    """What removing somebody from a project gets who is not in it."""
    group_names_unique: bool = True
    """Whether a group's name may be taken only once."""
    absent_status: Literal[400, 403, 404, 409] = 404
    """What asking for one person, invitation, member, group in a project or key gets that is not there."""
    case_sensitive_filter: bool = False
    """Whether the `emails` filter of the user list tells upper from lower case."""
    scim_status: Literal[400, 403] = 403
    """What a write gets to a user, group or membership that SCIM or a tenant manages."""
    project_key_status: Literal[401, 403] = 401
    """What a project's API key gets on the admin API."""
    seats: int | None = None
    """Members and pending invitations together; None is no limit."""
    seats_status: Literal[400, 403] = 403
    seats_code: str | None = "seat_limit_reached"
    owners_listed: bool = True
    """Whether the organization's owners appear among a project's users, as its owners."""
    member_roles: tuple[str, ...] = (OWNER, MEMBER)
    """Role names that a project user may be given; `viewer` is not documented."""
    member_role_ids: bool = False
    """Whether a project user's `role` may be the id of a role, too."""
    viewer_role: bool = True
    """Whether projects have the predefined role `viewer`."""
    custom_role_needs_membership: bool = True
    """Whether a custom project role needs a predefined one of the same project first."""
    keys_survive: bool = True
    """Whether keys work after their owner has lost the project or the organization."""
    service_account_keys_deletable: bool = True
    """The vendor's August 2026 document says no, its SDK 3.57 says yes."""
    invites_listed_with_projects: bool = True
    """False: the invitation list leaves `projects` out, as the vendor's example does."""
    bare_errors: bool = False
    """True: `{"code": 404, "message": ...}`, as in the vendor's document of early 2025."""
    requests_per_minute: int | None = None


class Ids:
    """Makes ids, and remembers in which order things came to be: for listings, and for cursors that outlive them."""

    def __init__(self) -> None:
        self.positions: dict[str, int] = {}
        self._counted = 0

    def new(self, prefix: str) -> str:
        made = f"{prefix}Sim{self._counted + 1:013d}"
        self.place(made)
        return made

    def place(self, name: str) -> None:
        """Put something that has no id of its own (a membership is `project/user`) behind all that was there before."""
        self._counted += 1
        self.positions[name] = self._counted


@dataclass
class User:
    id: str
    email: str
    """Empty for a service account."""
    name: str
    added_at: datetime
    scim_managed: bool = False
    service_account: bool = False
    technical_level: str | None = None
    developer_persona: str | None = None


@dataclass
class Invite:
    id: str
    email: str
    role: str
    projects: list[tuple[str, str]]
    """Project ids with `member` or `owner`."""
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    deleted: bool = False

    def status(self, now: datetime) -> str:
        if self.accepted_at:
            return "accepted"
        return "expired" if now >= self.expires_at else "pending"


@dataclass
class Project:
    id: str
    name: str
    created_at: datetime
    archived_at: datetime | None = None


@dataclass
class Role:
    id: str
    name: str
    permissions: list[str]
    project_id: str | None
    """None for a role of the organization."""
    created_at: datetime
    predefined: bool = False
    description: str | None = None

    @property
    def resource_type(self) -> str:
        return PROJECT if self.project_id else ORGANIZATION


@dataclass
class Group:
    id: str
    name: str
    created_at: datetime
    scim_managed: bool = False
    group_type: str = "group"
    members: list[str] = field(default_factory=list)
    """User ids."""
    projects: dict[str, datetime] = field(default_factory=dict)
    """Project ids, with the time the group was let in."""


@dataclass
class ServiceAccount:
    id: str
    name: str
    project_id: str
    role: str
    created_at: datetime


@dataclass
class Key:
    """A project's API key. It still names its owner when the owner is gone."""

    id: str
    name: str
    value: str
    project_id: str
    owner: User | ServiceAccount
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    scopes: list[str] = field(default_factory=list)


@dataclass
class AdminKey:
    id: str
    name: str
    value: str
    owner: User
    created_at: datetime
    last_used_at: datetime | None = None
