"""A wish in the mapping file's names becomes a wish in the platform's ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from scim_bridge.access.connector import Capabilities, Connector
from scim_bridge.access.desired import Grant, PlaceName
from scim_bridge.access.observed import GROUP, ORGANIZATION, CustomRole, Place
from scim_bridge.access.standing import Holding, Standing, Wanted, WantedPlace
from scim_bridge.mapping.model import PlatformRules, WeighedGrant, Wish

ITSELF = Place(ORGANIZATION, "organization")
"""The organization, where it holds custom roles of accounts."""


class PlaceBook:
    """The places of one platform by id and by exact name, and the names a reader of the mapping file knows them by.

    Custom roles are asked of `connector` when a wish first names one, and remembered as long as the book.
    """

    def __init__(self, connector: Connector, rules: PlatformRules) -> None:
        self._connector = connector
        self._custom: dict[str, dict[str, CustomRole]] = {}
        self._by_id = {place.id: place for place in connector.places()}
        self._by_name = {place.name: place for place in sorted(self._by_id.values(), key=lambda each: each.open)}
        self.names = {place.id: place.name for place in self._by_id.values()}
        for alias in rules.places.values():
            found = self.find(alias)
            if found is not None:
                self.names[found.id] = alias.alias

    def find(self, name: PlaceName) -> Place | None:
        if name.id is not None:
            return self._by_id.get(name.id)
        return self._by_name.get(name.name or name.alias)

    def by_id(self, place_id: str) -> Place | None:
        return self._by_id.get(place_id)

    def custom_role(self, place_id: str, role: str) -> CustomRole | None:
        """A role beyond the published order, in a place or in the organization. Raises `PlatformError`."""
        if place_id not in self._custom:
            roles = self._connector.custom_roles(None if place_id == ORGANIZATION else place_id)
            self._custom[place_id] = {each.name: each for each in roles}
        return self._custom[place_id].get(role)

    def has(self, held: Holding, capabilities: Capabilities) -> bool:
        """Whether the place is there and open, and the role is one of it. Groups are not the book's. Raises `PlatformError`."""
        if held.place_id.startswith(GROUP):
            return True
        place = ITSELF if held.place_id == ORGANIZATION else self.by_id(held.place_id)
        if place is None or not place.open:
            return False
        published = (*capabilities.place_roles, *capabilities.read_only_place_roles) if place is not ITSELF else ()
        return held.role in published or self.custom_role(place.id, held.role) is not None


def translate(
    wish: Wish,
    book: PlaceBook,
    standing: Standing,
    capabilities: Capabilities,
    *,
    groups: Mapping[PlaceName, str] = MappingProxyType({}),
    people: bool = True,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Wanted:
    """The wish in ids. What cannot be carried out becomes a sentence, and takes nothing away that is held already.

    `groups` are the platform's ids of the groups that somebody may be put into; one that is not there yet is waited for.
    `people` is false for the wish of a group, which needs no base role. `names` are of places beside the book's. Raises
    `PlatformError` when the platform is asked for custom roles and does not answer.
    """
    places: dict[tuple[str, str], WantedPlace] = {}
    unresolved = [each.why for each in wish.parked]
    for grant in (*wish.grants, *wish.account_custom):
        found = book.find(grant.place) if grant.place.id != ORGANIZATION else ITSELF
        problem = _problem(grant.place, found) or _role_problem(grant, found, book, capabilities)
        if problem is not None:
            unresolved.append(problem)
            places |= _kept(grant.place.alias, standing, book, capabilities)
        elif found is not None:
            _add(places, WantedPlace(found.id, grant.place.alias, grant.role, grant.reasons), capabilities)
    for grant in wish.groups:
        group_id = groups.get(grant.place)
        known = WantedPlace(GROUP + (group_id or ""), grant.place.alias, grant.role, grant.reasons)
        held = {} if group_id is not None else _kept(grant.place.alias, standing, book, capabilities)
        places |= {(known.place_id, known.role): known} if group_id is not None else held
    if people:
        places |= _bases(places.values(), capabilities)
    for denied in wish.denied:
        place = book.find(denied)
        places = {key: each for key, each in places.items() if place is None or key[0] != place.id}
    return Wanted(
        email=wish.email,
        account_role=wish.account_role,
        account_reasons=wish.account_reasons,
        places=tuple(places[key] for key in sorted(places)),
        leaving=wish.leaving,
        unresolved=tuple(dict.fromkeys(unresolved)),
        names={**book.names, **names} if names else book.names,
    )


def _problem(name: PlaceName, found: Place | None) -> str | None:
    spelled = name.id or name.name or name.alias
    if found is None:
        return f'The platform has no place "{spelled}". Create it there or correct the mapping file, then retry.'
    if not found.open:
        return (
            f'The place "{spelled}" is archived. Name another or take the grant out of the mapping file, or open the place '
            "again where the platform can, then retry."
        )
    if not found.managed:
        return f'The place "{spelled}" is one the bridge leaves alone; nobody can be granted a role there.'
    return None


def _role_problem(grant: Grant, place: Place | None, book: PlaceBook, capabilities: Capabilities) -> str | None:
    """A custom role must be there, and one that rules over people, roles or keys must be meant."""
    known = capabilities.account_roles if place is ITSELF else capabilities.place_roles
    if place is None or grant.role in known:
        return None
    role, where = book.custom_role(place.id, grant.role), "organization" if place is ITSELF else f'place "{grant.place.alias}"'
    if role is None:
        return f'The {where} has no role "{grant.role}". Create it there or correct the mapping file, then retry.'
    if role.administrative and not (isinstance(grant, WeighedGrant) and grant.allow_admin):
        return f'"{role.name}" in the {where} can change people, roles or keys, and the grant does not say allow_admin: true.'
    return None


def _bases(wanted: Iterable[WantedPlace], capabilities: Capabilities) -> dict[tuple[str, str], WantedPlace]:
    """Where somebody is to have custom roles only, the role that the platform asks for beside them."""
    base = capabilities.base_place_role
    based = {each.place_id for each in wanted if capabilities.exclusive(each.role)}
    bare = [each for each in wanted if each.place_id not in based and each.place_id != ORGANIZATION]
    places = [each for each in bare if not each.place_id.startswith(GROUP)]
    return {(each.place_id, base): replace(each, role=base) for each in places} if base is not None else {}


def _kept(
    alias: str, standing: Standing, book: PlaceBook, capabilities: Capabilities
) -> dict[tuple[str, str], WantedPlace]:
    """A place that cannot be found now is no wish to leave it: whoever holds a role there keeps it, while it is there."""
    found: dict[tuple[str, str], WantedPlace] = {}
    for held in standing.holdings:
        if held.place == alias:
            absent = not book.has(held, capabilities)
            found[held.place_id, held.role] = WantedPlace(held.place_id, held.place, held.role, held.reasons, absent)
    return found


def _add(places: dict[tuple[str, str], WantedPlace], grant: WantedPlace, capabilities: Capabilities) -> None:
    """Two names of one place are one place; where it takes one role, the stronger stays."""
    order = capabilities.place_roles
    rank = {role: number for number, role in enumerate(order)}
    if capabilities.exclusive(grant.role):
        for key in [key for key in places if key[0] == grant.place_id and capabilities.exclusive(key[1])]:
            if rank.get(places[key].role, -1) >= rank.get(grant.role, -1):
                return
            del places[key]
    places[grant.place_id, grant.role] = grant
