"""Every mistake is an error with file, line, column and a stable code; none hides another."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.mapping.worlds import ENVIRONMENT, HEAD, load, messages, problems, written

RULE = """\
rules:
  - name: one
    when: {group: A}
    grant:
      - {place: research, role: member}
"""
WIDE_HEAD = HEAD.replace("sandbox", "wide").replace("user", "reader") + "connection: {admin_api_key: '${ADMIN_KEY}'}\n"
CLAUDE_HEAD = HEAD.replace("sandbox", "anthropic") + "connection: {admin_api_key: '${ADMIN_KEY}'}\n"


def test_a_file_without_a_mistake_has_no_errors() -> None:
    assert problems(RULE) == []


def test_a_file_with_eight_different_mistakes_gives_eight_errors_at_their_places() -> None:
    text = dedent("""\
        version: 1
        connector: sandbox
        connection: {invitations: maybe}
        accounts:
          rol: user
        places:
          research: {id: r1}
        rules:
          - name: one
            when: {group_pattern: "AI-{place}{role}"}
            grant:
              - {place: "{place}", role: membr}
          - name: one
            when: {person: 'usrType eq "x"'}
            grant:
              - {place: research, role: admin}
        brake: {share: 30}
        """)
    loaded = load({"lab.yaml": text})
    assert loaded.rules is None
    assert [(e.file, e.line, e.column, e.code) for e in loaded.errors] == [
        ("lab.yaml", 3, 27, "wrong_type"),
        ("lab.yaml", 5, 3, "unknown_key"),
        ("lab.yaml", 10, 38, "bad_pattern"),
        ("lab.yaml", 12, 34, "unknown_role"),
        ("lab.yaml", 13, 11, "duplicate_rule"),
        ("lab.yaml", 14, 21, "bad_filter"),
        ("lab.yaml", 16, 33, "admin_not_allowed"),
        ("lab.yaml", 17, 16, "bad_value"),
    ]


@pytest.mark.parametrize(
    ("text", "where", "meant"),
    [
        (RULE + "offbording: {}\n", (10, 1), "offboarding"),
        (RULE.replace("when", "wen"), (7, 5), "when"),
        (RULE.replace("grant", "grants"), (8, 5), "grant"),
        (RULE.replace("role", "rol"), (9, 27), "role"),
        (RULE.replace("group", "gruop"), (7, 12), "group"),
        (RULE + "brake: {shares: 0.1}\n", (10, 9), "share"),
        (RULE + "connection: {paht: x}\n", (10, 14), "path"),
        (RULE + "offboarding: {keys: {personel: keep}}\n", (10, 22), "personal"),
        (RULE + "places: {x: {nam: y, id: z}}\n", (10, 14), "name"),
    ],
)
def test_a_misspelt_key_is_one_error_that_names_what_was_meant(text: str, where: tuple[int, int], meant: str) -> None:
    assert problems(text) == [(*where, "unknown_key")]
    assert f'Did you mean "{meant}"?' in messages(text)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RULE.replace("{group: A}", "{group: 7}"), (7, 19, "wrong_type")),
        (RULE.replace("{group: A}", "{group: true}"), (7, 19, "wrong_type")),
        (RULE.replace("{group: A}", "{group: ' '}"), (7, 19, "bad_value")),
        (RULE.replace("{group: A}", "{groups: A}"), (7, 20, "wrong_type")),
        (RULE.replace("{group: A}", "{groups: []}"), (7, 20, "bad_value")),
        (RULE.replace("{group: A}", "[A]"), (7, 11, "wrong_type")),
        (RULE.replace("{group: A}", "everyone"), (7, 11, "wrong_type")),
        (RULE.replace("role: member}", "role: member, allow_admin: yes}"), (9, 54, "wrong_type")),
        (RULE.replace("research", "{place}"), (9, 17, "wrong_type")),
        (RULE.replace("- name: one", "- name:"), (6, 10, "wrong_type")),
        ("rules: {}", (5, 8, "wrong_type")),
        ("rules:\n", (5, 7, "wrong_type")),
        ("rules: [x]", (5, 9, "wrong_type")),
        (RULE + "protect: x\n", (10, 10, "wrong_type")),
        (RULE + "mode: aply\n", (10, 7, "bad_value")),
        (RULE + "drift: fix\n", (10, 8, "bad_value")),
        (RULE + "sources: []\n", (10, 10, "bad_value")),
        (RULE + "sources: [a, a]\n", (10, 14, "bad_value")),
        (RULE + "brake: {floor: 1.5}\n", (10, 16, "wrong_type")),
        (RULE + "brake: {number: -1}\n", (10, 17, "bad_value")),
        (RULE + "brake: {share: 1.01}\n", (10, 16, "bad_value")),
        (RULE + "brake: {share: a lot}\n", (10, 16, "wrong_type")),
        (RULE + "brake: {window: 60}\n", (10, 17, "bad_value")),
        (RULE + "brake: {window: 1h30m}\n", (10, 17, "bad_value")),
        (RULE + "places: {x: {}}\n", (10, 10, "bad_value")),
        (RULE + "places: {x: {id: a, name: b}}\n", (10, 13, "bad_value")),
        (RULE + "places: {'*': {id: a}}\n", (10, 10, "bad_value")),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_where_it_stands(text: str, expected: tuple[int, int, str]) -> None:
    assert problems(text) == [expected]


@pytest.mark.parametrize("version", ["2", "'1'", "1.0", "true"])
def test_another_version_is_refused(version: str) -> None:
    assert problems(RULE, HEAD.replace("version: 1", f"version: {version}")) == [(1, 10, "bad_version")]


def test_missing_keys_are_named_at_the_mapping_that_lacks_them() -> None:
    assert [(e.line, e.code, e.message) for e in load({"lab.yaml": "mode: plan\n"}).errors] == [
        (1, "missing_key", f"`{key}` is missing.") for key in ("accounts", "connector", "rules", "version")
    ]
    assert problems(RULE.replace("- name: one\n    when", "- when")) == [(6, 5, "missing_key")]
    assert problems(RULE.replace("place: research, ", "")) == [(9, 9, "missing_key")]
    assert problems(RULE, HEAD.replace("role: user", "email: work")) == [(3, 1, "missing_key")]


def test_a_file_that_is_no_mapping_is_refused() -> None:
    assert [e.code for e in load({"lab.yaml": "- a\n- b\n"}).errors] == ["wrong_type"]


def test_a_rule_without_when_is_an_error_and_everybody_is_legal() -> None:
    assert problems(RULE.replace("    when: {group: A}\n", "")) == [(6, 5, "no_condition")]
    assert problems(RULE.replace("{group: A}", "{}")) == [(7, 11, "no_condition")]
    assert problems(RULE.replace("{group: A}", "")) == [(7, 10, "no_condition")]
    assert problems(RULE.replace("{group: A}", "everybody")) == []


def test_a_rule_that_neither_grants_nor_denies_is_an_error() -> None:
    assert problems("rules:\n  - name: one\n    when: everybody\n") == [(6, 5, "no_effect")]


def test_rule_names_are_unique_in_the_file() -> None:
    twice = RULE + RULE.replace("rules:\n", "")
    assert problems(twice) == [(10, 11, "duplicate_rule")]
    assert "line 6" in messages(twice)[0]


def test_an_unknown_connector_is_an_error_and_the_rest_is_still_checked() -> None:
    head = HEAD.replace("sandbox", "sandbxo")
    assert problems(RULE + "mode: x\n", head) == [(2, 12, "unknown_connector"), (10, 7, "bad_value")]
    assert 'Did you mean "sandbox"?' in messages(RULE, head)[0]


# --- roles, administrators, what a connector can do


def test_a_role_the_connector_does_not_know_is_an_error_on_loading() -> None:
    assert problems(RULE.replace("member", "membre")) == [(9, 33, "unknown_role")]
    assert 'Did you mean "member"?' in messages(RULE.replace("member", "membre"))[0]
    assert problems(RULE, HEAD.replace("user", "usr")) == [(4, 9, "unknown_role")]
    account = RULE.replace("place: research, role: member", "account: membr")
    assert problems(account) == [(9, 19, "unknown_role")]


def test_roles_are_spelled_as_the_platform_spells_them() -> None:
    assert 'Did you mean "member"?' in messages(RULE.replace("member", "Member"))[0]


def test_a_connector_with_custom_roles_takes_any_name() -> None:
    assert problems(RULE.replace("member", "Prompt reviewer"), WIDE_HEAD) == []


def test_a_role_that_no_api_call_gives_is_refused() -> None:
    rule = RULE.replace("role: member", "role: workspace_user")
    assert problems(rule, CLAUDE_HEAD.replace("role: user", "role: admin")) == [(4, 9, "role_not_givable")]


@pytest.mark.parametrize("grant", ["place: research, role: admin", "account: owner"])
def test_lesson_33_an_administrative_role_needs_allow_admin_in_that_grant(grant: str) -> None:
    rule = RULE.replace("place: research, role: member", grant)
    (line, _, code), = problems(rule)
    assert (line, code) == (9, "admin_not_allowed")
    allowed = RULE.replace("place: research, role: member", grant + ", allow_admin: true")
    assert problems(allowed) == []
    denied = RULE.replace("place: research, role: member", grant + ", allow_admin: false")
    assert [code for *_, code in problems(denied)] == ["admin_not_allowed"]


def test_lesson_33_allow_admin_of_one_grant_does_not_cover_its_neighbour() -> None:
    both = "place: research, role: admin, allow_admin: true}\n      - {place: production, role: admin"
    rule = RULE.replace("place: research, role: member", both)
    assert problems(rule) == [(10, 35, "admin_not_allowed")]


def test_lesson_33_everybodys_account_role_is_never_administrative() -> None:
    assert problems(RULE, HEAD.replace("user", "owner")) == [(4, 9, "admin_not_allowed")]


@pytest.mark.parametrize(
    ("policy", "where"),
    [("offboarding: {account: suspend}", (11, 24)), ("offboarding: {keys: {personal: delete}}", (11, 32)),
     ("offboarding: {keys: {shared: delete}}", (11, 30)), ("moving: {keys: delete}", (11, 16))],
)  # fmt: skip
def test_a_policy_the_connector_cannot_carry_out_is_an_error_with_what_it_can(
    policy: str, where: tuple[int, int]
) -> None:
    text = RULE.replace("role: member", "role: workspace_user") + policy + "\n"
    assert problems(text, CLAUDE_HEAD) == [(*where, "policy_not_possible")]
    assert "keep" in messages(text, CLAUDE_HEAD)[0]


def test_to_group_is_read_and_refused_where_the_platform_takes_no_groups() -> None:
    rule = RULE.replace("role: member", "role: member, to: group")
    assert problems(rule) == [(9, 45, "groups_not_supported")]
    assert problems(rule, WIDE_HEAD) == []
    assert problems(RULE.replace("role: member", "role: member, to: people")) == []


@pytest.mark.parametrize("when", ["everybody", "{group: A, person: 'active eq true'}", "{source: default}"])
def test_to_group_needs_conditions_that_a_group_can_fulfil(when: str) -> None:
    rule = RULE.replace("role: member", "role: member, to: group").replace("{group: A}", when)
    assert [code for *_, code in problems(rule, WIDE_HEAD)] == ["bad_grant"]


@pytest.mark.parametrize(
    "grant", ["account: user, place: research", "account: user, role: member", "account: user, to: people", ""]
)
def test_a_grant_is_a_role_in_a_place_or_a_role_of_the_account(grant: str) -> None:
    assert [code for *_, code in problems(RULE.replace("place: research, role: member", grant))] == ["bad_grant"]


# --- patterns, parts and filters

PATTERN = """\
rules:
  - name: by convention
    when: {group_pattern: "AI-{place}-{role}"}
    parts:
      place: {Research: research}
      role: {Users: member, Admins: admin}
    grant:
      - {place: "{place}", role: "{role}", allow_admin: true}
"""


def test_a_part_in_a_grant_that_the_pattern_does_not_define_is_an_error() -> None:
    assert problems(PATTERN.replace('"{place}", role', '"lab {plce}", role')) == [(12, 22, "unknown_part")]
    assert problems(RULE.replace("research", '"{place}"')) == [(9, 18, "unknown_part")]
    deny = RULE.replace("grant:\n      - {place: research, role: member}", 'deny: [{place: "{x}"}]')
    assert problems(deny) == [(8, 21, "unknown_part")]


def test_a_table_for_a_part_the_pattern_does_not_have_is_an_error() -> None:
    assert problems(PATTERN.replace("place: {R", "plcae: {R")) == [(9, 7, "unknown_part")]
    assert problems(RULE + "    parts: {x: {a: b}}\n") == [(10, 5, "unknown_part")]


def test_an_unknown_role_in_a_table_is_an_error_at_that_entry() -> None:
    assert problems(PATTERN.replace("member", "membr")) == [(10, 21, "unknown_role")]


def test_lesson_33_an_administrative_role_in_a_table_needs_allow_admin_in_the_grant() -> None:
    text = PATTERN.replace(", allow_admin: true", "")
    assert problems(text) == [(10, 37, "admin_not_allowed")]
    assert "line 12" in messages(text)[0]


def test_two_keys_of_a_table_that_differ_in_case_are_one() -> None:
    assert problems(PATTERN.replace("Admins: admin", "USERS: admin")) == [(10, 29, "duplicate_key")]


def test_a_pattern_that_is_wrong_is_one_error_and_not_one_for_each_of_its_parts() -> None:
    assert problems(PATTERN.replace("{place}-{role}", "{place}-{role")) == [(7, 39, "bad_pattern")]
    assert problems(PATTERN.replace("group_pattern", "group_patern")) == [(7, 12, "unknown_key")]


def test_a_star_is_no_pattern_and_is_warned_about() -> None:
    text = RULE.replace("group: A", 'group_pattern: "AI-*"')
    (warning,) = load({"lab.yaml": written(text)}).warnings
    assert (warning.line, warning.column, warning.code) == (7, 27, "bad_pattern")


@pytest.mark.parametrize(
    ("condition", "column"),
    [
        ('usrType eq "x"', 21),
        ('userType eq "x" and', 40),
        ('userType eq "x" nad active eq true', 37),
        ('groups.display eq "x"', 20),
        ('password pr', 21),
        ("active gt true", 21),
    ],
)
def test_a_filter_that_cannot_be_answered_is_an_error_where_it_is_wrong(condition: str, column: int) -> None:
    text = RULE.replace("{group: A}", f"{{person: '{condition}'}}")
    (found,) = problems(text)
    assert found == (7, column, "bad_filter")


def test_a_source_the_file_does_not_speak_of_is_an_error() -> None:
    assert problems(RULE.replace("group: A", "source: entra")) == [(7, 20, "unknown_source")]
    assert problems(RULE.replace("group: A", "source: entra") + "sources: [default, entra]\n") == []


# --- secrets and variables


def test_a_literal_secret_is_refused_and_not_repeated() -> None:
    for literal in ("sk-live-123", "Bearer ${ADMIN_KEY}", "${ADMIN_KEY:-sk-live-123}", "7", "[sk-live-123]"):
        text = RULE.replace("role: member", "role: workspace_user") + f'connection: {{admin_api_key: "{literal}"}}\n'
        loaded = load({"lab.yaml": written(text, HEAD.replace("sandbox", "anthropic"))})
        assert [(e.line, e.column, e.code) for e in loaded.errors] == [(10, 29, "literal_secret")]
        assert "sk-live" not in str(loaded)


def test_an_unset_secret_is_named_and_its_value_never_printed() -> None:
    text = written(RULE.replace("role: member", "role: workspace_user"), CLAUDE_HEAD)
    for environment in ({}, {"ADMIN_KEY": ""}):
        loaded = load({"lab.yaml": text}, environment)
        assert [(e.line, e.column, e.code) for e in loaded.errors] == [(5, 29, "unset_secret")]
        assert "ADMIN_KEY" in loaded.errors[0].message
    assert ENVIRONMENT["ADMIN_KEY"] not in repr(load({"lab.yaml": text}))


def test_other_variables_may_have_a_default_and_must_be_set_otherwise() -> None:
    assert problems(RULE + "connection: {path: '${WHERE:-x.db}'}\n") == []
    assert problems(RULE + "connection: {path: '/var/${WHERE}'}\n") == [(10, 20, "unset_variable")]
    assert problems(RULE + "connection: {places: ['${WHERE}', b]}\n") == [(10, 23, "unset_variable")]


@pytest.mark.parametrize("text", ["${}", "${1}", "${A", "${a b}", "${A:=b}"])
def test_a_malformed_variable_is_an_error(text: str) -> None:
    assert problems(RULE + f"connection: {{path: '{text}'}}\n") == [(10, 20, "bad_variable")]


def test_a_variable_outside_of_connection_is_an_error() -> None:
    assert problems(RULE + "places: {x: {id: '${PROJECT}'}}\n") == [(10, 18, "variable_not_here")]


def test_a_missing_required_connection_key_is_named() -> None:
    text = RULE.replace("role: member", "role: workspace_user")
    head = HEAD.replace("sandbox", "anthropic")
    assert problems(text, head) == [(1, 1, "missing_key")]
    assert problems(text + "connection: {base_url: x}\n", head) == [(10, 1, "missing_key")]


@pytest.mark.parametrize(
    ("connection", "code"),
    [("{path: 7}", "wrong_type"), ("{invitations: 1}", "wrong_type"), ("{places: research}", "wrong_type"),
     ("{accept: automatic}", "bad_value"), ("[path]", "wrong_type")],
)  # fmt: skip
def test_connection_keys_have_types_too(connection: str, code: str) -> None:
    assert [found for *_, found in problems(RULE + f"connection: {connection}\n")] == [code]


# --- files


@pytest.mark.parametrize("name", ["a b.yaml", "-a.yaml", "ä.yaml", ".yaml", "a\n.yaml", "x" * 65 + ".yaml", "\udcff.yaml"])
def test_a_file_whose_name_is_no_platform_name_is_an_error(name: str) -> None:
    (error,) = load({name: written(RULE)}).errors
    assert error.code == "bad_file_name"
    error.file.encode()


def test_two_files_whose_names_differ_in_case_alone_are_an_error() -> None:
    loaded = load({"lab.yaml": written(RULE), "Lab.yaml": written(RULE + "connection: {path: other.db}\n")})
    assert [(e.file, e.code) for e in loaded.errors] == [("lab.yaml", "bad_file_name")]


@pytest.mark.parametrize(("other", "mistakes"), [("{path: sandbox.db, accept: manual}", 1), ("{path: other.db}", 0)])
def test_two_files_that_reach_one_organization_are_an_error_of_the_second(other: str, mistakes: int) -> None:
    """The default of `path` is sandbox.db."""
    loaded = load({"lab.yaml": written(RULE), "twin.yaml": written(RULE + f"connection: {other}\n")})
    assert [(e.file, e.line, e.code) for e in loaded.errors] == [("twin.yaml", 10, "same_organization")] * mistakes


def test_a_set_that_is_in_force_stays_readable_when_two_files_reach_one_organization() -> None:
    assert load({"lab.yaml": written(RULE), "twin.yaml": written(RULE)}, environment=None).rules is not None


def test_a_yml_file_is_not_read_and_warned_about() -> None:
    loaded = load({"lab.yaml": written(RULE), "other.yml": "nonsense: ["})
    assert loaded.rules is not None
    assert list(loaded.rules.platforms) == ["lab"]
    assert [(w.file, w.code) for w in loaded.warnings] == [("other.yml", "wrong_extension")]


def test_one_bad_file_among_good_ones_is_the_only_one_complained_about_and_the_set_is_not_taken() -> None:
    loaded = load({"good.yaml": written(RULE), "bad.yaml": written(RULE).replace("member", "x")})
    assert loaded.rules is None
    assert {e.file for e in loaded.errors} == {"bad.yaml"}


def test_a_place_that_is_nearly_an_alias_is_a_warning_since_a_place_may_have_any_name() -> None:
    loaded = load({"lab.yaml": written(RULE.replace("research", "reserch") + "places: {research: {id: r1}}\n")})
    assert [(w.line, w.column, w.code) for w in loaded.warnings] == [(9, 17, "place_not_aliased")]
    assert loaded.rules is not None


def test_two_aliases_of_one_place_are_warned_about() -> None:
    loaded = load({"lab.yaml": written(RULE + "places: {a: {id: r1}, b: {id: r1}}\n")})
    assert [(w.line, w.column, w.code) for w in loaded.warnings] == [(10, 23, "duplicate_place")]


def test_a_limit_that_the_floor_makes_useless_is_warned_about() -> None:
    loaded = load({"lab.yaml": written(RULE + "brake: {floor: 10, number: 9}\n")})
    assert [(w.line, w.column, w.code) for w in loaded.warnings] == [(10, 28, "limit_without_effect")]
    assert load({"lab.yaml": written(RULE + "brake: {number: 5}\n")}).warnings == ()


def test_no_rules_at_all_is_legal_and_warned_about() -> None:
    loaded = load({"lab.yaml": HEAD + "rules: []\n"})
    assert loaded.rules is not None
    assert [w.code for w in loaded.warnings] == ["no_rules"]


@pytest.mark.parametrize("value", ["x", "7", "true", "[]", "[[x]]", "{}", "{x: y}", "~", "[~]", "{x: ~}", "{x: [1]}"])
@pytest.mark.parametrize(
    "key", ["version", "connector", "connection", "sources", "accounts", "places", "rules", "offboarding", "moving",
            "protect", "brake", "mode", "drift"],
)  # fmt: skip
def test_no_value_under_any_key_stops_the_checks(key: str, value: str) -> None:
    lines = [line for line in written(RULE).splitlines() if not line.startswith(key + ":")]
    load({"lab.yaml": "\n".join([*lines, f"{key}: {value}"])})


@pytest.mark.parametrize("value", ["x", "7", "true", "[]", "[x]", "{}", "{x: y}", "~", "[~]", "[{x: ~}]", "[{place: [1]}]"])
@pytest.mark.parametrize("key", ["name", "when", "parts", "grant", "deny", "x"])
def test_no_value_under_any_key_of_a_rule_stops_the_checks(key: str, value: str) -> None:
    lines = [line for line in written(PATTERN).splitlines() if not line.startswith(f"    {key}:")]
    load({"lab.yaml": "\n".join([*lines, f"    {key}: {value}"])})
