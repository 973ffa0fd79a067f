"""Nobody takes the last administrator away: changes that take an administrative role, one platform at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from scim_bridge.access.change import Change
from scim_bridge.access.connector import Connector
from scim_bridge.access.observed import Membership

TURN = "administrators"
"""Two processes must not each take away what they believe the other leaves: see `work.turns`."""

_ENDS = frozenset({"remove_account", "suspend_account"})
_TAKES = frozenset({"revoke", "change_role"}) | _ENDS


class Administrators:
    """Who administers what, read once when a batch needs it and kept true while the batch takes roles away.

    `memberships` are the observed ones: whoever loses the account loses every place they administer.
    """

    def __init__(
        self,
        connector: Connector,
        changes: Iterable[Change],
        administrative: frozenset[str],
        *,
        memberships: Iterable[Membership] = (),
    ) -> None:
        self._administrative = administrative
        self._places: dict[str, set[str | None]] = defaultdict(set)
        for each in memberships:
            if each.role in administrative and not each.inherited:
                self._places[each.principal_id].add(each.place_id)
        places = frozenset(place for change in changes for place in self.taken_by(change))
        found: Mapping[str | None, frozenset[str]] = (
            connector.observe((), administrators_of=places).administrators if places else {}
        )
        self._left = {place: set(people) for place, people in found.items()}

    def taken_by(self, change: Change) -> frozenset[str | None]:
        """The places (None: the organization) in which this change takes an administrative role."""
        if change.kind not in _TAKES or change.principal.id is None:
            return frozenset()
        lost = change.was if change.kind == "change_role" else change.role
        taken: set[str | None] = set()
        if lost in self._administrative and change.role_after not in self._administrative:
            taken.add(change.place_id)
        return frozenset(taken | (self._places[change.principal.id] if change.kind in _ENDS else set()))

    def refusal(self, change: Change) -> str | None:
        """A sentence when nobody would be left who administers some place or the organization."""
        for place in sorted(self.taken_by(change), key=str):
            if not self._left.get(place, set()) - {change.principal.id or ""}:
                where = "the organization" if place is None else change.place or place
                return (
                    f"{change.principal.name} is the last administrator of {where} and stays so. "
                    "Give somebody else that role, then retry."
                )
        return None

    def gone(self, change: Change) -> None:
        """That change was made."""
        for place in self.taken_by(change):
            self._left.get(place, set()).discard(change.principal.id or "")
            self._places[change.principal.id or ""].discard(place)
