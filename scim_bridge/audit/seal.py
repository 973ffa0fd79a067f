"""The sealer: chains the records after their commit, so that no push ever waits for the chain's head.

Each hash is SHA-256 over the hash before it and the record's own bytes. Changing, dropping or inserting a sealed record
breaks the chain at that place, and `verify` names it.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, select

from scim_bridge.audit.tables import audit_record, audit_seal
from scim_bridge.db.statements import alone

_START = "0" * 64
LATEST = 500
"""Records at the end of which some may have been committed later than others behind them."""


def seal(connection: Connection, *, limit: int = 1000) -> int:
    """Chain up to `limit` records that are not yet sealed. Returns how many."""
    alone(connection, "seal")
    last = connection.execute(select(audit_seal).order_by(audit_seal.c.sequence.desc()).limit(1)).one_or_none()
    sequence, head = (last.sequence, last.hash) if last is not None else (0, _START)
    sealed = select(audit_seal.c.record_id).where(audit_seal.c.record_id == audit_record.c.id).exists()
    fresh = connection.execute(select(audit_record).where(~sealed).order_by(audit_record.c.id).limit(limit)).all()
    rows = []
    for row in fresh:
        sequence, head = sequence + 1, _linked(head, row._asdict())
        rows.append({"sequence": sequence, "record_id": row.id, "hash": head})
    if rows:
        connection.execute(insert(audit_seal), rows)
    return len(rows)


def has_unsealed(connection: Connection) -> bool:
    """Whether some record waits to be chained. Only the newest are looked at, by the index.

    A record with a smaller number than a sealed one may still come: it was given before the commit.
    """
    newest = connection.scalar(select(func.max(audit_record.c.id))) or 0
    since = newest - LATEST
    there = select(func.count()).select_from(audit_record).where(audit_record.c.id > since)
    chained = select(func.count()).select_from(audit_seal).where(audit_seal.c.record_id > since)
    return connection.scalar(there) != connection.scalar(chained)


def verify(connection: Connection) -> int | None:
    """The id of the first record that does not fit the chain; None when all do."""
    head = _START
    query = select(audit_record, audit_seal.c.hash, audit_seal.c.record_id).join_from(
        audit_seal, audit_record, audit_record.c.id == audit_seal.c.record_id, isouter=True
    )
    for row in connection.execute(query.order_by(audit_seal.c.sequence)):
        columns = {column.name: row._mapping[column] for column in audit_record.c}
        head = _linked(head, columns)
        if head != row.hash:
            return int(row.record_id)
    return None


def _linked(head: str, row: dict[str, Any]) -> str:
    plain = {str(name): row[name] for name in row}
    return hashlib.sha256(head.encode() + orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()
