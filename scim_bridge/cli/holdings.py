"""`holdings`: who has what where, and what is under way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console

from scim_bridge.cli.asking import SOURCE, known_platform, the_ids
from scim_bridge.cli.command import cli, command
from scim_bridge.cli.desk import Desk, this_command
from scim_bridge.cli.pausing import draw_paused, paused_among
from scim_bridge.cli.showing import plain, reasons, row, say, state, styled, table

if TYPE_CHECKING:
    from scim_bridge.reconcile.views.holdings import Row
    from scim_bridge.wiring import House


@command(cli, "holdings", short_help="Who has which role where, why, and what is under way.")
@click.option("--person", metavar="PERSON", help="Only this person: SCIM id, userName or externalId.")
@SOURCE
@click.option("--platform", metavar="NAME", help="Only this platform.")
def holdings(desk: Desk, person: str | None, source: str | None, platform: str | None) -> None:
    """Who has which role where, why, and what is still under way. Asks no platform."""
    from scim_bridge.reconcile.views.holdings import holdings as read

    house = desk.house
    known_platform(house, platform)
    ids = the_ids(house, person, source)
    rows = read(house.database, house.platforms, person_ids=ids, platform=platform)
    narrowed = bool(person or platform)
    desk.show({"holdings": [each.as_json() for each in rows]}, lambda out: _draw(out, rows, _tip(house, narrowed=narrowed)))
    if not desk.as_json:
        draw_paused(desk.out, paused_among(house, {each.platform for each in rows if each.state in {"waiting", "leaving"}}))


def _tip(house: House, *, narrowed: bool) -> str:
    """What to say when there is nothing to show."""
    if narrowed:
        return "No access."
    if not house.platforms.names():
        return f"No mapping file is in force, so nobody is given anything: see `{this_command()} mapping check`."
    return (
        "Nobody has access yet. Push a group that a rule of the mapping files names; "
        f"`{this_command()} mapping explain PERSON` says why somebody has none."
    )


def _draw(out: Console, rows: Sequence[Row], tip: str) -> None:
    if not rows:
        say(out, plain(tip))
        return
    made = table("platform", "who", "place", "role", "state", "because")
    for each in rows:
        place = plain(each.place) if each.place is not None else styled("account", "dim")
        role = f"{each.has} → {each.role}" if each.has else each.role
        who = each.user_name if each.kind == "person" else f"group {each.user_name}"
        row(made, each.platform, who, place, role, state(each.state), reasons(each.as_json()["because"]))
    out.print(made)
    _why(out, rows)


def _why(out: Console, rows: Sequence[Row]) -> None:
    """What keeps things from being as wanted, each sentence once."""
    counted = Counter((each.state, each.why) for each in rows if each.why)
    for (word, why), number in counted.most_common():
        rows_ = "1 row" if number == 1 else f"{number} rows"
        say(out, plain("\n") + state(word) + styled(f" ({rows_}): ", "dim") + plain(why))
