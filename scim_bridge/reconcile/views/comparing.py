"""One person on one platform, wish beside ledger: what is held, what is to come, what is to go. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from scim_bridge.access.brake import Category, gain_item
from scim_bridge.access.connector import Capabilities
from scim_bridge.access.desired import Grant, PlaceName, Reason
from scim_bridge.access.policy import Policy
from scim_bridge.access.standing import Holding, OwnAccount, Standing
from scim_bridge.ledger.holds import Hold
from scim_bridge.mapping.model import Wish

State = Literal["held", "invited", "waiting", "leaving", "held_back", "removed_by_hand", "orphaned", "parked"]


@dataclass(frozen=True)
class Found:
    """One row without the person. See `holdings.Row`."""

    place: str | None
    place_id: str | None
    role: str
    state: State
    because: tuple[Reason, ...] = ()
    has: str | None = None
    why: str | None = None


@dataclass(frozen=True)
class Comparing:
    """`holds` are the ones that nobody has released; `parked` is why the person's work is parked, if it is."""

    wish: Wish
    standing: Standing
    policy: Policy
    capabilities: Capabilities
    holds: Sequence[Hold]
    parked: str | None
    kind: Literal["person", "group"] = "person"

    def rows(self) -> list[Found]:
        """The account, then the places."""
        return [*self._account(), *self._wanted_places(), *self._unwanted_places(), *self._refused()]

    # the account

    def _account(self) -> Iterable[Found]:
        own, role = self.standing.account, self.wish.account_role
        if self.kind == "group":
            return []  # what a group has is roles; that it is there says nothing
        if own is None or own.state == "suspended":
            return [] if role is None else [self._to_come(None, None, role, self.wish.account_reasons)]
        if own.state == "removed_by_hand":
            return [] if role is None else [self._taken_by_hand(None, None, role, self.wish.account_reasons)]
        if role is None:
            return [self._account_to_go(own)]
        if own.state == "invited":
            return [Found(None, None, own.role, "invited", self.wish.account_reasons)]
        if own.role != role and (own.role_ours or self._rank(role, place=False) > self._rank(own.role, place=False)):
            return [self._to_change(None, None, own.role, role, self.wish.account_reasons)]
        return [Found(None, None, own.role, "held", self.wish.account_reasons)]

    def _account_to_go(self, own: OwnAccount) -> Found:
        keeps = self.policy.offboarding.account == "keep" if own.state == "active" else (
            self.wish.leaving and self.policy.offboarding.invitations == "keep"
        )  # fmt: skip
        if keeps:
            return Found(None, None, own.role, "held" if own.state == "active" else "invited", own.reasons)
        return self._to_go(None, None, own.role, own.reasons, "account")

    # places

    def _wanted_places(self) -> Iterable[Found]:
        for grant in self._grants:
            yield self._wanted_place(grant, self._holdings_of(grant))

    def _wanted_place(self, grant: Grant, held: Sequence[Holding]) -> Found:
        alias, role, because = grant.place.alias, grant.role, grant.reasons
        ours = next((each for each in held if each.role == role), None)
        if ours is None and self.capabilities.exclusive(role):
            ours = next((each for each in held if self.capabilities.exclusive(each.role)), None)
        if ours is None:
            return self._to_come(alias, grant.place.id, role, because)
        if ours.state == "removed_by_hand":
            return self._taken_by_hand(alias, ours.place_id, role, because)
        if ours.role == role or ours.provenance == "found":
            return Found(alias, ours.place_id, ours.role, "held", because)
        return self._to_change(alias, ours.place_id, ours.role, role, because)

    def _unwanted_places(self) -> Iterable[Found]:
        wanted = {id(each) for grant in self._grants for each in self._holdings_of(grant) if self._meets(each, grant)}
        for each in self.standing.holdings:
            given = each.provenance != "found" or self.wish.leaving
            if id(each) not in wanted and each.state == "held" and given:
                yield self._to_go(each.place, each.place_id, each.role, each.reasons, f"place:{each.place_id}:{each.role}")

    def _holdings_of(self, grant: Grant) -> list[Holding]:
        return [each for each in self.standing.holdings if _is(grant.place, each)]

    def _meets(self, held: Holding, grant: Grant) -> bool:
        """Whether it is what is wanted, or stands where that will stand."""
        exclusive = self.capabilities.exclusive
        return held.role == grant.role or (exclusive(held.role) and exclusive(grant.role))

    @cached_property
    def _grants(self) -> tuple[Grant, ...]:
        """Everything wanted, and the role that the platform asks for where somebody is to have custom ones only."""
        base, exclusive = self.capabilities.base_place_role, self.capabilities.exclusive
        if base is None or self.kind == "group":
            return self.wish.everything
        based = {grant.place for grant in self.wish.grants if exclusive(grant.role)}
        bare = {grant.place: replace(grant, role=base) for grant in self.wish.grants if grant.place not in based}
        return (*self.wish.everything, *bare.values())

    def _refused(self) -> Iterable[Found]:
        for each in self.wish.parked:
            place = each.place
            yield Found(
                place.alias if place else None, place.id if place else None, each.role, "parked", each.reasons, None, each.why
            )

    # the states of what is not as wanted

    def _to_come(self, place: str | None, place_id: str | None, role: str, because: tuple[Reason, ...]) -> Found:
        hold = self._hold("gains", gain_item(place, role))
        if hold is not None:
            return Found(place, place_id, role, "held_back", because, None, hold.cause)
        if self.parked is not None and self.policy.mode == "apply":
            return Found(place, place_id, role, "parked", because, None, self.parked)
        return Found(place, place_id, role, "waiting", because)

    def _taken_by_hand(self, place: str | None, place_id: str | None, role: str, because: tuple[Reason, ...]) -> Found:
        if self.policy.drift == "repair":
            return self._to_come(place, place_id, role, because)
        return Found(place, place_id, role, "removed_by_hand", because)

    def _to_change(
        self, place: str | None, place_id: str | None, has: str, role: str, because: tuple[Reason, ...]
    ) -> Found:
        """The role to be, with the one that is there; a weaker one that is held back leaves the old one as it is."""
        drop = self._hold("drops", f"weaker:{place_id or 'account'}")
        if drop is not None:
            return Found(place, place_id, has, "held_back", because, None, drop.cause)
        made = self._to_come(place, place_id, role, because)
        return Found(place, place_id, role, made.state, because, has, made.why)

    def _to_go(
        self, place: str | None, place_id: str | None, role: str, because: tuple[Reason, ...], item: str
    ) -> Found:
        hold = self._hold("people", item)
        if hold is not None:
            return Found(place, place_id, role, "held_back", because, None, hold.cause)
        return Found(place, place_id, role, "leaving", because, None, self.parked)

    def _hold(self, category: Category, item: str) -> Hold | None:
        """The hold that covers this; somebody who leaves is held back with everything they have."""
        of_kind = [each for each in self.holds if each.category == category]
        return next((each for each in of_kind if item in each.items or (category == "people" and each.leaving)), None)

    def _rank(self, role: str, *, place: bool) -> int:
        order = self.capabilities.place_roles if place else self.capabilities.account_roles
        return order.index(role) if role in order else -1


def _is(name: PlaceName, held: Holding) -> bool:
    """Whether this holding is in the place that the mapping file means, as far as the ledger can tell."""
    if name.id is not None:
        return held.place_id == name.id
    return held.place in {name.alias, name.name}
