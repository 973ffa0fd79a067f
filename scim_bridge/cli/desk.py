"""What one command has at hand: settings, the house on its database, and where to write."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from rich.console import Console

from scim_bridge.cli.showing import plain, styled
from scim_bridge.errors import DatabaseUnavailable, UsageError
from scim_bridge.logs import configure_logs
from scim_bridge.settings import Settings, read_settings

if TYPE_CHECKING:
    from scim_bridge.wiring import House

PIPE_WIDTH = 100
"""Columns where nobody says how many there are."""


class Desk:
    """Made for each command. The house is built when it is asked for: some commands need no database."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.out = _console(stderr=False)
        self.err = _console(stderr=True)

    @cached_property
    def settings(self) -> Settings:
        settings = read_settings()
        configure_logs(settings, quiet=True)
        return settings

    @cached_property
    def house(self) -> House:
        """The house on a database that is there and of this version; else a sentence. Writes nothing."""
        settings = self.settings
        missing = _missing_file(settings.database_url)
        if missing is not None:
            raise UsageError(
                f"There is no database at {missing} yet. Start the bridge with `make run`, or make one with `scim-bridge migrate`."
            )
        from scim_bridge.db.migrate import unmigrated
        from scim_bridge.wiring import build

        house = build(settings)
        why = unmigrated(house.database)
        if why is not None:
            house.database.dispose()
            raise UsageError(why)
        return house

    @property
    def house_if_there(self) -> House | None:
        """The house, where there is a database of this version, which is never made here. A malformed setting stops all the same."""
        try:
            return self.house
        except (UsageError, DatabaseUnavailable):
            return None

    def close(self) -> None:
        """Let go of the database, if it was asked for."""
        house = self.__dict__.get("house")
        if house is not None:
            house.database.dispose()

    def show(self, document: Mapping[str, Any], draw: Callable[[Console], None]) -> None:
        """The answer: one JSON document, or what `draw` makes of it."""
        if self.as_json:
            self.print_json(document)
        else:
            draw(self.out)

    def print_json(self, document: Mapping[str, Any]) -> None:
        options = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z
        sys.stdout.write(orjson.dumps(document, option=options, default=_jsonable).decode() + "\n")
        sys.stdout.flush()

    def note(self, sentence: str, style: str = "yellow") -> None:
        """Beside the answer: on stderr, for a person."""
        self.err.print(styled(sentence, style), soft_wrap=True)

    def complain(self, sentence: str, **more: Any) -> None:
        """What went wrong, as JSON on stdout or as a sentence on stderr."""
        if self.as_json:
            self.print_json({"error": sentence, **more})
        else:
            self.err.print(styled("error: ", "bold red") + plain(sentence), soft_wrap=True)


def operator() -> str:
    """Who is at the keyboard, for the audit."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def this_command() -> str:
    """How the person who reads this starts the command again."""
    python = Path(sys.executable)
    script = python.with_name("scim-bridge")
    if not script.exists():
        return f"{_short(python)} -m scim_bridge"
    return "scim-bridge" if shutil.which("scim-bridge") == str(script) else _short(script)


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _missing_file(url: str) -> str | None:
    """The file that SQLite would make, where it is not there."""
    named = re.fullmatch(r"sqlite(?:\+\w+)?:///([^?]+)(?:\?.*)?", url)
    if named is None or named[1] == ":memory:" or Path(named[1]).exists():
        return None
    return named[1]


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=False)
    if not console.is_terminal and "COLUMNS" not in console._environ:
        console.width = PIPE_WIDTH
    return console


def _jsonable(value: Any) -> Any:
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(type(value).__name__)
