"""What a diff comes to: changes to make, facts to write down, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass

from scim_bridge.access.change import Change
from scim_bridge.access.standing import Holding, OwnAccount


@dataclass(frozen=True)
class Verdict:
    """For one person on one platform. `account` and `holdings` are the facts as they are before the changes."""

    changes: tuple[Change, ...] = ()
    account: OwnAccount | None = None
    holdings: tuple[Holding, ...] = ()
    forgotten: tuple[tuple[str, str], ...] = ()
    """(place id, role) of holdings that are no longer there, or no longer wanted and not ours to take."""
    adopted: bool = False
    by_hand: tuple[str, ...] = ()
    """Sentences about what a human took away since we last looked."""
    obstacles: tuple[str, ...] = ()
    """Why the person's work parks although the rest was done."""
    unmanaged: tuple[str, ...] = ()
    """What is there by a human's hand and left alone."""
    returned: tuple[str, ...] = ()
    """What somebody who left has again. Nothing is changed then: once it is in the books, the brake counts it and the next
    look takes it."""
