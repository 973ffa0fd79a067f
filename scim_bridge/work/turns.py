"""Turns: what only one process may do at a platform at a time, such as taking somebody's administrative role.

A turn is a row of the slate that is never dirty: only its lease is used, so that a killed process loses its turn in time.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, or_, update

from scim_bridge.db.statements import insert
from scim_bridge.work.tables import work

LEASE = timedelta(seconds=60)
"""Longer than the longest request to a platform; renewed before each."""
_KIND = "turn"


@dataclass(frozen=True)
class Turn:
    """Ours while the lease lasts."""

    platform: str
    what: str
    token: str


def take_turn(
    connection: Connection, platform: str, what: str, *, now: datetime, lease: timedelta = LEASE
) -> Turn | None:
    """The turn, or None while somebody else has it."""
    row = {"platform": platform, "kind": _KIND, "subject": what, "wanted": 0, "done": 0, "due_at": now}
    connection.execute(insert(connection, work).values(row | {"attempts": 0, "parked": False}).on_conflict_do_nothing())
    turn = Turn(platform, what, str(uuid.uuid4()))
    free = or_(work.c.lease_until.is_(None), work.c.lease_until <= now)
    taken = connection.execute(
        update(work).where(_is(turn), free).values(lease_token=turn.token, lease_until=now + lease)
    )
    return turn if taken.rowcount == 1 else None


def keep_turn(connection: Connection, turn: Turn, *, now: datetime, lease: timedelta = LEASE) -> bool:
    """Whether it is ours still; if so, for another lease."""
    ours = and_(_is(turn), work.c.lease_token == turn.token, work.c.lease_until > now)
    return connection.execute(update(work).where(ours).values(lease_until=now + lease)).rowcount == 1


def end_turn(connection: Connection, turn: Turn) -> None:
    ours = and_(_is(turn), work.c.lease_token == turn.token)
    connection.execute(update(work).where(ours).values(lease_token=None, lease_until=None))


def _is(turn: Turn) -> ColumnElement[bool]:
    return and_(work.c.platform == turn.platform, work.c.kind == _KIND, work.c.subject == turn.what)
