"""Marks: what needs a look. Written in the transaction that changed the world, read by the hand.

A mark is a key with two counters. `wanted` is bumped, `done` follows; the key is dirty while `wanted > done`. Lost, doubled
or reordered wake-ups do no harm, because a run reads everything afresh.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, or_, true

from scim_bridge.db.statements import chunks, insert
from scim_bridge.work.tables import work

Kind = Literal["person", "group", "everybody", "key"]
EVERYBODY = "*"


@dataclass(frozen=True, order=True)
class Key:
    """What to look at. `subject` is the person's or the group's internal id as text, `*` for everybody.

    Of a `key` that somebody asked to have withdrawn or restored, it is the platform's own id.
    """

    platform: str
    kind: Kind
    subject: str


def mark(
    connection: Connection,
    keys: Iterable[Key],
    *,
    now: datetime,
    requested_by: str | None = None,
    wide: bool | None = None,
    urgent: bool = False,
) -> None:
    """Make every key due, in one order for all writers so that two of them cannot deadlock.

    A key that waits for its next try keeps that time; one that was parked is taken up again. `urgent` is for what takes
    something away: such keys are claimed before all others, however long those have waited.

    `requested_by` is the push that asks; `wide` whether everything is to be looked at, which it is when no push asks. A key that
    waits keeps both: what a sweep finds waiting is still done because of the push, and the push does not make it less wide.
    """
    for chunk in chunks(sorted(set(keys)), 200):
        rows = [
            {
                "platform": key.platform,
                "kind": key.kind,
                "subject": key.subject,
                "wanted": 1,
                "done": 0,
                "due_at": now,
                "attempts": 0,
                "parked": False,
                "requested_by": requested_by,
                "wide": requested_by is None if wide is None else wide,
                "urgent": urgent,
            }
            for key in chunk
        ]
        statement = insert(connection, work).values(rows)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["platform", "kind", "subject"],
                set_={
                    "wanted": work.c.wanted + 1,
                    "due_at": case((_waits_its_turn(), work.c.due_at), else_=statement.excluded.due_at),
                    "attempts": case((_waits_its_turn(), work.c.attempts), else_=0),
                    "urgent": case((and_(_waits_its_turn(), work.c.urgent), true()), else_=statement.excluded.urgent),
                    "parked": false(),
                    "requested_by": func.coalesce(statement.excluded.requested_by, case((_waits(), work.c.requested_by))),
                    "wide": or_(statement.excluded.wide, and_(_waits(), work.c.wide)),
                },
            )
        )


def _waits() -> ColumnElement[bool]:
    return work.c.wanted > work.c.done


def _waits_its_turn() -> ColumnElement[bool]:
    return and_(_waits(), work.c.parked == false())
