"""Who pushes, when, and through which address. Handed through one push, which is one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scim_bridge.scim.versions import UNCONDITIONAL, Condition


@dataclass(frozen=True)
class Push:
    source_id: int
    source: str
    initiator: str
    """Who did it, for the audit: `token okta-prod`, or the person who ran a command."""
    now: datetime
    location: str
    """The address of SCIM as the client reaches it, without a slash at the end; for `meta.location` and `$ref`."""
    request_id: str | None = None
    condition: Condition = UNCONDITIONAL
    """What the client asks of the version of the one resource that it changes; held to under the row's lock."""
