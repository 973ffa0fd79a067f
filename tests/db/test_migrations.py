"""The migrations make what the tables say, and take what is there along."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from scim_bridge.db import Database, metadata
from scim_bridge.db.migrate import _config, migrate
from tests.world import ROOMS_WITH_TABLES

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    for room in ROOMS_WITH_TABLES:
        __import__(room)
    return Database(f"sqlite:///{tmp_path}/bridge.db")


def test_a_migrated_database_is_what_the_tables_say(empty: Database) -> None:
    migrate(empty)
    with empty.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    empty.dispose()


def test_groups_that_were_there_get_a_number_and_retired_rows_do_not(empty: Database) -> None:
    with empty.writing() as connection:
        command.upgrade(_config(connection), "0001")
        connection.execute(text("insert into source (id, name, kind, created_at) values (1, 'default', 'scim', :now)"), {"now": NOW})
        for number, retired in ((1, None), (2, NOW), (3, None)):
            connection.execute(
                text(
                    "insert into scim_group (id, scim_id, source_id, display_name, display_name_key, payload, version, created_at,"
                    " modified_at, retired_at) values (:id, :scim_id, 1, :name, :key, '{}', 1, :now, :now, :retired)"
                ),
                {"id": number, "scim_id": None if retired else f"g{number}", "name": f"Lab {number}", "now": NOW,
                 "key": None if retired else f"lab {number}", "retired": retired},
            )  # fmt: skip
    migrate(empty)
    with empty.reading() as connection:
        rows = connection.execute(
            text("select g.id, p.kind, p.user_name from scim_group g left join person p on p.id = g.principal_id order by g.id")
        ).all()
    assert [tuple(row) for row in rows] == [(1, "group", "Lab 1"), (2, None, None), (3, "group", "Lab 3")]
    empty.dispose()


def test_every_step_can_be_taken_back(empty: Database) -> None:
    migrate(empty)
    with empty.writing() as connection:
        command.downgrade(_config(connection), "0001")
        command.upgrade(_config(connection), "head")
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    empty.dispose()
