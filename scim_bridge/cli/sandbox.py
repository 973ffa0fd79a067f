"""`sandbox`: the people on the far side of the sandbox platform, and its misfortunes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from scim_bridge.cli.command import cli, command
from scim_bridge.cli.desk import Desk
from scim_bridge.cli.showing import plain, row, say, state, styled, table
from scim_bridge.errors import BridgeError, NotFoundError, UsageError

if TYPE_CHECKING:
    from scim_bridge.connectors.sandbox import SandboxStore

PLATFORM = click.option("--platform", metavar="NAME", help="Which one, where several files are sandboxes.")


@cli.group("sandbox", short_help="The sandbox platform: look at it, and be the people on it.")
def sandbox() -> None:
    """The sandbox as it is, what people do on it by hand, and faults on request. See docs/connectors/sandbox.md."""


@command(sandbox, "show")
@PLATFORM
def show(desk: Desk, platform: str | None) -> None:
    """Everything as the platform has it."""
    found = _store(desk, platform)
    whole = found.show()
    desk.show(whole, lambda out: _draw(out, whole, found.faults()))


@command(sandbox, "accept")
@click.argument("email")
@PLATFORM
def accept(desk: Desk, email: str, platform: str | None) -> None:
    """EMAIL accepts the open invitation."""
    account_id = _store(desk, platform).accept(email)
    _done(desk, {"account": account_id}, f"{email} accepted. The bridge sees it at its next look; `apply` looks now.")


@command(sandbox, "add-key")
@click.argument("email")
@click.argument("place")
@click.option("--shared", is_flag=True, help="A key to be shared, not a personal one.")
@PLATFORM
def add_key(desk: Desk, email: str, place: str, shared: bool, platform: str | None) -> None:
    """EMAIL makes an API key in PLACE."""
    key_id = _store(desk, platform).add_key(email, place, shared=shared)
    _done(desk, {"key": key_id}, f"{email} made {key_id} in {place}.")


@command(sandbox, "add-member")
@click.argument("email")
@click.argument("place")
@click.argument("role", default="member")
@PLATFORM
def add_member(desk: Desk, email: str, place: str, role: str, platform: str | None) -> None:
    """Somebody puts EMAIL into PLACE by hand, as ROLE (member, admin)."""
    account_id = _store(desk, platform).add_member(email, place, role)
    _done(desk, {"account": account_id}, f"{email} is {role} of {place}, by hand.")


@command(sandbox, "remove-member")
@click.argument("email")
@click.argument("place")
@PLATFORM
def remove_member(desk: Desk, email: str, place: str, platform: str | None) -> None:
    """Somebody takes EMAIL out of PLACE by hand."""
    was_in = _store(desk, platform).remove_member(email, place)
    _done(desk, {"removed": was_in}, f"{email} is out of {place}, by hand." if was_in else f"{email} was not in {place}.")


@command(sandbox, "fault")
@click.argument("kind")
@click.argument("value", required=False)
@click.option("--only", metavar="WHAT", help="observe, apply, or one request by name.")
@PLATFORM
def fault(desk: Desk, kind: str, value: str | None, only: str | None, platform: str | None) -> None:
    """Give the sandbox a misfortune: down, fail N, lose-answer N, rate-limit SECONDS, slow SECONDS, refuse EMAIL, seats N,
    reject. `clear` ends all of them."""
    found = _store(desk, platform)
    found.set_fault(kind, value, only=only)
    _done(desk, {"faults": found.faults()}, _faults(found.faults()))


def _store(desk: Desk, platform: str | None) -> SandboxStore:
    from scim_bridge.connectors.sandbox import SandboxStore, sandbox_path, sandbox_places
    from scim_bridge.mapping.secrets import expand
    from scim_bridge.settings import environment_variables

    found, folder = _connections(desk)
    if not found:
        raise NotFoundError("No mapping file in force or in the folder has `connector: sandbox`.")
    if platform is None and len(found) > 1:
        raise UsageError(f"Several files are sandboxes: {', '.join(sorted(found))}. Name one with --platform.")
    name = platform or next(iter(found))
    if name not in found:
        raise NotFoundError(f'There is no sandbox "{name}". There is: {", ".join(sorted(found))}.')
    connection = expand(found[name], environment_variables())
    return SandboxStore(sandbox_path(connection, folder), sandbox_places(connection))


def _connections(desk: Desk) -> tuple[dict[str, Mapping[str, Any]], Path]:
    """The sandboxes by platform, those in force before those of the folder; and where relative paths lie."""
    from scim_bridge.db import Database
    from scim_bridge.mapping.load import load_files
    from scim_bridge.mapping.revisions import read_folder
    from scim_bridge.wiring import CONNECTORS

    try:
        house = desk.house
        rules, folder = house.platforms.rules(), house.database.folder
    except BridgeError:
        files = read_folder(Path(desk.settings.mappings))
        single = [load_files({name: files[name]}, CONNECTORS, None).rules for name in files]
        folder = Database(desk.settings.database_url).folder
        return {name: each.connection for one in single if one for name, each in one.platforms.items() if _is(each)}, folder
    return {name: each.connection for name, each in rules.platforms.items() if _is(each)}, folder


def _is(rules: Any) -> bool:
    return bool(rules.connector == "sandbox")


def _done(desk: Desk, document: Mapping[str, Any], sentence: str) -> None:
    desk.show(document, lambda out: say(out, plain(sentence)))


def _faults(faults: list[dict[str, Any]]) -> str:
    named = [" ".join(str(each[part]) for part in ("kind", "value", "only") if each[part]) for each in faults]
    return f"Faults: {', '.join(named)}." if named else "No fault is set."


def _draw(out: Console, whole: Mapping[str, list[dict[str, Any]]], faults: list[dict[str, Any]]) -> None:
    for part, rows in whole.items():
        say(out, styled(part, "bold") + plain("" if rows else "  none"))
        if rows:
            made = table(*rows[0])
            for each in rows:
                row(made, *(state(str(value)) if name in {"state", "status"} else value for name, value in each.items()))
            out.print(made)
        out.print()
    if faults:
        say(out, styled(_faults(faults), "yellow"))
