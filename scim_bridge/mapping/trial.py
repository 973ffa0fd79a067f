"""Runs the tests that stand beside mapping files: expected against given, and which rule gave it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scim_bridge.access.connector import Capabilities, ConnectorType
from scim_bridge.access.desired import Reason
from scim_bridge.mapping.cases import Case
from scim_bridge.mapping.model import RuleSet, WeighedGrant, Wish
from scim_bridge.mapping.resolve import resolve


@dataclass(frozen=True)
class Difference:
    """One thing that is not as expected. `because` is what stands behind what is given; empty: no rule gave it.

    `place` is None for the account. Roles are joined with ", " where there are several; None is no role at all.
    """

    what: Literal["account", "grant"]
    place: str | None
    expected: str | None
    given: str | None
    because: tuple[Reason, ...] = ()

    def __str__(self) -> str:
        subject = "account" if self.place is None else f"role in {self.place}"
        rules = ", ".join(_source(reason) for reason in self.because)
        text = f"{subject}: expected {self.expected or 'none'}, given {self.given or 'none'}"
        return f"{text}, by {rules}" if rules else text


@dataclass(frozen=True)
class Result:
    case: Case
    differences: tuple[Difference, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.differences


def run_cases(cases: Sequence[Case], rules: RuleSet, types: Mapping[str, ConnectorType]) -> tuple[Result, ...]:
    """Every test with its differences, in the order of the files."""
    results = []
    for case in cases:
        platform = rules.platforms[case.platform]
        can: Capabilities = types[platform.connector].capabilities(platform.connection)
        results.append(Result(case, tuple(_differences(case, resolve(case.person, platform, can)))))
    return tuple(results)


def _differences(case: Case, wish: Wish) -> list[Difference]:
    found = []
    if case.says_account and case.account != wish.account_role:
        found.append(Difference("account", None, case.account, wish.account_role, wish.account_reasons))
    if case.grants is None:
        return found
    given: dict[str, set[str]] = defaultdict(set)
    because: dict[str, set[Reason]] = defaultdict(set)
    for grant in wish.grants:
        given[grant.place.alias].add(grant.role)
        because[grant.place.alias].update(grant.decisive if isinstance(grant, WeighedGrant) else grant.reasons)
    for place in sorted({*case.grants, *given}):
        expected = case.grants.get(place, frozenset())
        if expected != given[place]:
            reasons = tuple(sorted(because[place], key=lambda reason: (reason.line, reason.group or "")))
            found.append(Difference("grant", place, _joined(expected), _joined(given[place]), reasons))
    return found


def _joined(roles: frozenset[str] | set[str]) -> str | None:
    return ", ".join(sorted(roles)) or None


def _source(reason: Reason) -> str:
    through = f' through "{reason.group}"' if reason.group else ""
    return f'rule "{reason.rule}" ({reason.file}:{reason.line}){through}'
