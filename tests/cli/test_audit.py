"""`audit`: what is on record."""

from __future__ import annotations

import sqlite3

import pytest

from scim_bridge.audit.seal import seal
from tests.cli.worlds import World

SHAPE = {"at", "action", "subject", "initiator", "source", "request_id", "platform", "place", "role", "rule", "outcome"}


def test_the_newest_come_first_in_their_fixed_shape(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    records = world.run("audit", "show", "--json").json["records"]
    assert all(record.keys() >= SHAPE for record in records)
    assert [record["at"] for record in records] == sorted((record["at"] for record in records), reverse=True)
    assert (records[0]["action"], records[0]["place"], records[0]["rule"]) == ("grant", "research", "researchers")


def test_person_since_and_limit_narrow_it(world: World) -> None:
    world.hire("ada", "Research")
    world.hire("grace", "Research")
    subjects = {record["subject"] for record in world.run("audit", "show", "--person", "ada@example.com", "--json").json["records"]}
    assert subjects == {"ada@example.com"}
    assert len(world.run("audit", "show", "--limit", "2", "--json").json["records"]) == 2
    assert world.run("audit", "show", "--since", "2999-01-01", "--json").json == {"records": []}
    assert world.run("audit", "show", "--since", "24h", "--json").json["records"]


@pytest.mark.parametrize("text", ["yesterday", "24", "-1h", ""])
def test_a_time_that_is_none_is_told(world: World, text: str) -> None:
    answer = world.run("audit", "show", "--since", text)
    assert answer.code == 2
    assert "is no time" in answer.err


def test_a_record_that_was_changed_breaks_the_chain(world: World) -> None:
    world.hire("ada", "Research")
    world.house.database.write(seal)
    assert world.run("audit", "verify", "--json").json == {"intact": True, "first_broken": None, "unsealed": False}
    with sqlite3.connect(world.folder / "bridge.db") as by_hand:
        by_hand.execute("UPDATE audit_record SET initiator = 'somebody else' WHERE id = 3")
    by_hand.close()
    answer = world.run("audit", "verify")
    assert answer.code == 1
    assert "Record 3 is not what was sealed" in answer.out


def test_a_record_is_one_line_of_a_hundred_columns(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    shown = world.run("audit", "show").out.splitlines()
    assert max(len(line) for line in shown) <= 100
    (grant,) = [line for line in shown if " grant " in line]
    words = ["grant", "ada@example.com", "sandbox", "/", "research", "/", "member", "token", "test"]
    assert grant.split() == [*grant.split()[:2], *words]
