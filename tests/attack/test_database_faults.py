"""The database away, damaged, replaced, or held by somebody: 503 with Retry-After, nothing lost and nothing half written."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy.exc import IntegrityError

from scim_bridge.app import create_app
from scim_bridge.db import Database
from scim_bridge.directory.tables import person, source
from scim_bridge.web.health import report
from tests.databases import SQLITE
from tests.web.doors import NOW, TOKEN, Scim, open_door

ADA = {"userName": "ada@example.com"}


@pytest.fixture
def file(tmp_path: Path, scim: Scim) -> Path:
    """The database's file, with a token and one user in it, closed by whoever made it."""
    scim.new_user("grace@example.com")
    scim.database.dispose()
    return tmp_path / "bridge.db"


@pytest.fixture
def door(file: Path) -> Iterator[Scim]:
    """A web process that has begun to serve."""
    database = Database(f"sqlite:///{file}", busy_timeout=0.05)
    serving = Scim(create_app(database), database)
    assert serving.get("/Users").json["totalResults"] == 1
    yield serving
    database.dispose()


def refused(scim: Scim) -> None:
    for answer in (scim.get("/Users"), scim.post("/Users", ADA)):
        assert (answer.status_code, answer.json["status"]) == (503, "503")
        assert answer.content_type == "application/scim+json"
        assert answer.headers["Retry-After"].isdecimal()
    assert not report(scim.database, readiness=scim.app.extensions["scim_bridge"].readiness)["ready"]


@SQLITE
def test_a_file_that_is_no_database_is_503_and_unready(file: Path) -> None:
    file.write_bytes(b"this is no database" * 500)
    broken = Database(f"sqlite:///{file}")
    refused(Scim(create_app(broken), broken))
    broken.dispose()


@SQLITE
def test_a_damaged_database_is_503_and_unready(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:8192])
    broken = Database(f"sqlite:///{file}")
    scim = Scim(create_app(broken), broken)
    assert scim.get("/Users").status_code == scim.post("/Users", ADA).status_code == 503
    broken.dispose()


@SQLITE
def test_lesson_22_a_file_that_was_removed_takes_no_more_pushes(door: Scim, file: Path) -> None:
    """The open file lives on without a name: what is acknowledged there is gone with the process."""
    file.unlink()
    refused(door)
    assert not file.exists()


@SQLITE
def test_a_file_that_was_put_in_the_place_of_another_is_the_one_that_is_used(door: Scim, file: Path) -> None:
    backup = file.with_name("backup.db")
    with sqlite3.connect(file) as here, sqlite3.connect(backup) as there:
        here.backup(there)
    door.new_user("ada@example.com")
    for beside in (file, *file.parent.glob("bridge.db-*")):
        beside.unlink()
    shutil.move(backup, file)
    assert door.get("/Users").json["totalResults"] == 1
    door.new_user("ada@example.com")
    assert sqlite3.connect(file).execute("select count(*) from scim_user").fetchone() == (2,)


@SQLITE
def test_a_database_that_may_not_be_written_is_read_and_refuses_pushes(file: Path) -> None:
    locked = Database(f"sqlite:///file:{file}?mode=ro&uri=true")
    scim = Scim(create_app(locked), locked)
    assert scim.get("/Users").json["totalResults"] == 1
    assert scim.post("/Users", ADA).status_code == 503
    locked.dispose()


@SQLITE
def test_while_somebody_holds_the_database_noting_a_tokens_use_delays_one_read_and_no_more(door: Scim, file: Path) -> None:
    """The note waits for the database as long as a push would; it is not tried again with every read."""
    door.database.dispose()
    patient = Database(f"sqlite:///{file}", busy_timeout=0.4)
    scim = Scim(create_app(patient), patient)
    with sqlite3.connect(file, isolation_level=None) as holder:
        holder.execute("update token set last_used_at = null")
        holder.execute("begin immediate")
        waits: list[str] = []
        with structlog.testing.capture_logs() as lines:
            for _ in range(5):
                assert scim.get("/Users").status_code == 200
        waits = [each["path"] for each in lines if each["event"] == "request" and each["milliseconds"] > 350]
        holder.execute("rollback")
    assert len(waits) == 1
    patient.dispose()


@SQLITE
def test_a_refusal_for_the_databases_sake_says_in_the_log_why(door: Scim, file: Path) -> None:
    with sqlite3.connect(file, isolation_level=None) as holder:
        holder.execute("begin immediate")
        with structlog.testing.capture_logs() as lines:
            assert door.post("/Users", ADA).status_code == 503
        holder.execute("rollback")
    assert [each["reason"] for each in lines if each["event"] == "database_unavailable"] == ["OperationalError: database is locked"]
    assert door.rows(person) == 1


def test_a_failed_statement_does_not_repeat_its_values(database: Database) -> None:
    open_door(database)
    row = {"name": None, "kind": "a-value-not-to-be-seen", "created_at": NOW}
    with pytest.raises(IntegrityError) as failed, database.writing() as connection:
        connection.execute(source.insert(), row)
    assert "a-value-not-to-be-seen" not in str(failed.value)
    assert TOKEN not in str(failed.value)
