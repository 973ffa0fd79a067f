"""`platform`: the installations that mapping files speak of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from scim_bridge.cli.asking import a_name, known_platform
from scim_bridge.cli.command import NO, cli, command
from scim_bridge.cli.desk import Desk, operator, this_command
from scim_bridge.cli.pausing import draw_paused
from scim_bridge.cli.showing import instant, plain, row, say, state, styled, table
from scim_bridge.errors import BridgeError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from scim_bridge.db import Connection
    from scim_bridge.ledger.pauses import Pause
    from scim_bridge.wiring import House

BY = click.option(
    "--by", default=operator, callback=a_name, metavar="NAME", help="Who asks for it; left out: whoever runs the command."
)


@cli.group("platform", short_help="The platforms: list, check the connection, pause, retire.")
def platform() -> None:
    """Each mapping file is one platform, called after the file."""


@command(platform, "list")
def list_(desk: Desk) -> None:
    """Every platform in force, and those that only the ledger knows."""
    from scim_bridge.ledger.accounts import count_holders, platforms
    from scim_bridge.ledger.holds import retired_platforms
    from scim_bridge.ledger.pauses import pauses

    house = desk.house
    rules = house.platforms.rules().platforms
    with house.database.reading() as connection:
        retired, paused = retired_platforms(connection), pauses(connection)
        names = sorted({*rules, *platforms(connection), *paused})
        holders = {name: count_holders(connection, name) for name in names}
    found: list[dict[str, Any]] = []
    for name in names:
        each = rules.get(name)
        word = "retired" if name in retired else "orphaned" if each is None else "paused" if name in paused else "in force"
        known = (each.connector, each.policy.mode, list(each.sources)) if each is not None else (None, None, [])
        shown = dict(zip(("connector", "mode", "sources"), known, strict=True))
        found.append({"platform": name, **shown, "holders": holders[name], "state": word, "paused": paused.get(name)})
    desk.show({"platforms": found}, lambda out: _draw(out, found, paused))


@command(platform, "check")
@click.argument("name", required=False)
def check(desk: Desk, name: str | None) -> int:
    """Reach the platform NAME (left out: every one): whose organization it is, its places, and which are missing."""
    house = desk.house
    _known(house, name)
    found = [_checked(house, each) for each in house.platforms.names()]
    _find_twins(found)
    shown = [each for each in found if name in (None, each.platform)]
    desk.show({"platforms": [each.as_json() for each in shown]}, lambda out: _draw_checks(out, shown))
    return NO if any(each.problems for each in shown) else 0


@command(platform, "retire")
@click.argument("name")
@BY
def retire(desk: Desk, name: str, by: str) -> None:
    """Withdraw everything the bridge gave on a platform whose mapping file is gone. A plan like any other: the brake holds."""
    from scim_bridge.audit.records import Entry, record
    from scim_bridge.db import utc_now
    from scim_bridge.ledger import holds
    from scim_bridge.mapping.revisions import newest_with
    from scim_bridge.work.marks import EVERYBODY, Key, mark

    house, now = desk.house, utc_now()

    def deed(connection: Connection) -> None:
        _check_orphaned(house, connection, name)
        if newest_with(connection, name) is None:
            raise UsageError(f'No mapping file was ever in force for "{name}", so the bridge cannot reach it.')
        holds.retire(connection, name, by=by, now=now)
        mark(connection, [Key(name, "everybody", EVERYBODY)], now=now)
        entry = Entry("platform.retired", name, subject_kind="platform", initiator=by, platform=name)
        record(connection, [entry], now=now)

    house.database.write(deed)
    sentence = f'What the bridge gave on "{name}" is being withdrawn. See it: {this_command()} plan --platform {name}'
    desk.show({"platform": name, "retired_by": by}, lambda out: say(out, plain(sentence)))


@command(platform, "pause")
@click.argument("name")
@BY
def pause(desk: Desk, name: str, by: str) -> None:
    """Change nothing on the platform NAME until it is resumed. Pushes are accepted; what they want waits, in order."""
    from scim_bridge.ledger import pauses

    _switch(desk, name, by, "paused", lambda connection, now: pauses.pause(connection, name, by=by, now=now))
    with desk.house.database.reading() as connection:
        before = pauses.pauses(connection).get(name)
    whose = f", paused by {before.by} since {instant(before.at)}," if before is not None and before.by != by else ""
    sentence = f'Nothing is changed on "{name}"{whose} until: {this_command()} platform resume {name}'
    document = {"platform": name, "paused_by": before.by if before is not None else by}
    desk.show(document, lambda out: say(out, plain(sentence)))


@command(platform, "resume")
@click.argument("name")
@BY
def resume(desk: Desk, name: str, by: str) -> None:
    """End the pause of the platform NAME. What has waited is done, what takes something away first."""
    from scim_bridge.ledger import pauses

    was = _switch(desk, name, by, "resumed", lambda connection, now: pauses.unpause(connection, name))
    done = f'What waited on "{name}" is being done. See it: {this_command()} work list'
    sentence = done if was else f'"{name}" was not paused; nothing was changed.'
    desk.show({"platform": name, "resumed_by": by, "was_paused": was}, lambda out: say(out, plain(sentence)))


def _switch(desk: Desk, name: str, by: str, word: str, deed: Callable[[Connection, datetime], bool]) -> bool:
    """Whether it was otherwise before. Written down once: what is so already makes no record."""
    from scim_bridge.audit.records import Entry, record
    from scim_bridge.db import utc_now

    known_platform(desk.house, name)
    now = utc_now()

    def write(connection: Connection) -> bool:
        switched = deed(connection, now)
        if switched:
            entry = Entry(f"platform.{word}", name, subject_kind="platform", initiator=by, platform=name)
            record(connection, [entry], now=now)
        return switched

    return desk.house.database.write(write)


def _check_orphaned(house: House, connection: Any, name: str) -> None:
    from scim_bridge.ledger.accounts import platforms
    from scim_bridge.ledger.holds import retired_platforms

    known = platforms(connection)
    if name in house.platforms.names() and name not in retired_platforms(connection):
        raise UsageError(f'"{name}" has a mapping file in force. Take {name}.yaml away first, then retire it.')
    if name not in known:
        raise NotFoundError(f'Nobody holds anything on a platform "{name}".')


@dataclass
class _Check:
    platform: str
    connector: str
    identity: str | None = None
    places: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "ok": not self.problems}


def _known(house: House, name: str | None) -> None:
    names = house.platforms.names()
    if name is not None and name not in names:
        raise NotFoundError(f'No file in force is called "{name}.yaml". In force: {", ".join(names) or "none"}.')


def _checked(house: House, name: str) -> _Check:
    from scim_bridge.reconcile.translate import PlaceBook

    rules = house.platforms.rules().platforms[name]
    found = _Check(name, rules.connector)
    try:
        reached = house.platforms.platform(name)
        if reached is None:
            return found
        found.identity = reached.connector.identity()
        places = reached.connector.places()
        book = PlaceBook(reached.connector, rules)
    except BridgeError as error:
        found.problems.append(str(error))
        return found
    found.places = sorted(book.names[place.id] for place in places if place.open and place.managed)
    for alias in rules.places.values():
        place = book.find(alias)
        spelled = alias.id or alias.name or alias.alias
        if place is None:
            found.problems.append(f'The alias "{alias.alias}" names a place that is not there: "{spelled}".')
        elif not (place.open and place.managed):
            found.problems.append(f'The alias "{alias.alias}" names a place nobody can be put into: "{spelled}".')
    return found


def _find_twins(found: list[_Check]) -> None:
    """Two files of one organization would take from each other what they give."""
    seen: dict[str, str] = {}
    for each in found:
        if each.identity is None:
            continue
        if each.identity in seen:
            other = seen[each.identity]
            each.problems.append(f"{each.platform}.yaml and {other}.yaml reach the same organization, {each.identity}. Merge them.")
        seen.setdefault(each.identity, each.platform)


def _draw(out: Console, found: list[dict[str, Any]], paused: Mapping[str, Pause]) -> None:
    if not found:
        say(out, plain("No mapping file is in force yet. Put one into the folder; mappings/examples/ has one for each connector."))
        return
    made = table("platform", "connector", "mode", "sources", "people", "state")
    for each in found:
        cells = each["connector"], each["mode"], ", ".join(each["sources"]), str(each["holders"])
        row(made, each["platform"], *cells, state(each["state"]))
    out.print(made)
    for each in found:
        if each["state"] == "orphaned":
            retire_it = f"{this_command()} platform retire {each['platform']} --by NAME"
            say(out, plain(f"{each['platform']}: its file is gone. Put it back, or: {retire_it}"))
    draw_paused(out, paused)


def _draw_checks(out: Console, found: list[_Check]) -> None:
    for each in found:
        word = styled("no", "bold red") if each.problems else styled("ok", "green")
        say(out, word + plain(f"  {each.platform} ({each.connector})  {each.identity or ''}"))
        if each.identity is not None:
            say(out, plain(f"      places: {', '.join(each.places) or 'none'}"))
        for problem in each.problems:
            say(out, plain(f"      {problem}"))
    if not found:
        say(out, plain("No mapping file is in force yet."))


