"""One key by the books: whose it is, the change that was asked for, and what must never or cannot be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scim_bridge.access.change import Change, Principal
from scim_bridge.access.connector import Capabilities
from scim_bridge.access.person import Person
from scim_bridge.access.policy import Policy
from scim_bridge.db import Connection
from scim_bridge.directory import persons
from scim_bridge.ledger import credentials
from scim_bridge.ledger.accounts import place_names
from scim_bridge.ledger.credentials import SeenKey
from scim_bridge.ledger.key_requests import Action
from scim_bridge.mapping.model import PlatformRules


@dataclass(frozen=True)
class KeyCase:
    """`place` is the name a reader of the mapping file knows."""

    key: SeenKey
    person: Person | None
    place: str | None

    @property
    def whose(self) -> str:
        """The name it is known by in a sentence or a record."""
        return (self.person.user_name if self.person is not None else None) or self.key.owner_email or self.key.owner_id or self.key.id

    def change(self, action: Action, can: Capabilities) -> Change:
        key = self.key
        return Change(
            kind=action,
            platform=key.platform,
            principal=Principal("person", key.owner_id, key.owner_email or self.whose),
            person=str(key.person_id) if key.person_id is not None else None,
            user_name=self.person.user_name if self.person is not None else None,
            place=self.place,
            place_id=key.place_id,
            object_id=key.id,
            how=self._how(can),
        )

    def _how(self, can: Capabilities) -> Literal["withdraw", "delete"]:
        """Disabled where the platform can: a named human may want it back."""
        return "withdraw" if "withdraw" in self._fates(can) else "delete"

    def _fates(self, can: Capabilities) -> tuple[str, ...]:
        return can.personal_key_fates if self.key.kind == "personal" else can.shared_key_fates

    def forbidden(self, policy: Policy) -> str | None:
        """Why nobody may have this done to it, whoever asks; None when they may."""
        if self.key.ours is not None:
            return f"The bridge itself works with this key and never changes it. {self.key.ours}"
        names = (self.key.owner_email, self.person.user_name if self.person is not None else None)
        if any(policy.protects(name, self.key.owner_id) for name in names):
            return f"{self.whose} is protected by the mapping file; nothing was changed. Take it off `protect` or act by hand."
        return None

    def impossible(self, action: Action, can: Capabilities, now: datetime) -> str | None:
        """Why it cannot be done as things are; None when it can."""
        if action == "restore_key":
            return self._not_restorable(can, now)
        if not {"withdraw", "delete"} & set(self._fates(can)):
            return f"{self.key.platform} lets nobody take away {self.key.kind} keys by API: do it in its own pages."
        return None

    def _not_restorable(self, can: Capabilities, now: datetime) -> str | None:
        key = self.key
        if not can.keys_restorable:
            return f"{key.platform} cannot make a withdrawn key work again: whoever needs one makes a new one."
        if key.withdrawn_at is None:
            return "The bridge did not withdraw this key. Whoever blocked it gives it back, in the platform's own pages."
        if key.withdrawn_how == "delete" or key.status == "gone":
            return "The key was deleted, which is final: whoever needs one makes a new one."
        if key.expires_at is not None and key.expires_at <= now:
            return f"The key ran out on {key.expires_at.date()}: whoever needs one makes a new one."
        return None


def read_case(connection: Connection, rules: PlatformRules, key_id: str) -> KeyCase | None:
    """The key as it was seen last; None when it never was."""
    seen = credentials.keys(connection, platform=rules.name, key_id=key_id)
    if not seen:
        return None
    key = seen[0]
    people = persons.people(connection, [key.person_id]) if key.person_id is not None else {}
    aliases = {each.id: each.alias for each in rules.places.values() if each.id is not None}
    names = place_names(connection, rules.name) | aliases
    place = names.get(key.place_id, key.place_id) if key.place_id is not None else None
    return KeyCase(key, people.get(key.person_id or 0), place)
