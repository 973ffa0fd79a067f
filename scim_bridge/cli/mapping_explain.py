"""`mapping explain`: which rules hold for somebody, known to the bridge or described in a file, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from scim_bridge.cli.asking import SOURCE, the_person
from scim_bridge.cli.command import NO, command
from scim_bridge.cli.desk import Desk
from scim_bridge.cli.mapping import draw_problems, mapping
from scim_bridge.cli.people import because, draw_denied, draw_rules
from scim_bridge.cli.showing import plain, row, say, state, styled, table
from scim_bridge.errors import UsageError

if TYPE_CHECKING:
    from scim_bridge.mapping.model import RuleSet
    from scim_bridge.mapping.problems import Problem
    from scim_bridge.mapping.somebody import Somebody
    from scim_bridge.reconcile.views.explain import OnPlatform


@command(mapping, "explain")
@click.argument("who", required=False, metavar="[PERSON | FOLDER]")
@click.option("--file", type=click.Path(path_type=Path), metavar="FILE", help="Somebody described there, by the files of FOLDER.")
@SOURCE
def explain(desk: Desk, who: str | None, file: Path | None, source: str | None) -> int:
    """Which rules in force hold for PERSON, where the others fail, and what comes of it. With --file needs no database."""
    if file is not None and source is not None:
        raise click.UsageError("--source is for somebody the bridge knows. Write `source:` into the file.")
    if file is not None:
        return _by_file(desk, file, Path(who if who is not None else desk.settings.mappings))
    if who is None:
        raise click.UsageError("Name a PERSON, or describe one with --file.")
    from scim_bridge.reconcile.views.explain import explain as read
    from scim_bridge.reconcile.views.explain import person_json

    house = desk.house
    found = read(house.database, house.platforms, the_person(house, who, source).person_id)
    _show(desk, person_json(found.person), found.platforms)
    return 0


def _by_file(desk: Desk, file: Path, folder: Path) -> int:
    """Somebody described in a file, by the files of a folder as they stand there."""
    from scim_bridge.mapping.extensions import declare_what_stands_in
    from scim_bridge.mapping.load import load_files, printable
    from scim_bridge.mapping.revisions import read_folder
    from scim_bridge.mapping.somebody import read_somebody
    from scim_bridge.reconcile.views.explain import person_json
    from scim_bridge.wiring import CONNECTORS

    wrong = declare_what_stands_in(folder)
    somebody, errors = read_somebody(printable(file.name), _content(file))
    loaded = load_files(read_folder(folder), CONNECTORS, None)
    if somebody is None or loaded.rules is None or wrong:
        problems = [*wrong, *errors, *loaded.errors]
        desk.show({"errors": list(map(vars, problems))}, lambda out: _draw_errors(out, problems))
        return NO
    _show(desk, {**person_json(somebody.person), "source": somebody.source}, _on_each(somebody, loaded.rules))
    return 0


def _content(file: Path) -> bytes:
    from scim_bridge.mapping.nodes import MAX_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"The file {file} cannot be read: {error.strerror}.") from error


def _on_each(somebody: Somebody, rules: RuleSet) -> list[OnPlatform]:
    from scim_bridge.mapping.told import told
    from scim_bridge.reconcile.views.explain import OnPlatform
    from scim_bridge.wiring import CONNECTORS

    return [
        OnPlatform(
            name,
            each.file,
            each.policy.mode,
            held=(),
            said=told(somebody.before(each), each, CONNECTORS[each.connector].capabilities(each.connection)),
            work=None,
        )
        for name, each in sorted(rules.platforms.items())
    ]


def _show(desk: Desk, person: dict[str, Any], platforms: Sequence[OnPlatform]) -> None:
    document = {"person": person, "platforms": [each.rules_json() for each in platforms]}
    desk.show(document, lambda out: _draw(out, platforms))


def _draw(out: Console, platforms: Sequence[OnPlatform]) -> None:
    for each in platforms:
        say(out, styled(each.platform, "bold") + styled(f" by {each.file}" if each.file else "", "dim"))
        if each.silence is not None:
            say(out, plain(f"  {each.silence}"))
        if each.said is not None:
            draw_rules(out, each.said.rules)
            _draw_outcome(out, each)
    if not platforms:
        say(out, plain("There is no mapping file."))


def _draw_outcome(out: Console, each: OnPlatform) -> None:
    """What the rules that hold come to together."""
    if each.said is None or each.silence is not None:
        return
    wish = each.said.wish
    if wish.account_role is None:
        say(out, plain("  gives: no account"))
    else:
        made = table("gives", "role", "because")
        row(made, styled("account", "dim"), wish.account_role, because(wish.account_reasons))
        for grant in wish.everything:
            row(made, grant.place.alias, grant.role, because(grant.reasons))
        out.print(made)
    draw_denied(out, each.said)
    for one in wish.parked:
        where = one.place.alias if one.place is not None else "the account"
        say(out, plain("  ") + state("parked") + plain(f": {one.role} for {where}: {one.why}"))


def _draw_errors(out: Console, problems: Sequence[Problem]) -> None:
    draw_problems(out, problems, "red")
