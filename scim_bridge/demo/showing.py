"""How the demo looks: a heading a scene, the requests, a table of what they became, and what was expected of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


class Screen:
    """Prints, and remembers what was not as expected."""

    def __init__(self) -> None:
        self.console = Console(width=110, highlight=False)
        self.failures: list[str] = []
        self.checked = 0
        self._scene = 0

    def scene(self, title: str, meaning: str) -> None:
        self._scene += 1
        self.console.print()
        self.console.rule(f"[bold]{self._scene}  {title}[/bold]", align="left")
        self.console.print(Text(meaning, style="dim"))

    def request(self, client: str, what: str, status: int) -> None:
        colour = "green" if status < 400 else "red"
        line = Text(f"  {client:<6}{status} ").append(what, style="dim")
        line.stylize(colour, 8, 12)
        self.console.print(line, no_wrap=True, overflow="ellipsis")

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        with self.console.status(what):
            yield

    def expect(self, holds: bool, sentence: str) -> None:
        self.checked += 1
        mark = "[green]as expected[/green]" if holds else "[bold red]NOT as expected[/bold red]"
        self.console.print(f"  {mark}: {sentence}")
        if not holds:
            self.failures.append(sentence)

    def platforms(self, states: dict[str, dict[str, Any]]) -> None:
        """What each platform has, one row an address."""
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
        for column in ("platform", "account", "state", "roles in places", "keys"):
            table.add_column(column)
        for platform, state in states.items():
            for email in sorted(_addresses(state)):
                table.add_row(platform, email, _state(state, email), _roles(state, email), _keys(state, email))
        if table.row_count:
            self.console.print(table)
        else:
            self.console.print("  nobody has anything on either platform")

    def quoted(self, command: str, text: str) -> None:
        self.console.print(Text(f"  $ scim-bridge {command}", style="bold"))
        for line in text.rstrip().splitlines():
            self.console.print(Text(f"  {line}"), no_wrap=True, overflow="crop")


def _addresses(state: dict[str, Any]) -> set[str]:
    found = {each["email"] for each in state["accounts"]}
    found |= {each["email"] for each in state["invitations"] if each["state"] in {"pending", "cancelled"}}
    return found | {each["owner"] for each in state["keys"] if each["owner"]}


def _state(state: dict[str, Any], email: str) -> str:
    for each in state["accounts"]:
        if each["email"] == email:
            return f"{each['role']}, {each['state']}"
    invitations = [each["state"] for each in state["invitations"] if each["email"] == email]
    return f"invitation {invitations[-1]}" if invitations and invitations[-1] != "accepted" else "no account"


def _roles(state: dict[str, Any], email: str) -> str:
    return ", ".join(f"{each['place']}: {each['role']}" for each in state["memberships"] if each["email"] == email)


def _keys(state: dict[str, Any], email: str) -> str:
    return ", ".join(each["status"] for each in state["keys"] if each["owner"] == email)
