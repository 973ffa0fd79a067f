"""What somebody asked to have done with a key: the intent before the deed, gone with the record of its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from scim_bridge.db.statements import insert
from scim_bridge.ledger.tables import key_request

Action = Literal["withdraw_key", "restore_key"]


@dataclass(frozen=True)
class KeyRequest:
    platform: str
    key_id: str
    action: Action
    by: str
    """The name of who asked."""
    at: datetime
    tried_at: datetime | None = None
    """When a call was about to be made that may have had its effect."""


def ask(connection: Connection, request: KeyRequest) -> None:
    """The newest request for a key is the one that counts."""
    statement = insert(connection, key_request).values(**vars(request))
    fresh = {name: statement.excluded[name] for name in ("action", "by", "at", "tried_at")}
    connection.execute(statement.on_conflict_do_update(index_elements=["platform", "key_id"], set_=fresh))


def find(connection: Connection, platform: str, key_id: str) -> KeyRequest | None:
    query = select(key_request).where(key_request.c.platform == platform, key_request.c.key_id == key_id)
    row = connection.execute(query).one_or_none()
    return KeyRequest(**row._asdict()) if row is not None else None


def note_try(connection: Connection, request: KeyRequest, *, now: datetime | None) -> None:
    """A call is about to be made; `now` None: it had no effect, for sure."""
    connection.execute(update(key_request).where(_same(request)).values(tried_at=now))


def settle(connection: Connection, request: KeyRequest) -> None:
    """It is answered. Another one that came meanwhile stays."""
    connection.execute(delete(key_request).where(_same(request)))


def _same(request: KeyRequest) -> ColumnElement[bool]:
    columns = key_request.c
    mine = and_(columns.platform == request.platform, columns.key_id == request.key_id)
    return and_(mine, columns.action == request.action, columns.by == request.by, columns.at == request.at)
