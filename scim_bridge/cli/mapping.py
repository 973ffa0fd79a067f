"""`mapping check` and `mapping test`: neither needs a database, and neither makes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from scim_bridge.cli.command import NO, cli, command
from scim_bridge.cli.desk import Desk
from scim_bridge.cli.showing import plain, say, state, styled

if TYPE_CHECKING:
    from scim_bridge.mapping.load import Loaded
    from scim_bridge.mapping.model import RuleSet
    from scim_bridge.mapping.problems import Problem
    from scim_bridge.mapping.trial import Result
    from scim_bridge.reconcile.checking import Checked

FOLDER = click.argument("folder", required=False, type=click.Path(path_type=Path))


@cli.group("mapping", short_help="The mapping files: check, test, explain.")
def mapping() -> None:
    """Who gets which role where (docs/mapping.md)."""


@command(mapping, "check")
@FOLDER
@click.option("--online", is_flag=True, help="Ask every platform too: places and roles, and whose organization it is.")
def check(desk: Desk, folder: Path | None, online: bool) -> int:
    """Read all files of FOLDER (left out: SCIM_BRIDGE_MAPPINGS) and say every mistake with file, line and column."""
    from scim_bridge.db import utc_now
    from scim_bridge.mapping.cases import load_cases
    from scim_bridge.mapping.exceptions import due_warnings
    from scim_bridge.mapping.findings import findings
    from scim_bridge.wiring import CONNECTORS

    files, loaded = _load(desk, folder)
    errors, warnings = list(loaded.errors), list(loaded.warnings)
    if loaded.rules is not None:
        cases = load_cases(files, loaded.rules, CONNECTORS)
        errors, warnings = errors + list(cases.errors), warnings + list(cases.warnings)
        warnings += due_warnings(loaded.rules, utc_now().date())
        warnings += [*findings(files, loaded.rules, CONNECTORS), *_unpushed(desk, files, loaded.rules)]
        if online:
            checked = _ask_platforms(desk, files, loaded.rules)
            errors, warnings = errors + checked.errors, warnings + checked.warnings
    errors, warnings = sorted(set(errors)), sorted(set(warnings))
    named = sorted(loaded.rules.platforms) if loaded.rules is not None else []
    document = {"errors": list(map(vars, errors)), "warnings": list(map(vars, warnings)), "platforms": named}
    desk.show(document, lambda out: _draw_check(out, errors, warnings, named))
    return NO if errors else 0


@command(mapping, "test")
@FOLDER
def test(desk: Desk, folder: Path | None) -> int:
    """Run the tests that stand beside the files (*.test.yaml): expected against given, and which rule gave it."""
    from scim_bridge.mapping.cases import load_cases
    from scim_bridge.mapping.trial import run_cases
    from scim_bridge.wiring import CONNECTORS

    files, loaded = _load(desk, folder)
    errors, results = loaded.errors, tuple[Any, ...]()
    if loaded.rules is not None:
        cases = load_cases(files, loaded.rules, CONNECTORS)
        errors, results = cases.errors, run_cases(cases.cases, loaded.rules, CONNECTORS)
    failed = [each for each in results if not each.passed]
    document = {
        "tests": [_result_json(each) for each in results],
        "passed": len(results) - len(failed),
        "failed": len(failed),
        "errors": list(map(vars, errors)),
    }
    desk.show(document, lambda out: _draw_test(out, errors, results))
    return NO if errors or failed else 0


def _unpushed(desk: Desk, files: Mapping[str, bytes], rules: RuleSet) -> list[Problem]:
    """Groups and sources that nobody has pushed, where the bridge's database is there to know."""
    from scim_bridge.directory.pushed import pushed_groups
    from scim_bridge.mapping.unpushed import unpushed

    house = desk.house_if_there
    if house is None:
        return []
    with house.database.reading() as connection:
        pushed = pushed_groups(connection)
    return list(unpushed(files, rules, pushed))


def _ask_platforms(desk: Desk, files: Mapping[str, bytes], rules: RuleSet) -> Checked:
    from scim_bridge.db import Database
    from scim_bridge.reconcile.checking import check_online, reaching
    from scim_bridge.settings import environment_variables
    from scim_bridge.wiring import CONNECTORS

    house = desk.house_if_there
    folder = (house.database if house is not None else Database(desk.settings.database_url)).folder
    shared = house.database if house is not None else None
    return check_online(files, rules, reaching(CONNECTORS, environment_variables(), folder, shared))


def _load(desk: Desk, folder: Path | None) -> tuple[Mapping[str, bytes], Loaded]:
    from scim_bridge.mapping.extensions import declare_what_stands_in
    from scim_bridge.mapping.load import Loaded, load_files
    from scim_bridge.mapping.revisions import read_folder
    from scim_bridge.settings import environment_variables
    from scim_bridge.wiring import CONNECTORS

    chosen = folder if folder is not None else Path(desk.settings.mappings)
    files, wrong = read_folder(chosen), declare_what_stands_in(chosen)
    loaded = load_files(files, CONNECTORS, environment_variables())
    if not wrong:
        return files, loaded
    others = (each for each in loaded.errors if each.code != "bad_filter")  # which may lack no more than these schemas
    return files, Loaded(None, tuple(sorted((*wrong, *others))), loaded.warnings)


def _result_json(each: Result) -> dict[str, Any]:
    case = each.case
    differences = [
        {
            "what": one.what,
            "place": one.place,
            "expected": one.expected,
            "given": one.given,
            "because": [vars(reason) for reason in one.because],
        }
        for one in each.differences
    ]
    where = {"platform": case.platform, "file": case.file, "line": case.line}
    return {**where, "name": case.name, "passed": each.passed, "differences": differences}


def _draw_check(out: Console, errors: Sequence[Problem], warnings: Sequence[Problem], named: Sequence[str]) -> None:
    draw_problems(out, errors, "red")
    draw_problems(out, warnings, "yellow")
    if errors:
        say(out, plain(f"\n{_count(len(errors), 'mistake')}. The last good set stays in force."))
    else:
        say(out, plain(f"{', '.join(named) or 'No file'}: no mistakes." if named else "There is no mapping file here yet."))


def draw_problems(out: Console, problems: Sequence[Problem], style: str) -> None:
    for each in problems:
        where = styled(f"{each.file}:{each.line}:{each.column}:", style)
        say(out, where + plain(f" {each.message} ") + styled(f"[{each.code}]", "dim"))


def _draw_test(out: Console, errors: Sequence[Problem], results: Sequence[Result]) -> None:
    draw_problems(out, errors, "red")
    for each in results:
        word = state("passed" if each.passed else "failed")
        say(out, word + plain(f"  {each.case.platform}: {each.case.name}"))
        for difference in each.differences:
            say(out, plain(f"        {each.case.file}:{each.case.line}: {difference}"))
    if not results and not errors:
        say(out, plain("There are no tests. Write some beside a file: NAME.test.yaml (docs/mapping.md)."))
        return
    failed = sum(not each.passed for each in results)
    say(out, plain(f"\n{_count(len(results), 'test')}, {failed} failed."))


def _count(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number} {thing}s"
