"""What cursors are sealed with: random bytes, made once for an installation, in its database for every process to find."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, select

from scim_bridge.db import Database
from scim_bridge.db.statements import insert
from scim_bridge.directory.tables import cursor_secret

_ONLY = 1
_LENGTH = 32  # bytes


def find_cursor_secret(database: Database) -> bytes:
    """The secret, made now if there is none yet."""
    with database.reading() as connection:
        found = _read(connection)
    return found or database.write(_made)


def _made(connection: Connection) -> bytes:
    row = {"id": _ONLY, "secret": secrets.token_bytes(_LENGTH)}
    connection.execute(insert(connection, cursor_secret).values(row).on_conflict_do_nothing())
    made = _read(connection)  # perhaps another process's, which was quicker
    assert made is not None
    return made


def _read(connection: Connection) -> bytes | None:
    return connection.scalar(select(cursor_secret.c.secret).where(cursor_secret.c.id == _ONLY))
