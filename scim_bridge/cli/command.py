"""How a command is made: `--json`, exit codes, and every error as a sentence.

0: done. 1: done and the answer is "no". 2: wrong usage or settings. 3: held by the brake.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

import click
import structlog

from scim_bridge import __version__
from scim_bridge.cli.desk import Desk
from scim_bridge.errors import BridgeError, DatabaseUnavailable, NotFoundError, SettingsError, UsageError

Deed = TypeVar("Deed", bound=Callable[..., "int | None"])

log = structlog.get_logger("scim_bridge.cli")

NO, WRONG, HELD = 1, 2, 3
INTERRUPTED = 130

GROUPS = (
    "serve", "holdings", "plan", "people", "offboarding", "work", "mapping", "mapping_explain", "sources", "tokens", "keys",
    "key_acts", "platforms", "okta", "audit", "sandbox",
)  # fmt: skip
"""The modules that hold commands, in the order of `scim-bridge --help`. They are read when the first command is asked for."""


class Refusal(BridgeError):
    """The command did not do it, and exits with this code. `more` goes into the JSON document beside the sentence."""

    def __init__(self, sentence: str, *, code: int, **more: Any) -> None:
        super().__init__(sentence)
        self.code = code
        self.more = more


class Commands(click.Group):
    """The top of the tree. Whatever goes wrong below it ends here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._read()
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        self._read()
        return super().get_command(ctx, cmd_name)

    def _read(self) -> None:
        for name in GROUPS:
            importlib.import_module(f"scim_bridge.cli.{name}")

    def main(self, args: Sequence[str] | None = None, *given: Any, **named: Any) -> NoReturn:
        words = list(sys.argv[1:] if args is None else args)
        named["standalone_mode"] = False
        try:
            code = super().main(words, *given, **named)
        except BrokenPipeError:
            # Whoever read us stopped (`| head`); nothing more can be said, at exit neither.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = NO
        except (click.Abort, KeyboardInterrupt):
            code = INTERRUPTED
        except Exception as error:  # noqa: BLE001  the last door: a sentence instead of a traceback
            code = _tell(error, as_json="--json" in words)
        sys.exit(code or 0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version=__version__, prog_name="scim-bridge")
def cli() -> None:
    """One SCIM 2.0 server that turns pushes of Okta and Entra into access on AI platforms, and takes it away again."""


def command(parent: click.Group, name: str, **more: Any) -> Callable[[Deed], click.Command]:
    """Make a function a command: its first argument is the `Desk`, what it returns is the exit code (None: 0)."""

    def wrap(deed: Deed) -> click.Command:
        @functools.wraps(deed)
        def run(*, as_json: bool, **given: Any) -> int | None:
            desk = Desk(as_json=as_json)
            try:
                return deed(desk, **given)
            finally:
                desk.close()

        option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
        return parent.command(name, **more)(option(run))

    return wrap


def _tell(error: Exception, *, as_json: bool) -> int:
    """The error for whoever asked, and the exit code."""
    desk = Desk(as_json=as_json)
    if isinstance(error, click.ClickException):
        sentence = error.format_message()
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            error.show()
            return WRONG
        hint = f" See: {error.ctx.command_path} --help" if isinstance(error, click.UsageError) and error.ctx else ""
        desk.complain(sentence + hint)
        return WRONG
    if not isinstance(error, BridgeError):
        log.debug("unexpected", exc_info=error)
        desk.complain(
            f"Something went wrong inside the bridge ({type(error).__name__}). "
            "SCIM_BRIDGE_LOG_LEVEL=debug shows where; please report it."
        )
        return NO
    desk.complain(str(error), **(error.more if isinstance(error, Refusal) else {}))
    return _code(error)


def _code(error: BridgeError) -> int:
    if isinstance(error, Refusal):
        return error.code
    from scim_bridge.mapping.revisions import FolderUnreadable
    from scim_bridge.mapping.secrets import VariableUnset

    wrong = (UsageError, SettingsError, NotFoundError, DatabaseUnavailable, FolderUnreadable, VariableUnset)
    return WRONG if isinstance(error, wrong) else NO
