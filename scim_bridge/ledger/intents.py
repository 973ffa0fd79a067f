"""Intents before deeds, and removals after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from scim_bridge.access.change import LOSSES, Change
from scim_bridge.ledger.tables import intent, removal


def open_intent(connection: Connection, change: Change, person_id: int, *, now: datetime) -> int:
    """About to do this. Committed before the call. One that is open already for the same deed is the one."""
    values = {
        "platform": change.platform,
        "person_id": person_id,
        "kind": change.kind,
        "place_id": change.place_id,
        "role": change.role,
        "object_id": change.object_id,
        "email": change.principal.name.casefold(),
    }
    same = [intent.c[name].is_not_distinct_from(value) for name, value in values.items()]
    known = connection.scalar(select(intent.c.id).where(*same).limit(1))
    if known is not None:
        return int(known)
    result = connection.execute(insert(intent).values(**values, opened_at=now).returning(intent.c.id))
    return int(result.scalar_one())


def close_intents(connection: Connection, ids: Iterable[int]) -> None:
    connection.execute(delete(intent).where(intent.c.id.in_(list(ids))))


def stale_intents(connection: Connection, *, before: datetime) -> list[tuple[str, int]]:
    """(platform, person) of intents that nobody closed: somebody must look again."""
    query = select(intent.c.platform, intent.c.person_id).where(intent.c.opened_at < before).distinct()
    return [(row.platform, row.person_id) for row in connection.execute(query)]


def category_of(change: Change) -> str | None:
    """What the brake counts it as: `people`, `drops`, `keys`; None for what gives."""
    if change.kind == "withdraw_key":
        return "keys"
    if change.kind in LOSSES:
        return "people"
    return "drops" if change.kind == "change_role" and change.drop else None


def note_removal(
    connection: Connection, change: Change, person_id: int, outcome: str, *, now: datetime, released: bool = False
) -> tuple[int, bool]:
    """Something was taken away; not yet read back. What a human released does not count in the brake's window.

    Returns the removal's number, and whether it is new: one that was answered before and not read back stays one step.
    """
    known = open_removal(connection, change, person_id)
    if known is not None:
        return known, False
    category = category_of(change) if not released else None
    values = {**_values(change, person_id), "category": category, "at": now, "outcome": outcome}
    return int(connection.execute(insert(removal).values(values).returning(removal.c.id)).scalar_one()), True


def open_removal(connection: Connection, change: Change, person_id: int) -> int | None:
    """The number of this deed's removal, when it was answered and not read back. Whatever the deed is counted as."""
    same = [removal.c[name].is_not_distinct_from(value) for name, value in _values(change, person_id).items()]
    return connection.scalar(select(removal.c.id).where(*same, removal.c.confirmed_at.is_(None)).limit(1))


def _values(change: Change, person_id: int) -> dict[str, Any]:
    return {
        "platform": change.platform,
        "person_id": person_id,
        "kind": change.kind,
        "place": change.place,
        "object": _object(change),
    }


def _object(change: Change) -> str:
    """What was taken: a key's or an invitation's id, a role, or the address of the account itself."""
    if change.kind in {"remove_account", "suspend_account"}:
        return change.principal.name.casefold()
    return change.object_id or change.role or change.principal.name


def confirm_removals(connection: Connection, ids: Iterable[int], *, now: datetime) -> None:
    connection.execute(update(removal).where(removal.c.id.in_(list(ids))).values(confirmed_at=now))


def lost_in_window(connection: Connection, platform: str, *, since: datetime) -> dict[str, set[int]]:
    """Persons who lost something since then, by category: the brake's rolling window."""
    query = select(removal.c.category, removal.c.person_id).where(
        removal.c.platform == platform, removal.c.at >= since, removal.c.category.is_not(None)
    )
    found: dict[str, set[int]] = {"people": set(), "drops": set(), "keys": set()}
    for row in connection.execute(query.distinct()):
        found[row.category].add(row.person_id)
    return found


@dataclass(frozen=True)
class Removal:
    """One step of somebody's leaving, as it was answered and read back."""

    platform: str
    kind: str
    place: str | None
    object: str | None
    at: datetime
    outcome: str
    confirmed_at: datetime | None


def removals_of(
    connection: Connection, person_ids: Sequence[int], *, since: datetime | None = None
) -> dict[int, list[Removal]]:
    """By person, the oldest first."""
    query = select(removal).where(removal.c.person_id.in_(person_ids)).order_by(removal.c.id)
    if since is not None:
        query = query.where(removal.c.at >= since)
    found: dict[int, list[Removal]] = defaultdict(list)
    for row in connection.execute(query):
        step = Removal(row.platform, row.kind, row.place, row.object, row.at, row.outcome, row.confirmed_at)
        found[row.person_id].append(step)
    return found
