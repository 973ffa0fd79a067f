"""Rows as SCIM resources: the stored JSON with what the server adds. A page costs a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Connection, Select, func, select

from scim_bridge.directory.member_parts import groups_in, people_in, reference
from scim_bridge.directory.nesting import groups_of_users
from scim_bridge.directory.tables import Row, scim_group
from scim_bridge.scim.instant import format_instant
from scim_bridge.scim.registry import GROUP, USER, ResourceType
from scim_bridge.scim.render import with_schemas
from scim_bridge.scim.versions import tag

Resource = dict[str, Any]


def user_resources(connection: Connection, rows: Sequence[Row], location: str, *, groups: bool) -> list[Resource]:
    """Users as resources, with their `groups` where those are wanted. `location` is the address of SCIM."""
    theirs = _groups(connection, [row.id for row in rows], location) if groups else {}
    found = [_resource(row, USER, location) for row in rows]
    for row, resource in zip(rows, found, strict=True):
        if row.id in theirs:
            resource["groups"] = theirs[row.id]
            resource["meta"]["version"] = tag(row.version, theirs[row.id])
    return found


def group_resources(connection: Connection, rows: Sequence[Row], location: str, *, members: bool) -> list[Resource]:
    """Groups as resources, with their `members` where those are wanted; else the memberships are not read at all."""
    found = [_resource(row, GROUP, location) for row in rows]
    if members:
        theirs = _members(connection, [row.id for row in rows], location)
        for row, resource in zip(rows, found, strict=True):
            resource["members"] = theirs.get(row.id, [])
    return found


def _resource(row: Row, kind: ResourceType, location: str) -> Resource:
    meta = {
        "resourceType": kind.name,
        "created": format_instant(row.created_at),
        "lastModified": format_instant(row.modified_at),
        "location": f"{location}{kind.endpoint}/{row.scim_id}",
        "version": tag(row.version),
    }
    return with_schemas({"id": row.scim_id, **orjson.loads(row.payload), "meta": meta}, kind)


def _groups(connection: Connection, user_rows: Sequence[int], location: str) -> dict[int, list[Resource]]:
    found: dict[int, list[Resource]] = defaultdict(list)
    for row in connection.execute(_groups_shown(), {"users": list(user_rows)}):
        kind = "direct" if row.direct else "indirect"
        found[row.user_id].append(reference(row.scim_id, row.display_name, kind, f"{location}/Groups/"))
    return found


@cache
def _groups_shown() -> Select[Any]:
    walk = groups_of_users()
    nearest = select(walk.c.user_id, walk.c.group_id, func.max(walk.c.direct).label("direct"))
    near = nearest.group_by(walk.c.user_id, walk.c.group_id).subquery()
    columns = (near.c.user_id, near.c.direct, scim_group.c.scim_id, scim_group.c.display_name)
    rows = select(*columns).join(scim_group, scim_group.c.id == near.c.group_id)
    return rows.order_by(near.c.user_id, near.c.group_id)


def _members(connection: Connection, group_rows: Sequence[int], location: str) -> dict[int, list[Resource]]:
    found: dict[int, list[Resource]] = defaultdict(list)
    for row in connection.execute(people_in(group_rows)):
        found[row.group_id].append(reference(row.scim_id, row.display, "User", f"{location}/Users/"))
    for row in connection.execute(groups_in(group_rows)):
        found[row.group_id].append(reference(row.scim_id, row.display, "Group", f"{location}/Groups/"))
    return found
