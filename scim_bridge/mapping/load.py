"""A folder's files become a `RuleSet`, or the list of everything that is wrong with them.

The files are one set: one error, and none of them is taken (docs/mapping.md, "Loading"). No network is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from scim_bridge.access.connector import Capabilities, ConnectorType
from scim_bridge.access.desired import PlaceName
from scim_bridge.access.policy import Accounts, Brake, Offboarding, Policy
from scim_bridge.mapping import nodes
from scim_bridge.mapping.connection import Environment, check_connection, check_no_variables
from scim_bridge.mapping.exceptions import read_exceptions
from scim_bridge.mapping.model import PlatformRules, RuleSet
from scim_bridge.mapping.platform import check_brake, check_exceptions, check_places, check_policies, check_sources
from scim_bridge.mapping.problems import Problem, Report, did_you_mean, listed
from scim_bridge.mapping.rules import Surroundings, read_rules
from scim_bridge.mapping.schema import PLATFORM
from scim_bridge.mapping.shapes import note
from scim_bridge.mapping.spot import Spot

SUFFIX = ".yaml"
TEST_SUFFIX = ".test.yaml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Loaded:
    """`rules` is None when there is any error: a set is taken whole or not at all."""

    rules: RuleSet | None
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def load_files(files: Mapping[str, bytes], types: Mapping[str, ConnectorType], environment: Environment) -> Loaded:
    """Read and check a set. `environment` None leaves variables alone: for a revision that is in force already."""
    platforms: dict[str, PlatformRules] = {}
    reports: list[Report] = []
    for file in sorted(files):
        if file.endswith(TEST_SUFFIX):
            continue
        report, rules = _load_one(printable(file), files[file], types, environment)
        reports.append(report)
        if rules is not None:
            platforms[rules.name] = rules
    shared = _shared(platforms, types) if environment is not None else []
    errors = _unique([*shared, *(problem for report in (*reports, *_twins(files)) for problem in report.errors)])
    warnings = _unique(problem for report in reports for problem in report.warnings)
    return Loaded(None if errors else RuleSet(platforms), errors, warnings)


def printable(file: str) -> str:
    """A file name that can be shown and stored, also where the file system has bytes that are no text."""
    return file.encode("utf-8", "backslashreplace").decode()[:200]


def mapping_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that make a set: without tests, and without what is not read at all."""
    return {file: files[file] for file in sorted(files) if file.endswith(SUFFIX) and not file.endswith(TEST_SUFFIX)}


def _unique(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(set(problems)))


def _load_one(
    file: str, source: bytes, types: Mapping[str, ConnectorType], environment: Environment
) -> tuple[Report, PlatformRules | None]:
    if not file.endswith(SUFFIX):
        report = Report(file)
        message = f"Only files ending in {SUFFIX} are read. Rename it to have its rules taken up."
        report.warn((), "wrong_extension", message)
        return report, None
    document = nodes.read(file, source)
    name = file.removesuffix(SUFFIX)
    if not _NAME.fullmatch(name):
        message = "A platform is called after its file: 1 to 64 letters, digits, - _ or . and a letter or digit first."
        document.report.at((1, 1), "bad_file_name", message)
    if document.content is None:
        return document.report, None
    return document.report, _read(name, document, types, environment)


def _twins(files: Mapping[str, bytes]) -> list[Report]:
    """Two names that differ in case alone are one file on some systems."""
    seen: dict[str, str] = {}
    reports = []
    for file in mapping_files(files):
        if file.lower() in seen:
            report = Report(file)
            message = f"{seen[file.lower()]} has the same name but for case. Rename one of them."
            report.at((1, 1), "bad_file_name", message)
            reports.append(report)
        seen.setdefault(file.lower(), file)
    return reports


def _shared(platforms: Mapping[str, PlatformRules], types: Mapping[str, ConnectorType]) -> list[Problem]:
    """Files that reach one organization by the same words. Other words for the same are seen when the platform is asked."""
    seen: dict[tuple[object, ...], str] = {}
    found = []
    for name, rules in platforms.items():
        words = [rules.connection.get(key.name) for key in types[rules.connector].connection if key.type in {"secret", "text"}]
        other = seen.setdefault((rules.connector, *words), name)
        if other != name:
            message = f"This reaches the same organization as {other}{SUFFIX}; the two would undo each other. Keep one of them."
            found.append(Problem(rules.file, rules.connection_line, 1, "same_organization", message))
    return found


def _read(
    name: str, document: nodes.Document, types: Mapping[str, ConnectorType], environment: Environment
) -> PlatformRules | None:
    report = document.report
    top = Spot(document.content, (), report)
    if not isinstance(document.content, dict):
        report.error((), "wrong_type", "A mapping file is a mapping that begins with `version: 1`.")
        return None
    shape = _shape(document.content, report)
    kind = _connector(top["connector"], types)
    connection = check_connection(top["connection"], kind, environment) if kind else {}
    can = kind.capabilities({key.name: None for key in kind.connection} | connection) if kind else None
    for key, entry in top.entries():
        if key != "connection":
            check_no_variables(entry)
    if can is not None:
        check_policies(top, can)
    check_brake(top["brake"])
    check_exceptions(top["offboarding"]["keys"]["keep"])
    check_places(top["places"])
    sources = check_sources(top["sources"])
    rules = read_rules(top["rules"], Surroundings(can, sources, [alias for alias, _ in top["places"].entries()]))
    if report.errors or shape is None or kind is None or can is None:
        return None
    places = {alias: PlaceName(alias, place.get("id"), place.get("name")) for alias, place in shape["places"].items()}
    line, _ = report.keys.get(("connection",), (1, 1))
    return PlatformRules(name, report.file, kind.name, connection, sources, _policy(shape, can, top), places, rules, line)


def _shape(content: dict[str, Any], report: Report) -> dict[str, Any] | None:
    try:
        shape: dict[str, Any] = PLATFORM.load(content)
    except ValidationError as error:
        note(report, error)
        return None
    return shape


def _connector(spot: Spot, types: Mapping[str, ConnectorType]) -> ConnectorType | None:
    if spot.text is None:
        return None
    if spot.text not in types:
        hint = did_you_mean(spot.text, types) or f" There are {listed(sorted(types))}."
        spot.error("unknown_connector", f'There is no connector "{spot.text}".{hint}')
    return types.get(spot.text)


def _policy(shape: Mapping[str, Any], can: Capabilities, top: Spot) -> Policy:
    leaving = shape["offboarding"]
    keys = leaving.get("keys") or {}
    return Policy(
        accounts=Accounts(**shape["accounts"]),
        offboarding=Offboarding(
            account=leaving.get("account") or can.default_ending,
            invitations=leaving.get("invitations") or "cancel",
            personal_keys=keys.get("personal") or ("withdraw" if "withdraw" in can.personal_key_fates else "report"),
            shared_keys=keys.get("shared") or "report",
            keep=read_exceptions(top["offboarding"]["keys"]["keep"], keys.get("keep", ())),
        ),
        moving_keys=shape["moving"].get("keys") or "report",
        protect=frozenset(name.strip().casefold() for name in shape["protect"]),
        brake=Brake(**shape["brake"]),
        mode=shape["mode"],
        drift=shape["drift"],
    )
