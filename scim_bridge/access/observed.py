"""What a platform says it has. Produced by connectors, read by `diff`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

ORGANIZATION: Final = "organization"
"""The place id under which custom roles of an account are held, beside the account's one role of the published order."""

GROUP: Final = "group:"
"""A group of the platform is a place for the people in it: its place id is this and its own id, and its one role is `member`."""

GROUP_ROLE: Final = "member"


@dataclass(frozen=True)
class Place:
    """An organization unit that grants are given in: a project, a workspace."""

    id: str
    name: str
    open: bool = True
    """False when archived: nothing can be granted there."""
    managed: bool = True
    """False for places the bridge leaves alone on principle (a default or vendor-run workspace)."""


@dataclass(frozen=True)
class Account:
    id: str
    email: str
    role: str
    state: Literal["active", "suspended"] = "active"
    untouchable: str | None = None
    """A sentence when the platform lets nobody change this account by API (an owner), else None."""
    native: str | None = None
    """A sentence when the platform's own SCIM or single sign-on manages the account itself; its places and keys are ours."""


@dataclass(frozen=True)
class Group:
    """A group at the platform that can hold roles in places, as one principal."""

    id: str
    name: str
    untouchable: str | None = None
    """A sentence when it is not for the bridge to change in any way (of a kind the connector does not know)."""
    native: str | None = None
    """A sentence when the platform's own SCIM keeps its name and members; roles in places may be given to it."""


@dataclass(frozen=True)
class CustomRole:
    """A role that an administrator of the platform made up, for the organization or for one place."""

    name: str
    administrative: bool = False
    """Whether it lets somebody change people, roles or keys."""


@dataclass(frozen=True)
class Invitation:
    id: str
    email: str
    role: str
    state: Literal["pending", "expired"] = "pending"
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Membership:
    """One role of one principal in one place."""

    principal_id: str
    place_id: str
    role: str
    principal_kind: Literal["person", "group"] = "person"
    inherited: bool = False
    """True when it follows from something else (an organization role) and cannot be taken away by itself."""


@dataclass(frozen=True)
class Credential:
    """An API key as a list shows it: never the key itself, at most the hint the platform prints."""

    id: str
    kind: Literal["personal", "shared"]
    owner_id: str | None
    """The account id of its owner or maker; None where the platform names nobody."""
    status: str
    """As the platform spells it, for instance active, inactive, archived, expired."""
    usable: bool
    """Whether it opens anything now (`status` active)."""
    hint: str | None = None
    name: str | None = None
    owner_email: str | None = None
    place_id: str | None = None
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    expires_at: datetime | None = None
    service_account: str | None = None
    """The name (or id) of the service account it acts as; None for a key that acts as a person."""
    ours: str | None = None
    """A sentence when it is the credential the bridge itself works with: it is never touched."""


@dataclass(frozen=True)
class Inquiry:
    """What the hand must know about one principal. A connector answers many at once with the fewest calls.

    `places` None asks for every place and the organization's custom roles (a leaver); an empty set for none; it may hold
    `ORGANIZATION`. `groups` holds place ids that begin with `GROUP`; None asks for every group. `account_id` is set when
    the ledger knows it. For a group, `email` is its name and `account_id` its own id at the platform. `only_keys`, (place id,
    key id) each, and `custom_in`, place ids, narrow which keys and where custom roles are looked for; None narrows nothing.
    """

    email: str | None
    account_id: str | None = None
    places: frozenset[str] | None = frozenset()
    credentials: bool = False
    invitations: bool = True
    groups: frozenset[str] | None = frozenset()
    only_keys: frozenset[tuple[str | None, str]] | None = None
    custom_in: frozenset[str] | None = None
    kind: Literal["person", "group"] = "person"


@dataclass(frozen=True)
class Observation:
    """The answer to a batch of inquiries. Complete for everything asked, or the connector raised instead.

    May hold more than was asked. An account, invitation, membership or credential that was asked for and is not here
    does not exist.
    """

    accounts: tuple[Account, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    memberships: tuple[Membership, ...] = ()
    credentials: tuple[Credential, ...] = ()
    groups: tuple[Group, ...] = ()
    """Those that inquiries of kind `group` are about."""
    administrators: Mapping[str | None, frozenset[str]] = field(default_factory=dict)
    """For each place id asked for (None: the organization): the account ids that hold an administrative role there,
    inherited ones included."""
