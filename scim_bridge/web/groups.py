"""/Groups"""

from __future__ import annotations

from flask import Blueprint, Response

from scim_bridge.directory.groups import get_group
from scim_bridge.intake import groups as intake
from scim_bridge.intake.push import Push
from scim_bridge.scim.registry import GROUP
from scim_bridge.web.answers import no_content
from scim_bridge.web.asking import asked, body, shown
from scim_bridge.web.listing import asked_search, listed
from scim_bridge.web.state import this_door
from scim_bridge.web.streaming import one_group
from scim_bridge.web.writing import written

groups = Blueprint("groups", __name__)


@groups.get("/Groups")
@asked
def list_groups(push: Push) -> Response:
    return listed(push, (GROUP,), asked_search())


@groups.post("/Groups")
@asked
def create_group(push: Push) -> Response:
    content = body()
    return written(push, GROUP, lambda connection: intake.create_group(connection, push, content), status=201)


@groups.get("/Groups/<scim_id>")
@asked
def read_group(push: Push, scim_id: str) -> Response:
    return one_group(push, shown(GROUP), lambda connection: get_group(connection, push.source_id, scim_id))


@groups.put("/Groups/<scim_id>")
@asked
def replace_group(push: Push, scim_id: str) -> Response:
    content = body()
    return written(push, GROUP, lambda connection: intake.replace_group(connection, push, scim_id, content))


@groups.patch("/Groups/<scim_id>")
@asked
def patch_group(push: Push, scim_id: str) -> Response:
    """204, as Entra has it: the answer does not grow with the group. With `attributes` the RFC asks for the resource."""
    content = body()
    return written(push, GROUP, lambda connection: intake.patch_group(connection, push, scim_id, content), quiet=True)


@groups.delete("/Groups/<scim_id>")
@asked
def delete_group(push: Push, scim_id: str) -> Response:
    this_door().database.write(lambda connection: intake.delete_group(connection, push, scim_id))
    return no_content()
