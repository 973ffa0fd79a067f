"""THE COMMANDS: `scim-bridge`. What each one prints under `--json` is fixed, and so are the exit codes (docs/commands.md)."""

from scim_bridge.cli.command import cli

__all__ = ["cli", "main"]


def main() -> None:
    """The entry point. Ends the process with the command's exit code."""
    cli()
