"""The file that a sandbox lives in: SQLite, used by several processes at once.

Every transaction is `BEGIN IMMEDIATE`: a deferred one that begins to write fails at once when another has written meanwhile.
`synchronous=NORMAL` in WAL mode survives the death of a process; only a power cut may take the last deeds back.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

from scim_bridge.access.errors import Refused, Transient

BUSY_TIMEOUT_SECONDS = 10
SCHEMA_VERSION = 2

SCHEMA = """
CREATE TABLE platform (id TEXT NOT NULL);
CREATE TABLE place (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, open INTEGER NOT NULL);
CREATE TABLE account (
    id TEXT PRIMARY KEY, email TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, role TEXT NOT NULL, state TEXT NOT NULL,
    locked TEXT
);
CREATE TABLE invitation (
    id TEXT PRIMARY KEY, email TEXT NOT NULL, folded TEXT NOT NULL, role TEXT NOT NULL, state TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX invitation_by_address ON invitation (folded, state);
CREATE TABLE membership (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    place_id TEXT NOT NULL REFERENCES place (id),
    role TEXT NOT NULL,
    PRIMARY KEY (account_id, place_id)
) WITHOUT ROWID;
CREATE TABLE "key" (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, owner_id TEXT, owner_email TEXT, place_id TEXT NOT NULL REFERENCES place (id),
    status TEXT NOT NULL, hint TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT, service_account TEXT
);
CREATE INDEX key_by_owner ON "key" (owner_id);
CREATE TABLE call (id INTEGER PRIMARY KEY, method TEXT NOT NULL, args TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE fault (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, only TEXT, remaining INTEGER, until TEXT
);
CREATE TABLE history (id INTEGER PRIMARY KEY, account_id TEXT NOT NULL, place_id TEXT NOT NULL, role TEXT);
CREATE TRIGGER joined AFTER INSERT ON membership BEGIN
    INSERT INTO history (account_id, place_id, role) VALUES (new.account_id, new.place_id, new.role);
END;
CREATE TRIGGER changed AFTER UPDATE ON membership BEGIN
    INSERT INTO history (account_id, place_id, role) VALUES (new.account_id, new.place_id, new.role);
END;
CREATE TRIGGER removed AFTER DELETE ON membership BEGIN
    INSERT INTO history (account_id, place_id, role) VALUES (old.account_id, old.place_id, NULL);
END;
"""


UPGRADES = {
    1: ('ALTER TABLE "key" ADD COLUMN expires_at TEXT', 'ALTER TABLE "key" ADD COLUMN service_account TEXT'),
}
"""What makes the next version of a file of that version."""


class SandboxFile:
    """One sandbox's file, made on first use. Holds no connection between transactions, so it may cross a fork."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commits on leaving, or leaves no trace.

        Raises `Transient` while the file stays locked, `Refused` when it is no sandbox.
        """
        with self._translated(), closing(self._opened()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def _opened(self) -> sqlite3.Connection:
        if not self.path.exists():
            self._make()
        connection = _connect(self.path)
        if _upgraded(connection) != SCHEMA_VERSION:
            connection.close()
            raise Refused(f"{self.path.name} is not a sandbox of this version of the bridge. Move it away to begin anew.")
        return connection

    def _make(self) -> None:
        """Make the file under another name and put it in place whole: several processes may begin at once."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        made = self.path.with_name(f".{self.path.name}.{uuid4().hex}")
        try:
            with closing(_connect(made)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(SCHEMA)
                connection.execute("INSERT INTO platform (id) VALUES (?)", (f"sbx_{uuid4().hex[:12]}",))
                connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            _put_unless_there(made, self.path)
        finally:
            made.unlink(missing_ok=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise Transient(f"The sandbox's file {self.path.name} did not answer: {error}.", everybody=True) from error
        except sqlite3.DatabaseError as error:
            raise Refused(f"{self.path.name} cannot be used as a sandbox: {error}.") from error
        except OSError as error:
            raise Transient(f"{self.path.name} cannot be made: {error.strerror}.", everybody=True) from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def _upgraded(connection: sqlite3.Connection) -> int:
    """The file's version, after bringing a known older one up to date. Several processes may find it old at once."""
    if _version(connection) in UPGRADES:
        connection.execute("BEGIN IMMEDIATE")
        while (version := _version(connection)) in UPGRADES:
            for statement in UPGRADES[version]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={version + 1}")
        connection.execute("COMMIT")
    return _version(connection)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _put_unless_there(made: Path, path: Path) -> None:
    """A hard link never replaces what another process put there first."""
    try:
        os.link(made, path)
    except FileExistsError:
        return
    except OSError:  # A file system without hard links. The gap between looking and renaming is as small as it can be.
        if not path.exists():
            made.rename(path)
