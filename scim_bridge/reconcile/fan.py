"""Fanning out: one mark for a group or for everybody becomes a mark for each person, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable

from scim_bridge.db import Database, utc_now
from scim_bridge.directory import persons
from scim_bridge.work import claims as claiming
from scim_bridge.work.claims import Claim
from scim_bridge.work.marks import Key, mark

CHUNK = 500


def fan_out(database: Database, claim: Claim) -> None:
    """Mark everybody this key is about, each chunk a transaction of its own. Doing it twice does no harm."""
    after = 0
    while True:
        with database.reading() as connection:
            people = _below(claim)(connection, after)
        if not people:
            break
        after = people[-1]
        keys = [Key(claim.key.platform, "person", str(person_id)) for person_id in people]
        with database.writing() as connection:
            mark(connection, keys, now=utc_now(), requested_by=claim.requested_by, wide=claim.wide, urgent=claim.urgent)
            claiming.renew(connection, [claim], now=utc_now())
    with database.writing() as connection:
        claiming.complete(connection, claim, now=utc_now())


def _below(claim: Claim) -> Callable[..., list[int]]:
    if claim.key.kind == "everybody":
        return lambda connection, after: persons.everybody(connection, after=after, limit=CHUNK)
    group_id = int(claim.key.subject)
    return lambda connection, after: persons.members_below(connection, group_id, after=after, limit=CHUNK)
