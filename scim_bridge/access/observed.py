"""What a platform says it has. Produced by connectors, read by `diff`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


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
    """A sentence when the platform lets nobody change this account by API (an owner, natively managed), else None."""


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


@dataclass(frozen=True)
class Inquiry:
    """What the hand must know about one person. A connector answers many at once with the fewest calls.

    `places` None asks for every place (a leaver); an empty set for none. `account_id` is set when the ledger knows it.
    """

    email: str | None
    account_id: str | None = None
    places: frozenset[str] | None = frozenset()
    credentials: bool = False
    invitations: bool = True


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
    administrators: Mapping[str | None, frozenset[str]] = field(default_factory=dict)
    """For each place id asked for (None: the organization): the account ids that hold an administrative role there,
    inherited ones included."""
