"""Audit records: one for each state change, in the transaction of the deed. A no-op writes none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, select

from scim_bridge.audit.tables import audit_record

BRIDGE = "scim-bridge"
"""The initiator of what nobody pushed: a sweep, a changed file, an accepted invitation."""


@dataclass(frozen=True)
class Entry:
    """What happened, to whom, at whose word. `before` and `after` hold what changed, never a secret."""

    action: str
    subject: str
    subject_kind: str = "person"
    person_id: int | None = None
    initiator: str = "unknown"
    source: str | None = None
    request_id: str | None = None
    platform: str | None = None
    place: str | None = None
    role: str | None = None
    rule: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    outcome: str = "done"
    detail: str | None = None


@dataclass(frozen=True)
class Record(Entry):
    id: int = 0
    at: datetime | None = None


def record(connection: Connection, entries: Iterable[Entry], *, now: datetime) -> None:
    """Add the entries, in order. What the bridge did because of a push is put down to whoever pushed."""
    rows = [_row(entry, now) for entry in entries]
    pushed = {row["request_id"] for row in rows if row["initiator"] == BRIDGE and row["request_id"] is not None}
    if pushed:
        asked = _initiators(connection, pushed)
        for row in rows:
            if row["initiator"] == BRIDGE:
                row["initiator"] = asked.get((row["request_id"], row["source"]), BRIDGE)
    if rows:
        connection.execute(_ADDED, rows)


_ADDED = insert(audit_record)  # made once: every push adds some


def _initiators(connection: Connection, request_ids: Iterable[str]) -> dict[tuple[str, str | None], str]:
    """By request id and source: an id is the client's to choose, so one source cannot speak for another."""
    query = select(audit_record.c.request_id, audit_record.c.source, audit_record.c.initiator).where(
        audit_record.c.request_id.in_(list(request_ids)), audit_record.c.initiator != BRIDGE
    )
    return {(row.request_id, row.source): row.initiator for row in connection.execute(query.distinct())}


def records(
    connection: Connection,
    *,
    person_ids: Iterable[int] | None = None,
    since: datetime | None = None,
    limit: int = 100,
) -> list[Record]:
    """The newest first."""
    query = select(audit_record).order_by(audit_record.c.id.desc()).limit(limit)
    if person_ids is not None:
        query = query.where(audit_record.c.person_id.in_(list(person_ids)))
    if since is not None:
        query = query.where(audit_record.c.at >= since)
    return [record_of(row._asdict()) for row in connection.execute(query)]


@dataclass(frozen=True)
class Happening:
    """A record about a person in brief."""

    id: int
    at: datetime
    action: str
    person_id: int
    platform: str | None
    detail: str | None


def happenings(
    connection: Connection,
    actions: Iterable[str],
    *,
    person_ids: Iterable[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int | None = None,
) -> list[Happening]:
    """Records of these actions about people, the oldest first: not before `since`, before `until`, of a higher id than `after`."""
    columns = [audit_record.c[name] for name in Happening.__dataclass_fields__]
    query = select(*columns).where(audit_record.c.action.in_(list(actions)), audit_record.c.person_id.is_not(None))
    if person_ids is not None:
        query = query.where(audit_record.c.person_id.in_(list(person_ids)))
    if since is not None:
        query = query.where(audit_record.c.at >= since)
    if until is not None:
        query = query.where(audit_record.c.at < until)
    if after is not None:
        query = query.where(audit_record.c.id > after)
    return [Happening(**row._asdict()) for row in connection.execute(query.order_by(audit_record.c.id))]


def newest_id(connection: Connection) -> int:
    """The id of the newest record; 0 before the first."""
    return connection.scalar(select(func.max(audit_record.c.id))) or 0


def _row(entry: Entry, now: datetime) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
    row["subject"] = entry.subject[:512]
    for name in ("before", "after"):
        row[name] = orjson.dumps(row[name], option=orjson.OPT_SORT_KEYS).decode() if row[name] is not None else None
    return {**row, "at": now}


def record_of(row: dict[str, Any]) -> Record:
    """A row of the table."""
    for name in ("before", "after"):
        row[name] = orjson.loads(row[name]) if row[name] is not None else None
    return Record(**row)
