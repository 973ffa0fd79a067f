"""How one person stands on one platform: what the ledger says is theirs, and their slice of what the platform says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from scim_bridge.access.desired import Reason
from scim_bridge.access.former import Again, FormerAccount
from scim_bridge.access.observed import Account, Credential, Invitation, Membership

Provenance = Literal["created", "adopted", "found"]
"""`found`: wanted by a rule, but given by a human before; left alone when the rule stops wanting it."""


@dataclass(frozen=True)
class OwnAccount:
    """The account (or the invitation to one) that is this person's, by our deed or by adoption."""

    email: str
    role: str
    state: Literal["invited", "active", "suspended", "removed_by_hand"]
    provenance: Provenance = "created"
    account_id: str | None = None
    invitation_id: str | None = None
    role_ours: bool = True
    """Whether the bridge gave the role it has; a stronger one that was found on adopting is left alone."""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Holding:
    """One role in one place that we know this person to have, or to have had until a human took it away."""

    place_id: str
    place: str
    role: str
    provenance: Provenance = "created"
    state: Literal["held", "removed_by_hand"] = "held"
    found_role: str | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Intent:
    """Something that was about to be done when we last heard of it."""

    id: int
    kind: str
    email: str | None = None
    place_id: str | None = None
    role: str | None = None
    object_id: str | None = None


@dataclass(frozen=True)
class Standing:
    """The ledger's page about one person on one platform."""

    account: OwnAccount | None = None
    holdings: tuple[Holding, ...] = ()
    intents: tuple[Intent, ...] = ()
    keys: int = 0
    """How many usable personal keys were seen last."""
    left_keys: Mapping[str, str] = field(default_factory=dict)
    """Keys that opened something when seen last, personal and shared: ids to the account that made them."""
    former: tuple[FormerAccount, ...] = ()
    """What somebody who left had. Only there when a sweep asks about it; it is no reason to look at anybody otherwise."""

    @property
    def is_empty(self) -> bool:
        return self.account is None and not self.holdings and not self.intents and not self.left_keys

    def intended(self, *kinds: str) -> tuple[Intent, ...]:
        """Open intents of these kinds."""
        return tuple(each for each in self.intents if each.kind in kinds)


@dataclass(frozen=True)
class Slice:
    """What one observation says about one person."""

    account: Account | None = None
    invitations: tuple[Invitation, ...] = ()
    memberships: tuple[Membership, ...] = ()
    credentials: tuple[Credential, ...] = ()
    again: tuple[Again, ...] = ()
    """One for each former account that was asked about."""


@dataclass(frozen=True)
class WantedPlace:
    """A grant whose place was found at the platform, or is known from what is held there."""

    place_id: str
    place: str
    role: str
    reasons: tuple[Reason, ...] = ()
    absent: bool = False
    """Held by the ledger and wanted still, while the platform does not have its place or custom role now. Where it shows all the
    same it is kept. Where it does not, it went with the place or the role and not by a human's hand from this person: it is
    forgotten, so that it is given anew when both are there again."""


@dataclass(frozen=True)
class Wanted:
    """A wish in the platform's own ids."""

    email: str | None
    account_role: str | None = None
    account_reasons: tuple[Reason, ...] = ()
    places: tuple[WantedPlace, ...] = ()
    leaving: bool = False
    unresolved: tuple[str, ...] = field(default=())
    """A sentence for each grant that cannot be carried out (no such place, no such role)."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Place ids to the names a reader of the mapping file knows."""
