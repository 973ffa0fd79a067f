"""SQLite's file under its name: a file that was removed or replaced lives on for whoever has it open, and what is
committed there is lost when they let go of it. So every use of a connection begins with a look at the name."""

from __future__ import annotations

import os
import sqlite3
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from scim_bridge.errors import DatabaseUnavailable


def watch(engine: Engine, path: str) -> None:
    """Refuse connections while the file is gone, and open those anew that hold another file than the one at `path`."""
    file = _File(path)
    event.listen(engine, "do_connect", file.connecting)
    event.listen(engine, "connect", file.connected)
    event.listen(engine, "checkout", file.checked_out)


class _File:
    def __init__(self, path: str) -> None:
        self._path = path
        self._was_there = False

    def connecting(self, *_: Any) -> None:
        """The first connection may make the file; later ones must not put an empty one in its place."""
        if self._was_there and self._now() is None:
            raise _gone()

    def connected(self, _connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        self._was_there = True
        entry.info["file"] = self._now()

    def checked_out(self, _connection: sqlite3.Connection, entry: ConnectionPoolEntry, _proxy: object) -> None:
        now = self._now()
        if now is None:
            raise _gone()
        if now != entry.info["file"]:
            raise DisconnectionError("another file has the database's name")  # the pool connects anew

    def _now(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        return found.st_dev, found.st_ino


def _gone() -> DatabaseUnavailable:
    return DatabaseUnavailable("The database's file is gone. Nothing was written; trying again is safe.")
