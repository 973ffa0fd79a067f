"""Rules that never hold and rules that change nothing: said where they stand, with the rule that makes them so."""

from __future__ import annotations

import pytest

from scim_bridge.mapping.findings import findings
from scim_bridge.mapping.unpushed import unpushed
from tests.mapping.worlds import HEAD, TYPES, load, written


def found(rest: str, head: str = HEAD) -> list[tuple[int, int, str]]:
    return [(line, column, code) for line, column, code, _ in told(rest, head)]


def told(rest: str, head: str = HEAD) -> list[tuple[int, int, str, str]]:
    text = written(rest, head)
    loaded = load({"lab.yaml": text})
    assert loaded.rules is not None, [str(error) for error in loaded.errors]
    files = {"lab.yaml": text.encode()}
    return [(each.line, each.column, each.code, each.message) for each in findings(files, loaded.rules, TYPES)]


def one_rule(when: str) -> str:
    return f"rules:\n  - name: r\n    when: {when}\n    grant: [{{place: lab, role: member}}]\n"


@pytest.mark.parametrize(
    "text",
    [
        'userType eq "A" and userType eq "B"',
        'userType eq "A" and not (userType sw "a")',
        '(userType eq "A" or userType eq "B") and userType eq "C"',
        'userType pr and not (userType pr)',
        'title sw "Senior" and title sw "Junior"',
        'title gt "m" and title lt "b"',
        'emails[type eq "work" and type eq "home"]',
        'department eq "Lab" and urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "Law"',
        "active eq false",
    ],
)  # fmt: skip
def test_a_filter_that_nobody_meets_is_reported_at_the_filter(text: str) -> None:
    assert found(one_rule(f"{{person: '{text}'}}")) == [(7, 20, "unreachable_rule")]


@pytest.mark.parametrize(
    "text",
    [
        'userType eq "A" and userType eq "a"',
        'emails.type eq "work" and emails.type eq "home"',
        'emails.value sw "ada" and not (emails.value sw "bob")',
        'title ge "m" and title le "m"',
        'userType ne "A" and userType ne "B"',
        'userType eq "A" and active ne true',
        'not (userType pr) and userType ne "A"',
        'title co "a" and title co "b"',
    ],
)
def test_a_filter_that_somebody_may_meet_is_not_reported(text: str) -> None:
    assert found(one_rule(f"{{person: '{text}'}}")) == []


def test_two_groups_never_exclude_each_other() -> None:
    assert found(one_rule('{group: A, groups: [B, C], group_pattern: "D-{x}"}')) == []


def rules(*each: str) -> str:
    return "rules:\n" + "".join(f"  - {{name: r{number}, {text}}}\n" for number, text in enumerate(each))


MEMBER = "grant: [{place: lab, role: member}]"
ADMIN = "grant: [{place: lab, role: admin, allow_admin: true}]"
BY_NAME = 'when: {group_pattern: "AI-{p}"}, parts: {p: {Lab: lab, Hall: hall}}'


def test_of_two_equal_rules_the_later_one_is_pointless_and_names_the_other() -> None:
    (only,) = told(rules(f"when: {{group: A}}, {MEMBER}", f"when: {{group: a}}, {MEMBER}"))
    assert only[:3] == (7, 5, "pointless_rule")
    assert only[3].startswith('"r1" changes nothing for anybody: whenever it holds, what it gives comes of "r0" (line 6) as well.')


@pytest.mark.parametrize(
    ("wider", "narrower"),
    [
        (f"when: everybody, {MEMBER}", f"when: {{group: A}}, {MEMBER}"),
        (f"when: {{group: A}}, {ADMIN}", f"when: {{group: A}}, {MEMBER}"),
        (f"when: {{groups: [A, B]}}, {MEMBER}", f"when: {{group: B}}, {MEMBER}"),
        (f"when: {{group: A}}, {MEMBER}", f"when: {{group: A, person: 'title pr'}}, {MEMBER}"),
        (f"when: {{person: 'title pr'}}, {MEMBER}", f"when: {{person: 'title eq \"x\"'}}, {MEMBER}"),
        (f'{BY_NAME}, grant: [{{place: "{{p}}", role: member}}]', f"when: {{group: ai-lab}}, {MEMBER}"),
        ("when: everybody, grant: [{place: lab, role: member}, {place: hall, role: member}]",
         f'{BY_NAME}, grant: [{{place: "{{p}}", role: member}}]'),
        ("when: everybody, grant: [{account: owner, allow_admin: true}]", "when: {group: A}, grant: [{account: user}]"),
        ("when: everybody, deny: [{place: lab}]", "when: {group: A}, deny: [{place: lab}]"),
        ('when: everybody, deny: [{place: "*"}]', "when: {group: A}, deny: [{place: lab}]"),
    ],
)  # fmt: skip
def test_a_rule_whose_every_deed_another_does_whenever_it_holds_is_pointless(wider: str, narrower: str) -> None:
    assert found(rules(narrower, wider)) == [(6, 5, "pointless_rule")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"when: {{group: A}}, {ADMIN}", f"when: {{groups: [A, B]}}, {MEMBER}"),
        (f"when: {{groups: [A, B]}}, {MEMBER}", f"when: {{groups: [B, C]}}, {MEMBER}"),
        (f"when: {{group: A}}, {MEMBER}", "when: {group: A}, deny: [{place: hall}]"),
        (f"when: {{group: A, person: 'title pr'}}, {ADMIN}", f"when: {{group: A}}, {MEMBER}"),
        ("when: {group: A}, grant: [{account: user}]", f"when: everybody, {MEMBER}"),
    ],
)
def test_a_rule_that_may_give_somebody_more_is_not_pointless(one: str, other: str) -> None:
    assert found(rules(one, other)) == []


def test_what_depends_on_how_a_group_is_spelled_when_it_is_pushed_is_not_certain() -> None:
    by_its_name = 'when: {group_pattern: "AI-{p}"}, grant: [{place: "{p}", role: member}]'
    assert found(rules(f"when: {{group: AI-lab}}, {MEMBER}", by_its_name)) == []


def test_what_is_given_and_always_denied_is_pointless_and_names_the_denial() -> None:
    (only,) = told(rules(f"when: {{group: A}}, {MEMBER}", "when: everybody, deny: [{place: lab}]"))
    assert only[:3] == (6, 5, "pointless_rule")
    assert 'what it gives is denied by "r1" (line 7)' in only[3]


def test_a_denial_of_everything_for_everybody_leaves_accounts_alone() -> None:
    denial = 'when: everybody, deny: [{place: "*"}]'
    account = "when: {group: B}, grant: [{account: user}]"
    assert found(rules(f"when: {{group: A}}, {MEMBER}", denial, account)) == [(6, 5, "pointless_rule")]


def test_a_group_as_a_principal_is_never_called_pointless() -> None:
    wide = "version: 1\nconnector: wide\nconnection: {admin_api_key: '${ADMIN_KEY}'}\naccounts: {role: reader}\n"
    to_group = "when: {group: A}, grant: [{place: lab, role: member, to: group}]"
    assert found(rules(f"when: everybody, {MEMBER}", to_group), wide) == []


def test_all_rules_called_pointless_are_so_together() -> None:
    assert found(rules(*[f"when: {{group: A}}, {MEMBER}"] * 3)) == [(7, 5, "pointless_rule"), (8, 5, "pointless_rule")]


# what nobody has pushed

UNPUSHED = """\
sources: [default, acme]
rules:
  - {name: a, when: {group: "ML Enginers"}, grant: [{place: lab, role: member}]}
  - {name: b, when: {groups: [Research, Nobody]}, grant: [{place: lab, role: member}]}
  - {name: c, when: {group_pattern: "AI-{p}", source: acme}, grant: [{place: "{p}", role: member}]}
  - {name: d, when: {group_pattern: "AI-{p}"}, parts: {p: {Hall: hall}}, grant: [{place: "{p}", role: member}]}
"""


def not_pushed(**pushed: list[str]) -> list[tuple[int, str]]:
    text = written(UNPUSHED)
    loaded = load({"lab.yaml": text})
    assert loaded.rules is not None
    return [(each.line, each.code) for each in unpushed({"lab.yaml": text.encode()}, loaded.rules, pushed)]


def test_groups_that_no_source_has_pushed_are_warned_about_where_they_stand() -> None:
    assert not_pushed(default=["ML Engineers", "RESEARCH", "AI-Lab"], acme=["AI-Lab"]) == [
        (7, "unknown_group"),
        (8, "unknown_group"),
        (10, "unknown_group"),
    ]


def test_a_rule_of_one_source_is_asked_of_that_source_alone() -> None:
    lines = [line for line, _ in not_pushed(default=["ML Enginers", "Research", "Nobody", "AI-Hall"], acme=["Other"])]
    assert lines == [9]


def test_a_source_without_any_group_says_nothing_about_groups() -> None:
    assert not_pushed(default=[], acme=[]) == []


def test_a_source_that_does_not_exist_is_warned_about() -> None:
    assert not_pushed(default=[]) == [(5, "unknown_source")]


def test_the_name_that_was_probably_meant_is_suggested() -> None:
    text = written(UNPUSHED)
    loaded = load({"lab.yaml": text})
    assert loaded.rules is not None
    first = unpushed({"lab.yaml": text.encode()}, loaded.rules, {"default": ["ML Engineers"], "acme": []})[0]
    assert str(first) == 'lab.yaml:7:29: No group "ML Enginers" has been pushed. Did you mean "ML Engineers"? [unknown_group]'
