"""Platforms that somebody has paused, as every command says it: by whom, since when, and what ends it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console

from scim_bridge.cli.desk import this_command
from scim_bridge.cli.showing import instant, plain, say, state, styled

if TYPE_CHECKING:
    from scim_bridge.ledger.pauses import Pause
    from scim_bridge.wiring import House


@dataclass(frozen=True)
class Waiting:
    """Somebody whose access is not as the rules want it, or a key that somebody asked about by name."""

    platform: str
    subject: str
    state: str


def waiting_on(house: House, paused: Iterable[str]) -> list[Waiting]:
    """What would be done at these platforms by the books, were they not paused. A look alone is nothing that waits."""
    from scim_bridge.reconcile.views.holdings import holdings
    from scim_bridge.reconcile.views.work import work

    rules = house.platforms.rules().platforms
    found: dict[Waiting, None] = {}
    for name in paused:
        if name not in rules or rules[name].policy.mode == "plan":
            continue
        asked = [Waiting(name, each.subject, each.state) for each in work(house.database, platform=name) if each.kind == "key"]
        rows = holdings(house.database, house.platforms, platform=name)
        wanted = [Waiting(name, each.user_name, each.state) for each in rows if each.state in {"leaving", "waiting"}]
        found |= dict.fromkeys([*asked, *sorted(wanted, key=lambda each: each.state)])
    return list(found)


def paused_among(house: House, names: Container[str]) -> dict[str, Pause]:
    """Which of these platforms are paused now, in order."""
    from scim_bridge.ledger.pauses import pauses

    with house.database.reading() as connection:
        return {name: each for name, each in sorted(pauses(connection).items()) if name in names}


def draw_paused(out: Console, paused: Mapping[str, Pause]) -> None:
    """One line each, at the end of an answer."""
    for name, pause in paused.items():
        told = f" {name}: by {pause.by} since {instant(pause.at)}, nothing is changed there until: "
        say(out, state("paused") + plain(told) + styled(f"{this_command()} platform resume {name}", "bold"))
