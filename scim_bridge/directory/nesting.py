"""Groups inside groups: who is in a group through others, walked by the database (recursive queries)."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from sqlalchemy import CTE, Connection, Select, bindparam, func, literal, select

from scim_bridge.directory.tables import group_member, member, scim_group, scim_user


@cache
def groups_of_users() -> CTE:
    """Rows (user_id, group_id, direct): every live group that holds one of the users, itself or through nesting.

    The users are the parameter `users`, given on executing: building this statement takes longer than running it.
    """
    first = (
        select(member.c.user_id, member.c.group_id, literal(1).label("direct"))
        .join(scim_group, scim_group.c.id == member.c.group_id)
        .where(member.c.user_id.in_(bindparam("users", expanding=True)), scim_group.c.retired_at.is_(None))
    )
    walk = first.cte("groups_of_users", recursive=True)
    above = (
        select(walk.c.user_id, group_member.c.parent_id, literal(0))
        .join(group_member, group_member.c.child_id == walk.c.group_id)
        .join(scim_group, scim_group.c.id == group_member.c.parent_id)
        .where(scim_group.c.retired_at.is_(None))
    )
    return walk.union(above)  # UNION, not UNION ALL: it ends even on a circle


def groups_below(group_ids: Collection[int]) -> CTE:
    """Rows (id): the groups and every group nested in them, retired ones too."""
    return below_of(select(scim_group.c.id.label("id")).where(scim_group.c.id.in_(group_ids)))


def below_of(first: Select[int]) -> CTE:
    """Rows (id): the groups of `first`, which selects one column, and every group nested in them."""
    walk = select(first.subquery().columns[0].label("id")).cte(recursive=True)
    return walk.union(select(group_member.c.child_id).join(walk, group_member.c.parent_id == walk.c.id))


def pairs_below(first: Select[int]) -> CTE:
    """Rows (root, id): each group of `first` with every group nested in it; `id` may be `root` itself on a circle only."""
    roots = select(group_member.c.parent_id.label("root"), group_member.c.child_id.label("id"))
    walk = roots.where(group_member.c.parent_id.in_(first)).cte(recursive=True)
    return walk.union(select(walk.c.root, group_member.c.child_id).join(walk, group_member.c.parent_id == walk.c.id))


def is_below(connection: Connection, *, group_id: int, top: Collection[int]) -> bool:
    """Whether the group is one of `top` or nested anywhere below them."""
    below = groups_below(top)
    return connection.execute(select(below.c.id).where(below.c.id == group_id).limit(1)).first() is not None


def members_below(connection: Connection, group_id: int, *, after: int, limit: int) -> list[int]:
    """The next `limit` person ids above `after`, in order, that are in the group or in one nested below it.

    Works for a retired row as well: that is how the people of a deleted or emptied group are found.
    """
    return list(connection.scalars(_people_below(group_id, after).limit(limit)))


def count_below(connection: Connection, group_id: int) -> int:
    """How many people are in the group or in one nested below it."""
    return connection.scalar(select(func.count()).select_from(_people_below(group_id, 0).order_by(None).subquery())) or 0


def _people_below(group_id: int, after: int) -> Select[int]:
    below = groups_below([group_id])
    return (
        select(scim_user.c.person_id)
        .join(member, member.c.user_id == scim_user.c.id)
        .where(member.c.group_id.in_(select(below.c.id)), scim_user.c.person_id > after)
        .distinct()
        .order_by(scim_user.c.person_id)
    )
