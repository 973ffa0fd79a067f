"""Views read by chunks: their statements follow the chunks, not the people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from scim_bridge.db import utc_now
from scim_bridge.intake.push import Push
from scim_bridge.intake.users import create_user
from scim_bridge.reconcile.views.holdings import CHUNK, holdings
from tests.cli.worlds import SANDBOX, USER, World

EVERYBODY = SANDBOX.replace("{group: Research}", "everybody")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path).start(EVERYBODY)
    yield made
    made.close()


def hire(world: World, numbers: range) -> None:
    """All in one transaction."""
    push = Push(1, "default", "test", utc_now(), "")
    with world.house.database.writing() as connection:
        for number in numbers:
            mail = f"p{number}@example.com"
            create_user(connection, push, {"schemas": [USER], "userName": mail, "emails": [{"value": mail}], "active": True})


def statements(world: World) -> tuple[int, int]:
    """(rows, statements) of one look."""
    seen: list[str] = []

    def note(_1: object, _2: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = world.house.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        rows = holdings(world.house.database, world.house.platforms)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(rows), len(seen)


def test_holdings_take_the_same_statements_for_ten_people_and_for_a_chunk(world: World) -> None:
    hire(world, range(10))
    few = statements(world)
    hire(world, range(10, CHUNK))
    many = statements(world)
    assert (few[0], many[0]) == (20, 2 * CHUNK)
    assert many[1] == few[1]
    hire(world, range(CHUNK, CHUNK + 20))
    assert statements(world)[1] <= 2 * many[1]
