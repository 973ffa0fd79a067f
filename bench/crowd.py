"""Directories of any size, written straight into the tables: pushing a million people would take hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid5

import orjson
from sqlalchemy import insert, select, text, update

from scim_bridge.db import Connection, Database
from scim_bridge.directory import groups
from scim_bridge.directory.tables import member, person, scim_group, scim_user, source, user_value
from scim_bridge.directory.values import value_rows
from scim_bridge.scim.registry import USER

CHUNK = 5_000
NAMES = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"


def resource(number: int) -> dict[str, object]:
    return {"schemas": [USER_URN], "userName": f"u{number:07}@example.com", "active": True}


def fill(database: Database, count: int, *, first: int = 0) -> None:
    """Users number `first` to `count`, in chunks of one transaction each."""
    with database.reading() as connection:
        source_id = connection.scalar(select(source.c.id).where(source.c.name == "default"))
    for start in range(first, count, CHUNK):
        with database.writing() as connection:
            _some(connection, int(source_id or 1), range(start, min(start + CHUNK, count)))
    with database.writing() as connection:
        connection.execute(text("analyze"))


def _some(connection: Connection, source_id: int, numbers: range) -> None:
    people, users, values = [], [], []
    for number in numbers:
        made = resource(number)
        name, key = str(made["userName"]), number + 1
        stamps = {"created_at": NOW, "modified_at": NOW}
        people.append({"id": key, "source_id": source_id, "user_name": name, "user_name_key": name, "created_at": NOW})
        users.append(
            {"id": key, "scim_id": str(uuid5(NAMES, name)), "source_id": source_id, "person_id": key, "user_name": name,
             "user_name_key": name, "active": True, "payload": orjson.dumps(made, option=orjson.OPT_SORT_KEYS).decode(),
             "version": 1, **stamps}
        )  # fmt: skip
        values += [{"user_id": key} | row for row in value_rows(made, USER)]
    connection.execute(insert(person), people)
    connection.execute(insert(scim_user), users)
    connection.execute(insert(user_value), values)


def group_of(database: Database, name: str, size: int) -> str:
    """A group with the first `size` users in it. Its SCIM id."""
    with database.writing() as connection:
        source_id = connection.scalar(select(source.c.id).where(source.c.name == "default"))
        made = groups.insert_group(connection, int(source_id or 1), {"displayName": name}, now=NOW)
        for chunk in _chunks(size):
            connection.execute(insert(member), [{"group_id": made.id, "user_id": number + 1} for number in chunk])
        connection.execute(update(scim_group).where(scim_group.c.id == made.id).values(version=size + 1))
    return str(made.scim_id)


def _chunks(size: int) -> Iterator[range]:
    for start in range(0, size, CHUNK):
        yield range(start, min(start + CHUNK, size))


def user_id(number: int) -> str:
    return str(uuid5(NAMES, f"u{number:07}@example.com"))
