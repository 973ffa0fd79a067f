"""Sources: the Okta organizations and Entra tenants that push. Each is a tenant of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from scim_bridge.audit.records import Entry, record
from scim_bridge.directory.tables import Row, source
from scim_bridge.errors import NotFoundError, UsageError

SourceKind = Literal["okta", "entra", "other"]
DEFAULT = "default"
"""The source that mapping files mean when they name none."""
_NAME_LENGTH = 128


@dataclass(frozen=True)
class Source:
    id: int
    name: str
    kind: str
    created_at: datetime
    disabled_at: datetime | None


def add(connection: Connection, name: str, *, kind: SourceKind, initiator: str, now: datetime) -> Source:
    """A new source. `UsageError` when the name is taken or no name."""
    if not name.strip() or len(name) > _NAME_LENGTH:
        raise UsageError(f"A source's name has 1 to {_NAME_LENGTH} characters.")
    if _row(connection, name) is not None:
        raise UsageError(f"There is a source {name!r} already.")
    row = connection.execute(insert(source).values(name=name, kind=kind, created_at=now).returning(source)).one()
    _note(connection, "source.added", name, initiator, now)
    return _source(row)


def find(connection: Connection, name: str) -> Source:
    """The source of that name, or `NotFoundError`."""
    row = _row(connection, name)
    if row is None:
        raise NotFoundError(f"There is no source {name!r}.")
    return _source(row)


def list_all(connection: Connection) -> list[Source]:
    """Every source in the order they were added, disabled ones included."""
    return [_source(row) for row in connection.execute(select(source).order_by(source.c.id))]


def disable(connection: Connection, name: str, *, initiator: str, now: datetime) -> Source:
    """From now on this source's tokens open nothing. Its people stay as they are."""
    found = find(connection, name)
    if found.disabled_at is not None:
        return found
    row = connection.execute(
        update(source).where(source.c.id == found.id).values(disabled_at=now).returning(source)
    ).one()
    _note(connection, "source.disabled", name, initiator, now)
    return _source(row)


def _row(connection: Connection, name: str) -> Row | None:
    return connection.execute(select(source).where(source.c.name == name)).first()


def _source(row: Row) -> Source:
    return Source(row.id, row.name, row.kind, row.created_at, row.disabled_at)


def _note(connection: Connection, action: str, name: str, initiator: str, now: datetime) -> None:
    record(connection, [Entry(action, name, subject_kind="source", initiator=initiator, source=name)], now=now)
