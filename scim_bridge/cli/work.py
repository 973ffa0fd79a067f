"""`work`: what the bridge still has to do, and what waits for somebody."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console

from scim_bridge.access.brake import so_many_people
from scim_bridge.cli.asking import SOURCE, known_platform, the_ids
from scim_bridge.cli.command import NO, cli, command
from scim_bridge.cli.desk import Desk, this_command
from scim_bridge.cli.pausing import draw_paused
from scim_bridge.cli.showing import instant, plain, row, say, state, table

if TYPE_CHECKING:
    from scim_bridge.reconcile.views.work import Work

POLL_SECONDS = 0.2


@cli.group("work", short_help="What is still to be done, and what waits for somebody.")
def work() -> None:
    """What is due, running, delayed (tried again by itself) or parked (waits for somebody to act)."""


@command(work, "list")
@click.option("--platform", metavar="NAME", help="Only this platform.")
def list_(desk: Desk, platform: str | None) -> None:
    """Everything that is not settled, with the reason."""
    from scim_bridge.reconcile.views.work import held_people
    from scim_bridge.reconcile.views.work import work as read

    known_platform(desk.house, platform)
    items = read(desk.house.database, platform=platform)
    held = held_people(desk.house.database, platform=platform)
    desk.show(_document(items), lambda out: _draw(out, items, held))


@command(work, "retry")
@click.option("--platform", metavar="NAME", help="Only this platform.")
@click.option("--person", metavar="PERSON", help="Only this person.")
@SOURCE
def retry(desk: Desk, platform: str | None, person: str | None, source: str | None) -> None:
    """Take up what is parked or delayed again, now."""
    from scim_bridge.db import Connection, utc_now
    from scim_bridge.work import pace, slate
    from scim_bridge.work.marks import Kind

    house = desk.house
    known_platform(house, platform)
    ids = the_ids(house, person, source)
    subjects = [str(each) for each in ids] if ids is not None else None

    def take_up(connection: Connection) -> int:
        pace.resume(connection, platform)
        kind: Kind | None = "person" if subjects else None
        return slate.retry(connection, now=utc_now(), platform=platform, subjects=subjects, kind=kind)

    number = house.database.write(take_up)
    sentence = f"{number} taken up again; the worker looks at them now." if number else "Nothing was parked or delayed."
    desk.show({"retried": number}, lambda out: say(out, plain(sentence)))


def _finite(_context: click.Context, _option: click.Parameter, seconds: float) -> float:
    if not math.isfinite(seconds):
        raise click.BadParameter("it takes a number of seconds, such as 30.")
    return seconds


@command(work, "wait")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    callback=_finite,
    required=True,
    metavar="SECONDS",
    help="How long to wait at most.",
)
def wait(desk: Desk, timeout: float) -> int:
    """Wait until nothing is due, running or delayed. 0 when all is done; 1 when something is parked or time is over."""
    from scim_bridge.reconcile.views.work import held_people
    from scim_bridge.reconcile.views.work import work as read

    database, until = desk.house.database, time.monotonic() + timeout
    while True:
        items = read(database)
        settled = all(item.state == "parked" for item in items)
        if settled or time.monotonic() >= until:
            break
        time.sleep(min(POLL_SECONDS, max(0.0, until - time.monotonic())))
    held = held_people(database)
    desk.show({**_document(items), "settled": settled}, lambda out: _draw(out, items, held, over=not settled))
    return NO if items else 0


def _document(items: Sequence[Work]) -> dict[str, object]:
    return {"work": [each.as_json() for each in items]}


def _draw(out: Console, items: Sequence[Work], held: int, *, over: bool = False) -> None:
    if not items and held:
        say(out, plain(f"Nothing is left to do but what the brake holds of {so_many_people(held)}: {this_command()} plan"))
        return
    if not items:
        say(out, plain("Nothing is left to do: everything is as the rules want it."))
        return
    made = table("platform", "subject", "state", "tries", "due", "reason")
    for each in items:
        row(made, each.platform, each.subject, state(each.state), str(each.attempts), instant(each.due_at), each.reason)
    out.print(made)
    waiting = [each for each in items if each.state != "parked"]
    resting = {each.platform: each.paused for each in waiting if each.paused is not None}
    if over:
        _draw_over(out, waiting)
    elif len(items) > len(waiting):
        say(out, plain(f"\nParked work waits for somebody. When the reason is gone: `{this_command()} work retry`"))
    draw_paused(out, resting)


def _draw_over(out: Console, waiting: Sequence[Work]) -> None:
    """Why nothing more came of it: nobody works, or a platform is paused."""
    paused = sum(1 for each in waiting if each.paused is not None and each.state != "running")
    over = "Time is over. Is a worker running? `serve` or `worker` does the work."
    if paused:
        others = " Is a worker running for the others?" if paused < len(waiting) else ""
        over = f"Time is over. Waiting on a paused platform: {paused} of {len(waiting)}.{others}"
    say(out, plain(f"\n{over}"))
