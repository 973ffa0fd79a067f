"""How answers look: quiet tables, times a person can read, colour only beside words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

STYLES: Mapping[str, str] = {
    "held": "green", "done": "green", "active": "green", "confirmed": "green", "passed": "green",
    "invited": "cyan", "waiting": "cyan", "due": "cyan", "running": "cyan", "under way": "cyan", "delayed": "yellow",
    "leaving": "yellow", "removed_by_hand": "yellow", "orphaned": "magenta", "held_back": "bold yellow",
    "parked": "bold red", "failed": "bold red", "refused": "red", "revoked": "dim", "disabled": "dim", "expired": "dim",
    "inactive": "dim", "withdrawn": "dim", "paused": "yellow",
}  # fmt: skip
GIVES = {"invite", "create_account", "grant", "restore_account", "restore_key"}
NOTHING = "–"

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain(text: object) -> Text:
    """A text that cannot move the cursor, change colours or turn its direction, whoever wrote it."""
    return Text(_CONTROL.sub("\ufffd", "" if text is None else str(text)))


def styled(text: object, style: str) -> Text:
    made = plain(text)
    made.stylize(style)
    return made


def state(word: str) -> Text:
    """A state, a kind or an outcome as people read it."""
    return styled(word.replace("_", " "), STYLES.get(word, ""))


def change_kind(kind: str) -> Text:
    return styled(kind.replace("_", " "), "green" if kind in GIVES else "cyan" if kind == "change_role" else "yellow")


WHOLE = frozenset({
    "platform", "state", "status", "at", "since", "due", "made", "last used", "tries", "id", "kind", "change", "step", "action",
    "after", "confirmed", "mode", "people",
})  # fmt: skip
"""Columns that are short by nature and stay on one line."""


def table(*columns: str) -> Table:
    """A table with these headings; what does not fit goes on in the next line."""
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for name in columns:
        made.add_column(name, overflow="fold", no_wrap=name in WHOLE)
    return made


def say(out: Console, what: Text | Table) -> None:
    """A sentence on one line, however long, so that a command in it can be copied; a table as wide as there is room."""
    out.print(what, soft_wrap=isinstance(what, Text))


def row(made: Table, *cells: object) -> None:
    """One row; None is shown as a dash."""
    made.add_row(*(cell if isinstance(cell, Text) else plain(NOTHING if cell in (None, "") else cell) for cell in cells))


def instant(when: datetime | None) -> str:
    """To the second, in UTC."""
    return NOTHING if when is None else when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def moment(when: datetime | None, newest: datetime | None) -> str:
    """As short as it is clear beside the newest of a list: no zone, and no year where it is the same. UTC."""
    if when is None or newest is None:
        return NOTHING
    there = when.astimezone(UTC)
    return there.strftime("%m-%d %H:%M:%S" if there.year == newest.astimezone(UTC).year else "%Y-%m-%d %H:%M:%S")


def span(length: timedelta | None) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 6 h`."""
    if length is None:
        return NOTHING
    seconds = max(0.0, length.total_seconds())
    if seconds < 10:
        return f"{seconds:.1f} s"
    for size, name, small, smaller in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            rest = int(seconds % size // small)
            return f"{int(seconds // size)} {name} {rest} {smaller}" if rest else f"{int(seconds // size)} {name}"
    return f"{int(seconds)} s"


def reasons(because: Sequence[Mapping[str, Any]]) -> str:
    """`rule (group)` of the first reason, and how many more there are."""
    if not because:
        return NOTHING
    first = because[0]
    text = f'{first["rule"]} ({first["group"]})' if first.get("group") else str(first["rule"])
    return f"{text} +{len(because) - 1}" if len(because) > 1 else text


def lines(out: Console, pairs: Iterable[tuple[str, object]]) -> None:
    """Named values under each other, the names in one column."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(name, value if isinstance(value, Text | Table) else plain(value))
    out.print(grid)
