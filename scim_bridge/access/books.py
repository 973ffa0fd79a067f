"""What can be decided by the books alone, so that a push costs calls by what it changes and not by what somebody has.

Only a look that a push asked for may stop there. Sweeps and `apply` look at everything, since they are there to find what
humans did at the platform.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from scim_bridge.access.policy import Policy
from scim_bridge.access.standing import Holding, Standing, Wanted
from scim_bridge.access.verdict import Verdict


def settled_places(wanted: Wanted, standing: Standing, policy: Policy) -> frozenset[str]:
    """Ids of places in which ledger and wish say the same and nothing is under way."""
    wished: dict[str, set[str]] = defaultdict(set)
    for each in wanted.places:
        wished[each.place_id].add(each.role)
    held: dict[str, set[str]] = defaultdict(set)
    for holding in standing.holdings:
        held[holding.place_id].add(holding.role)
        if holding.state == "removed_by_hand" and policy.drift == "repair":
            held[holding.place_id].add("")  # to be given again
    under_way = {each.place_id for each in standing.intents}
    under_way |= {each.place_id for each in wanted.places if each.absent}  # whether it shows, the platform says
    return frozenset(place for place in wished.keys() | held.keys() if wished[place] == held[place] and place not in under_way)


def by_the_books(wanted: Wanted, standing: Standing, policy: Policy) -> Verdict | None:
    """The verdict about somebody who is known to have exactly what is wanted; None when the platform must be asked."""
    own = standing.account
    if own is None or own.state != "active" or wanted.leaving or wanted.unresolved or standing.intents or standing.former:
        return None
    places = {each.place_id for each in wanted.places} | {each.place_id for each in standing.holdings}
    if own.role != wanted.account_role or not places <= settled_places(wanted, standing, policy):
        return None
    return Verdict(account=replace(own, reasons=wanted.account_reasons), holdings=kept(wanted, standing, places))


def kept(wanted: Wanted, standing: Standing, places: set[str] | frozenset[str]) -> tuple[Holding, ...]:
    """What is held in these places, each with the reasons it has now."""
    because = {(each.place_id, each.role): each.reasons for each in wanted.places}
    here = [each for each in standing.holdings if each.place_id in places]
    return tuple(replace(each, reasons=because.get((each.place_id, each.role), each.reasons)) for each in here)
