"""How long a question may keep the database busy. Filters come from outside, and some cost the square of the directory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from scim_bridge.errors import BridgeError

_STEPS = 10_000  # of SQLite's virtual machine between looks at the clock: well under a millisecond
_CANCELED = "57014"  # PostgreSQL's query_canceled


class TooSlow(BridgeError):
    """The statement was stopped; the transaction is of no more use."""


@contextmanager
def at_most(connection: Connection, seconds: float) -> Iterator[None]:
    """Statements within are stopped, with `TooSlow`, when they take longer: all together on SQLite, each on PostgreSQL."""
    try:
        if connection.dialect.name == "sqlite":
            with _clocked(connection, monotonic() + seconds):
                yield
        else:
            # At least one millisecond: none at all would mean for ever.
            connection.execute(text(f"set local statement_timeout = {max(1, int(seconds * 1000))}"))
            yield
            connection.execute(text("set local statement_timeout to default"))
    except OperationalError as error:
        if _was_stopped(error.orig):
            raise TooSlow("The database was asked for more than it does in the time there is.") from error
        raise


@contextmanager
def _clocked(connection: Connection, until: float) -> Iterator[None]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_progress_handler(lambda: monotonic() > until, _STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


def _was_stopped(error: BaseException | None) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT or getattr(error, "sqlstate", None) == _CANCELED
