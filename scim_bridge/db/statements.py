"""Two things every book needs: lists cut to size, and an INSERT that knows what to do about a conflict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

CHUNK = 500
"""Items in one statement: far below every limit on bound values, and few enough to stay one prepared shape."""


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The items in order, `size` at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))


def insert(connection: Connection, table: Table) -> Any:
    """An INSERT with `.on_conflict_do_nothing()` and `.on_conflict_do_update()`, each database in its dialect."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
