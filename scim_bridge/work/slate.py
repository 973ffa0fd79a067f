"""The slate as a person or a loop reads it: what is due, running, delayed, parked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select, true, update

from scim_bridge.db.statements import chunks
from scim_bridge.work.marks import Key, Kind
from scim_bridge.work.tables import work

State = Literal["due", "running", "delayed", "parked"]


@dataclass(frozen=True)
class Item:
    """One key that is not settled."""

    key: Key
    state: State
    attempts: int
    due_at: datetime
    reason: str | None
    first_failed_at: datetime | None
    requested_by: str | None


def unsettled(connection: Connection, *, now: datetime, platform: str | None = None) -> list[Item]:
    """Every key that is dirty, parked ones included, by platform and time."""
    query = select(work).where(work.c.wanted > work.c.done).order_by(work.c.platform, work.c.due_at, work.c.subject)
    if platform is not None:
        query = query.where(work.c.platform == platform)
    return [
        Item(
            key=Key(row.platform, row.kind, row.subject),
            state=_state(row.parked, row.lease_until, row.due_at, now),
            attempts=row.attempts,
            due_at=row.due_at,
            reason=row.reason,
            first_failed_at=row.first_failed_at,
            requested_by=row.requested_by,
        )
        for row in connection.execute(query)
    ]


def _state(parked: bool, lease_until: datetime | None, due_at: datetime, now: datetime) -> State:
    if parked:
        return "parked"
    if lease_until is not None and lease_until > now:
        return "running"
    return "delayed" if due_at > now else "due"


def pending(connection: Connection, platform: str, kind: Kind) -> list[tuple[str, int]]:
    """(subject, wanted) of every dirty key of that kind that is not parked, whatever its time."""
    rows = connection.execute(select(work.c.subject, work.c.wanted).where(_dirty(platform, (kind,))))
    return [(row.subject, row.wanted) for row in rows]


def asked_by(connection: Connection, platform: str, subjects: Collection[str]) -> dict[str, str]:
    """The pushes that these people's dirty keys go back to, by subject; nobody's name where no push asked."""
    rows = select(work.c.subject, work.c.requested_by).where(_dirty(platform, ("person",)), work.c.requested_by.is_not(None))
    found: dict[str, str] = {}
    for some in chunks(list(subjects)):
        found.update((row.subject, row.requested_by) for row in connection.execute(rows.where(work.c.subject.in_(some))))
    return found


def platforms_waiting(connection: Connection) -> tuple[str, ...]:
    """Platforms with a dirty key that is not parked, those without a file in force included."""
    query = select(work.c.platform).where(work.c.wanted > work.c.done, work.c.parked == false()).distinct()
    return tuple(sorted(connection.scalars(query)))


def is_fanning_out(connection: Connection, platform: str) -> bool:
    """Whether a group or everybody still has to be spread over its people; nobody's losses are weighed before."""
    query = select(work.c.subject).where(_dirty(platform, ("group", "everybody"))).limit(1)
    return connection.execute(query).first() is not None


def groups_waiting(connection: Connection) -> set[str]:
    """Subjects of group keys that some platform has not spread yet, parked ones included."""
    query = select(work.c.subject).where(work.c.kind == "group", work.c.wanted > work.c.done)
    return set(connection.scalars(query))


def next_due(connection: Connection, platform: str) -> datetime | None:
    """When the next dirty key comes due; None when there is none."""
    earliest: datetime | None = connection.scalar(select(func.min(work.c.due_at)).where(_dirty(platform, None)))
    return earliest


def retry(
    connection: Connection,
    *,
    now: datetime,
    platform: str | None = None,
    subjects: Sequence[str] | None = None,
    kind: Kind | None = None,
) -> int:
    """Take parked and delayed keys up again now. Returns how many. `subjects` are ids of that `kind`."""
    statement = update(work).where(work.c.wanted > work.c.done).values(parked=false(), due_at=now, attempts=0)
    if platform is not None:
        statement = statement.where(work.c.platform == platform)
    if subjects is not None:
        statement = statement.where(work.c.subject.in_(subjects))
    if kind is not None:
        statement = statement.where(work.c.kind == kind)
    return connection.execute(statement.where(or_(work.c.parked == true(), work.c.due_at > now))).rowcount


def _dirty(platform: str, kinds: Sequence[Kind] | None) -> ColumnElement[bool]:
    dirty = and_(work.c.platform == platform, work.c.wanted > work.c.done, work.c.parked == false())
    return dirty if kinds is None else and_(dirty, work.c.kind.in_(kinds))
