"""A person described in a file: read as strictly as the tests beside the rules."""

from __future__ import annotations

import pytest

from scim_bridge.mapping.somebody import read_somebody
from scim_bridge.mapping.told import told
from tests.mapping.worlds import SANDBOX, rules_of


@pytest.mark.parametrize(
    "text",
    [
        "person: {userName: ada@example.com, usertype: Employee}\ngroups: [Research]\n",
        '{"person": {"userName": "ada@example.com", "userType": "Employee"}, "groups": ["Research"]}',
        "version: 1\nperson:\n  userName: ada@example.com\n  userType: Employee\ngroups: [Research]\n",
    ],
)
def test_yaml_and_json_describe_the_same_person(text: str) -> None:
    somebody, errors = read_somebody("ada.yaml", text.encode())
    assert errors == ()
    assert somebody is not None
    assert somebody.person.groups == {"Research"}
    assert somebody.person.attributes == {"userName": "ada@example.com", "userType": "Employee", "active": True}
    assert somebody.source is None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("person: {userName: a, usrType: x}\n", (1, 23, "unknown_key")),
        ("person: {userName: a}\ngroup: [x]\n", (2, 1, "unknown_key")),
        ("person: {userName: a}\ngroups: x\n", (2, 9, "wrong_type")),
        ("person: {userName: a, active: maybe}\n", (1, 31, "wrong_type")),
        ("person: {userName: a, userType: [A, B]}\n", (1, 33, "wrong_type")),
        ("person: {userType: a}\n", (1, 1, "missing_key")),
        ("groups: [a]\n", (1, 1, "missing_key")),
        ("person: {userName: a}\nperson: {}\n", (2, 1, "duplicate_key")),
        ("person: {userName: a\n", (2, 1, "bad_yaml")),
        ("", (1, 1, "empty_file")),
        ("- a\n", (1, 1, "wrong_type")),
    ],
)
def test_mistakes_have_line_and_column(text: str, where: tuple[int, int, str]) -> None:
    somebody, errors = read_somebody("ada.yaml", text.encode())
    assert somebody is None
    assert [(each.line, each.column, each.code) for each in errors] == [where]
    assert {each.file for each in errors} == {"ada.yaml"}


RULES = """\
sources: [acme, default]
rules:
  - {name: lab, when: {group: Lab}, grant: [{place: lab, role: member}, {place: hall, role: member}]}
  - {name: not the hall, when: {person: 'userType eq "Guest"'}, deny: [{place: hall}]}
"""


def test_without_a_source_somebody_is_of_the_first_that_the_file_names() -> None:
    somebody, _ = read_somebody("ada.yaml", b"person: {userName: a@b.c}\ngroups: [Lab]\n")
    assert somebody is not None
    assert told(somebody.before(rules_of(RULES)), rules_of(RULES), SANDBOX).silence is None


def test_a_source_that_the_file_does_not_name_is_said() -> None:
    somebody, _ = read_somebody("ada.yaml", b"person: {userName: a@b.c}\ngroups: [Lab]\nsource: other\n")
    assert somebody is not None
    said = told(somebody.before(rules_of(RULES)), rules_of(RULES), SANDBOX)
    assert said.silence == 'lab.yaml does not speak of source "other", only of acme, default.'
    assert (said.rules, said.wish.grants) == ((), ())


def test_what_is_denied_names_the_rule_that_gives_and_the_one_that_denies() -> None:
    somebody, _ = read_somebody("ada.yaml", b"person: {userName: a@b.c, userType: guest}\ngroups: [Lab]\n")
    assert somebody is not None
    said = told(somebody.before(rules_of(RULES)), rules_of(RULES), SANDBOX)
    (only,) = said.denied
    assert (only.place, only.role) == ("hall", "member")
    assert [each.rule for each in only.because] == ["lab"]
    assert [each.rule for each in only.denied_by] == ["not the hall"]
    assert said.outcome_json()["grants"] == [
        {"place": "lab", "role": "member", "because": [{"file": "lab.yaml", "line": 7, "rule": "lab", "group": "Lab"}]}
    ]
