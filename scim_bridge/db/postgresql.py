"""PostgreSQL's engine: bounded waits, one snapshot for reading, and errors that do not repeat what a statement was about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext

RETRYABLE = frozenset({"40001", "40P01"})
"""SQLSTATEs: serialization failure, deadlock detected."""
OPERATORS = frozenset({"25006", "25P03", "42P01", "42703", "42501"})
"""SQLSTATEs that SQLAlchemy does not take for operational: a standby that takes no writes, a transaction that idled too long,
a table or column of another version, a missing privilege. SQLite's counterparts are operational errors."""

_CONNECT = {"connect_timeout": 5, "tcp_user_timeout": 20_000, "keepalives_idle": 20, "keepalives_interval": 5}
"""libpq's: seconds, but for the milliseconds in the middle. A machine that is gone is noticed; the URL may say otherwise."""
_IDLE_SECONDS = 60
"""A process that was stopped within a transaction holds its rows no longer than this."""
READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Options of a transaction that reads: all its statements see the same moment, as on SQLite."""


def postgresql_engine(url: URL, patience: float) -> Engine:
    """Nobody waits longer than `patience`, in seconds, for a row that somebody else holds."""
    limits = f"lock_timeout = {int(patience * 1000)}", f"idle_in_transaction_session_timeout = {_IDLE_SECONDS * 1000}"
    given = {name: value for name, value in _CONNECT.items() if name not in url.query}
    # What a failed statement was about is people, tokens' hashes and keys: the error does not repeat it.
    engine = create_engine(url, connect_args=given, pool_pre_ping=True, pool_size=5, max_overflow=10, hide_parameters=True)

    def connected(connection: Any, _entry: Any) -> None:
        connection.execute("; ".join(f"set {limit}" for limit in limits))
        connection.commit()

    event.listen(engine, "connect", connected)
    event.listen(engine, "handle_error", _discreet)
    return engine


def sqlstate(error: BaseException | None) -> str | None:
    """PostgreSQL's code of an error that SQLAlchemy raised."""
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _discreet(context: ExceptionContext) -> None:
    """The server's DETAIL repeats rows, and its messages about bad values (class 22) the values: neither is kept."""
    told = getattr(context.original_exception, "diag", None)
    if told is None or told.sqlstate is None:
        return
    words = told.sqlstate if told.sqlstate.startswith("22") else f"{told.sqlstate} {told.message_primary}"
    context.original_exception.args = (words,)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(context.original_exception).__name__}) {words}",)
