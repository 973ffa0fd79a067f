"""What the books say about some people on one platform: everything a run decides by, read in one snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scim_bridge.access.case import Case
from scim_bridge.access.observed import Inquiry
from scim_bridge.access.person import Person
from scim_bridge.access.standing import Slice, Standing, Wanted
from scim_bridge.db import Database
from scim_bridge.directory import persons
from scim_bridge.ledger.accounts import standings
from scim_bridge.ledger.holds import Hold, holds_by_person
from scim_bridge.mapping.resolve import resolve
from scim_bridge.reconcile.platforms import Platform
from scim_bridge.reconcile.translate import PlaceBook, translate


@dataclass(frozen=True)
class Page:
    """One person on one platform, by the books."""

    person_id: int
    person: Person
    wanted: Wanted
    standing: Standing
    holds: tuple[Hold, ...]

    def case(self, platform: Platform, slice_: Slice) -> Case:
        return Case(
            platform=platform.name,
            person=self.person.key,
            user_name=self.person.user_name,
            wanted=self.wanted,
            standing=self.standing,
            slice=slice_,
            policy=platform.rules.policy,
            capabilities=platform.capabilities,
        )

    @property
    def needs_no_look(self) -> bool:
        """Nothing is wanted and nothing is theirs: the platform need not be asked."""
        return self.wanted.account_role is None and self.standing.is_empty and not self.wanted.unresolved

    def inquiry(self, platform: Platform) -> Inquiry:
        """The least that must be known about this person."""
        standing, policy = self.standing, platform.rules.policy
        own, lost = standing.account, {each.kind for each in standing.intents}
        held = {each.place_id for each in standing.holdings}
        wanted = {each.place_id for each in self.wanted.places}
        announced = {each.place_id for each in standing.intents if each.place_id is not None}
        unwanted = self.wanted.leaving or self.wanted.account_role is None
        ends = self.wanted.leaving or (unwanted and policy.offboarding.account != "keep")
        moves = bool(held - wanted) and policy.moving_keys in {"withdraw", "delete"}
        keys = ends or moves or (unwanted and bool(standing.left_keys)) or "withdraw_key" in lost
        return Inquiry(
            email=own.email if own is not None else self._address(),
            account_id=own.account_id if own is not None else self._owner_of_left_keys() if unwanted else None,
            places=None if ends else frozenset(held | wanted | announced),
            credentials=platform.capabilities.credentials_listable and keys,
            invitations=own is None or own.account_id is None or ends or "cancel_invitation" in lost,
        )

    def _address(self) -> str | None:
        """Where no account is known: the address that was about to be invited, else the person's."""
        asked = self.standing.intended("invite", "create_account")
        return next((each.email for each in asked if each.email), self.wanted.email)

    def _owner_of_left_keys(self) -> str | None:
        """An account that is gone and whose keys still opened something when they were seen last."""
        return min(self.standing.left_keys.values(), default=None)


def gather(database: Database, platform: Platform, book: PlaceBook, person_ids: Sequence[int]) -> list[Page]:
    """A page for each person that exists, in the order given."""
    with database.reading() as connection:
        found = persons.people(connection, person_ids)
        standing = standings(connection, platform.name, person_ids)
        held = holds_by_person(connection, platform.name, person_ids)
    return [
        Page(
            person_id,
            found[person_id],
            wanted_of(found[person_id], standing[person_id], platform, book),
            standing[person_id],
            tuple(held.get(person_id, ())),
        )
        for person_id in person_ids
        if person_id in found
    ]


def wanted_of(person: Person, standing: Standing, platform: Platform, book: PlaceBook) -> Wanted:
    wish = resolve(person, platform.rules, platform.capabilities)
    return translate(wish, book, standing, platform.capabilities)


def ids(subjects: Iterable[str]) -> list[int]:
    """Person marks name internal ids."""
    return [int(subject) for subject in subjects]
