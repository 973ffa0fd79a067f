"""Groups that may be of any size. A small one is answered like any resource; of a large one, the JSON goes out while the
database is read, a part of the members at a time, and is never there as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from itertools import chain
from typing import Any

import orjson
from flask import Response

from scim_bridge.directory.member_parts import member_parts
from scim_bridge.directory.resources import Resource
from scim_bridge.directory.tables import Connection, Row
from scim_bridge.intake.push import Push
from scim_bridge.scim.registry import GROUP
from scim_bridge.scim.versions import tag
from scim_bridge.web.answers import located
from scim_bridge.web.asking import Shown
from scim_bridge.web.etags import tagged, unchanged
from scim_bridge.web.media import SCIM_JSON
from scim_bridge.web.showing import one, rendered
from scim_bridge.web.state import this_door


def one_group(push: Push, asking: Shown, find: Callable[[Connection], Row], status: int = 200) -> Response:
    """The group that `find` finds, as an answer. A large one keeps the transaction open until it is sent."""
    with ExitStack() as stack:
        connection = stack.enter_context(this_door().database.reading())
        row = find(connection)
        location = f"{push.location}{GROUP.endpoint}/{row.scim_id}"
        known = unchanged(tag(row.version), location)  # before anybody's membership is read
        if known is not None:
            return known
        small, parts = looked_into(connection, push, asking, row, stack)
        if small is not None:
            return one(small, row, push, GROUP, status)
        bare = rendered(connection, [row], push, asking, members=False)[0]
        response = streamed(_group(bare, parts), stack)
        response.status_code = status
        return tagged(located(response, location), tag(row.version))


def looked_into(
    connection: Connection, push: Push, asking: Shown, row: Row, stack: ExitStack
) -> tuple[Resource | None, Iterator[list[Any]]]:
    """The group with all its members where they are no more than one part; else None, and all the parts, which are good until
    the stack is closed."""
    if not asking.projection.wants("members"):
        return rendered(connection, [row], push, asking)[0], iter(())
    parts = stack.enter_context(closing(member_parts(connection, row.id, push.location)))
    first, second = next(parts, []), next(parts, None)
    if second is None:
        bare = rendered(connection, [row], push, asking, members=False)[0]
        return bare | asking.projection.apply({"members": first}), iter(())
    return None, _asked_for(chain([first, second], parts), asking)


def group_json(connection: Connection, push: Push, asking: Shown, row: Row, bare: Resource) -> Iterator[bytes]:
    """One group in pieces of JSON. `bare` is the group as it is shown without its members."""
    return _group(bare, _asked_for(member_parts(connection, row.id, push.location), asking))


def enclosed(envelope: dict[str, Any], name: str, elements: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    """A JSON object in pieces: what `envelope` has, which is not empty, and under `name` a list of the elements."""
    yield orjson.dumps(envelope)[:-1] + b',"%s":[' % name.encode()
    for number, element in enumerate(elements):
        if number:
            yield b","
        yield from element
    yield b"]}"


def streamed(pieces: Iterator[bytes], stack: ExitStack) -> Response:
    """An answer in SCIM JSON. What the stack holds is given back when the last piece is out, or the client is gone."""
    kept = stack.pop_all()

    def sent() -> Iterator[bytes]:
        with kept:
            yield from pieces

    response = Response(sent(), content_type=SCIM_JSON)
    response.call_on_close(kept.close)  # of HEAD nothing is ever sent
    return response


def _group(bare: Resource, parts: Iterator[list[Any]]) -> Iterator[bytes]:
    return enclosed(bare, "members", ([orjson.dumps(part)[1:-1]] for part in parts))


def _asked_for(parts: Iterator[list[Any]], asking: Shown) -> Iterator[list[Any]]:
    """The sub-attributes that the client wants."""
    shown = (asking.projection.apply({"members": part}).get("members") for part in parts)
    return (part for part in shown if part)
