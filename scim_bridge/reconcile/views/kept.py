"""Keys that are kept although their person leaves: by an exception of the file, or since they are the bridge's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scim_bridge.access.observed import Credential
from scim_bridge.access.policy import Policy


@dataclass(frozen=True)
class Kept:
    """An exception as people read it. `due`: its last day is over, and somebody must decide."""

    reason: str
    until: date
    due: bool

    def __str__(self) -> str:
        if self.due:
            return f"the exception ended on {self.until}, decide: a later date, or take the key away ({self.reason})"
        return f"kept by an exception until {self.until}, {self.reason}"


def exception_of(policy: Policy | None, key_id: str, today: date) -> Kept | None:
    """What the file excepts this key by, if it does."""
    found = policy.offboarding.exception_for(key_id) if policy is not None else None
    return Kept(found.reason, found.until, found.is_due(today)) if found is not None else None


def kept_because(policy: Policy | None, key: Credential, today: date) -> str | None:
    """Why leaving spares this key whatever the policy for its kind says; None when it does not."""
    if key.ours is not None:
        return f"never taken by the bridge: {key.ours}"
    kept = exception_of(policy, key.id, today)
    return str(kept) if kept is not None else None
