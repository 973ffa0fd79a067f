"""One thing to do at one platform, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scim_bridge.access.desired import Reason

ChangeKind = Literal[
    "withdraw_key",
    "restore_key",
    "cancel_invitation",
    "revoke",
    "suspend_account",
    "remove_account",
    "restore_account",
    "create_account",
    "invite",
    "change_role",
    "grant",
]

ORDER: tuple[ChangeKind, ...] = (
    "withdraw_key",
    "restore_key",
    "cancel_invitation",
    "revoke",
    "suspend_account",
    "remove_account",
    "restore_account",
    "create_account",
    "invite",
    "change_role",
    "grant",
)
"""The order within one person: what leaving takes (keys, invitations, places, account), then what joining gives."""

LOSSES: frozenset[ChangeKind] = frozenset({"cancel_invitation", "revoke", "suspend_account", "remove_account"})


@dataclass(frozen=True)
class Principal:
    """Who a change is about, as the platform knows them. `id` None while there is no account yet."""

    kind: Literal["person", "group"]
    id: str | None
    name: str
    """A person's e-mail address there, a group's name."""


@dataclass(frozen=True)
class Change:
    """One call a connector can make, safe to repeat.

    `place` is the name a reader of the mapping file knows, `place_id` the platform's. `place` None: the account itself.
    For `change_role`, `role` is the new one and `was` the old. `object_id` is the invitation's or the key's id.
    `ORGANIZATION` as `place_id` (`place` None) is a custom role of the account; one that begins with `GROUP` is being in a
    group. For a principal that is a group, `create_account` makes it and `principal.name` is its name.
    `how` is, for `withdraw_key`, `withdraw` (disabled where the platform can, else deleted) or `delete`.
    """

    kind: ChangeKind
    platform: str
    principal: Principal
    person: str | None = None
    user_name: str | None = None
    place: str | None = None
    place_id: str | None = None
    role: str | None = None
    was: str | None = None
    object_id: str | None = None
    how: Literal["withdraw", "delete"] = "withdraw"
    drop: bool = False
    """True when a `change_role` makes weaker."""
    administrative: bool = False
    """True when it gives or takes an administrative role."""
    because: tuple[Reason, ...] = ()

    @property
    def role_after(self) -> str | None:
        """The role that is left where this change was made; None when it takes what was there."""
        return self.role if self.kind in {"change_role", "grant"} else None


@dataclass(frozen=True)
class Outcome:
    """What the platform answered to one change that it carried out (a refusal is an error, see `errors`)."""

    answer: str
    """A short sentence for the record: `invited`, `already a member`, `key set inactive`."""
    changed: bool = True
    """False when it was so already."""
    account_id: str | None = None
    """The account, when one exists afterwards (created at once, or an invitation accepted at once)."""
    invitation_id: str | None = None
