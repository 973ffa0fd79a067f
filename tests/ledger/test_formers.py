"""What people had and lost: whose it is, how long it is remembered, and when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from scim_bridge.access.former import FormerAccount
from scim_bridge.access.standing import OwnAccount
from scim_bridge.db import Database
from scim_bridge.ledger import accounts, formers

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OWN = OwnAccount("Ada@Example.com", "user", "active", account_id="acct_1")


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.writing() as open_connection:
        yield open_connection


def sought(connection: Connection, *people: int) -> dict[int, tuple[FormerAccount, ...]]:
    formers.seek(connection, "lab", people, now=NOW)
    return formers.sought(connection, "lab", people)


def test_only_what_a_sweep_asks_for_is_asked_for_and_only_until_somebody_looked(connection: Connection) -> None:
    formers.note_former(connection, "lab", 1, OWN, now=NOW)
    assert formers.sought(connection, "lab", [1]) == {}
    assert sought(connection, 1) == {1: (FormerAccount("Ada@Example.com", "acct_1", NOW),)}
    formers.looked(connection, "lab", [1])
    assert formers.sought(connection, "lab", [1]) == {}


def test_an_address_and_an_id_are_theirs_who_had_them_last(connection: Connection) -> None:
    formers.note_former(connection, "lab", 1, OWN, now=NOW)
    formers.note_former(connection, "lab", 2, OwnAccount("ada@example.com", "user", "active", account_id="acct_2"), now=LATER)
    assert sought(connection, 1, 2) == {
        1: (FormerAccount(None, "acct_1", NOW),),
        2: (FormerAccount("ada@example.com", "acct_2", LATER),),
    }
    formers.note_former(connection, "lab", 3, OwnAccount("eve@example.com", "user", "active", account_id="acct_1"), now=LATER)
    assert 1 not in sought(connection, 1)


def test_the_same_account_lost_twice_is_one_with_the_later_end(connection: Connection) -> None:
    formers.note_former(connection, "lab", 1, OWN, now=NOW)
    formers.note_former(connection, "lab", 1, OWN, now=LATER)
    assert [each.ended_at for each in sought(connection, 1)[1]] == [LATER]


def test_another_platform_is_another_matter(connection: Connection) -> None:
    formers.note_former(connection, "elsewhere", 1, OWN, now=NOW)
    assert sought(connection, 1) == {}
    formers.drop_formers(connection, "lab", 1)
    assert formers.remembered(connection, "elsewhere") == [1]


def test_what_ended_long_ago_is_forgotten_and_named(connection: Connection) -> None:
    formers.note_former(connection, "lab", 1, OWN, now=NOW)
    formers.note_former(connection, "lab", 2, OwnAccount("eve@example.com", "user", "active"), now=LATER)
    assert formers.purge_formers(connection, before=LATER) == [("lab", 1)]
    assert formers.remembered(connection, "lab") == [2]


def test_what_a_human_took_away_is_remembered_from_then_on(connection: Connection) -> None:
    taken = OwnAccount("eve@example.com", "user", "removed_by_hand", account_id="acct_3")
    accounts.note_account(connection, "lab", 3, taken, now=NOW)
    for _ in range(2):
        formers.note_taken_by_hand(connection, "lab", [3], since=NOW - timedelta(days=1))
    assert sought(connection, 3) == {3: (FormerAccount("eve@example.com", "acct_3", NOW),)}
    accounts.note_account(connection, "lab", 4, OwnAccount("lin@example.com", "user", "removed_by_hand"), now=NOW)
    formers.note_taken_by_hand(connection, "lab", [4], since=LATER)
    assert sought(connection, 4) == {}


def test_a_sweep_begins_once_however_many_processes_want_it(connection: Connection) -> None:
    assert formers.last_sweep(connection, "lab") is None
    assert formers.begin_sweep(connection, "lab", now=NOW, unless_since=NOW - timedelta(days=1))
    assert not formers.begin_sweep(connection, "lab", now=LATER, unless_since=LATER - timedelta(days=1))
    assert formers.last_sweep(connection, "lab") == NOW
    assert formers.begin_sweep(connection, "lab", now=LATER)  # somebody asked
    assert formers.last_sweep(connection, "lab") == LATER
