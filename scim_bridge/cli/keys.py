"""`keys`: every API key that was seen, and whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console

from scim_bridge.cli.asking import known_platform, the_person
from scim_bridge.cli.command import NO, cli, command
from scim_bridge.cli.desk import Desk, this_command
from scim_bridge.cli.showing import instant, plain, row, say, state, table
from scim_bridge.errors import BridgeError

if TYPE_CHECKING:
    from scim_bridge.reconcile.views.keys import Key


@cli.group("keys", short_help="API keys on the platforms, and whose they are.")
def keys() -> None:
    """Keys by their hint; the bridge never sees a key itself."""


@command(keys, "list")
@click.option("--person", metavar="PERSON", help="Only this person's.")
@click.option("--platform", metavar="NAME", help="Only this platform.")
@click.option("--look", is_flag=True, help="Ask the platforms first, instead of showing what was seen last.")
def list_(desk: Desk, person: str | None, platform: str | None, look: bool) -> int:
    """Every key with its owner, by the newest observation."""
    from scim_bridge.reconcile.views.keys import keys as read

    house = desk.house
    if platform is not None:
        known_platform(house, platform)
    failed = _look(desk, platform) if look else False
    person_id = the_person(house, person).person_id if person is not None else None
    found = read(house.database, house.platforms, platform=platform, person_id=person_id)
    desk.show({"keys": [each.as_json() for each in found]}, lambda out: _draw(out, found))
    return NO if failed else 0


def _look(desk: Desk, platform: str | None) -> bool:
    """Whether some platform could not be asked."""
    from scim_bridge.reconcile.inventory import take_inventory

    failed = False
    for name in desk.house.platforms.names():
        if platform not in (None, name):
            continue
        try:
            found = desk.house.platforms.platform(name)
            if found is not None:
                take_inventory(desk.house.database, found)
        except BridgeError as error:
            failed = True
            desk.note(f"{name}: {error}", "red")
    return failed


def _draw(out: Console, found: Sequence[Key]) -> None:
    if not found:
        say(out, plain(f"No key has been seen. To ask the platforms now: {this_command()} keys list --look"))
        return
    made = table("platform", "key", "kind", "owner", "place", "status", "last used")
    for each in found:
        owner = each.person or (f"{each.owner} (not known here)" if each.owner else None)
        cells = each.hint or each.id, each.kind, owner, each.place
        row(made, each.platform, *cells, state(each.status), instant(each.last_used_at))
    out.print(made)
    seen = [each.seen_at for each in found if each.seen_at is not None]
    if seen:
        say(out, plain(f"\nAs seen between {instant(min(seen))} and {instant(max(seen))}."))
