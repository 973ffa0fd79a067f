"""/Users"""

from __future__ import annotations

from flask import Blueprint, Response

from scim_bridge.directory.users import get_user
from scim_bridge.intake import users as intake
from scim_bridge.intake.push import Push
from scim_bridge.scim.registry import USER
from scim_bridge.web.answers import no_content
from scim_bridge.web.asking import asked, body, shown
from scim_bridge.web.listing import asked_search, listed
from scim_bridge.web.showing import one, rendered
from scim_bridge.web.state import this_door
from scim_bridge.web.writing import written

users = Blueprint("users", __name__)


@users.get("/Users")
@asked
def list_users(push: Push) -> Response:
    return listed(push, (USER,), asked_search())


@users.post("/Users")
@asked
def create_user(push: Push) -> Response:
    content = body()
    return written(push, USER, lambda connection: intake.create_user(connection, push, content), status=201)


@users.get("/Users/<scim_id>")
@asked
def read_user(push: Push, scim_id: str) -> Response:
    asking = shown(USER)
    with this_door().database.reading() as connection:
        row = get_user(connection, push.source_id, scim_id)
        return one(rendered(connection, [row], push, asking)[0], row, push, USER)


@users.put("/Users/<scim_id>")
@asked
def replace_user(push: Push, scim_id: str) -> Response:
    content = body()
    return written(push, USER, lambda connection: intake.replace_user(connection, push, scim_id, content))


@users.patch("/Users/<scim_id>")
@asked
def patch_user(push: Push, scim_id: str) -> Response:
    content = body()
    return written(push, USER, lambda connection: intake.patch_user(connection, push, scim_id, content))


@users.delete("/Users/<scim_id>")
@asked
def delete_user(push: Push, scim_id: str) -> Response:
    this_door().database.write(lambda connection: intake.delete_user(connection, push, scim_id))
    return no_content()
