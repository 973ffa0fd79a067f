"""`offboarding.keys.keep`: keys that leaving spares, each with a reason and a last day."""

from __future__ import annotations

from datetime import date

import pytest

from scim_bridge.access.policy import KeyException
from scim_bridge.mapping.exceptions import due_warnings
from tests.mapping.worlds import HEAD, load

RULES = "rules: []\n"


def kept(*entries: str) -> str:
    listed = "".join(f"\n      - {entry}" for entry in entries)
    return f"{HEAD}{RULES}offboarding:\n  keys:\n    keep:{listed}\n"


def found(text: str) -> list[tuple[int, int, str]]:
    return [(each.line, each.column, each.code) for each in load({"lab.yaml": text}).errors]


FIRST = len(HEAD.splitlines()) + 5
"""The line of the first entry."""


def test_exceptions_stand_beside_the_fates_and_know_their_line() -> None:
    text = kept("{id: key_1, reason: nightly batch, until: 2027-01-31}", "{id: ' key_2 ', reason: \"a, b\", until: '2027-02-01'}")
    rules = load({"lab.yaml": text}).rules
    assert rules is not None
    assert rules.platforms["lab"].policy.offboarding.keep == (
        KeyException("key_1", "nightly batch", date(2027, 1, 31), FIRST),
        KeyException("key_2", "a, b", date(2027, 2, 1), FIRST + 1),
    )


def test_without_the_list_nothing_is_excepted() -> None:
    rules = load({"lab.yaml": HEAD + RULES + "offboarding: {keys: {personal: keep, keep: []}}\n"}).rules
    assert rules is not None
    assert rules.platforms["lab"].policy.offboarding.keep == ()
    assert rules.platforms["lab"].policy.offboarding.personal_keys == "keep"


@pytest.mark.parametrize(
    ("entry", "column", "code"),
    [
        ("{id: key_1, reason: why}", 9, "missing_key"),
        ("{id: key_1, until: 2027-01-31}", 9, "missing_key"),
        ("{reason: why, until: 2027-01-31}", 9, "missing_key"),
        ("{id: key_1, reason: why, until: soon}", 41, "bad_value"),
        ("{id: key_1, reason: why, until: 2027-02-30}", 41, "bad_value"),
        ("{id: key_1, reason: why, until: 20270131}", 41, "bad_value"),
        ("{id: key_1, reason: why, until: 2027-01-31T00:00:00Z}", 41, "bad_value"),
        ("{id: key_1, reason: '  ', until: 2027-01-31}", 29, "bad_value"),
        ("{id: 17, reason: why, until: 2027-01-31}", 14, "wrong_type"),
        ("{id: key_1, reason: why, untill: 2027-01-31}", 34, "unknown_key"),
        ("key_1", 9, "wrong_type"),
    ],
)
def test_a_mistake_in_an_exception_is_an_error_at_its_place(entry: str, column: int, code: str) -> None:
    assert found(kept(entry)) == [(FIRST, column, code)]


def test_a_key_that_is_excepted_twice_is_an_error_that_names_the_first() -> None:
    text = kept("{id: key_1, reason: one, until: 2027-01-31}", "{id: key_1, reason: two, until: 2028-01-31}")
    assert found(text) == [(FIRST + 1, 14, "bad_value")]
    assert f"line {FIRST}" in load({"lab.yaml": text}).errors[0].message


def test_an_exception_whose_last_day_is_over_is_a_warning_at_its_line() -> None:
    text = kept("{id: key_1, reason: nightly batch, until: 2027-01-31}", "{id: key_2, reason: why, until: 2027-02-01}")
    rules = load({"lab.yaml": text}).rules
    assert rules is not None
    assert due_warnings(rules, date(2027, 1, 31)) == ()
    (warning,) = due_warnings(rules, date(2027, 2, 1))
    assert (warning.file, warning.line, warning.code) == ("lab.yaml", FIRST, "exception_due")
    assert "key_1" in warning.message
    assert "nightly batch" in warning.message
    assert "2027-01-31" in warning.message
