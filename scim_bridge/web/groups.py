"""/Groups"""

from __future__ import annotations

from flask import Blueprint, Response

from scim_bridge.directory.groups import get_group
from scim_bridge.directory.pages import page_of_groups
from scim_bridge.intake import groups as intake
from scim_bridge.intake.push import Push
from scim_bridge.scim.registry import GROUP
from scim_bridge.web.answers import no_content
from scim_bridge.web.asking import asked, body, shown
from scim_bridge.web.showing import PAGE_MEMBERS, listed, one, rendered, wanted
from scim_bridge.web.state import this_door
from scim_bridge.web.writing import written

groups = Blueprint("groups", __name__)


@groups.get("/Groups")
@asked
def list_groups(push: Push) -> Response:
    asking, page_wanted = shown(GROUP), wanted(push, GROUP)
    with this_door().database.reading() as connection:
        page = page_of_groups(connection, page_wanted)
        return listed(page, rendered(connection, page.rows, push, asking, at_most=PAGE_MEMBERS), page_wanted)


@groups.post("/Groups")
@asked
def create_group(push: Push) -> Response:
    content = body()
    return written(push, GROUP, lambda connection: intake.create_group(connection, push, content), status=201)


@groups.get("/Groups/<scim_id>")
@asked
def read_group(push: Push, scim_id: str) -> Response:
    asking = shown(GROUP)
    with this_door().database.reading() as connection:
        row = get_group(connection, push.source_id, scim_id)
        return one(rendered(connection, [row], push, asking)[0], row, push, GROUP)


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
