"""From what a person typed to what is meant, or a sentence with what there is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from scim_bridge.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from scim_bridge.directory.persons import FoundPerson
    from scim_bridge.wiring import House

LONGEST_NAME = 256

SOURCE = click.option("--source", metavar="NAME", help="Of this source, where several have somebody of that name.")

_SPAN = re.compile(r"([0-9]{1,12}) ?(s|sec|m|min|h|d|w)")
_UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST = timedelta(days=36_500)


def the_person(house: House, text: str, source: str | None = None) -> FoundPerson:
    """The one person of that name: somebody who is there, else the newest tombstone.

    `NotFoundError` when there is nobody; `UsageError` when several are meant, also where one of them has been deleted: their
    leaving may be what is asked about.
    """
    found = [each for each in _found_people(house, text) if source in (None, each.source)]
    if not found:
        raise NotFoundError(f'Source "{source}" has nobody called "{text}".')
    there = [each for each in found if each.user_id is not None]
    if len(there) > 1 or len({each.source for each in found}) > 1:
        several = "; ".join(f"{each.user_name} of source {each.source}, SCIM id {each.user_id or 'gone'}" for each in found)
        raise UsageError(f'"{text}" may be several people: {several}. Name one by SCIM id, or add --source.')
    return (there or found)[0]


def the_ids(house: House, text: str | None, source: str | None) -> list[int] | None:
    """Whom a command is narrowed to by `--person` and `--source`; None for everybody."""
    if text is not None:
        return [the_person(house, text, source).person_id]
    if source is not None:
        raise click.UsageError("--source says which --person is meant.")
    return None


def _found_people(house: House, text: str) -> list[FoundPerson]:
    """Everybody of that name, people who are there before tombstones; a SCIM id is nobody else's. `NotFoundError` for nobody."""
    from scim_bridge.directory import persons

    with house.database.reading() as connection:
        found = persons.find(connection, text)
    if not found:
        raise NotFoundError(f'Nobody has the SCIM id, userName or externalId "{text}".')
    return [each for each in found if each.user_id == text] or found


def known_platform(house: House, name: str | None) -> None:
    """`NotFoundError` unless a file in force, the ledger or somebody's pause speaks of this platform. None is every platform."""
    from scim_bridge.ledger.accounts import platforms
    from scim_bridge.ledger.pauses import pauses

    if name is None:
        return
    with house.database.reading() as connection:
        known = sorted({*house.platforms.names(), *platforms(connection), *pauses(connection)})
    if name not in known:
        raise NotFoundError(f'There is no platform "{name}". There is: {", ".join(known) or "none yet"}.')


def a_name(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """In whose name something is done: what `--by` was given, which must say somebody."""
    if text is None:
        return None
    if not text.strip() or len(text.strip()) > LONGEST_NAME:
        raise click.BadParameter(f"it takes a name of 1 to {LONGEST_NAME} characters.")
    return text.strip()


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
    try:
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise UsageError(f'"{text}" is no time of the years 1 to 9999 in UTC.') from None
