"""`token`: what an identity provider shows at the door."""

from __future__ import annotations

from datetime import timedelta

import click

from scim_bridge.cli.command import cli, command
from scim_bridge.cli.desk import Desk, operator, this_command
from scim_bridge.cli.showing import instant, plain, row, say, state, styled, table


@cli.group("token", short_help="Bearer tokens of the sources.")
def token() -> None:
    """Bearer tokens. Each belongs to one source, is shown once and kept as a hash."""


@command(token, "create")
@click.argument("source", default="default")
@click.option("--name", default="", help="What it is for.")
@click.option("--days", type=click.IntRange(min=1, max=36_500), help="How many days it opens the door; left out: for ever.")
def create(desk: Desk, source: str, name: str, days: int | None) -> None:
    """Make a token of SOURCE (left out: default) and show it, once."""
    from scim_bridge.db import utc_now
    from scim_bridge.directory import tokens

    now = utc_now()
    expires_at = now + timedelta(days=days) if days is not None else None
    label = name or f"made by {operator()}"
    made, text = desk.house.database.write(
        lambda connection: tokens.create(connection, source, name=label, initiator=operator(), now=now, expires_at=expires_at)
    )
    line = styled(text, "bold") + plain("\n") + styled("Shown only now; the bridge keeps a hash of it.", "dim")
    desk.show({**vars(made), "token": text}, lambda out: say(out, line))


@command(token, "list")
@click.option("--source", metavar="NAME", help="Only this source.")
def list_(desk: Desk, source: str | None) -> None:
    """Every token by its last four characters."""
    from scim_bridge.db import utc_now
    from scim_bridge.directory import sources, tokens

    now = utc_now()
    with desk.house.database.reading() as connection:
        if source is not None:
            sources.find(connection, source)
        found = tokens.list_all(connection, source)
    made = table("id", "source", "token", "name", "made", "last used", "state")
    states = [_state(each.revoked_at is not None, each.expires_at is not None and each.expires_at <= now) for each in found]
    for each, word in zip(found, states, strict=True):
        times = instant(each.created_at), instant(each.last_used_at)
        row(made, str(each.id), each.source, f"…{each.hint}", each.name, *times, state(word))
    document = {"tokens": [{**vars(each), "state": word} for each, word in zip(found, states, strict=True)]}
    tip = plain(f"There is no token. Make one: {this_command()} token create {source or 'default'}")
    desk.show(document, lambda out: say(out, made if found else tip))


@command(token, "revoke")
@click.argument("token_id", metavar="ID", type=int)
def revoke(desk: Desk, token_id: int) -> None:
    """This token opens nothing any more, from now on."""
    from scim_bridge.db import utc_now
    from scim_bridge.directory import tokens

    now = utc_now()
    done = desk.house.database.write(lambda connection: tokens.revoke(connection, token_id, initiator=operator(), now=now))
    desk.show(vars(done), lambda out: say(out, plain(f"Token {done.id} (…{done.hint}) of {done.source} is revoked.")))


def _state(revoked: bool, expired: bool) -> str:
    return "revoked" if revoked else "expired" if expired else "active"
