"""Rows as SCIM resources: the stored JSON with what the server adds. A page costs a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from scim_bridge.directory.nesting import groups_of_users
from scim_bridge.directory.tables import Row, group_member, member, scim_group, scim_user
from scim_bridge.scim.instant import format_instant
from scim_bridge.scim.registry import GROUP, USER, ResourceType
from scim_bridge.scim.render import with_schemas

Resource = dict[str, Any]


def user_resources(connection: Connection, rows: Sequence[Row], location: str, *, groups: bool) -> list[Resource]:
    """Users as resources, with their `groups` where those are wanted. `location` is the address of SCIM."""
    theirs = _groups(connection, [row.id for row in rows], location) if groups else {}
    found = [_resource(row, USER, location) for row in rows]
    for row, resource in zip(rows, found, strict=True):
        if row.id in theirs:
            resource["groups"] = theirs[row.id]
    return found


def group_resources(
    connection: Connection, rows: Sequence[Row], location: str, *, members: bool, at_most: int | None = None
) -> list[Resource]:
    """Groups as resources, with their `members` where those are wanted; else the memberships are not read at all.

    With more than `at_most` people in them all together, the members are left out too.
    """
    found = [_resource(row, GROUP, location) for row in rows]
    if members and not (at_most is not None and _hold_more_than(connection, rows, at_most)):
        theirs = _members(connection, [row.id for row in rows], location)
        for row, resource in zip(rows, found, strict=True):
            resource["members"] = theirs.get(row.id, [])
    return found


def _hold_more_than(connection: Connection, rows: Sequence[Row], number: int) -> bool:
    some = select(member.c.user_id).where(member.c.group_id.in_([row.id for row in rows])).limit(number + 1).subquery()
    return (connection.scalar(select(func.count()).select_from(some)) or 0) > number


def _resource(row: Row, kind: ResourceType, location: str) -> Resource:
    meta = {
        "resourceType": kind.name,
        "created": format_instant(row.created_at),
        "lastModified": format_instant(row.modified_at),
        "location": f"{location}{kind.endpoint}/{row.scim_id}",
    }
    return with_schemas({"id": row.scim_id, **orjson.loads(row.payload), "meta": meta}, kind)


def _groups(connection: Connection, user_rows: Sequence[int], location: str) -> dict[int, list[Resource]]:
    walk = groups_of_users(user_rows)
    nearest = select(walk.c.user_id, walk.c.group_id, func.max(walk.c.direct).label("direct"))
    near = nearest.group_by(walk.c.user_id, walk.c.group_id).subquery()
    columns = (near.c.user_id, near.c.direct, scim_group.c.scim_id, scim_group.c.display_name)
    rows = select(*columns).join(scim_group, scim_group.c.id == near.c.group_id)
    found: dict[int, list[Resource]] = defaultdict(list)
    for row in connection.execute(rows.order_by(near.c.user_id, near.c.group_id)):
        kind = "direct" if row.direct else "indirect"
        found[row.user_id].append(_reference(row.scim_id, row.display_name, kind, f"{location}/Groups/"))
    return found


def _members(connection: Connection, group_rows: Sequence[int], location: str) -> dict[int, list[Resource]]:
    found: dict[int, list[Resource]] = defaultdict(list)
    people = select(member.c.group_id, scim_user.c.scim_id, scim_user.c.user_name).join(scim_user)
    people = people.where(member.c.group_id.in_(group_rows)).order_by(member.c.group_id, member.c.user_id)
    for group_id, scim_id, name in connection.execute(people):
        found[group_id].append(_reference(scim_id, name, "User", f"{location}/Users/"))
    nested = select(group_member.c.parent_id, scim_group.c.scim_id, scim_group.c.display_name)
    nested = nested.join(scim_group, scim_group.c.id == group_member.c.child_id)
    nested = nested.where(group_member.c.parent_id.in_(group_rows)).order_by(group_member.c.child_id)
    for group_id, scim_id, name in connection.execute(nested):
        found[group_id].append(_reference(scim_id, name, "Group", f"{location}/Groups/"))
    return found


def _reference(scim_id: str, display: str, kind: str, address: str) -> Resource:
    return {"value": scim_id, "$ref": f"{address}{scim_id}", "display": display, "type": kind}
