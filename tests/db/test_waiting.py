"""Several at once on one database: one snapshot for a reader, a bounded wait for a writer, another try after a deadlock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, func, insert, select, update

from scim_bridge.db import Database
from scim_bridge.db.statements import alone
from scim_bridge.directory.tables import source
from scim_bridge.errors import DatabaseUnavailable
from tests.databases import POSTGRESQL, held
from tests.web.doors import NOW


def add(connection: Connection, name: str) -> None:
    connection.execute(insert(source).values(name=name, kind="okta", created_at=NOW))


def names(connection: Connection) -> list[str]:
    return list(connection.scalars(select(source.c.name).order_by(source.c.id)))


def test_a_reader_sees_one_moment_however_long_it_reads(database: Database) -> None:
    database.write(lambda connection: add(connection, "one"))
    with database.reading() as connection:
        assert names(connection) == ["one"]
        database.write(lambda other: add(other, "two"))
        assert names(connection) == ["one"]
    with database.reading() as connection:
        assert names(connection) == ["one", "two"]


@POSTGRESQL
def test_what_is_opened_for_reading_writes_nothing_and_what_comes_after_may(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable), database.reading() as connection:
        add(connection, "one")
    database.write(lambda connection: add(connection, "two"))
    with database.reading() as connection:
        assert names(connection) == ["two"]


def test_lesson_20_nobody_waits_longer_than_they_may_for_what_somebody_else_holds(database: Database) -> None:
    impatient = Database(database.url, busy_timeout=0.05)
    tries: list[int] = []

    def deed(connection: Connection) -> None:
        tries.append(1)
        connection.exec_driver_sql("update scim_user set version = 1" if database.is_sqlite else "lock table scim_user")

    with held(database), pytest.raises(DatabaseUnavailable, match="trying again is safe"):
        impatient.write(deed)
    assert len(tries) <= 1  # a wait that was long enough is not waited again
    impatient.dispose()


@POSTGRESQL
def test_lesson_20_two_that_wait_for_each_other_both_end_with_their_work_done(database: Database) -> None:
    for name in ("one", "two"):
        database.write(lambda connection, name=name: add(connection, name))
    both = threading.Barrier(2)
    tries: list[str] = []

    def swapping(first: str, second: str) -> Callable[[Connection], None]:
        def deed(connection: Connection) -> None:
            fresh = first not in tries
            tries.append(first)
            for name in (first, second):
                connection.execute(update(source).where(source.c.name == name).values(kind=source.c.kind + "+"))
                if fresh and name == first:
                    both.wait(30)

        return deed

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(database.write, swapping(*pair)) for pair in (("one", "two"), ("two", "one"))]:
            done.result(60)
    with database.reading() as connection:
        assert set(connection.scalars(select(source.c.kind))) == {"okta++"}
    assert len(tries) == 3


@POSTGRESQL
@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_lesson_20_what_fails_at_every_try_is_unavailable_and_leaves_nothing(database: Database, state: str) -> None:
    tries: list[int] = []

    def deed(connection: Connection) -> None:
        tries.append(1)
        add(connection, "half")
        connection.exec_driver_sql(f"do $$ begin raise exception 'again' using errcode = '{state}'; end $$")

    with pytest.raises(DatabaseUnavailable, match="trying again is safe"):
        database.write(deed)
    assert len(tries) == 4
    with database.reading() as connection:
        assert names(connection) == []


@POSTGRESQL
@pytest.mark.parametrize("state", ["25006", "42P01", "42501", "57P01", "53100"])
def test_what_an_operator_must_look_at_is_unavailable_and_no_fault_of_ours(database: Database, state: str) -> None:
    with pytest.raises(DatabaseUnavailable), database.writing() as connection:
        connection.exec_driver_sql(f"do $$ begin raise exception 'look' using errcode = '{state}'; end $$")


def test_a_look_and_what_follows_from_it_are_done_alone(database: Database) -> None:
    """Ten at once, each of which would add what is not there yet."""

    def deed(connection: Connection) -> None:
        alone(connection, "test")
        if not connection.scalar(select(func.count()).select_from(source)):
            add(connection, "only")

    with ThreadPoolExecutor(5) as pool:
        for done in [pool.submit(database.write, deed) for _ in range(10)]:
            done.result(60)
    with database.reading() as connection:
        assert names(connection) == ["only"]


@POSTGRESQL
def test_connections_that_the_server_ended_are_made_anew(database: Database) -> None:
    database.ping()
    other = Database(database.url)
    with other.writing() as connection:
        connection.exec_driver_sql(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
    other.dispose()
    database.write(lambda connection: add(connection, "one"))
    with database.reading() as connection:
        assert names(connection) == ["one"]
