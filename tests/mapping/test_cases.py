"""Tests beside the rules: read as strictly, and every difference said with the rule behind it."""

from __future__ import annotations

import pytest

from scim_bridge.mapping.cases import LoadedCases, load_cases
from scim_bridge.mapping.trial import Result, run_cases
from tests.mapping.worlds import TYPES, load, written

URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
RULES = written(f"""
places: {{research: {{id: r1}}}}
rules:
  - name: engineers
    when: {{group: "ML Engineers"}}
    grant: [{{place: research, role: member}}]
  - name: leads
    when: {{group: "Leads"}}
    grant: [{{place: research, role: admin, allow_admin: true}}]
  - name: the lab
    when: {{person: '{URN}:department eq "Lab"'}}
    grant: [{{place: evals, role: member}}]
""")


def cases_of(text: str) -> LoadedCases:
    rules = load({"lab.yaml": RULES}).rules
    assert rules is not None
    return load_cases({"lab.test.yaml": text.encode(), "lab.yaml": RULES.encode()}, rules, TYPES)


def run(test: str) -> Result:
    loaded = cases_of(f"version: 1\ntests:\n  - {test}\n")
    assert not loaded.errors, loaded.errors
    rules = load({"lab.yaml": RULES}).rules
    assert rules is not None
    (result,) = run_cases(loaded.cases, rules, TYPES)
    return result


def test_a_test_that_is_as_expected_has_no_differences() -> None:
    result = run(
        "{name: t, person: {userName: ada@example.com}, groups: [ml engineers],"
        " expect: {account: user, grants: {research: member}}}"
    )
    assert result.passed
    assert (result.case.file, result.case.line, result.case.name) == ("lab.test.yaml", 3, "t")


def test_each_difference_says_expected_given_and_the_rule_that_gave_it() -> None:
    result = run(
        "{name: t, person: {userName: a@example.com}, groups: [ML Engineers, Leads],"
        " expect: {account: null, grants: {research: member, evals: member}}}"
    )
    account, evals, research = result.differences
    assert (account.what, account.expected, account.given) == ("account", None, "user")
    assert {reason.rule for reason in account.because} == {"engineers", "leads"}
    assert (evals.place, evals.expected, evals.given, evals.because) == ("evals", "member", None, ())
    assert (research.expected, research.given) == ("member", "admin")
    assert str(research) == (
        'role in research: expected member, given admin, by rule "leads" (lab.yaml:11) through "Leads"'
    )


def test_null_means_no_account() -> None:
    assert run("{name: t, person: {userName: a@example.com}, expect: {account: null, grants: {}}}").passed


def test_what_a_test_does_not_mention_is_not_compared() -> None:
    assert run("{name: t, person: {userName: a@b.c}, groups: [Leads], expect: {account: user}}").passed
    assert run("{name: t, person: {userName: a@b.c}, groups: [Leads], expect: {grants: {research: admin}}}").passed


def test_a_person_is_active_unless_the_test_says_otherwise() -> None:
    inactive = "{name: t, person: {userName: a@b.c, active: false}, groups: [Leads], expect: {account: null}}"
    assert run(inactive).passed


@pytest.mark.parametrize("attribute", ["department: Lab", "Department: lab", f"'{URN}': {{department: Lab}}"])
def test_attributes_are_scim_attributes_in_any_case_the_extensions_too(attribute: str) -> None:
    test = f"{{name: t, person: {{USERNAME: a@b.c, {attribute}}}, expect: {{grants: {{evals: member}}}}}}"
    assert run(test).passed


@pytest.mark.parametrize(
    ("test", "where"),
    [
        ("{name: t, person: {userName: a}, expect: {acount: user}}", (3, 47, "unknown_key")),
        ("{name: t, person: {userName: a, usrType: x}, expect: {account: user}}", (3, 37, "unknown_key")),
        ("{name: t, person: {userName: a, groups: []}, expect: {account: user}}", (3, 37, "unknown_key")),
        ("{name: t, person: {userType: a}, expect: {account: user}}", (3, 15, "missing_key")),
        ("{name: t, person: {userName: a, active: 'no'}, expect: {account: user}}", (3, 45, "wrong_type")),
        ("{name: t, expect: {account: user}}", (3, 5, "missing_key")),
        ("{name: t, person: {userName: a}, expect: {}}", (3, 46, "no_effect")),
        ("{name: t, person: {userName: a}, expect: {account: usr}}", (3, 56, "unknown_role")),
        ("{name: t, person: {userName: a}, expect: {grants: {research: membr}}}", (3, 66, "unknown_role")),
        ("{name: t, person: {userName: a}, expect: {grants: {research: 1}}}", (3, 66, "wrong_type")),
        ("{name: t, person: {userName: a}, groups: x, expect: {account: user}}", (3, 46, "wrong_type")),
    ],
)
def test_mistakes_in_tests_are_errors_where_they_stand(test: str, where: tuple[int, int, str]) -> None:
    loaded = cases_of(f"version: 1\ntests:\n  - {test}\n")
    assert [(e.line, e.column, e.code) for e in loaded.errors] == [where]
    assert loaded.cases == ()


def test_test_names_are_unique_in_their_file() -> None:
    test = "  - {name: t, person: {userName: a}, expect: {account: null}}\n"
    loaded = cases_of(f"version: 1\ntests:\n{test}{test}")
    assert [(e.line, e.code) for e in loaded.errors] == [(4, "duplicate_test")]


def test_tests_of_a_file_that_is_not_there_are_an_error() -> None:
    rules = load({"lab.yaml": RULES}).rules
    assert rules is not None
    loaded = load_cases({"lba.test.yaml": b"version: 1\ntests: []\n"}, rules, TYPES)
    assert [(e.file, e.code) for e in loaded.errors] == [("lba.test.yaml", "test_without_mapping")]
    assert 'Did you mean "lab.yaml"?' in loaded.errors[0].message


def test_a_place_that_is_nearly_an_alias_is_warned_about() -> None:
    loaded = cases_of(
        "version: 1\ntests:\n  - {name: t, person: {userName: a}, expect: {grants: {reserch: member}}}\n"
    )
    assert [(w.line, w.column, w.code) for w in loaded.warnings] == [(3, 56, "place_not_aliased")]


@pytest.mark.parametrize("value", ["x", "7", "[]", "[x]", "{}", "{x: y}", "~", "[~]", "{grants: [x]}", "{grants: {a: [1]}}"])
@pytest.mark.parametrize("key", ["name", "person", "groups", "expect", "source"])
def test_no_value_under_any_key_stops_the_checks(key: str, value: str) -> None:
    cases_of(f"version: 1\ntests:\n  - {{{key}: {value}}}\n")
    cases_of(f"version: 1\ntests: {value}\n")
    cases_of(value)
