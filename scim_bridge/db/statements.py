"""What every book needs: lists cut to size, an INSERT that knows what to do about a conflict, and a deed that is done alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar
from zlib import crc32

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

CHUNK = 500
"""Items in one statement: far below every limit on bound values, and few enough to stay one prepared shape."""


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The items in order, `size` at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))


def alone(connection: Connection, what: str) -> None:
    """From here to the end of the transaction nobody else does `what`: for a look at many rows and a write that follows from it.

    On SQLite whoever writes is alone anyway. On PostgreSQL the statements after this one see what the one before us did.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(crc32(what.encode()))))


def insert(connection: Connection, table: Table) -> Any:
    """An INSERT with `.on_conflict_do_nothing()` and `.on_conflict_do_update()`, each database in its dialect."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
