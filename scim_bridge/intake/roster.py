"""The members of one group through one push: changes in the order they were asked for, consequences told at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scim_bridge.directory import members, retired
from scim_bridge.directory.group_filter import member_conditions
from scim_bridge.directory.groups import group_at, touch_group
from scim_bridge.directory.tables import Connection, Row
from scim_bridge.intake.consequences import members_changed, members_cleared, nesting_changed
from scim_bridge.intake.push import Push
from scim_bridge.scim.filters import Node
from scim_bridge.scim.members import MemberRef

BY_NAME = 500
"""When a set is replaced and more than this many go out, they are looked at as a group and not each by name: the cost
of a request follows the request, not the group."""


class Roster:
    """`group` is the row that goes on; emptying a group replaces it (see `directory.retired`)."""

    def __init__(self, connection: Connection, push: Push, group: Row) -> None:
        self.group = group
        self._connection = connection
        self._push = push
        self._users = _Net()
        self._groups = _Net()
        self._cleared: list[tuple[int, int]] = []

    def add(self, those: Sequence[MemberRef]) -> None:
        """Put these in. InvalidValue for an unknown id, and for a group that would contain itself."""
        self._come(members.add(self._connection, self.group.id, self._resolve(those)))

    def remove(self, ids: Iterable[str]) -> None:
        """Take exactly these out. Somebody who is not in, or no longer exists, is no error."""
        self._go(members.remove(self._connection, self._push.source_id, self.group.id, ids))

    def remove_where(self, inner: Node) -> None:
        """Take out whoever meets what stands in the brackets of `members[...]`."""
        users, groups = member_conditions(inner, self._push.location)
        self._go(members.remove_where(self._connection, self.group.id, users, groups))

    def replace(self, those: Sequence[MemberRef]) -> None:
        """Exactly these are in. Whoever was in before stays as they were shown: `display` is immutable."""
        named = self._resolve(those)
        self._come(members.add(self._connection, self.group.id, named))
        surplus = members.count(self._connection, self.group.id) - len(named.users) - len(named.groups)
        if surplus <= BY_NAME and (named.users or named.groups):
            self._go(members.keep_only(self._connection, self.group.id, named) if surplus else members.Touched())
        elif surplus:
            self._succeed(surplus)
            members.add(self._connection, self.group.id, named)

    def clear(self) -> None:
        """Nobody is in, at the same cost whatever the group's size."""
        if not members.is_empty(self._connection, self.group.id):
            self._succeed(members.count(self._connection, self.group.id))

    def finish(self, *, fresh: bool = False) -> Row:
        """Record and mark what changed in the end, and return the group's row. `fresh`: it was made in this push."""
        if not (self._users or self._groups or self._cleared):
            return self.group
        if not fresh:
            self.group = touch_group(self._connection, self.group.id, now=self._push.now)
        for group_id, how_many in self._cleared:
            members_cleared(self._connection, self._push, self.group, group_id, how_many)
        added, removed = (members.who(self._connection, users) for users in (self._users.came, self._users.went))
        members_changed(self._connection, self._push, self.group, added=added, removed=removed)
        added, removed = (members.which(self._connection, groups) for groups in (self._groups.came, self._groups.went))
        nesting_changed(self._connection, self._push, self.group, added=added, removed=removed)
        return self.group

    def _resolve(self, those: Sequence[MemberRef]) -> members.Named:
        return members.resolve(self._connection, self._push.source_id, those)

    def _come(self, touched: members.Touched) -> None:
        self._users.come(touched.users)
        self._groups.come(touched.groups)

    def _go(self, touched: members.Touched) -> None:
        self._users.go(touched.users)
        self._groups.go(touched.groups)

    def _succeed(self, how_many: int) -> None:
        """Everybody goes out; the retired row keeps them until each has been looked at."""
        self._cleared.append((self.group.id, how_many))
        new_id = retired.succeed(self._connection, self.group, now=self._push.now)
        self.group = group_at(self._connection, new_id)


class _Net:
    """What came and what went, taken together: out and in again is no change."""

    def __init__(self) -> None:
        self.came: set[int] = set()
        self.went: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self.came or self.went)

    def come(self, ids: frozenset[int]) -> None:
        self.came |= ids - self.went
        self.went -= ids

    def go(self, ids: frozenset[int]) -> None:
        self.went |= ids - self.came
        self.came -= ids
