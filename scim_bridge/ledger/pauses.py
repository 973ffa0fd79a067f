"""Platforms that a human has paused: pushes are accepted, what they want waits, and nothing is changed there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from scim_bridge.db.statements import insert
from scim_bridge.ledger.tables import paused


@dataclass(frozen=True)
class Pause:
    by: str
    at: datetime


def pause(connection: Connection, platform: str, *, by: str, now: datetime) -> bool:
    """Whether it is paused now and was not before."""
    statement = insert(connection, paused).values(platform=platform, by=by[:256], at=now).on_conflict_do_nothing()
    return connection.execute(statement.returning(paused.c.platform)).first() is not None


def unpause(connection: Connection, platform: str) -> bool:
    """Whether it was paused."""
    return connection.execute(delete(paused).where(paused.c.platform == platform)).rowcount > 0


def pauses(connection: Connection) -> dict[str, Pause]:
    return {row.platform: Pause(row.by, row.at) for row in connection.execute(select(paused))}


def is_paused(connection: Connection, platform: str) -> bool:
    return connection.execute(select(paused.c.platform).where(paused.c.platform == platform)).first() is not None
