"""`source`: who may push, an Okta organization or an Entra tenant each."""

from __future__ import annotations

import click

from scim_bridge.cli.command import cli, command
from scim_bridge.cli.desk import Desk, operator, this_command
from scim_bridge.cli.showing import instant, plain, row, say, state, table


@cli.group("source", short_help="Who may push: an Okta organization or an Entra tenant each.")
def source() -> None:
    """Each source has its own tokens, and does not see the people and groups of the others."""


@command(source, "add")
@click.argument("name")
@click.option("--kind", type=click.Choice(["okta", "entra", "other"]), default="other", show_default=True)
def add(desk: Desk, name: str, kind: str) -> None:
    """Add a source."""
    from scim_bridge.db import utc_now
    from scim_bridge.directory import sources

    made = desk.house.database.write(
        lambda connection: sources.add(connection, name, kind=kind, initiator=operator(), now=utc_now())  # type: ignore[arg-type]
    )
    sentence = f'Source "{made.name}" is there. Give it a token: {this_command()} token create {made.name}'
    desk.show(vars(made), lambda out: say(out, plain(sentence)))


@command(source, "list")
def list_(desk: Desk) -> None:
    """Every source, and which platforms' files speak of it."""
    from scim_bridge.directory import sources
    from scim_bridge.mapping.revisions import platforms_of

    with desk.house.database.reading() as connection:
        found = [(each, platforms_of(connection, each.name)) for each in sources.list_all(connection)]
    made = table("source", "kind", "since", "platforms", "state")
    for each, platforms in found:
        word = "disabled" if each.disabled_at else "active"
        row(made, each.name, each.kind, instant(each.created_at), ", ".join(platforms), state(word))
    document = {"sources": [{**vars(each), "platforms": platforms} for each, platforms in found]}
    tip = plain(f"There is no source yet. `{this_command()} serve` makes the first one, or: {this_command()} source add NAME")
    desk.show(document, lambda out: say(out, made if found else tip))


@command(source, "disable")
@click.argument("name")
def disable(desk: Desk, name: str) -> None:
    """Its tokens open nothing any more. Its people stay as they are."""
    from scim_bridge.db import utc_now
    from scim_bridge.directory import sources

    now = utc_now()
    done = desk.house.database.write(lambda connection: sources.disable(connection, name, initiator=operator(), now=now))
    desk.show(vars(done), lambda out: say(out, plain(f'Source "{name}" is disabled: its tokens open nothing.')))
