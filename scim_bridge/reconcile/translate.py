"""A wish in the mapping file's names becomes a wish in the platform's ids. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from scim_bridge.access.connector import Capabilities
from scim_bridge.access.desired import PlaceName
from scim_bridge.access.observed import Place
from scim_bridge.access.standing import Standing, Wanted, WantedPlace
from scim_bridge.mapping.model import PlatformRules, Wish


class PlaceBook:
    """The places of one platform by id and by exact name, and the names a reader of the mapping file knows them by."""

    def __init__(self, places: Iterable[Place], rules: PlatformRules) -> None:
        self._by_id = {place.id: place for place in places}
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


def translate(wish: Wish, book: PlaceBook, standing: Standing, capabilities: Capabilities) -> Wanted:
    """The wish in ids. What cannot be carried out becomes a sentence, and takes nothing away that is held already."""
    places: dict[tuple[str, str], WantedPlace] = {}
    unresolved = [each.why for each in wish.parked]
    for grant in wish.grants:
        found = book.find(grant.place)
        problem = _problem(grant.place, found)
        if problem is not None:
            unresolved.append(problem)
            places |= _kept(grant.place.alias, standing)
        elif found is not None:
            _add(places, WantedPlace(found.id, grant.place.alias, grant.role, grant.reasons), capabilities)
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
        names=book.names,
    )


def _problem(name: PlaceName, found: Place | None) -> str | None:
    spelled = name.id or name.name or name.alias
    if found is None:
        return f'The platform has no place "{spelled}". Create it there or correct the mapping file, then retry.'
    if not found.open:
        return f'The place "{spelled}" is archived. Open it again or take the grant out of the mapping file, then retry.'
    if not found.managed:
        return f'The place "{spelled}" is one the bridge leaves alone; nobody can be granted a role there.'
    return None


def _kept(alias: str, standing: Standing) -> dict[tuple[str, str], WantedPlace]:
    """A place that cannot be found now is no wish to leave it: whoever holds a role there keeps it."""
    return {
        (held.place_id, held.role): WantedPlace(held.place_id, held.place, held.role, held.reasons)
        for held in standing.holdings
        if held.place == alias
    }


def _add(places: dict[tuple[str, str], WantedPlace], grant: WantedPlace, capabilities: Capabilities) -> None:
    """Two names of one place are one place; where it takes one role, the stronger stays."""
    order = capabilities.place_roles
    rank = {role: number for number, role in enumerate(order)}
    if capabilities.roles_per_place == "one":
        for key in [key for key in places if key[0] == grant.place_id]:
            if rank.get(places[key].role, -1) >= rank.get(grant.role, -1):
                return
            del places[key]
    places[grant.place_id, grant.role] = grant
