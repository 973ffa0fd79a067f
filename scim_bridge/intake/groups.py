"""Pushes of Groups. Each is one transaction: directory, audit records and marks together, or nothing.

A group is never loaded with its members, and no statement grows with its size.
"""

from __future__ import annotations

from typing import Any

from scim_bridge.directory.groups import delete_group as delete_row
from scim_bridge.directory.groups import get_group, insert_group, stored_group, update_group
from scim_bridge.directory.tables import Connection, Row
from scim_bridge.intake.consequences import group_changed, look_at_groups, principal_changed
from scim_bridge.intake.push import Push
from scim_bridge.intake.roster import Roster
from scim_bridge.intake.users import after_put, patched
from scim_bridge.scim.members import members_of
from scim_bridge.scim.patch import (
    AddMembers,
    ClearMembers,
    MemberChange,
    RemoveMembers,
    RemoveMembersWhere,
    load_patch,
    split_members,
)
from scim_bridge.scim.payloads import load_resource
from scim_bridge.scim.registry import GROUP


def create_group(connection: Connection, push: Push, body: Any, *, scim_id: str | None = None) -> Row:
    """POST, with members or without. The stored row, under the id that a Bulk request has promised to others, if it has."""
    resource = load_resource(body, GROUP, creating=True)
    named = members_of(body) or ()
    row = insert_group(connection, push.source_id, resource, now=push.now, scim_id=scim_id)
    group_changed(connection, push, row, "group.created", before={}, after=resource)
    principal_changed(connection, push, row)
    roster = Roster(connection, push, row)
    roster.add(named)
    return roster.finish(fresh=True)


def replace_group(connection: Connection, push: Push, scim_id: str, body: Any) -> Row:
    """PUT. With `members` these are the members; without, the set stays."""
    resource, named = load_resource(body, GROUP, creating=False), members_of(body)
    row = _held(connection, push, scim_id)
    row = _update(connection, push, row, after_put(stored_group(row), resource, GROUP))
    if named is None:
        return row
    roster = Roster(connection, push, row)
    roster.replace(named)
    return roster.finish()


def patch_group(connection: Connection, push: Push, scim_id: str, body: Any) -> Row:
    """PATCH. All operations, or none. Only members that it names are looked at."""
    patch = split_members(load_patch(body, GROUP))
    row = _held(connection, push, scim_id)
    if patch.attributes:
        row = _update(connection, push, row, patched(stored_group(row), row.scim_id, patch.attributes, GROUP))
    roster = Roster(connection, push, row)
    for change in patch.members:
        _apply(roster, change)
    return roster.finish()


def delete_group(connection: Connection, push: Push, scim_id: str) -> None:
    """DELETE, at the same cost whatever the group's size. Its name is free at once; its people are looked at."""
    row = _held(connection, push, scim_id)
    delete_row(connection, row, now=push.now)
    group_changed(connection, push, row, "group.deleted", before=stored_group(row), after={})
    principal_changed(connection, push, row, urgent=True)
    look_at_groups(connection, push, [row.id], urgent=True)


def _held(connection: Connection, push: Push, scim_id: str) -> Row:
    """The group's row, ours until the transaction ends, in a version that the client asked for."""
    row = get_group(connection, push.source_id, scim_id, to_change=True)
    push.condition.require(row.version)
    return row


def _update(connection: Connection, push: Push, row: Row, resource: dict[str, Any]) -> Row:
    """Store what differs. A new name concerns everybody in the group, since rules go by names."""
    stored = update_group(connection, row, resource, now=push.now)
    if stored is row:
        return row
    renamed = stored.display_name != row.display_name
    action = "group.renamed" if renamed else "group.updated"
    group_changed(connection, push, stored, action, before=stored_group(row), after=resource)
    if renamed:
        principal_changed(connection, push, stored)
        look_at_groups(connection, push, [row.id])
    return stored


def _apply(roster: Roster, change: MemberChange) -> None:
    match change:
        case AddMembers(members):
            roster.add(members)
        case RemoveMembers(ids):
            roster.remove(ids)
        case RemoveMembersWhere(node):
            roster.remove_where(node)
        case ClearMembers():
            roster.clear()
        case _:
            roster.replace(change.members)
