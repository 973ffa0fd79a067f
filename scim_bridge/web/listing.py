"""Pages of resources as answers: by index (RFC 7644 section 3.4.2.4) or by cursor (RFC 9865)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, request

from scim_bridge.directory.cursor_secret import find_cursor_secret
from scim_bridge.directory.listings import Entry, Listing, how_many, page_at, page_beyond
from scim_bridge.directory.member_parts import hold_more_than
from scim_bridge.directory.pages import LARGEST_PAGE, Wanted, page_of_groups, page_of_users
from scim_bridge.directory.resources import Resource
from scim_bridge.directory.tables import Connection, Row
from scim_bridge.intake.push import Push
from scim_bridge.scim.across import parse_across
from scim_bridge.scim.cursors import Walk, question_of, sealed, unsealed
from scim_bridge.scim.errors import InvalidCount
from scim_bridge.scim.messages import list_response
from scim_bridge.scim.project import Projection
from scim_bridge.scim.registry import GROUP, USER, ResourceType
from scim_bridge.scim.search import PARAMETERS, Search, read_search
from scim_bridge.scim.sorting import parse_sort
from scim_bridge.web.answers import scim_response
from scim_bridge.web.asking import Shown
from scim_bridge.web.requests import parameter
from scim_bridge.web.showing import rendered
from scim_bridge.web.state import this_door
from scim_bridge.web.streaming import enclosed, group_json, streamed


def asked_search() -> Search:
    """What the address asks for."""
    return read_search({name: parameter(request.args, name) for name in PARAMETERS})


def listed(push: Push, kinds: Sequence[ResourceType], search: Search) -> Response:
    """The page that is asked for, of resources of these kinds."""
    listing = Listing(
        source_id=push.source_id,
        location=push.location,
        kinds=tuple(kinds),
        nodes=(None,) * len(kinds) if search.filter is None else parse_across(search.filter, kinds),
        sort=parse_sort(search.sort_by, search.sort_order, kinds),
    )
    views = [Shown(Projection.parse(search.attributes, search.excluded, each), bool(search.attributes)) for each in kinds]
    walking = None if search.cursor is None else _Walking(listing, search, push)
    with ExitStack() as stack:
        connection = stack.enter_context(this_door().database.reading())
        sheet = _by_index(connection, listing, search) if walking is None else walking.page(connection)
        return _answer(connection, sheet, push, views, stack)


@dataclass(frozen=True)
class _Sheet:
    """One page: rows with their kinds, and what its message says beside them."""

    rows: list[tuple[ResourceType, Row]]
    total: int
    places: dict[str, Any]


def _by_index(connection: Connection, listing: Listing, search: Search) -> _Sheet:
    start, count = max(1, search.start or 1), LARGEST_PAGE if search.count is None else search.count
    places = {"start_index": start}
    if len(listing.kinds) == 1 and listing.sort is None:
        kind, node = listing.kinds[0], listing.nodes[0]
        wanted = Wanted(listing.source_id, listing.location, node, start, count)
        page = (page_of_users if kind is USER else page_of_groups)(connection, wanted)
        return _Sheet([(kind, row) for row in page.rows], page.total, places)
    total, limit = how_many(connection, listing), min(count, LARGEST_PAGE)
    entries = page_at(connection, listing, start - 1, limit) if limit and start <= total else []
    return _Sheet([(entry.kind, entry.row) for entry in entries], total, places)


class _Walking:
    """A walk by cursor: the page that the cursor asks for, and the cursors of its neighbours."""

    def __init__(self, listing: Listing, search: Search, push: Push) -> None:
        self._listing = listing
        self._count = _page_size(search)
        self._secret = find_cursor_secret(this_door().database)
        self._now = push.now.timestamp()
        endpoint = ",".join(kind.endpoint for kind in listing.kinds)
        name = None if listing.sort is None else listing.sort.name
        self._question = question_of(push.source_id, endpoint, listing.nodes, name, listing.backward)
        self._walk = None if not search.cursor else self._opened(search.cursor)

    def page(self, connection: Connection) -> _Sheet:
        """One row more than asked for is looked for, to know whether the walk goes on."""
        total = how_many(connection, self._listing) if self._walk is None else self._walk.total
        if self._walk is not None and self._walk.backward:
            found = page_beyond(connection, self._listing, self._walk.place, self._count + 1, backward=True)
            if found:
                return self._sheet(found[self._count - 1 :: -1], total, before=len(found) > self._count, after=True)
            self._walk = None  # whoever was before is gone: this is the first page now
        place = None if self._walk is None else self._walk.place
        found = page_beyond(connection, self._listing, place, self._count + 1) if self._count else []
        return self._sheet(found[: self._count], total, before=place is not None, after=len(found) > self._count)

    def _sheet(self, entries: list[Entry], total: int, *, before: bool, after: bool) -> _Sheet:
        places: dict[str, Any] = {"start_index": None}
        if entries and after:
            places["next_cursor"] = self._sealed(Walk(entries[-1].place, False, total, self._count))
        if entries and before:
            places["previous_cursor"] = self._sealed(Walk(entries[0].place, True, total, self._count))
        return _Sheet([(entry.kind, entry.row) for entry in entries], total, places)

    def _opened(self, cursor: str) -> Walk:
        return unsealed(cursor, self._question, self._count, secret=self._secret, now=self._now)

    def _sealed(self, walk: Walk) -> str:
        return sealed(walk, self._question, secret=self._secret, now=self._now)


def _page_size(search: Search) -> int:
    count = LARGEST_PAGE if search.count is None else search.count
    if count > LARGEST_PAGE:
        raise InvalidCount(f"By cursor, 'count' is at most {LARGEST_PAGE}.")
    return count


def _answer(connection: Connection, sheet: _Sheet, push: Push, views: Sequence[Shown], stack: ExitStack) -> Response:
    view_of = {view.projection.resource.id: view for view in views}
    groups = [row for kind, row in sheet.rows if kind is GROUP]
    wanted = bool(groups) and view_of[GROUP.id].projection.wants("members")
    large = wanted and hold_more_than(connection, groups, this_door().options.page_members)
    shown = _rendered(connection, sheet.rows, push, view_of, members=not large)
    message = list_response(shown, sheet.total, **sheet.places)
    if not (large and view_of[GROUP.id].named):
        return scim_response(message)
    del message["Resources"]
    pieces = (
        group_json(connection, push, view_of[GROUP.id], row, resource) if kind is GROUP else [orjson.dumps(resource)]
        for (kind, row), resource in zip(sheet.rows, shown, strict=True)
    )
    return streamed(enclosed(message, "Resources", pieces), stack)


def _rendered(
    connection: Connection, rows: list[tuple[ResourceType, Row]], push: Push, view_of: dict[str, Shown], *, members: bool
) -> list[Resource]:
    """The resources in the order of the page, read kind by kind."""
    shown: dict[tuple[str, int], Resource] = {}
    for kind in {kind.id: kind for kind, _ in rows}.values():
        own = [row for each, row in rows if each is kind]
        resources = rendered(connection, own, push, view_of[kind.id], members=members)
        shown |= {(kind.id, row.id): resource for row, resource in zip(own, resources, strict=True)}
    return [shown[kind.id, row.id] for kind, row in rows]
