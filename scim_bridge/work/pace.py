"""How fast one platform may be asked, over all processes: the generic cell rate algorithm in one row, and a pause for all.

`next_at` is the algorithm's theoretical arrival time. A request passes when it is at most `burst - 1` intervals ahead of now.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from scim_bridge.access.connector import Rate
from scim_bridge.db.statements import insert
from scim_bridge.work.tables import pace


def take(connection: Connection, platform: str, rate: Rate | None, *, now: datetime) -> float:
    """Take one request. Returns 0 when it may be sent now, else the seconds to wait (nothing is taken then)."""
    at = now.timestamp()
    wanted = select(pace).where(pace.c.platform == platform).with_for_update()
    row = connection.execute(wanted).one_or_none()
    if row is None:
        first = insert(connection, pace).values(platform=platform, next_at=at, quiet_until=0.0)
        connection.execute(first.on_conflict_do_nothing())  # PostgreSQL: another process may have been the first
        row = connection.execute(wanted).one()
    next_at, quiet_until = row.next_at, row.quiet_until
    if quiet_until > at:
        return float(quiet_until - at)
    if rate is None:
        return 0.0
    interval = 60.0 / rate.per_minute
    early = next_at - at - (rate.burst - 1) * interval
    if early > 0:
        return float(early)
    connection.execute(update(pace).where(pace.c.platform == platform).values(next_at=max(next_at, at) + interval))
    return 0.0


def quiet(connection: Connection, platform: str, *, until: datetime) -> None:
    """Leave the platform alone until then, everybody."""
    at = until.timestamp()
    statement = insert(connection, pace).values(platform=platform, next_at=0.0, quiet_until=at)
    greater = func.max if connection.dialect.name == "sqlite" else func.greatest
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["platform"], set_={"quiet_until": greater(pace.c.quiet_until, at)}
        )
    )


def resume(connection: Connection, platform: str | None = None) -> None:
    """End the pause of this platform, or of all: somebody asked for it now. A platform that still wants quiet says so again."""
    statement = update(pace).values(quiet_until=0.0)
    connection.execute(statement if platform is None else statement.where(pace.c.platform == platform))


def quiet_until(connection: Connection, platform: str) -> float:
    """Unix seconds until which the platform is left alone; 0 when it is not."""
    return connection.scalar(select(pace.c.quiet_until).where(pace.c.platform == platform)) or 0.0
