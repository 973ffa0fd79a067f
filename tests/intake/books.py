"""A directory to push into, without HTTP: a source, a clock that stands still, users and groups in bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, event, insert, select

from scim_bridge.audit.records import Record, records
from scim_bridge.db import Database
from scim_bridge.directory import sources
from scim_bridge.directory.tables import member, person, scim_group, scim_user
from scim_bridge.intake import groups, users
from scim_bridge.intake.push import Push
from scim_bridge.work.tables import work
from tests.web.doors import speak_of

T = TypeVar("T")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class Books:
    """One source, two platforms that speak of it, and pushes."""

    def __init__(self, database: Database, *platforms: str) -> None:
        self.database = database
        made = database.write(
            lambda connection: sources.add(connection, "default", kind="okta", initiator="test", now=NOW)
        )
        self.push = Push(made.id, made.name, "token okta", NOW, "https://bridge.example.com/scim/v2", "req-1")
        speak_of(database, "default", *platforms)
        self.forget()

    def write(self, deed: Callable[..., T], *arguments: Any, push: Push | None = None) -> T:
        return self.database.write(lambda connection: deed(connection, push or self.push, *arguments))

    def read(self, look: Callable[[Connection], T]) -> T:
        with self.database.reading() as connection:
            return look(connection)

    def new_user(self, name: str, **attributes: Any) -> Any:
        return self.write(users.create_user, {"userName": name, **attributes})

    def new_group(self, name: str, *members: Any) -> Any:
        named = [{"value": each.scim_id} for each in members]
        return self.write(groups.create_group, {"displayName": name, "members": named})

    def patch_group(self, group: Any, *operations: dict[str, Any]) -> Any:
        return self.write(groups.patch_group, group.scim_id, {"Operations": list(operations)})

    def group(self, scim_id: str) -> Any:
        return self.read(lambda connection: connection.execute(
            select(scim_group).where(scim_group.c.scim_id == scim_id)).one())

    def members(self, row_id: int) -> set[int]:
        """Person ids directly in the group row."""
        wanted = select(scim_user.c.person_id).join(member).where(member.c.group_id == row_id)
        return set(self.read(lambda connection: list(connection.scalars(wanted))))

    def marks(self) -> dict[tuple[str, str, str], int]:
        rows = self.read(lambda connection: connection.execute(select(work)).all())
        return {(row.platform, row.kind, row.subject): row.wanted for row in rows}

    def forget(self) -> None:
        """Start from no marks and no records."""
        with self.database.writing() as connection:
            connection.exec_driver_sql("delete from work")
            connection.exec_driver_sql("delete from audit_record")

    def records(self) -> list[Record]:
        """In the order they were written."""
        return self.read(lambda connection: records(connection))[::-1]

    def crowd(self, number: int) -> list[Any]:
        """This many users, written in bulk."""
        source = self.push.source_id
        stamps = {"created_at": NOW, "source_id": source}
        names = [f"user{index}@example.com" for index in range(number)]
        with self.database.writing() as connection:
            connection.execute(
                insert(person), [{"id": index + 1, "user_name": name, "user_name_key": name, **stamps}
                                 for index, name in enumerate(names)]
            )
            if not self.database.is_sqlite:  # its counter does not see numbers that were given
                connection.exec_driver_sql("select setval(pg_get_serial_sequence('person', 'id'), (select max(id) from person))")
            connection.execute(insert(scim_user), [
                {"scim_id": f"00000000-0000-4000-8000-{index:012}", "person_id": index + 1, "user_name": name,
                 "user_name_key": name, "active": True, "payload": f'{{"userName":"{name}","active":true}}',
                 "version": 1, "modified_at": NOW, **stamps}
                for index, name in enumerate(names)
            ])
            return list(connection.execute(select(scim_user).order_by(scim_user.c.id)))

    def enrol(self, group: Any, people: list[Any]) -> None:
        with self.database.writing() as connection:
            connection.execute(insert(member), [{"group_id": group.id, "user_id": each.id} for each in people])

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The statements sent to the database meanwhile."""
        seen: list[str] = []

        def note(*given: Any) -> None:
            seen.append(given[2])

        event.listen(self.database.engine, "before_cursor_execute", note)
        yield seen
        event.remove(self.database.engine, "before_cursor_execute", note)
