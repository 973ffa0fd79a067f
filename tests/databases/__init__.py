"""Databases to test with: every book and every page of the protocol, on SQLite and on a real PostgreSQL.

`KINDS` are what a fixture is parametrized with; `SQLITE` and `POSTGRESQL` mark a test that is about one of them, and
`NEEDS_POSTGRESQL` one that makes its own.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from scim_bridge.db import Database, metadata
from tests.databases import postgresql
from tests.databases.server import SWITCH, NoPostgres

ROOMS_WITH_TABLES = (
    "scim_bridge.directory.tables",
    "scim_bridge.work.tables",
    "scim_bridge.audit.tables",
    "scim_bridge.ledger.tables",
    "scim_bridge.mapping.revisions",
)
_NOT_HERE = pytest.mark.skipif(os.environ.get(SWITCH) == "off", reason=f"{SWITCH}=off")
POSTGRESQL_KIND = pytest.param("postgresql", marks=_NOT_HERE)
KINDS = (pytest.param("sqlite"), POSTGRESQL_KIND)
SQLITE = pytest.mark.parametrize("database", KINDS[:1], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database", KINDS[1:], indirect=True)
NEEDS_POSTGRESQL = _NOT_HERE


@contextmanager
def fresh(kind: str, folder: Path, *, tables: bool = True) -> Iterator[Database]:
    """A database of its own, with every table or with none: a file in the folder, or one that is dropped afterwards."""
    _all_tables_known()
    if kind == "sqlite":
        with _opened(f"sqlite:///{folder}/bridge.db") as database:
            if tables:
                metadata.create_all(database.engine)
            yield database
        return
    with _explained(), postgresql.made(tables) as url, _opened(url) as database:
        yield database


@contextmanager
def emptied(kind: str, folder: Path) -> Iterator[Database]:
    """Like `fresh` with every table, and cheaper: on PostgreSQL one database is emptied again and again."""
    if kind == "sqlite":
        with fresh(kind, folder) as database:
            yield database
        return
    _all_tables_known()
    with _explained():
        url = postgresql.emptied()
    with _opened(url) as database:
        yield database


@contextmanager
def held(database: Database) -> Iterator[None]:
    """Somebody else is in the middle of a long write meanwhile, and lets nobody else write."""
    with database.engine.connect() as connection:
        connection.begin()  # on SQLite, that is all it takes
        if not database.is_sqlite:
            connection.exec_driver_sql("lock table scim_user, person, scim_group in share row exclusive mode")
        yield


def dumped(database: Database) -> str:
    """Every row of every table, as text."""
    with database.reading() as connection:
        return "\n".join(str(row) for table in metadata.tables.values() for row in connection.execute(table.select()))


def _all_tables_known() -> None:
    for room in ROOMS_WITH_TABLES:
        importlib.import_module(room)


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    if database.is_sqlite:
        event.listen(database.engine, "connect", _without_waiting_for_the_disk)
    try:
        yield database
    finally:
        database.dispose()


def _without_waiting_for_the_disk(connection: Any, _entry: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except NoPostgres as error:
        pytest.fail(str(error), pytrace=False)
