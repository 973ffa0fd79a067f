"""Pages out of stretches: by a number of rows to pass over, or from the row where the last page ended.

A walk goes on by the values of that row, so that a page costs the same wherever it is, and people who come and go meanwhile
move nobody else. No statement of a walk has an OFFSET, and none an OR, which would hide the order from the index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, func, literal, select, true

from scim_bridge.directory.sorting import Stretch


@dataclass(frozen=True)
class Found:
    """A row of a listing: of which part, under which internal id, and where it stands."""

    kind: int
    id: int
    place: tuple[Any, ...]
    """The number of the stretch, then what the stretch is ordered by. Fit for JSON."""


def window(connection: Connection, listing: Sequence[Stretch], start: int, limit: int, *, backward: bool) -> list[Found]:
    """`limit` rows after the first `start`, in ascending order, or the other way round."""
    found: list[Found] = []
    for number, stretch in _turned(list(enumerate(listing)), backward):
        if len(found) == limit:
            break
        rows = _ordered(stretch, backward).offset(start).limit(limit - len(found))
        some = _run(connection, rows, number, stretch)
        start = 0 if some else start - (_length(connection, stretch) if start else 0)
        found += some
    return found


def walk(
    connection: Connection, listing: Sequence[Stretch], place: tuple[Any, ...] | None, limit: int, *, backward: bool
) -> list[Found]:
    """`limit` rows beyond the one at `place`, or from the beginning, in ascending order or the other way round."""
    found: list[Found] = []
    for number, stretch, condition in _beyond(listing, place, backward):
        if len(found) == limit:
            break
        rows = _ordered(stretch, backward).where(condition).limit(limit - len(found))
        found += _run(connection, rows, number, stretch)
    return found


def _beyond(listing: Sequence[Stretch], place: tuple[Any, ...] | None, backward: bool) -> Iterator[tuple[int, Stretch, Any]]:
    """What is beyond the place, in parts that each are one range of an index, nearest first."""
    for number, stretch in _turned(list(enumerate(listing)), backward):
        if place is None or (number < place[0] if backward else number > place[0]):
            yield number, stretch, true()
        elif number == place[0]:
            yield from ((number, stretch, condition) for condition in _ranges(stretch, place[1:], backward))


def _ranges(stretch: Stretch, values: Sequence[Any], backward: bool) -> Iterator[Any]:
    """First those that agree with the row in all but the last column, then those that agree in all but the last two."""
    columns = [stretch.column(name) for name in stretch.order]
    pairs = [(column, literal(value, column.type)) for column, value in zip(columns, values, strict=True)]
    for agreeing in reversed(range(len(pairs))):
        column, value = pairs[agreeing]
        further = column < value if backward else column > value
        yield and_(*(each == same for each, same in pairs[:agreeing]), further)


def _ordered(stretch: Stretch, backward: bool) -> Select[Any]:
    columns = [stretch.column(name) for name in stretch.order]
    return stretch.rows.order_by(*(column.desc() if backward else column for column in columns))


def _run(connection: Connection, rows: Select[Any], number: int, stretch: Stretch) -> list[Found]:
    return [
        Found(row.kind, row.id, (number, *(getattr(row, name) for name in stretch.order))) for row in connection.execute(rows)
    ]


def _length(connection: Connection, stretch: Stretch) -> int:
    return connection.scalar(select(func.count()).select_from(stretch.rows.subquery())) or 0


def _turned(stretches: list[tuple[int, Stretch]], backward: bool) -> list[tuple[int, Stretch]]:
    return stretches[::-1] if backward else stretches
