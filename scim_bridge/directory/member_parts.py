"""The members of groups as SCIM shows them: of some groups at once, or of one, a part at a time.

In parts a group of any size costs two statements and the memory of one part: the database keeps the place.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from scim_bridge.directory.tables import Row, group_member, member, scim_group, scim_user

Reference = dict[str, Any]

PART = 500
"""Members in one part: some 100 kB of JSON."""


def people_in(group_rows: Sequence[int]) -> Select[Any]:
    """Rows (group_id, scim_id, display): the users directly in the groups."""
    rows = select(member.c.group_id, scim_user.c.scim_id, member.c.display).join(scim_user)
    return rows.where(member.c.group_id.in_(group_rows)).order_by(member.c.group_id, member.c.user_id)


def groups_in(group_rows: Sequence[int]) -> Select[Any]:
    """Rows (group_id, scim_id, display): the groups directly in the groups."""
    columns = (group_member.c.parent_id.label("group_id"), scim_group.c.scim_id, group_member.c.display)
    rows = select(*columns).join(scim_group, scim_group.c.id == group_member.c.child_id)
    return rows.where(group_member.c.parent_id.in_(group_rows)).order_by(group_member.c.child_id)


def member_parts(connection: Connection, group_id: int, location: str) -> Generator[list[Reference], None, None]:
    """All members of one group, people first, in lists of `PART`; none when there is nobody.

    Close it when you do not want all of them: it holds a cursor of the database.
    """
    part: list[Reference] = []
    for rows, kind in ((people_in([group_id]), "User"), (groups_in([group_id]), "Group")):
        with connection.execute(rows.execution_options(yield_per=PART)) as found:
            for row in found:
                part.append(reference(row.scim_id, row.display, kind, f"{location}/{kind}s/"))
                if len(part) == PART:
                    yield part
                    part = []
    if part:
        yield part


def hold_more_than(connection: Connection, rows: Sequence[Row], number: int) -> bool:
    """Whether more than `number` people are in these groups, all together. The database counts no further."""
    some = select(member.c.user_id).where(member.c.group_id.in_([row.id for row in rows])).limit(number + 1).subquery()
    return (connection.scalar(select(func.count()).select_from(some)) or 0) > number


def reference(scim_id: str, display: str | None, kind: str, address: str) -> Reference:
    """A user or a group as a value of another resource."""
    shown = {} if display is None else {"display": display}
    return {"value": scim_id, "$ref": f"{address}{scim_id}", **shown, "type": kind}
