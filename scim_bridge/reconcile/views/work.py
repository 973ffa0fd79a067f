"""The slate with names: what is not settled, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scim_bridge.db import Connection, Database, utc_now
from scim_bridge.db.statements import chunks
from scim_bridge.directory import persons
from scim_bridge.directory.groups import display_names
from scim_bridge.ledger.holds import holds
from scim_bridge.ledger.pauses import Pause, pauses
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
    paused: Pause | None = None
    """Who paused its platform, and when: it waits for them, whatever the reason was before."""

    def as_json(self) -> dict[str, Any]:
        """One entry of `work list --json`."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def work(database: Database, *, platform: str | None = None) -> list[Work]:
    """Everything that is due, running, delayed or parked."""
    with database.reading() as connection:
        items = unsettled(connection, now=utc_now(), platform=platform)
        names = _names(connection, items)
        resting = pauses(connection)
    return [
        Work(
            platform=item.key.platform,
            kind=item.key.kind,
            id=item.key.subject,
            subject=names.get((item.key.kind, item.key.subject), item.key.subject),
            state=item.state,
            attempts=item.attempts,
            due_at=item.due_at,
            reason=_reason(item, resting.get(item.key.platform)),
            since=item.first_failed_at,
            paused=resting.get(item.key.platform),
        )
        for item in items
    ]


def paused_because(platform: str, pause: Pause) -> str:
    """Why nothing is done there, and what ends it."""
    since = pause.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    return f"paused by {pause.by} since {since}; it goes on after `scim-bridge platform resume {platform}`"


def _reason(item: Item, pause: Pause | None) -> str | None:
    """What is parked waits for somebody else, and what is running is not stopped."""
    if pause is None or item.state in {"parked", "running"}:
        return item.reason
    return paused_because(item.key.platform, pause) + (f" (before that: {item.reason})" if item.reason else "")


def _names(connection: Connection, items: list[Item]) -> dict[tuple[str, str], str]:
    found = {("everybody", "*"): "everybody"}
    for ids in chunks([int(item.key.subject) for item in items if item.key.kind == "person"]):
        found |= {("person", str(each)): person.user_name for each, person in persons.people(connection, ids).items()}
    for ids in chunks([int(item.key.subject) for item in items if item.key.kind == "group"]):
        found |= {("group", str(each)): name for each, name in display_names(connection, ids).items()}
    return found


def held_people(database: Database, *, platform: str | None = None) -> int:
    """How many people, each counted once, the brake holds something of. That is no work: it waits for a named human."""
    with database.reading() as connection:
        return len({each.person_id for each in holds(connection, platform=platform, released=False)})
