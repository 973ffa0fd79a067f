"""Databases on the PostgreSQL of this test process, each cheap: copied from a template, or emptied and used again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count

import psycopg
from sqlalchemy import create_engine, make_url

from scim_bridge.db import metadata
from tests.databases.server import server

_numbers = count(1)


@contextmanager
def made(tables: bool) -> Iterator[str]:
    """The URL of a database that is there for as long as this lasts, with every table or none."""
    name = f"bridge_{next(_numbers)}"
    _administer(f"create database {name} template {_template() if tables else 'template0'}")
    try:
        yield server().url(name)
    finally:
        _administer(f"drop database {name} with (force)")


def emptied() -> str:
    """The URL of the database that is used again and again: without rows, numbers begin at 1, nobody else is connected."""
    name = _used_again()
    with _connected(name) as connection:
        connection.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                           " where datname = current_database() and pid <> pg_backend_pid()")  # fmt: skip
        connection.execute(_emptying())
    return server().url(name)


@cache
def _emptying() -> str:
    """DELETE and not TRUNCATE: a few rows are gone in a twentieth of the time that new files for every table take."""
    tables = [f"delete from {table.name}" for table in metadata.tables.values()]
    numbers = "select setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) from pg_sequences"
    # In one transaction that looks at no foreign key: every table is emptied.
    begin = "begin", "set local session_replication_role = replica", "set local lock_timeout = '10s'"
    return ";".join([*begin, *tables, f"{numbers} where last_value is not null", "commit"])


@cache
def _used_again() -> str:
    _administer(f"create database bridge_again template {_template()}")
    return "bridge_again"


@cache
def _template() -> str:
    _administer("create database bridge_template template template0")
    engine = create_engine(server().url("bridge_template"))
    metadata.create_all(engine)
    engine.dispose()
    return "bridge_template"


def _administer(statement: str) -> None:
    with _connected("postgres") as connection:
        connection.execute(statement)


@contextmanager
def _connected(database: str) -> Iterator[psycopg.Connection]:
    address = make_url(server().url(database)).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection
