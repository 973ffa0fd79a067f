"""Keys that open something and that nobody living answers for: each with why, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scim_bridge.access.plan import digest_of
from scim_bridge.access.policy import Policy
from scim_bridge.db import Database
from scim_bridge.ledger.holds import holds
from scim_bridge.ledger.pauses import Pause, pauses
from scim_bridge.mapping.model import PlatformRules
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.views.keys import Key, keys


@dataclass(frozen=True)
class Orphan:
    key: Key
    why: str
    what_to_do: str

    def as_json(self) -> dict[str, Any]:
        """One entry of `keys orphans --json`."""
        return {**self.key.as_json(), "why": self.why, "what_to_do": self.what_to_do}


def orphans(database: Database, platforms: Platforms, *, platform: str | None = None) -> list[Orphan]:
    """By platform. An exception that has not ended is somebody's answer; so is a service account."""
    rules = platforms.rules().platforms
    with database.reading() as connection:
        held = digest_of(each.line() for each in holds(connection, released=False))
        paused = pauses(connection)
    found = []
    for key in keys(database, platforms, platform=platform):
        file = rules.get(key.platform)
        why = _why(key, file.policy if file is not None else None) if key.usable else None
        if why is not None:
            found.append(Orphan(key, why, _what_to_do(key, file, held, paused.get(key.platform))))
    return found


def _why(key: Key, policy: Policy | None) -> str | None:
    if key.exception is not None:
        return f"its exception ended on {key.exception.until} ({key.exception.reason})" if key.exception.due else None
    if key.left:
        return f"{'belongs to' if key.kind == 'personal' else 'was made by'} {key.person}, who has left"
    if key.ours is not None or key.belongs_to.kind != "nobody":
        return None
    if key.kind == "shared":
        return None if key.maker is not None else "the platform names nobody who made it"
    known = policy is not None and policy.protects(key.owner, None)  # a break-glass account needs nobody in the directory
    return None if known else f"its owner {key.owner or '(not named)'} is nobody the bridge knows"


def _what_to_do(key: Key, file: PlatformRules | None, held: str, paused: Pause | None) -> str:
    """`held` is the digest of all that the brake holds."""
    name = file.file if file is not None else f"{key.platform}.yaml"
    withdraw = f"`scim-bridge keys withdraw {key.id} --by NAME`"
    if key.ours is not None:
        return "make another credential, set the variable of `connection` to it, restart the bridge, then take this one away there"
    if key.exception is not None:
        return f"give it a later `until` in {name}, or {withdraw}"
    if key.left and file is not None and _goes_by_itself(key, file.policy):
        return _waits_for(key, held, paused) or "the next look at them withdraws it: `scim-bridge apply`"
    first = "see what runs on it" if key.left else "find out whose it is"
    return f"{first}; then {withdraw}, or an entry under `offboarding.keys.keep` in {name}"


def _waits_for(key: Key, held: str, paused: Pause | None) -> str | None:
    """Whom a key that would go by itself waits for."""
    if paused is not None:
        return f"{key.platform} is paused by {paused.by}: `scim-bridge platform resume {key.platform}`, then it is withdrawn"
    if key.held is not None:
        return (
            f"the brake holds that ({key.held}): read `scim-bridge plan`, then release all that is held with "
            f"`scim-bridge apply --digest {held} --by NAME`"
        )
    return None


def _goes_by_itself(key: Key, policy: Policy) -> bool:
    fate = policy.offboarding.fate_of("personal" if key.kind == "personal" else "shared")
    return policy.mode == "apply" and fate in {"withdraw", "delete"}
