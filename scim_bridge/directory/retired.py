"""Retired groups: what stays of a group that was deleted or emptied as a whole until the hand has seen its people.

Deleting or emptying a group costs the same few statements whatever its size. The row keeps its internal id and its
members, and gives up its SCIM id and its name; an emptied group goes on as a new row.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from scim_bridge.directory.tables import Row, group_member, member, scim_group
from scim_bridge.directory.values import hand_on_group_values


def retire(connection: Connection, group: Row, *, now: datetime) -> None:
    """Take the group (a row of `scim_group`) out of the directory; whoever asks for its people still finds them."""
    connection.execute(
        update(scim_group)
        .where(scim_group.c.id == group.id)
        .values(scim_id=None, display_name_key=None, principal_id=None, retired_at=now)
    )


def forget_as_child(connection: Connection, group_id: int) -> None:
    """The group is nowhere nested any more."""
    connection.execute(delete(group_member).where(group_member.c.child_id == group_id))


def succeed(connection: Connection, group: Row, *, now: datetime) -> int:
    """Retire the group and let it go on, without members, under a new internal id, which is returned.

    Groups that hold it hold its successor from now on.
    """
    retire(connection, group, now=now)
    values = {name: value for name, value in group._mapping.items() if name in scim_group.c and name != "id"}
    new_id = connection.execute(insert(scim_group).values(values).returning(scim_group.c.id)).scalar_one()
    connection.execute(update(group_member).where(group_member.c.child_id == group.id).values(child_id=new_id))
    hand_on_group_values(connection, group, int(new_id))
    return int(new_id)


def retired_groups(connection: Connection) -> list[int]:
    """Internal ids of the retired rows, in order."""
    rows = select(scim_group.c.id).where(scim_group.c.retired_at.is_not(None)).order_by(scim_group.c.id)
    return list(connection.scalars(rows))


def purge_retired(connection: Connection, group_id: int) -> None:
    """Delete a retired row and its memberships, once every platform has seen its people. A live group stays."""
    retired = select(scim_group.c.id).where(scim_group.c.id == group_id, scim_group.c.retired_at.is_not(None))
    if connection.execute(retired).first() is None:
        return
    connection.execute(delete(member).where(member.c.group_id == group_id))
    nested = or_(group_member.c.parent_id == group_id, group_member.c.child_id == group_id)
    connection.execute(delete(group_member).where(nested))
    connection.execute(delete(scim_group).where(scim_group.c.id == group_id))
