"""One write: the push and what its answer shows, in one transaction. When this returns, the intent is on disk."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from flask import Response, g

from scim_bridge.directory.resources import Resource
from scim_bridge.directory.tables import Connection, Row
from scim_bridge.errors import DatabaseUnavailable
from scim_bridge.intake.push import Push
from scim_bridge.scim.errors import PreconditionFailed, Uniqueness
from scim_bridge.scim.registry import GROUP, USER, ResourceType
from scim_bridge.scim.versions import tag
from scim_bridge.web.answers import no_content
from scim_bridge.web.asking import Shown, shown
from scim_bridge.web.etags import tagged
from scim_bridge.web.showing import one, rendered
from scim_bridge.web.state import this_door
from scim_bridge.web.streaming import looked_into, one_group


def written(
    push: Push, kind: ResourceType, deed: Callable[[Connection], Row], *, status: int = 200, quiet: bool = False
) -> Response:
    """Do it and answer with the resource; `quiet`: with 204, unless the client named the attributes it wants."""
    asking = shown(kind, after=g.content)

    def push_and_show(connection: Connection) -> Response | tuple[Row, Resource]:
        row = deed(connection)
        if quiet and not asking.named:
            return tagged(no_content(), tag(row.version))
        if kind is USER:  # somebody new is in no group
            return one(rendered(connection, [row], push, asking, groups=status != 201)[0], row, push, kind, status)
        with ExitStack() as stack:
            group, _ = looked_into(connection, push, asking, row, stack)
        if group is not None:
            return one(group, row, push, kind, status)
        return row, rendered(connection, [row], push, asking, members=False)[0]

    try:
        answer = this_door().database.write(push_and_show)
    except Uniqueness as taken:
        if status == 201 and push.condition.none_match is not None:
            raise PreconditionFailed(f"It is there already. {taken}") from taken
        raise
    return answer if isinstance(answer, Response) else _large(push, asking, *answer, status)


def _large(push: Push, asking: Shown, row: Row, bare: Resource, status: int) -> Response:
    """A large group is shown after the commit: nobody shall wait for the transaction while it is being sent."""
    try:
        return one_group(push, asking, lambda _: row, status)
    except DatabaseUnavailable:  # too late to say that nothing was written
        return one(bare, row, push, GROUP, status)
