"""`audit`: what happened, to whom, at whose word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console

from scim_bridge.cli.asking import SOURCE, the_ids
from scim_bridge.cli.asking import since as since_when
from scim_bridge.cli.command import NO, cli, command
from scim_bridge.cli.desk import Desk
from scim_bridge.cli.showing import moment, plain, row, say, state, table

if TYPE_CHECKING:
    from scim_bridge.audit.records import Record

LONGEST_WHOLE = 34
"""Subjects up to this long stay on one line; it leaves room for the other columns on 100."""


@cli.group("audit", short_help="What happened, to whom, at whose word.")
def audit() -> None:
    """Every state change has one record; a push that changes nothing has none."""


@command(audit, "show")
@click.option("--person", metavar="PERSON", help="Only about this person.")
@SOURCE
@click.option("--since", metavar="TIME", help="Not older: a date, an instant, or a span such as 24h or 7d.")
@click.option("--limit", type=click.IntRange(min=1, max=100_000), default=100, show_default=True, help="How many at most.")
def show(desk: Desk, person: str | None, source: str | None, since: str | None, limit: int) -> None:
    """The newest records first."""
    from scim_bridge.audit.records import records
    from scim_bridge.db import utc_now

    house = desk.house
    ids = the_ids(house, person, source)
    with house.database.reading() as connection:
        found = records(connection, person_ids=ids, since=since_when(since, utc_now()), limit=limit)
    desk.show({"records": [asdict(each) for each in found]}, lambda out: _draw(out, found, limit))


@command(audit, "verify")
def verify(desk: Desk) -> int:
    """Whether the records are as they were when they were sealed. 1 when one was changed or taken out."""
    from scim_bridge.audit.seal import has_unsealed
    from scim_bridge.audit.seal import verify as first_broken

    with desk.house.database.reading() as connection:
        broken = first_broken(connection)
        unsealed = has_unsealed(connection)
    intact = f"The chain is intact{'; the newest records are not sealed yet' if unsealed else ''}."
    sentence = intact if broken is None else f"Record {broken} is not what was sealed: it was changed, or one before it is missing."
    document = {"intact": broken is None, "first_broken": broken, "unsealed": unsealed}
    desk.show(document, lambda out: say(out, plain(sentence)))
    return 0 if broken is None else NO


def _draw(out: Console, found: Sequence[Record], limit: int) -> None:
    if not found:
        say(out, plain("No record fits."))
        return
    made = table("at", "action", "subject", "where", "by")
    made.columns[2].no_wrap = max(len(each.subject) for each in found) <= LONGEST_WHOLE
    for each in found:
        action = plain(each.action) if each.outcome == "done" else plain(f"{each.action}\n") + state(each.outcome)
        where = " / ".join(part for part in (each.platform, each.place, each.role) if part)
        row(made, moment(each.at, found[0].at), action, each.subject, where, each.initiator)
    out.print(made)
    more = f" The newest {limit}; more: --limit" if len(found) == limit else ""
    say(out, plain(f"\nTimes are UTC.{more}"))
