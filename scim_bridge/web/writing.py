"""One write: the push and what its answer shows, in one transaction. When this returns, the intent is on disk."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from scim_bridge.directory.tables import Connection, Row
from scim_bridge.intake.push import Push
from scim_bridge.scim.registry import ResourceType
from scim_bridge.web.answers import no_content
from scim_bridge.web.asking import shown
from scim_bridge.web.showing import one, rendered
from scim_bridge.web.state import this_door


def written(
    push: Push, kind: ResourceType, deed: Callable[[Connection], Row], *, status: int = 200, quiet: bool = False
) -> Response:
    """Do it and answer with the resource; `quiet`: with 204, unless the client named the attributes it wants."""
    asking = shown(kind)

    def push_and_show(connection: Connection) -> Response:
        row = deed(connection)
        if quiet and not asking.named:
            return no_content()
        return one(rendered(connection, [row], push, asking)[0], row, push, kind, status)

    return this_door().database.write(push_and_show)
