"""One principal on one platform, everything that decides about them in one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from scim_bridge.access.change import Change, ChangeKind, Principal
from scim_bridge.access.connector import Capabilities
from scim_bridge.access.desired import Reason
from scim_bridge.access.observed import ORGANIZATION, Credential
from scim_bridge.access.policy import KeyFate, Policy
from scim_bridge.access.standing import Slice, Standing, Wanted
from scim_bridge.access.whose import Whose


@dataclass(frozen=True)
class Case:
    platform: str
    person: str
    user_name: str
    wanted: Wanted
    standing: Standing
    slice: Slice
    policy: Policy
    capabilities: Capabilities
    kind: Literal["person", "group"] = "person"
    unseen: frozenset[str] = frozenset()
    """Ids of places that were not asked about, because the books agree on them."""

    def rank(self, role: str | None, *, place: bool) -> int:
        """How strong a role is by the published order; -1 for one it does not name, roles nobody can give above all."""
        if not place and role in self.capabilities.read_only_account_roles:
            return len(self.capabilities.account_roles) + self.capabilities.read_only_account_roles.index(role)
        order: Sequence[str] = self.capabilities.place_roles if place else self.capabilities.account_roles
        return order.index(role) if role in order else -1

    def change(
        self,
        kind: ChangeKind,
        whose: Whose,
        *,
        place: tuple[str, str] | None = None,
        role: str | None = None,
        was: str | None = None,
        object_id: str | None = None,
        how: KeyFate = "withdraw",
        because: tuple[Reason, ...] = (),
    ) -> Change:
        """A change of this person. `place` is (id, name)."""
        own = whose.own
        email = (own.email if own is not None else None) or self.wanted.email or self.user_name
        touched = {each for each in (role, was) if each is not None}
        return Change(
            kind=kind,
            platform=self.platform,
            principal=Principal(self.kind, own.account_id if own is not None else None, email),
            person=self.person,
            user_name=self.user_name if self.kind == "person" else None,
            place=place[1] if place and place[0] != ORGANIZATION else None,
            place_id=place[0] if place else None,
            role=role,
            was=was,
            object_id=object_id,
            how="delete" if how == "delete" else "withdraw",
            drop=kind == "change_role" and self.rank(role, place=bool(place)) < self.rank(was, place=bool(place)),
            administrative=bool(touched & self.capabilities.administrative),
            because=because,
        )

    def key_changes(self, whose: Whose, keys: Sequence[Credential], fates: dict[str, KeyFate]) -> list[Change]:
        """Keys to take away, by the fate of their kind. What opens nothing, is excepted or is the bridge's own stays as it is."""
        changes = []
        for key in keys:
            spared = key.ours is not None or self.policy.offboarding.exception_for(key.id) is not None
            if key.usable and not spared and fates[key.kind] in {"withdraw", "delete"}:
                place, how = self.named(key.place_id), fates[key.kind]
                change = self.change("withdraw_key", whose, place=place, object_id=key.id, how=how)
                owner = key.owner_id or change.principal.id  # a key outlives the account that made it
                changes.append(replace(change, principal=replace(change.principal, id=owner)))
        return changes

    def named(self, place_id: str | None) -> tuple[str, str] | None:
        """(id, name) of a place as a reader of the mapping file knows it, else by the ledger, else its id."""
        if place_id is None:
            return None
        ledger = {held.place_id: held.place for held in self.standing.holdings}
        return place_id, self.wanted.names.get(place_id) or ledger.get(place_id) or place_id
