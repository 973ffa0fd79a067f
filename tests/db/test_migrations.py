"""The migrations make what the tables say, on both databases, and take what is there along."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from scim_bridge.db import Database, metadata
from scim_bridge.db.migrate import _config, migrate, newest, unmigrated
from tests.databases import KINDS, NEEDS_POSTGRESQL, fresh

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AT = 1_767_225_600_000_000
"""The same, as the database keeps it."""


@pytest.fixture
def empty(database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Without a table. (`database` is asked for its kind only.)"""
    (tmp_path / "empty").mkdir()
    with fresh("sqlite" if database.is_sqlite else "postgresql", tmp_path / "empty", tables=False) as made:
        yield made


def shape(database: Database) -> dict[str, Any]:
    """Every table with its columns, keys and indexes as the database itself tells them."""
    with database.reading() as connection:
        seen = inspect(connection)
        tables = sorted(set(seen.get_table_names()) - {"alembic_version"})
        return {table: _shape_of(seen, table) for table in tables}


def _shape_of(seen: Any, table: str) -> dict[str, Any]:
    columns = {
        each["name"]: (str(each["type"]), getattr(each["type"], "collation", None), each["nullable"], each["default"])
        for each in seen.get_columns(table)
    }
    indexes = {each["name"]: (each["column_names"], bool(each["unique"])) for each in seen.get_indexes(table)}
    uniques = {each["name"]: each["column_names"] for each in seen.get_unique_constraints(table)}
    foreign = sorted(
        (each["constrained_columns"], each["referred_table"], each["referred_columns"], sorted(each["options"].items()))
        for each in seen.get_foreign_keys(table)
    )
    return {
        "columns": columns, "indexes": indexes, "uniques": uniques, "foreign": foreign,
        "primary": seen.get_pk_constraint(table)["constrained_columns"],
    }  # fmt: skip


def test_a_migrated_database_is_what_the_tables_say(empty: Database) -> None:
    migrate(empty)
    with empty.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_and_a_migrated_database_are_the_same_to_the_last_index(kind: str, tmp_path: Path) -> None:
    (tmp_path / "migrated").mkdir()
    with fresh(kind, tmp_path) as made, fresh(kind, tmp_path / "migrated", tables=False) as migrated:
        migrate(migrated)
        assert shape(migrated) == shape(made)


@NEEDS_POSTGRESQL
def test_both_databases_have_the_same_tables_columns_and_indexes(tmp_path: Path) -> None:
    found = {}
    for kind in ("sqlite", "postgresql"):
        with fresh(kind, tmp_path) as made:
            found[kind] = {
                table: {"columns": set(told["columns"]), "indexes": _found_by(told), "primary": told["primary"]}
                for table, told in shape(made).items()
            }
    assert found["sqlite"] == found["postgresql"]


def _found_by(told: dict[str, Any]) -> set[tuple[str, ...]]:
    """Lists of columns that an index leads to, whether it was asked for by itself or for being unique."""
    return {tuple(columns) for columns, _ in told["indexes"].values()} | {tuple(each) for each in told["uniques"].values()}


@NEEDS_POSTGRESQL
def test_no_name_has_a_length_or_an_order_of_postgresqls_own(tmp_path: Path) -> None:
    """SQLite has none: answers would differ, and an over-long name of a platform's would stop the hand."""
    with fresh("postgresql", tmp_path) as made, made.reading() as connection:
        odd = connection.execute(
            text(
                "select table_name, column_name, collation_name, character_maximum_length from information_schema.columns"
                " where table_schema = 'public' and data_type = 'character varying'"
                " and (collation_name is distinct from 'C' or character_maximum_length is not null)"
            )
        ).all()
    assert odd == []


def _a_directory(connection: Connection) -> None:
    """What a bridge of the first version has in its tables: a user, a retired group, two live ones, marks, an audit record."""
    given: dict[str, Any] = {"now": AT}
    for statement in (
        "insert into source (id, name, kind, created_at) values (1, 'default', 'scim', :now)",
        "insert into person (id, source_id, user_name, user_name_key, created_at) values (1, 1, 'Ada', 'ada', :now)",
        (
            "insert into scim_user (id, scim_id, source_id, person_id, user_name, user_name_key, active, payload, version, created_at,"
            " modified_at) values (1, 'u1', 1, 1, 'Ada', 'ada', true, '{\"userName\":\"Ada\"}', 1, :now, :now)"
        ),
        (
            "insert into scim_group (id, scim_id, source_id, display_name, display_name_key, payload, version, created_at,"
            " modified_at, retired_at) values (1, 'g1', 1, 'Lab 1', 'lab 1', '{}', 1, :now, :now, null),"
            " (2, null, 1, 'Lab 2', null, '{}', 1, :now, :now, :now), (3, 'g3', 1, 'Lab 3', 'lab 3', '{}', 1, :now, :now, null)"
        ),
        "insert into member (group_id, user_id) values (1, 1), (2, 1)",
        "insert into group_member (parent_id, child_id) values (3, 1)",
        (
            "insert into work (platform, kind, subject, wanted, done, due_at, attempts, parked, urgent)"
            " values ('lab', 'person', '1', 2, 1, :now, 0, false, false)"
        ),
        (
            "insert into audit_record (id, at, action, subject, subject_kind, initiator, outcome)"
            " values (1, :now, 'user.created', 'Ada', 'user', 'token okta', 'done')"
        ),
    ):
        connection.execute(text(statement), given if ":now" in statement else {})
    for number, (sub, value) in enumerate((("value", "a@example.com"), ("value", "b@example.com"))):
        connection.execute(
            text("insert into user_value (user_id, attribute, item, sub, text, key) values (1, 'emails', :item, :sub, :text, :key)"),
            {"item": number, "sub": sub, "text": value, "key": value},
        )
    connection.execute(
        text("insert into user_value (user_id, attribute, item, sub, boolean) values (1, 'emails', 1, 'primary', true)")
    )
    if connection.dialect.name == "postgresql":  # its counters do not see numbers that were given
        for table in ("source", "person", "scim_user", "scim_group", "audit_record"):
            connection.execute(text(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))"))


def test_a_first_versions_directory_arrives_whole_at_the_newest(empty: Database) -> None:
    with empty.writing() as connection:
        command.upgrade(_config(connection), "0001")
        _a_directory(connection)
    assert unmigrated(empty) is not None
    assert migrate(empty) == newest()
    assert unmigrated(empty) is None
    with empty.reading() as connection:
        groups = connection.execute(
            text("select g.id, p.kind, p.user_name from scim_group g left join person p on p.id = g.principal_id order by g.id")
        ).all()
        members = connection.execute(text("select group_id, user_id from member order by group_id")).all()
        addresses = connection.execute(
            text("select item, text from user_value where attribute = 'emails' and sub = 'value' order by item")
        ).all()
        left = {table: connection.scalar(text(f"select count(*) from {table}")) for table in ("work", "audit_record", "group_member")}
    assert [tuple(row) for row in groups] == [(1, "group", "Lab 1"), (2, None, None), (3, "group", "Lab 3")]
    assert [tuple(row) for row in members] == [(1, 1), (2, 1)]
    assert [tuple(row) for row in addresses] == [(0, "b@example.com"), (1, "a@example.com")]  # the primary one leads
    assert left == {"work": 1, "audit_record": 1, "group_member": 1}


def test_a_directory_that_came_along_goes_on_being_written(empty: Database) -> None:
    with empty.writing() as connection:
        command.upgrade(_config(connection), "0001")
        _a_directory(connection)
    migrate(empty)
    with empty.writing() as connection:
        made = connection.execute(metadata.tables["person"].insert().values(
            source_id=1, user_name="grace", user_name_key="grace", created_at=NOW)).inserted_primary_key[0]
    assert made == 4  # after Ada and the two groups that became principals


def test_every_step_can_be_taken_back(empty: Database) -> None:
    migrate(empty)
    with empty.writing() as connection:
        command.downgrade(_config(connection), "0001")
        command.upgrade(_config(connection), "head")
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_two_processes_that_migrate_at_once_migrate_once(empty: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: migrate(empty), range(4))) == {newest()}
    assert unmigrated(empty) is None
