"""`serve`, `web`, `worker`, `migrate`: the processes of the bridge."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from scim_bridge import __version__
from scim_bridge.cli import children
from scim_bridge.cli.command import NO, Refusal, cli, command
from scim_bridge.cli.desk import Desk, this_command
from scim_bridge.cli.showing import lines, plain, say, styled
from scim_bridge.errors import SettingsError
from scim_bridge.logs import configure_logs
from scim_bridge.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from scim_bridge.wiring import House

log = structlog.get_logger("scim_bridge.serve")

READY_SECONDS = 30.0
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Start:
    """What was found on starting, for whoever reads it."""

    token: str | None
    """The token that was made up just now."""
    hint: str | None
    platforms: tuple[tuple[str, str], ...]
    """Name and mode of each that is in force."""
    problems: tuple[str, ...]


@command(cli, "serve", short_help="Migrate, then web server and worker together.")
def serve(desk: Desk) -> int:
    """Migrate the database, then run the web server and the worker together, until SIGTERM or Ctrl-C."""
    settings = desk.settings
    configure_logs(settings)
    _check_port(settings)
    start = _prepare(settings)
    stopped: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda which, _: stopped.append(which))
    web, worker = children.Child("web", children.WEB), children.Worker()
    told = False
    try:
        while not stopped:
            code = web.ended()
            if code is not None:
                raise Refusal(f"The web server ended (exit code {code}); its reason is in the lines above.", code=NO)
            worker.look()
            if not told and _answers(settings, until=web.started_at + READY_SECONDS):
                told = True
                desk.show(_document(settings, start), lambda out: _welcome(out, settings, start))
            time.sleep(LOOK_SECONDS)
    finally:
        children.end([web, *worker.children()])
    return 0


@command(cli, "web", short_help="The web server alone.")
def web(desk: Desk) -> None:
    """Run the web server alone."""
    desk.house.database.dispose()
    _check_port(desk.settings)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *children.WEB])  # noqa: S606  our own interpreter with our own arguments


@command(cli, "worker", short_help="The worker alone.")
def worker(desk: Desk) -> None:
    """Run the worker alone: it makes the platforms agree with the directory."""
    from scim_bridge.worker import Worker

    house = desk.house
    configure_logs(desk.settings)
    Worker(house).run()


@command(cli, "migrate", short_help="Bring the database to this version's schema.")
def migrate(desk: Desk) -> None:
    """Bring the database to this version's schema; harmless when it is."""
    from scim_bridge.db import Database
    from scim_bridge.db.migrate import migrate as upgrade

    version = upgrade(Database(desk.settings.database_url))
    desk.show({"version": version}, lambda out: say(out, plain(f"The database is at {version}, which is this bridge's.")))


def _prepare(settings: Settings) -> Start:
    """Migrate, see that there is a token, take up the mapping files; and let go of the database before there are children."""
    from scim_bridge.db.migrate import migrate as upgrade
    from scim_bridge.wiring import build

    house = build(settings)
    try:
        upgrade(house.database)
        token = _first_token(house)
        taken = house.take_up.look(settled=True)
        rules = house.platforms.rules().platforms
        modes = tuple((name, each.policy.mode) for name, each in rules.items())
        return Start(token, _hint(house), modes, tuple(str(each) for each in taken.errors))
    finally:
        house.database.dispose()


def _first_token(house: House) -> str | None:
    """The token that was made up because there was none; None when there was one, or the settings brought it."""
    from scim_bridge.db import utc_now
    from scim_bridge.directory import tokens

    given = house.settings.bootstrap_token
    text = given or secrets.token_urlsafe(32)
    made = house.database.write(lambda connection: tokens.bootstrap(connection, text, now=utc_now()))
    return text if made and given is None else None


def _hint(house: House) -> str | None:
    from scim_bridge.directory import tokens

    with house.database.reading() as connection:
        usable = [each for each in tokens.list_all(connection) if each.revoked_at is None]
    if not usable:
        return None
    others = f", and {len(usable) - 1} more" if usable[1:] else ""
    return f"…{usable[0].hint} of source {usable[0].source}{others}"


def _check_port(settings: Settings) -> None:
    """A sentence before gunicorn's five tries and a traceback."""
    host = settings.host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        why = f"SCIM_BRIDGE_BIND: {settings.bind} cannot be listened on ({error.strerror or error})."
        raise SettingsError(f"{why} Is another bridge running? Another port: SCIM_BRIDGE_BIND={settings.host}:8081") from error


def _answers(settings: Settings, *, until: float) -> bool:
    """Whether the web server answers by now; True too when it had time enough, so that nobody waits for the greeting."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{_address(settings)}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return time.monotonic() > until


def _address(settings: Settings) -> str:
    """Where this machine reaches the web server."""
    host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(settings.host, settings.host)  # noqa: S104  compared, not bound
    return f"http://{host}:{settings.port}"


def _document(settings: Settings, start: Start) -> dict[str, Any]:
    return {
        "scim": f"{_address(settings)}/scim/v2",
        "token": start.token,
        "token_hint": start.hint,
        "platforms": [{"platform": name, "mode": mode} for name, mode in start.platforms],
        "problems": list(start.problems),
        "pid": os.getpid(),
    }


def _welcome(out: Console, settings: Settings, start: Start) -> None:
    run = this_command()
    token = styled(start.token, "bold") + styled("  shown only this once", "dim") if start.token else plain(start.hint or "none")
    in_force = ", ".join(f"{name} ({mode})" for name, mode in start.platforms) or "no mapping file yet"
    say(out, styled(f"\nSCIM Bridge {__version__}", "bold") + plain(" is running\n"))
    pairs: list[tuple[str, object]] = [
        ("SCIM", f"{_address(settings)}/scim/v2"),
        ("token", token),
        ("mappings", f"{in_force}, from {settings.mappings}/"),
    ]
    pairs += [("mistake", styled(each, "red")) for each in start.problems]
    pairs += [("next", f"push people and groups, then: {run} holdings"), ("end", "Ctrl-C")]
    lines(out, pairs)
    out.print()


