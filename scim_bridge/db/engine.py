"""Engine and transactions, with the settings that were measured to be safe.

SQLite: WAL, `synchronous=FULL` (a SCIM 2xx is a promise that survives a power cut), `busy_timeout`, and `BEGIN
IMMEDIATE` for every writing transaction (a deferred one that upgrades fails at once under contention). Reading transactions are
plain `BEGIN`, so that they never queue behind writers. PostgreSQL: READ COMMITTED for writing, one snapshot for reading
(see `postgresql`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from scim_bridge.db import postgresql
from scim_bridge.db.postgresql import OPERATORS, RETRYABLE, postgresql_engine, sqlstate
from scim_bridge.db.sqlite_file import watch
from scim_bridge.errors import DatabaseUnavailable, SettingsError

T = TypeVar("T")

BUSY_TIMEOUT_SECONDS = 10
_READING = {"scim_bridge_reading": True}
_ATTEMPTS = 4
_SAFE = "Nothing was written; trying again is safe."


class Database:
    """One database as seen by one process. Make it after a fork, never before."""

    def __init__(self, url: str, *, busy_timeout: float = BUSY_TIMEOUT_SECONDS) -> None:
        self.url = url
        self._busy_timeout = busy_timeout
        self.engine = _make_engine(url, busy_timeout)
        self._snapshots = self.engine.execution_options(**(_READING if self.is_sqlite else postgresql.READING))

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def folder(self) -> Path:
        """The folder beside which relative paths of the installation lie: SQLite's own, else the working directory."""
        database = self.engine.url.database
        return Path(database).resolve().parent if self.is_sqlite and database else Path.cwd()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one snapshot and writes nothing."""
        with _translated(), self._snapshots.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that commits on leaving, or leaves no trace. No call to the outside belongs inside."""
        with _translated(), self.engine.begin() as connection:
            yield connection

    def write(self, deed: Callable[[Connection], T]) -> T:
        """Run `deed` in a writing transaction, again when the database itself asks for it (deadlock, serialization)."""
        for attempt in Retrying(
            retry=retry_if_exception(_is_retryable),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.02, max=0.5),
            reraise=True,
        ):
            with attempt, self.writing() as connection:
                return deed(connection)
        raise AssertionError("unreachable: the last attempt either returns or raises")

    def ping(self) -> None:
        """Raise `DatabaseUnavailable` unless the database answers."""
        with self.reading() as connection:
            connection.execute(text("select 1"))

    def dispose(self) -> None:
        self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, sqlite3.OperationalError, PoolTimeout) as error:
        raise DatabaseUnavailable(f"The database did not answer or stayed locked. {_SAFE}") from error
    except (DBAPIError, sqlite3.DatabaseError) as error:
        if _is_retryable(error):
            raise DatabaseUnavailable(f"The database asked for another try. {_SAFE}") from error
        if sqlstate(error) in OPERATORS or type(error) in (DatabaseError, sqlite3.DatabaseError):  # or SQLite: damaged, no database
            raise DatabaseUnavailable(f"The database cannot be read: an operator must look at it. {_SAFE}") from error
        raise


def _is_retryable(error: BaseException) -> bool:
    cause = error.__cause__ if isinstance(error, DatabaseUnavailable) else error
    return sqlstate(cause) in RETRYABLE


def _make_engine(url: str, busy_timeout: float) -> Engine:
    try:
        parsed = make_url(url)
    except Exception as error:
        raise SettingsError("SCIM_BRIDGE_DATABASE_URL is not a database URL.") from error
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url, busy_timeout)
    if parsed.get_backend_name() == "postgresql":
        return postgresql_engine(parsed, busy_timeout)
    raise SettingsError("SCIM_BRIDGE_DATABASE_URL names neither sqlite nor postgresql.")


def _sqlite_engine(url: str, busy_timeout: float) -> Engine:
    database = make_url(url).database
    if database and Path(database).is_dir():
        raise SettingsError(f"SCIM_BRIDGE_DATABASE_URL names a folder, {database}, and no file: add the file's name to it.")
    if database and database != ":memory:" and not database.startswith("file:"):
        Path(database).resolve().parent.mkdir(parents=True, exist_ok=True)
    # What a failed statement was about is people, tokens' hashes and keys: the error does not repeat it.
    connect = {"timeout": busy_timeout, "check_same_thread": False}
    engine = create_engine(url, connect_args=connect, hide_parameters=True)
    event.listen(engine, "connect", _sqlite_connected)
    event.listen(engine, "begin", _sqlite_begin)
    if database and database != ":memory:" and not database.startswith("file:"):
        watch(engine, str(Path(database).resolve()))
    return engine


def _sqlite_connected(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are ours (below), not pysqlite's
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    """Past SQLAlchemy, whose way of sending a statement costs more than all that SQLite does for this one."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute("BEGIN" if connection.get_execution_options().get("scim_bridge_reading") else "BEGIN IMMEDIATE")
