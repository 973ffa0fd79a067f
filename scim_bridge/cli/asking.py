"""From what a person typed to what is meant, or a sentence with what there is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scim_bridge.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from scim_bridge.directory.persons import FoundPerson
    from scim_bridge.wiring import House

_SPAN = re.compile(r"([0-9]+) ?(s|sec|m|min|h|d|w)")
_UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST = timedelta(days=36_500)


def found_people(house: House, text: str) -> list[FoundPerson]:
    """Everybody of that name, people who are there before tombstones. `NotFoundError` when there is nobody."""
    from scim_bridge.directory import persons

    with house.database.reading() as connection:
        found = persons.find(connection, text)
    if not found:
        raise NotFoundError(f'Nobody has the SCIM id, userName or externalId "{text}".')
    return found


def whose_ids(house: House, text: str) -> list[int]:
    return sorted(each.person_id for each in found_people(house, text))


def the_person(house: House, text: str, source: str | None = None) -> FoundPerson:
    """The one person of that name: somebody who is there, else the newest tombstone. `UsageError` when several are meant."""
    found = [each for each in found_people(house, text) if source in (None, each.source)]
    if not found:
        raise NotFoundError(f'Source "{source}" has nobody called "{text}".')
    there = [each for each in found if each.user_id is not None]
    if len(there) > 1 or (not there and len({each.source for each in found}) > 1):
        several = "; ".join(f"{each.user_name} of source {each.source}, SCIM id {each.user_id or 'gone'}" for each in there or found)
        raise UsageError(f'"{text}" may be several people: {several}. Name one by SCIM id, or add --source.')
    return (there or found)[0]


def known_platform(house: House, name: str) -> None:
    """`NotFoundError` unless a file in force or the ledger speaks of this platform."""
    from scim_bridge.ledger.accounts import platforms

    with house.database.reading() as connection:
        known = sorted({*house.platforms.names(), *platforms(connection)})
    if name not in known:
        raise NotFoundError(f'There is no platform "{name}". There is: {", ".join(known) or "none yet"}.')


def since(text: str | None, now: datetime) -> datetime | None:
    """An ISO date or instant (UTC where it names no zone), or a span like 90s, 30min, 24h, 7d, back from now."""
    if text is None:
        return None
    span = _SPAN.fullmatch(text.strip().lower())
    if span is not None:
        return now - min(_LONGEST, timedelta(seconds=min(int(span[1]) * _UNITS[span[2]], 10**10)))
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f'"{text}" is no time. Write a date (2026-03-01), an instant or a span (24h, 7d).') from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
