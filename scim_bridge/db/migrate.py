"""Bringing a database to this version's schema, one process at a time."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from scim_bridge.db.engine import Database

_FOLDER = Path(__file__).with_name("migrations")
_LOCK = 7_246_291  # any constant: the same for every process of the bridge


def migrate(database: Database) -> str:
    """Upgrade to the newest version; returns it. On SQLite the writing transaction is the lock, on PostgreSQL an advisory one."""
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(text("set local lock_timeout = 0"))  # another process's migration may take its time
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(_config(connection), "head")
    return newest()


def newest() -> str:
    """The version this code is written for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def unmigrated(database: Database) -> str | None:
    """A sentence when the database is of another version than this code, else None."""
    with database.reading() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found == newest():
        return None
    return f"The database is at {found or 'no version'}, this bridge needs {newest()}: run `scim-bridge migrate`."


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config
