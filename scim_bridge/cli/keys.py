"""`keys list` and `keys orphans`: every API key that was seen, whose it is, and those nobody answers for.

What is done with a single key is in `key_acts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from rich.console import Console

from scim_bridge.cli.asking import SOURCE, known_platform, the_ids
from scim_bridge.cli.command import NO, cli, command
from scim_bridge.cli.desk import Desk, this_command
from scim_bridge.cli.showing import NOTHING, instant, lines, plain, row, say, state, styled, table
from scim_bridge.errors import BridgeError

if TYPE_CHECKING:
    from scim_bridge.reconcile.views.keys import Key
    from scim_bridge.reconcile.views.orphans import Orphan

PLATFORM = click.option("--platform", metavar="NAME", help="Only this platform.")
LOOK = click.option("--look", is_flag=True, help="Ask the platforms first, instead of showing what was seen last.")


@cli.group("keys", short_help="API keys on the platforms, and whose they are.")
def keys() -> None:
    """Keys by their hint; the bridge never sees a key itself."""


@command(keys, "list")
@click.option("--person", metavar="PERSON", help="Only this person's.")
@SOURCE
@PLATFORM
@LOOK
def list_(desk: Desk, person: str | None, source: str | None, platform: str | None, look: bool) -> int:
    """Every key with its owner, by the newest observation."""
    from scim_bridge.reconcile.views.keys import keys as read
    from scim_bridge.reconcile.views.keys import unseen_exceptions

    house = desk.house
    known_platform(house, platform)
    ids = the_ids(house, person, source)
    failed = look_at_keys(desk, platform) if look else False
    found = read(house.database, house.platforms, platform=platform, person_id=ids[0] if ids is not None else None)
    desk.show({"keys": [each.as_json() for each in found]}, lambda out: _draw(out, found))
    for name, key_id in unseen_exceptions(house.database, house.platforms, platform=platform) if person is None else ():
        desk.note(f'{name}: `offboarding.keys.keep` names "{key_id}", and no such key has been seen there.')
    return NO if failed else 0


@command(keys, "orphans")
@PLATFORM
@LOOK
def orphans(desk: Desk, platform: str | None, look: bool) -> int:
    """Keys that open something and that nobody living answers for, each with what to do. 1 when there is one."""
    from scim_bridge.reconcile.views.keys import any_seen
    from scim_bridge.reconcile.views.orphans import orphans as read

    house = desk.house
    known_platform(house, platform)
    failed = look_at_keys(desk, platform) if look else False
    found = read(house.database, house.platforms, platform=platform)
    tip = "Somebody answers for every key that opens something."
    if not any_seen(house.database, platform=platform):
        tip = f"No key has been seen{f' on {platform}' if platform else ''} yet, so nothing is known of keys that nobody answers for."
        tip += "" if look else f" To ask the platforms now: {this_command()} keys orphans --look"
    desk.show({"keys": [each.as_json() for each in found]}, lambda out: _draw_orphans(out, found, tip))
    return NO if failed or found else 0


def look_at_keys(desk: Desk, platform: str | None) -> bool:
    """Take the inventory now. Whether some platform could not be asked, which is said."""
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
    made = table("platform", "id", "belongs to", "place", "status", "expires", "last used")
    for each in found:
        key = plain(each.id) + styled(f"\n{each.hint}" if each.hint else "", "dim")
        whose = plain(belongs(each) or NOTHING) + styled(f"\n{each.kind}", "dim")
        used = instant(each.last_used_at).replace(" ", "\n")
        row(made, each.platform, key, whose, each.place, state(each.status), _day(each.expires_at), used)
    out.print(made)
    for each in found:
        if each.exception is not None or each.ours is not None:
            say(out, styled(f"{each.platform}, {each.hint or each.id}: ", "dim") + plain(each.ours or str(each.exception)))
    seen = [each.seen_at for each in found if each.seen_at is not None]
    if seen:
        say(out, plain(f"\nAs seen between {instant(min(seen))} and {instant(max(seen))}."))


def belongs(key: Key) -> str | None:
    """Whose it is, in a few words; None for nobody at all."""
    left = ", who has left" if key.left else ""
    if key.belongs_to.kind == "service_account":
        made = f", made by {key.person}{left}" if key.person else ""
        return f"service account {key.belongs_to.name}{made}"
    if key.person is not None:
        return f"{key.person}{left}"
    return f"nobody ({key.owner} is not known here)" if key.owner else None


def _day(when: datetime | None) -> str | None:
    return str(when.astimezone(UTC).date()) if when is not None else None


def _draw_orphans(out: Console, found: Sequence[Orphan], tip: str) -> None:
    for each in found:
        key = each.key
        say(out, styled(f"{key.platform} {key.id}", "bold") + styled(f" {key.kind}, {key.hint or 'no hint'}", "dim"))
        used = instant(key.last_used_at) if key.last_used_at is not None else "not known"
        lines(out, [("  why", each.why), ("  last used", used), ("  what to do", each.what_to_do)])
    if found:
        say(out, plain(f"\n{len(found)} to look at."))
    else:
        say(out, plain(tip))
