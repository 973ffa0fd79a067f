"""Who is in a group. Only rows that a request names are touched; no statement grows with the group.

The one that does, `keep_only` for PUT, lets the database take the difference and reads back only what it removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from scim_bridge.db.patience import TooSlow, at_most
from scim_bridge.db.statements import CHUNK, alone, chunks, insert
from scim_bridge.directory.nesting import is_below
from scim_bridge.directory.tables import Row, group_member, member, scim_group, scim_user
from scim_bridge.scim.errors import InvalidValue, TooMany
from scim_bridge.scim.members import MemberRef

SEARCH_SECONDS = 1.0
"""What the filter of a `members[...]` path may cost: others wait for the transaction meanwhile."""


@dataclass(frozen=True)
class Named:
    """What the ids of members turned out to be: internal ids in order, each with how the client shows it."""

    users: Mapping[int, str | None]
    groups: Mapping[int, str | None]


@dataclass(frozen=True)
class Touched:
    """Internal ids of users and groups that came in, or went out."""

    users: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.users or self.groups)


@dataclass(frozen=True)
class MemberUser:
    """A person whose membership changed."""

    user_id: int
    person_id: int
    user_name: str


def resolve(connection: Connection, source_id: int, members: Iterable[MemberRef]) -> Named:
    """The users and groups of this source with these ids. InvalidValue names the first id that is neither."""
    shown = {each.value: each.display for each in members}
    users = _rows_of(connection, scim_user, source_id, list(shown))
    rest = [each for each in shown if each not in users]
    groups = _rows_of(connection, scim_group, source_id, rest)
    unknown = next((each for each in rest if each not in groups), None)
    if unknown is not None:
        raise InvalidValue(f"There is no User or Group with the id {unknown[:64]!r}. Nothing was changed.")
    return Named(_in_order(users, shown), _in_order(groups, shown))


def _in_order(rows: Mapping[str, int], shown: Mapping[str, str | None]) -> dict[int, str | None]:
    return {row_id: shown[scim_id] for scim_id, row_id in sorted(rows.items(), key=itemgetter(1))}


def add(connection: Connection, group_id: int, named: Named) -> Touched:
    """Put them in. Returns those that were not in before. InvalidValue when a group would come to contain itself."""
    try:
        return Touched(_enrol(connection, group_id, named.users), _nest(connection, group_id, named.groups))
    except IntegrityError as error:  # PostgreSQL: another request deleted one of them since they were looked up
        raise InvalidValue("A member was deleted while this request was under way. Nothing was changed.") from error


def remove(connection: Connection, source_id: int, group_id: int, ids: Iterable[str]) -> Touched:
    """Take exactly these out. Returns those that were in; ids of nobody, or of somebody who was not in, do nothing."""
    users: set[int] = set()
    groups: set[int] = set()
    for some in chunks(list(dict.fromkeys(ids))):
        theirs = select(scim_user.c.id).where(scim_user.c.scim_id.in_(some), scim_user.c.source_id == source_id)
        users |= _remove_users(connection, group_id, member.c.user_id.in_(theirs))
        nested = select(scim_group.c.id).where(scim_group.c.scim_id.in_(some), scim_group.c.source_id == source_id)
        groups |= _remove_groups(connection, group_id, group_member.c.child_id.in_(nested))
    return Touched(frozenset(users), frozenset(groups))


def remove_where(
    connection: Connection, group_id: int, users: ColumnElement[bool], groups: ColumnElement[bool]
) -> Touched:
    """Take out the members that satisfy a condition on `member` and `scim_user`, and nested ones by one on `group_member` and
    `scim_group`."""
    who = select(member.c.user_id).join(scim_user).where(member.c.group_id == group_id, users)
    which = select(group_member.c.child_id).join(scim_group, scim_group.c.id == group_member.c.child_id)
    theirs = member.c.user_id.in_(who.correlate(None))
    nested = group_member.c.child_id.in_(which.where(group_member.c.parent_id == group_id, groups).correlate(None))
    try:
        with at_most(connection, SEARCH_SECONDS):
            gone = _remove_users(connection, group_id, theirs), _remove_groups(connection, group_id, nested)
    except TooSlow as error:
        raise TooMany(f"The filter in the path takes longer than {SEARCH_SECONDS:g} s. Nothing was changed.") from error
    return Touched(frozenset(gone[0]), frozenset(gone[1]))


def keep_only(connection: Connection, group_id: int, named: Named) -> Touched:
    """Take out everybody who is not named. The database takes the difference, range by range of internal ids."""
    users: set[int] = set()
    for condition in _outside(member.c.user_id, tuple(named.users)):
        users |= _remove_users(connection, group_id, condition)
    groups: set[int] = set()
    for condition in _outside(group_member.c.child_id, tuple(named.groups)):
        groups |= _remove_groups(connection, group_id, condition)
    return Touched(frozenset(users), frozenset(groups))


def count(connection: Connection, group_id: int) -> int:
    """How many users and groups are directly in it."""
    users = select(func.count()).where(member.c.group_id == group_id).scalar_subquery()
    groups = select(func.count()).where(group_member.c.parent_id == group_id).scalar_subquery()
    return int(connection.scalar(select(users + groups)) or 0)


def is_empty(connection: Connection, group_id: int) -> bool:
    """Whether nobody and nothing is directly in it."""
    anybody = exists().where(member.c.group_id == group_id)
    nested = exists().where(group_member.c.parent_id == group_id)
    return not connection.scalar(select(anybody | nested))


def who(connection: Connection, user_ids: Iterable[int]) -> list[MemberUser]:
    """The persons of these users, in the order of their user ids."""
    columns = (scim_user.c.id, scim_user.c.person_id, scim_user.c.user_name)
    found: list[MemberUser] = []
    for some in chunks(sorted(user_ids)):
        rows = connection.execute(select(*columns).where(scim_user.c.id.in_(some)).order_by(scim_user.c.id))
        found.extend(MemberUser(*row) for row in rows)
    return found


def which(connection: Connection, group_ids: Iterable[int]) -> list[Row]:
    """The rows of these groups, in order."""
    found: list[Row] = []
    for some in chunks(sorted(group_ids)):
        found.extend(connection.execute(select(scim_group).where(scim_group.c.id.in_(some)).order_by(scim_group.c.id)))
    return found


def _rows_of(connection: Connection, table: Any, source_id: int, ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in chunks(ids):
        wanted = select(table.c.scim_id, table.c.id).where(table.c.scim_id.in_(some), table.c.source_id == source_id)
        found.update((scim_id, row_id) for scim_id, row_id in connection.execute(wanted))
    return found


def _enrol(connection: Connection, group_id: int, users: Mapping[int, str | None]) -> frozenset[int]:
    added: set[int] = set()
    for some in chunks(list(users.items())):
        rows = [{"group_id": group_id, "user_id": user, "display": display} for user, display in some]
        statement = insert(connection, member).values(rows).on_conflict_do_nothing()
        added.update(connection.scalars(statement.returning(member.c.user_id)))
    return frozenset(added)


def _nest(connection: Connection, parent_id: int, children: Mapping[int, str | None]) -> frozenset[int]:
    if not children:
        return frozenset()
    alone(connection, "nesting")  # two that look at once would each see no circle, and make one together
    if any(is_below(connection, group_id=parent_id, top=some) for some in chunks(list(children))):
        raise InvalidValue("A group cannot contain itself, directly or through other groups. Nothing was changed.")
    added: set[int] = set()
    for some in chunks(list(children.items())):
        rows = [{"parent_id": parent_id, "child_id": child, "display": display} for child, display in some]
        statement = insert(connection, group_member).values(rows).on_conflict_do_nothing()
        added.update(connection.scalars(statement.returning(group_member.c.child_id)))
    return frozenset(added)


def _remove_users(connection: Connection, group_id: int, condition: ColumnElement[bool]) -> set[int]:
    gone = delete(member).where(member.c.group_id == group_id, condition).returning(member.c.user_id)
    return set(connection.scalars(gone))


def _remove_groups(connection: Connection, group_id: int, condition: ColumnElement[bool]) -> set[int]:
    gone = delete(group_member).where(group_member.c.parent_id == group_id, condition)
    return set(connection.scalars(gone.returning(group_member.c.child_id)))


def _outside(column: ColumnElement[int], kept: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together find every id but `kept` (in ascending order), each with at most a chunk of values."""
    lower = 0
    for some in chunks(kept, CHUNK):
        yield column.between(lower, some[-1]) & column.not_in(some)
        lower = some[-1] + 1
    yield column >= lower
