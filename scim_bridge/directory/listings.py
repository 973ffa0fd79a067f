"""Listings of one kind of resource or several: how many there are, and pages in any order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from scim_bridge.db.patience import TooSlow, at_most
from scim_bridge.directory.pages import FILTER_SECONDS, groups_found, users_found
from scim_bridge.directory.sorting import Part, stretches
from scim_bridge.directory.tables import Row
from scim_bridge.directory.walks import Found, walk, window
from scim_bridge.scim.errors import TooMany
from scim_bridge.scim.filters import Node
from scim_bridge.scim.registry import USER, ResourceType
from scim_bridge.scim.sorting import Sort

SORT_SECONDS = 5.0
"""What a sort of everybody may cost. It is one pass over the directory at most, to find whoever lacks the attribute."""


@dataclass(frozen=True)
class Listing:
    """The resources of a source that a query finds. `nodes` and the refs of `sort` go with `kinds`."""

    source_id: int
    location: str
    """The address of SCIM, for filters on `meta.location` and `$ref`."""
    kinds: tuple[ResourceType, ...]
    nodes: tuple[Node | None, ...]
    sort: Sort | None = None

    @property
    def parts(self) -> list[Part]:
        return [Part(kind, self._found(kind, node)) for kind, node in zip(self.kinds, self.nodes, strict=True)]

    @property
    def backward(self) -> bool:
        return self.sort is not None and self.sort.descending

    def _found(self, kind: ResourceType, node: Node | None) -> Any:
        return (users_found if kind is USER else groups_found)(self.source_id, node, self.location)


@dataclass(frozen=True)
class Entry:
    """A resource on a page."""

    kind: ResourceType
    row: Row
    place: tuple[Any, ...]
    """Where it stands, for the walk to go on from."""


def how_many(connection: Connection, listing: Listing) -> int:
    """All of them, of every kind. TooMany when counting takes too long."""
    with _patience(connection, listing):
        counts = (select(func.count()).select_from(part.table).where(part.found) for part in listing.parts)
        return sum(connection.scalar(each) or 0 for each in counts)


def page_at(connection: Connection, listing: Listing, start: int, limit: int) -> list[Entry]:
    """`limit` of them after the first `start`. TooMany when that takes too long."""
    with _patience(connection, listing):
        ordered = stretches(listing.parts, listing.sort)
        return _entries(connection, listing, window(connection, ordered, start, limit, backward=listing.backward))


def page_beyond(
    connection: Connection, listing: Listing, place: tuple[Any, ...] | None, limit: int, *, backward: bool = False
) -> list[Entry]:
    """`limit` of them that follow the one at `place`, or the first; `backward`: those before it, the nearest first.

    TooMany when that takes too long.
    """
    with _patience(connection, listing):
        ordered = stretches(listing.parts, listing.sort)
        return _entries(connection, listing, walk(connection, ordered, place, limit, backward=backward is not listing.backward))


def _entries(connection: Connection, listing: Listing, found: Sequence[Found]) -> list[Entry]:
    """The rows that were found, one statement for each kind. Who was deleted this moment is left out."""
    rows: dict[tuple[int, int], Row] = {}
    for number, part in enumerate(listing.parts):
        ids = [each.id for each in found if each.kind == number]
        if ids:
            rows |= {(number, row.id): row for row in connection.execute(select(part.table).where(part.table.c.id.in_(ids)))}
    there = (each for each in found if (each.kind, each.id) in rows)
    return [Entry(listing.kinds[each.kind], rows[each.kind, each.id], each.place) for each in there]


@contextmanager
def _patience(connection: Connection, listing: Listing) -> Iterator[None]:
    """Without a filter and a sort everything is one walk along the ids."""
    filtered = any(node is not None for node in listing.nodes)
    if listing.sort is None and not filtered:
        yield
        return
    seconds = FILTER_SECONDS if filtered else SORT_SECONDS
    try:
        with at_most(connection, seconds):
            yield
    except TooSlow as error:
        name = "" if listing.sort is None else f", sorted by '{listing.sort.name}',"
        raise TooMany(f"The search{name} takes longer than {seconds:g} s. Ask for less, or with fewer terms.") from error
