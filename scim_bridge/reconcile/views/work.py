"""The slate with names: what is not settled, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scim_bridge.db import Connection, Database, utc_now
from scim_bridge.db.statements import chunks
from scim_bridge.directory import persons
from scim_bridge.directory.groups import display_names
from scim_bridge.work.slate import Item, State, unsettled


@dataclass(frozen=True)
class Work:
    platform: str
    kind: str
    id: str
    """The bridge's own id of the person or group, `*` for everybody."""
    subject: str
    """The userName, the group's name, or `everybody`."""
    state: State
    attempts: int
    due_at: datetime
    reason: str | None
    since: datetime | None
    """When it first failed."""

    def as_json(self) -> dict[str, Any]:
        """One entry of `work list --json`."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def work(database: Database, *, platform: str | None = None) -> list[Work]:
    """Everything that is due, running, delayed or parked."""
    with database.reading() as connection:
        items = unsettled(connection, now=utc_now(), platform=platform)
        names = _names(connection, items)
    return [
        Work(
            platform=item.key.platform,
            kind=item.key.kind,
            id=item.key.subject,
            subject=names.get((item.key.kind, item.key.subject), item.key.subject),
            state=item.state,
            attempts=item.attempts,
            due_at=item.due_at,
            reason=item.reason,
            since=item.first_failed_at,
        )
        for item in items
    ]


def _names(connection: Connection, items: list[Item]) -> dict[tuple[str, str], str]:
    found = {("everybody", "*"): "everybody"}
    for ids in chunks([int(item.key.subject) for item in items if item.key.kind == "person"]):
        found |= {("person", str(each)): person.user_name for each, person in persons.people(connection, ids).items()}
    for ids in chunks([int(item.key.subject) for item in items if item.key.kind == "group"]):
        found |= {("group", str(each)): name for each, name in display_names(connection, ids).items()}
    return found
