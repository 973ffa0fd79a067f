"""The record is added to, chained afterwards, and shows where it was touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from scim_bridge.audit.records import BRIDGE, Entry, record, records
from scim_bridge.audit.seal import has_unsealed, seal, verify
from scim_bridge.audit.tables import audit_record
from scim_bridge.db import Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def write(database: Database, *actions: str) -> None:
    with database.writing() as connection:
        record(connection, [Entry(action, "ada@example.com", person_id=7) for action in actions], now=NOW)


def sealed(database: Database, *actions: str) -> None:
    write(database, *actions)
    with database.writing() as connection:
        assert seal(connection) == len(actions)


def broken_at(database: Database) -> int | None:
    with database.reading() as connection:
        return verify(connection)


def tamper(database: Database, statement: str) -> None:
    """As somebody with the database in their hands, whom no foreign key stops."""
    off = "PRAGMA foreign_keys = OFF" if database.is_sqlite else "SET session_replication_role = replica"
    with database.engine.connect() as connection:
        connection.connection.driver_connection.execute(off)  # SQLite hears it outside a transaction only
        connection.exec_driver_sql(statement)
        connection.commit()
    database.engine.dispose()  # nobody inherits that connection


def test_entries_come_back_as_they_were_written(database: Database) -> None:
    entry = Entry(
        "grant", "ada@example.com", person_id=7, initiator="scim-bridge", source="default", request_id="r1", platform="lab",
        place="research", role="member", rule="members", before={"role": "x"}, after={"é": [1]}, outcome="done", detail="now",
    )  # fmt: skip
    with database.writing() as connection:
        record(connection, [entry], now=NOW)
        (found,) = records(connection)
    assert found.at == NOW
    assert {name: getattr(found, name) for name in Entry.__dataclass_fields__} == vars(entry)


def test_the_newest_come_first_and_can_be_narrowed(database: Database) -> None:
    with database.writing() as connection:
        record(connection, [Entry("a", "x", person_id=1), Entry("b", "y", person_id=2)], now=NOW)
        record(connection, [Entry("c", "x", person_id=1)], now=NOW + timedelta(hours=1))
        assert [each.action for each in records(connection)] == ["c", "b", "a"]
        assert [each.action for each in records(connection, person_ids=[1])] == ["c", "a"]
        assert [each.action for each in records(connection, since=NOW + timedelta(minutes=1))] == ["c"]
        assert [each.action for each in records(connection, limit=1)] == ["c"]


def test_an_untouched_chain_verifies(database: Database) -> None:
    sealed(database, "a", "b")
    sealed(database, "c")
    assert broken_at(database) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_record SET role = 'owner' WHERE id = 2",
        "UPDATE audit_record SET at = at + 1 WHERE id = 2",
        "UPDATE audit_record SET person_id = 8 WHERE id = 2",
        "UPDATE audit_seal SET hash = 'x' WHERE sequence = 2",
        "DELETE FROM audit_record WHERE id = 2",
    ],
)
def test_a_touched_record_is_named(database: Database, statement: str) -> None:
    sealed(database, "a", "b", "c")
    tamper(database, statement)
    assert broken_at(database) == 2


def test_a_record_taken_out_with_its_seal_breaks_the_chain_behind_it(database: Database) -> None:
    sealed(database, "a", "b", "c")
    tamper(database, "DELETE FROM audit_seal WHERE sequence = 2")
    tamper(database, "DELETE FROM audit_record WHERE id = 2")
    assert broken_at(database) == 3


def test_sealing_is_done_in_portions_and_once(database: Database) -> None:
    write(database, "a", "b", "c")
    with database.writing() as connection:
        assert has_unsealed(connection)
        assert seal(connection, limit=2) == 2
        assert has_unsealed(connection)
        assert seal(connection, limit=2) == 1
        assert seal(connection) == 0
        assert not has_unsealed(connection)
    assert broken_at(database) is None


def test_a_record_that_was_committed_late_is_sealed_all_the_same(database: Database) -> None:
    """Numbers are given before the commit: on PostgreSQL a smaller one may appear after a greater one was sealed."""
    sealed(database, "a")
    with database.writing() as connection:
        connection.execute(insert(audit_record).values(**_row(3)))
    with database.writing() as connection:
        assert seal(connection) == 1
        connection.execute(insert(audit_record).values(**_row(2)))
    with database.writing() as connection:
        assert has_unsealed(connection)
        assert seal(connection) == 1
    assert broken_at(database) is None


def _row(number: int) -> dict[str, object]:
    return {
        "id": number, "at": NOW, "action": "x", "subject": "s", "subject_kind": "person", "initiator": "i", "outcome": "done",
    }  # fmt: skip


def test_lesson_47_what_followed_from_a_push_is_put_down_to_whoever_pushed(database: Database) -> None:
    push = Entry("user.created", "ada@example.com", initiator="token okta", source="default", request_id="r7")
    same_id = Entry("user.created", "mallory@example.com", initiator="token other", source="other", request_id="r7")
    followed = Entry("grant", "ada@example.com", initiator=BRIDGE, source="default", request_id="r7", platform="lab")
    by_itself = Entry("grant", "ada@example.com", initiator=BRIDGE, source="default", platform="lab")
    with database.writing() as connection:
        record(connection, [push, same_id], now=NOW)
        record(connection, [followed, by_itself], now=NOW)
        written = records(connection)
    assert [each.initiator for each in reversed(written)] == ["token okta", "token other", "token okta", BRIDGE]
