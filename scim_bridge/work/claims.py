"""Claims: one run has one key, for as long as its lease lasts.

`seen` is `wanted` as it was when the key was claimed, read before anything else. Completing sets `done = seen`, only while the
lease token is still ours, so that a run that was paused for too long changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, literal, or_, select, true, update

from scim_bridge.work.marks import Key, Kind
from scim_bridge.work.slate import is_fanning_out
from scim_bridge.work.tables import work

LEASE = timedelta(seconds=15)
"""Renewed while a batch runs, so it only has to outlive a pause of the process: what a killed worker had is free so soon."""


@dataclass(frozen=True)
class Claim:
    """A key that is ours to look at until the lease ends."""

    key: Key
    seen: int
    attempts: int
    token: str
    requested_by: str | None
    urgent: bool = False
    reason: str | None = None
    """Why the last run did not come to its end."""
    wide: bool = True
    """Whether everything is to be looked at, and not only what the push that asks may have changed."""


def claim(
    connection: Connection, platform: str, kinds: Sequence[Kind], *, now: datetime, limit: int, lease: timedelta = LEASE
) -> list[Claim]:
    """Take up to `limit` due keys of these kinds that nobody else has: the urgent first, then the longest due."""
    token = str(uuid.uuid4())
    chosen = (
        select(work.c.kind, work.c.subject)
        .where(work.c.platform == platform, work.c.kind.in_(kinds), _due(now))
        .order_by(work.c.urgent.desc(), work.c.due_at, work.c.kind, work.c.subject)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    picked = connection.execute(chosen).all()
    claims: list[Claim] = []
    for kind in sorted({row.kind for row in picked}):
        subjects = [row.subject for row in picked if row.kind == kind]
        taken = connection.execute(
            update(work)
            .where(work.c.platform == platform, work.c.kind == kind, work.c.subject.in_(subjects))
            .values(lease_token=token, lease_until=now + lease)
            .returning(work)
        )
        claims += [
            Claim(
                Key(platform, kind, row.subject), row.wanted, row.attempts, token, row.requested_by,
                urgent=row.urgent, reason=row.reason, wide=row.wide,
            )
            for row in taken
        ]
    order = {(row.kind, row.subject): number for number, row in enumerate(picked)}
    return sorted(claims, key=lambda each: order[each.key.kind, each.key.subject])


def is_anything_due(connection: Connection, platform: str, kinds: Sequence[Kind], *, now: datetime) -> bool:
    """Whether a claim would find something now: a cheap look, so that an idle loop never writes."""
    query = select(work.c.subject).where(work.c.platform == platform, work.c.kind.in_(kinds), _due(now)).limit(1)
    return connection.execute(query).first() is not None


def is_anything_urgent(connection: Connection, platform: str, *, now: datetime) -> bool:
    """Whether something that takes away is due and nobody has it: a long batch of other things makes way for it."""
    query = select(work.c.subject).where(work.c.platform == platform, work.c.urgent == true(), _due(now)).limit(1)
    return connection.execute(query).first() is not None


def still_ours(connection: Connection, claim: Claim, *, now: datetime) -> bool:
    """Whether the lease holds and nothing has been wanted since the claim. Asked before each call to a platform.

    A group or everybody that still has to be spread may be about this person, so it counts as a new wish.
    """
    row = connection.execute(
        select(work.c.wanted).where(_is(claim), work.c.lease_token == claim.token, work.c.lease_until > now)
    ).one_or_none()
    return row is not None and row.wanted == claim.seen and not is_fanning_out(connection, claim.key.platform)


def renew(connection: Connection, claims: Sequence[Claim], *, now: datetime, lease: timedelta = LEASE) -> None:
    """Keep these for another lease; those that somebody else has meanwhile stay theirs."""
    for token, platform in sorted({(each.token, each.key.platform) for each in claims}):
        mine = (work.c.platform == platform, work.c.lease_token == token)
        # In the order in which marks are made, so that PostgreSQL never has two writers wait for each other.
        connection.execute(select(work.c.subject).where(*mine).order_by(work.c.kind, work.c.subject).with_for_update())
        connection.execute(update(work).where(*mine).values(lease_until=now + lease))


def complete(connection: Connection, claim: Claim, *, now: datetime) -> bool:
    """The key is as wanted at the claim. False when the lease was lost meanwhile; nothing is changed then."""
    return _let_go(connection, claim, done=claim.seen, due_at=now, attempts=0, reason=None, first_failed_at=None)


def again(connection: Connection, claim: Claim, *, at: datetime, reason: str | None = None) -> bool:
    """Give the key back to be looked at `at` that time, without counting a failure (a rate limit, a moved wish)."""
    why = {"reason": reason} if reason is not None else {}
    return _let_go(connection, claim, due_at=at, **why)


def delay(connection: Connection, claim: Claim, *, until: datetime, reason: str, now: datetime) -> bool:
    """The run failed and may succeed later."""
    return _let_go(
        connection,
        claim,
        due_at=until,
        attempts=claim.attempts + 1,
        reason=reason,
        first_failed_at=func.coalesce(work.c.first_failed_at, _instant(now)),
    )


def park(connection: Connection, claim: Claim, *, reason: str, now: datetime) -> bool:
    """Somebody must act. A wish that came during the run is looked at all the same."""
    return _let_go(
        connection,
        claim,
        parked=case((work.c.wanted == claim.seen, true()), else_=false()),
        due_at=now,
        attempts=claim.attempts + 1,
        reason=reason,
        first_failed_at=func.coalesce(work.c.first_failed_at, _instant(now)),
    )


def _instant(now: datetime) -> ColumnElement[datetime]:
    return literal(now, work.c.first_failed_at.type)


def _let_go(connection: Connection, claim: Claim, **values: object) -> bool:
    result = connection.execute(
        update(work)
        .where(_is(claim), work.c.lease_token == claim.token)
        .values(lease_token=None, lease_until=None, **values)
    )
    return result.rowcount == 1


def _is(claim: Claim) -> ColumnElement[bool]:
    key = claim.key
    return and_(work.c.platform == key.platform, work.c.kind == key.kind, work.c.subject == key.subject)


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(
        work.c.wanted > work.c.done,
        work.c.parked == false(),
        work.c.due_at <= now,
        or_(work.c.lease_until.is_(None), work.c.lease_until <= now),
    )
