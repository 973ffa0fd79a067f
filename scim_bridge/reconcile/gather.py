"""What the books say about some people on one platform: everything a run decides by, read in one snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from scim_bridge.access.books import settled_places
from scim_bridge.access.case import Case
from scim_bridge.access.connector import Capabilities
from scim_bridge.access.desired import PlaceName
from scim_bridge.access.observed import GROUP, GROUP_ROLE, Inquiry
from scim_bridge.access.person import Person
from scim_bridge.access.slices import Slices
from scim_bridge.access.standing import Slice, Standing, Wanted
from scim_bridge.db import Connection, Database
from scim_bridge.directory import persons, principals
from scim_bridge.ledger import formers
from scim_bridge.ledger.accounts import account_ids, claimed_by_others, standings
from scim_bridge.ledger.holds import Hold, holds_by_person
from scim_bridge.mapping.model import Wish, group_name, group_place
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
    narrow: bool = False
    """Whether a push asked for this look: then only what it may have changed is asked about."""

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
            kind=self.person.kind,
            unseen=self._unasked(platform),
        )

    def _unasked(self, platform: Platform) -> frozenset[str]:
        if not self.narrow or self.wanted.leaving:
            return frozenset()
        return settled_places(self.wanted, self.standing, platform.rules.policy)

    @property
    def needs_no_look(self) -> bool:
        """Nothing is wanted and nothing is theirs: the platform need not be asked."""
        return self._nothing_is_theirs and not self.standing.former

    @property
    def _nothing_is_theirs(self) -> bool:
        return self.wanted.account_role is None and self.standing.is_empty and not self.wanted.unresolved

    def inquiries(self, platform: Platform) -> tuple[Inquiry, ...]:
        """Everything to ask about them: what is theirs, and what a leaver had where a sweep asks about it."""
        keys = platform.capabilities.credentials_listable
        again = tuple(Inquiry(each.email, each.account_id, credentials=keys) for each in self.standing.former)
        if self._nothing_is_theirs:
            return again
        asked = self.inquiry(platform)
        return (asked, *self._of_earlier_accounts(asked), *again)

    def slice(self, platform: Platform, slices: Slices) -> Slice:
        """What the observation shows of them, with the keys of accounts that they had before this one."""
        asked = self.inquiry(platform)
        found = slices.of(asked)
        earlier = (key for each in self._of_earlier_accounts(asked) for key in slices.of(each).credentials)
        return replace(found, credentials=(*found.credentials, *earlier))

    def _of_earlier_accounts(self, asked: Inquiry) -> tuple[Inquiry, ...]:
        """About the keys that outlived other accounts of theirs than the one asked about, where keys are asked about at all."""
        owners = sorted(set(self.standing.left_keys.values()) - {asked.account_id}) if asked.credentials else ()
        return tuple(Inquiry(None, each, credentials=True, invitations=False) for each in owners)

    def inquiry(self, platform: Platform) -> Inquiry:
        """The least that must be known about this person, or this group."""
        standing, policy = self.standing, platform.rules.policy
        own, lost = standing.account, {each.kind for each in standing.intents}
        held = {each.place_id for each in standing.holdings}
        wanted = {each.place_id for each in self.wanted.places}
        intended = {each.place_id for each in standing.intents if each.place_id is not None}
        concerned = (held | wanted | intended) - self._unasked(platform)
        groups = frozenset(place for place in concerned if place.startswith(GROUP))
        places = frozenset(concerned - groups)
        if self.person.kind == "group":
            account_id = own.account_id if own is not None else None
            return Inquiry(self.wanted.email, account_id, places, invitations=False, kind="group")
        unwanted = self.wanted.leaving or self.wanted.account_role is None
        ends = self.wanted.leaving or (unwanted and policy.offboarding.account != "keep")
        # A grant whose answer was lost may have let them in: what they made there goes with the place, too.
        moves = bool((held | intended) - wanted) and policy.moving_keys in {"withdraw", "delete"}
        keys = ends or moves or (unwanted and bool(standing.left_keys)) or "withdraw_key" in lost
        return Inquiry(
            email=own.email if own is not None else self._address(),
            account_id=own.account_id if own is not None else self._owner_of_left_keys() if unwanted else None,
            places=None if ends else places,
            groups=None if self._must_leave_every_group(platform) else groups,
            credentials=platform.capabilities.credentials_listable and keys,
            invitations=own is None or own.account_id is None or ends or "cancel_invitation" in lost,
            custom_in=self._custom_roles(platform.capabilities) if self.narrow else None,
        )

    def _custom_roles(self, capabilities: Capabilities) -> frozenset[str]:
        """The places in which they have or are to have a role beyond the published order."""
        roles = {(each.place_id, each.role) for each in self.wanted.places}
        roles |= {(each.place_id, each.role) for each in self.standing.holdings}
        roles |= {(each.place_id or "", each.role or "") for each in self.standing.intents}
        return frozenset(place for place, role in roles if not capabilities.exclusive(role))

    def _must_leave_every_group(self, platform: Platform) -> bool:
        """Somebody who leaves and whose account stays. An account that goes is in no group any more."""
        leaves = self.wanted.leaving and self.standing.account is not None
        return leaves and platform.capabilities.groups_as_principals and platform.rules.policy.offboarding.account != "remove"

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
        former = formers.sought(connection, platform.name, [each for each, person in found.items() if not person.active])
        standing |= {each: replace(standing[each], former=had) for each, had in former.items()}
        wishes = {each: resolve(person, platform.rules, platform.capabilities) for each, person in found.items()}
        groups = _group_ids(connection, platform, [(found[each].source, wish) for each, wish in wishes.items()])
        left = _names_of_left_groups(connection, platform, standing.values())
    return [
        Page(
            person_id,
            found[person_id],
            translate(
                wishes[person_id],
                book,
                standing[person_id],
                platform.capabilities,
                groups=groups.get(found[person_id].source, {}),
                people=found[person_id].kind == "person",
                names=left,
            ),
            standing[person_id],
            tuple(held.get(person_id, ())),
        )
        for person_id in person_ids
        if person_id in found
    ]


def _names_of_left_groups(connection: Connection, platform: Platform, standing: Iterable[Standing]) -> dict[str, str]:
    """By place id, of groups that somebody was about to be put into or taken out of: the wish may name them no more."""
    places = {each.place_id for page in standing for each in page.intents if (each.place_id or "").startswith(GROUP)}
    if not places:
        return {}
    ids = [(place or "").removeprefix(GROUP) for place in places]
    _, numbers = claimed_by_others(connection, platform.name, (), ids)
    groups = persons.people(connection, list(numbers.values()))
    return {GROUP + each: group_place(groups[number].user_name).alias for each, number in numbers.items() if number in groups}


def _group_ids(
    connection: Connection, platform: Platform, wishes: Iterable[tuple[str, Wish]]
) -> dict[str, dict[PlaceName, str]]:
    """By source, the platform's ids of the groups these wishes want somebody in, as far as the ledger knows them."""
    named = {(source, each.place) for source, wish in wishes for each in wish.groups}
    if not named:
        return {}
    numbers = principals.numbers(connection, {(source, group_name(place)) for source, place in named})
    known = account_ids(connection, platform.name, numbers.values(), role=GROUP_ROLE)
    found: dict[str, dict[PlaceName, str]] = defaultdict(dict)
    for source, place in named:
        group_id = known.get(numbers.get((source, group_name(place)), 0))
        if group_id is not None:
            found[source][place] = group_id
    return found


def ids(subjects: Iterable[str]) -> list[int]:
    """Person marks name internal ids."""
    return [int(subject) for subject in subjects]
