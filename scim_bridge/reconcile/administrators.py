"""Nobody takes the last administrator away.

Changes that take an administrative role are made by one process at a time at each platform, so that two of them cannot each
take away what they believe the other leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from scim_bridge.access.change import Change
from scim_bridge.access.connector import Connector
from scim_bridge.access.observed import Membership
from scim_bridge.db import Database, utc_now
from scim_bridge.work import turns
from scim_bridge.work.turns import Turn

_ENDS = frozenset({"remove_account", "suspend_account"})
_TAKES = frozenset({"revoke", "change_role"}) | _ENDS


class Administrators:
    """Who administers what, read once when it is needed and kept true while a batch takes roles away.

    `memberships` are the observed ones: whoever loses the account loses every place they administer. `names` of places are by id.
    """

    def __init__(
        self,
        connector: Connector,
        changes: Iterable[Change],
        administrative: frozenset[str],
        *,
        memberships: Iterable[Membership] = (),
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._administrative = administrative
        self._names = names
        self._places: dict[str, set[str | None]] = defaultdict(set)
        for each in memberships:
            if each.role in administrative and not each.inherited:
                self._places[each.principal_id].add(each.place_id)
        self._connector = connector
        self._asked = frozenset(place for change in changes for place in self.taken_by(change))
        self._left: dict[str | None, set[str]] | None = None

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
            if not self._who_administers().get(place, set()) - {change.principal.id or ""}:
                where = "the organization" if place is None else self._names.get(place) or change.place or place
                return (
                    f"{change.principal.name} is the last administrator of {where} and stays so. "
                    "Give somebody else that role, then retry."
                )
        return None

    def gone(self, change: Change) -> None:
        """That change was made."""
        for place in self.taken_by(change):
            self._who_administers().get(place, set()).discard(change.principal.id or "")
            self._places[change.principal.id or ""].discard(place)

    def _who_administers(self) -> dict[str | None, set[str]]:
        """Asked for when the first such change is to be made, so that it is as fresh as can be."""
        if self._left is None:
            found = self._connector.observe((), administrators_of=self._asked).administrators
            self._left = {place: set(people) for place, people in found.items()}
        return self._left


@contextmanager
def turn_to_take(database: Database, platform: str) -> Iterator[Turn | None]:
    """While inside, no other process takes administrative roles at this platform; None while another one does."""
    with database.writing() as connection:
        turn = turns.take_turn(connection, platform, "administrators", now=utc_now())
    try:
        yield turn
    finally:
        if turn is not None:
            with database.writing() as connection:
                turns.end_turn(connection, turn)
