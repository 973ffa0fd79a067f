"""`pytest tests/connectors -v` ends with the conformance table: claims down, connectors across."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.connectors.conformance import Conformance

SIGNS = {"passed": "yes", "skipped": "-", "failed": "NO", "error": "NO"}
ORDER = tuple(SIGNS)
"""Several tests may make one claim: the last of these that occurs is its outcome."""

Claims = dict[str, dict[str, str]]
_ITEMS = pytest.StashKey[dict[str, tuple[str, str]]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    claims = [item for item in items if isinstance(item, pytest.Function) and issubclass(item.cls or object, Conformance)]
    config.stash[_ITEMS] = {item.nodeid: (claim_of(item), item.cls.__name__.removeprefix("Test")) for item in claims}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    items = config.stash.get(_ITEMS, {})
    asked = any(argument.startswith("-v") for argument in config.invocation_params.args)
    if not items or not asked:
        return
    connectors = sorted({connector for _, connector in items.values()})
    terminalreporter.write_sep("=", "what every connector does ('-': does not apply there)")
    for line in table(outcomes(items, terminalreporter.stats), connectors):
        terminalreporter.write_line(line)


def claim_of(item: pytest.Function) -> str:
    return item.originalname.removeprefix("test_").replace("_", " ")


def outcomes(items: dict[str, tuple[str, str]], stats: dict[str, list[pytest.TestReport]]) -> Claims:
    claims: Claims = {claim: {} for claim, _ in items.values()}
    for outcome in ORDER:
        for report in stats.get(outcome, []):
            if report.nodeid in items:
                claim, connector = items[report.nodeid]
                claims[claim][connector] = SIGNS[outcome]
    return claims


def table(claims: Claims, connectors: list[str]) -> Iterable[str]:
    width = max(map(len, claims))
    yield " " * width + "".join(f"  {connector}" for connector in connectors)
    for claim, signs in claims.items():
        yield claim.ljust(width) + "".join(f"  {signs.get(c, ''):<{len(c)}}" for c in connectors).rstrip()
