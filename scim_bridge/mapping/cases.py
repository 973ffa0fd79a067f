"""Reads `.test.yaml` files: what somebody with these attributes and groups is expected to have. Strict as the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from scim_bridge.access.connector import Capabilities, ConnectorType
from scim_bridge.access.person import Person
from scim_bridge.mapping import nodes
from scim_bridge.mapping.load import SUFFIX, TEST_SUFFIX, printable
from scim_bridge.mapping.model import PlatformRules, RuleSet
from scim_bridge.mapping.platform import check_role
from scim_bridge.mapping.problems import Problem, Report, did_you_mean
from scim_bridge.mapping.schema import CASES, EXPECT_KEYS
from scim_bridge.mapping.shapes import note
from scim_bridge.mapping.spot import Spot
from scim_bridge.scim.registry import USER

_ATTRIBUTES = [attribute.name for schema in (USER.schema, *USER.extensions) for attribute in schema.attributes]


@dataclass(frozen=True)
class Case:
    """One test. `account` is checked when `says_account`, `grants` when it is not None."""

    platform: str
    file: str
    line: int
    name: str
    person: Person
    account: str | None = None
    says_account: bool = False
    grants: Mapping[str, frozenset[str]] | None = None


@dataclass(frozen=True)
class LoadedCases:
    cases: tuple[Case, ...] = ()
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass
class _Gathered:
    cases: list[Case] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)


def load_cases(files: Mapping[str, bytes], rules: RuleSet, types: Mapping[str, ConnectorType]) -> LoadedCases:
    """All tests of a folder, against rules that loaded without errors."""
    gathered = _Gathered()
    for file in sorted(name for name in files if name.endswith(TEST_SUFFIX)):
        document = nodes.read(printable(file), files[file])
        gathered.reports.append(document.report)
        platform = rules.platforms.get(file.removesuffix(TEST_SUFFIX))
        if platform is None:
            name = printable(file).removesuffix(TEST_SUFFIX) + SUFFIX
            hint = did_you_mean(name, [each.file for each in rules.platforms.values()])
            message = f"There is no {name} that these tests could be about.{hint}"
            document.report.error((), "test_without_mapping", message)
        elif document.content is not None:
            gathered.cases += _read(document, platform, types[platform.connector].capabilities(platform.connection))
    errors = sorted(problem for report in gathered.reports for problem in report.errors)
    warnings = sorted(problem for report in gathered.reports for problem in report.warnings)
    return LoadedCases(() if errors else tuple(gathered.cases), tuple(errors), tuple(warnings))


def _read(document: nodes.Document, platform: PlatformRules, can: Capabilities) -> list[Case]:
    top = Spot(document.content, (), document.report)
    if not isinstance(document.content, dict):
        top.error("wrong_type", "A test file is a mapping with `version: 1` and `tests`.")
        return []
    try:
        CASES.load(document.content)
    except ValidationError as error:
        note(document.report, error)
    seen: dict[str, int] = {}
    return [_case(item, platform, can, seen) for item in top["tests"].items() if isinstance(item.value, dict)]


def _case(spot: Spot, platform: PlatformRules, can: Capabilities, seen: dict[str, int]) -> Case:
    name = spot["name"].text or ""
    if name in seen:
        spot["name"].error("duplicate_test", f'A test "{name}" stands in line {seen[name]} already.')
    seen.setdefault(name, spot.line)
    source = spot["source"].text or platform.sources[0]
    groups = frozenset(item.text for item in spot["groups"].items() if item.text)
    expect = spot["expect"]
    account = expect["account"].text
    if account is not None:
        check_role(expect["account"], account, can, can.account_roles)
    if isinstance(expect.value, dict) and len(expect.lacks("account", "grants", known=EXPECT_KEYS)) == 2:
        expect.error("no_effect", "A test expects an `account`, `grants` or both.")
    return Case(
        platform=platform.name,
        file=spot.report.file,
        line=spot.line,
        name=name,
        person=read_person(spot["person"], source, groups),
        account=account,
        says_account="account" in expect,
        grants=_grants(expect["grants"], platform, can) if "grants" in expect else None,
    )


def _grants(spot: Spot, platform: PlatformRules, can: Capabilities) -> dict[str, frozenset[str]]:
    """Place to roles: one role, or a list of them where a place takes several."""
    grants: dict[str, frozenset[str]] = {}
    for place, entry in spot.entries():
        roles = [entry] if entry.text else list(entry.items())
        for role in roles:
            if role.text:
                check_role(role, role.text, can, can.place_roles)
            else:
                role.error("wrong_type", "A role is text. Put it in quotes if it looks like something else.")
        if not roles:
            entry.error("wrong_type", "Give a role, or a list of roles.")
        hint = did_you_mean(place, platform.places) if platform.place(place).alias not in platform.places else ""
        if hint:
            entry.warn("place_not_aliased", f'"{place}" is no alias.{hint}', at_key=True)
        grants[platform.place(place).alias] = frozenset(role.text for role in roles if role.text)
    return grants


def read_person(spot: Spot, source: str, groups: frozenset[str]) -> Person:
    """SCIM attributes in their canonical spelling, mistakes noted where they stand. Active unless it says otherwise."""
    attributes: dict[str, Any] = {}
    for name, entry in spot.entries():
        _set(attributes, name, entry)
    active = attributes.setdefault("active", True)
    if not isinstance(active, bool):
        spot["active"].error("wrong_type", "This must be true or false.")
    user_name = attributes.get("userName")
    if isinstance(spot.value, dict) and not (isinstance(user_name, str) and user_name.strip()):
        spot.error("missing_key", "`userName` is missing: every person has one.", at_key=True)
    return Person("test", source, str(user_name), active is True, attributes, groups)


def _set(attributes: dict[str, Any], name: str, entry: Spot) -> None:
    """One attribute, in any case; one of an extension under its URN or bare, as `department`."""
    extension = next((each for each in USER.extensions if each.id.lower() == name.lower()), None)
    if extension is not None:
        for inner, value in entry.entries():
            _set_named(attributes, inner, value, extension.id)
    else:
        _set_named(attributes, name, entry, None)


def _set_named(attributes: dict[str, Any], name: str, entry: Spot, urn: str | None) -> None:
    ref = USER.find(name, urn=urn)
    if ref is None:
        message = f'A User has no attribute "{name}".{did_you_mean(name, _ATTRIBUTES)}'
        entry.error("unknown_key", message, at_key=True)
    elif ref.attribute.name == "groups":
        entry.error("unknown_key", "Groups stand beside the person: `groups: [...]`.", at_key=True)
    elif isinstance(entry.value, list) and not ref.attribute.multi_valued:
        entry.error("wrong_type", f"`{ref.attribute.name}` has one value, not a list.")
    elif ref.extension:
        attributes.setdefault(ref.schema_urn, {})[ref.attribute.name] = entry.value
    else:
        attributes[ref.attribute.name] = entry.value
