"""Persons as the hand and the commands see them: people with their groups, tombstones included, and groups as principals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from scim_bridge.access.person import Person
from scim_bridge.directory.nesting import groups_of_users, members_below
from scim_bridge.directory.retired import purge_retired, retired_groups
from scim_bridge.directory.tables import Row, person, scim_group, scim_user, source
from scim_bridge.scim.fold import fold

__all__ = [
    "FoundPerson",
    "count_people",
    "everybody",
    "find",
    "known",
    "members_below",
    "people",
    "purge_retired",
    "retired_groups",
]


@dataclass(frozen=True)
class FoundPerson:
    """A person somebody asked for by a name."""

    person_id: int
    source: str
    user_name: str
    user_id: str | None
    """The SCIM `id`; None for a tombstone."""
    external_id: str | None
    active: bool
    deactivated_at: datetime | None
    deleted_at: datetime | None


def people(connection: Connection, person_ids: Sequence[int]) -> dict[int, Person]:
    """These persons with the names of their groups, nested ones included, in two statements however many they are.

    A tombstone is not active and has no attributes. Ids that do not exist are left out.
    """
    rows = connection.execute(_with_user().where(person.c.id.in_(person_ids))).all()
    groups = _group_names(connection, [row.user_row for row in rows if row.user_row is not None])
    return {row.id: _person(row, groups.get(row.user_row, frozenset())) for row in rows}


def everybody(connection: Connection, *, after: int, limit: int) -> list[int]:
    """The next `limit` person ids above `after`, in order, of all sources, tombstones and groups included."""
    wanted = select(person.c.id).where(person.c.id > after).order_by(person.c.id).limit(limit)
    return list(connection.scalars(wanted))


def count_people(connection: Connection) -> int:
    """How many persons have a user now, active or not, in all sources."""
    return connection.scalar(select(func.count()).select_from(scim_user)) or 0


def find(connection: Connection, text: str) -> list[FoundPerson]:
    """Everybody whose SCIM id, userName (without case) or externalId is `text`; tombstones last, the newest first."""
    rows = connection.execute(
        _with_user()
        .where(_named(text), person.c.kind == "person")
        .order_by(person.c.deleted_at.is_not(None), person.c.deleted_at.desc(), person.c.id)
    )
    return [_found(row) for row in rows]


def known(connection: Connection, person_ids: Sequence[int]) -> dict[int, FoundPerson]:
    """These persons, as somebody would find them by name."""
    rows = connection.execute(_with_user().where(person.c.id.in_(person_ids)))
    return {row.id: _found(row) for row in rows}


def _named(text: str) -> ColumnElement[bool]:
    by_id = select(scim_user.c.person_id).where(scim_user.c.scim_id == text)
    return or_(person.c.id.in_(by_id), person.c.user_name_key == fold(text), person.c.external_id == text)


def _with_user() -> Select[Any]:
    return (
        select(person, source.c.name.label("source"))
        .add_columns(scim_user.c.id.label("user_row"), scim_user.c.scim_id, scim_user.c.active, scim_user.c.payload)
        .add_columns(scim_group.c.id.label("group_row"))
        .join(source, source.c.id == person.c.source_id)
        .outerjoin(scim_user, scim_user.c.person_id == person.c.id)
        .outerjoin(scim_group, scim_group.c.principal_id == person.c.id)
    )


@cache
def _names_of_groups() -> Select[Any]:
    walk = groups_of_users()
    return select(walk.c.user_id, scim_group.c.display_name).join(scim_group, scim_group.c.id == walk.c.group_id)


def _group_names(connection: Connection, user_rows: Iterable[int]) -> dict[int, frozenset[str]]:
    names: dict[int, set[str]] = {}
    for user_row, name in connection.execute(_names_of_groups(), {"users": list(user_rows)}):
        names.setdefault(user_row, set()).add(name)
    return {user_row: frozenset(found) for user_row, found in names.items()}


def _person(row: Row, groups: frozenset[str]) -> Person:
    return Person(
        key=str(row.id),
        source=row.source,
        user_name=row.user_name,
        active=bool(row.active) if row.kind == "person" else row.group_row is not None,
        attributes={} if row.payload is None else {"id": row.scim_id, **orjson.loads(row.payload)},
        groups=groups,
        user_id=row.scim_id,
        external_id=row.external_id,
        kind=row.kind,
    )


def _found(row: Row) -> FoundPerson:
    return FoundPerson(
        person_id=row.id,
        source=row.source,
        user_name=row.user_name,
        user_id=row.scim_id,
        external_id=row.external_id,
        active=bool(row.active),
        deactivated_at=row.deactivated_at,
        deleted_at=row.deleted_at,
    )
