"""`pytest tests/connectors -v` ends with the conformance table: claims down, connectors across."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.connectors.conformance import Conformance
from tests.connectors.openai_record import counted

SIGNS = {"passed": "yes", "skipped": "-", "failed": "NO", "error": "NO"}
ORDER = tuple(SIGNS)
"""Several tests may make one claim: the last of these that occurs is its outcome."""

HELD = "held against OpenAI's document"

Claims = dict[str, dict[str, str]]
_ITEMS = pytest.StashKey[dict[str, tuple[str, str]]]()


@pytest.fixture(autouse=True)
def held_against_the_document(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """Counts what a test sent to OpenAI and got, for the summary: also where several processes run the tests."""
    before = counted()
    yield
    after = counted()
    if after != before:
        record_property(HELD, [after[0] - before[0], after[1] - before[1]])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    claims = [item for item in items if isinstance(item, pytest.Function) and issubclass(item.cls or object, Conformance)]
    config.stash[_ITEMS] = {item.nodeid: (claim_of(item), item.cls.__name__.removeprefix("Test")) for item in claims}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    sent, answered = held(terminalreporter.stats)
    if sent:
        terminalreporter.write_line(f"OpenAI: {sent} requests and {answered} answers are as the vendor's document says")
    items = config.stash.get(_ITEMS, {})
    asked = any(argument.startswith("-v") for argument in config.invocation_params.args)
    if not items or not asked:
        return
    connectors = sorted({connector for _, connector in items.values()})
    terminalreporter.write_sep("=", "what every connector does ('-': does not apply there)")
    for line in table(outcomes(items, terminalreporter.stats), connectors):
        terminalreporter.write_line(line)


def held(stats: dict[str, list[pytest.TestReport]]) -> tuple[int, int]:
    """How many requests and answers of all tests were held against the vendor's document."""
    reports = [report for several in stats.values() for report in several if isinstance(report, pytest.TestReport)]
    pairs = [value for report in reports if report.when == "teardown" for name, value in report.user_properties if name == HELD]
    return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)


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
