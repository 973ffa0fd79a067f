from __future__ import annotations

from datetime import timedelta
from textwrap import dedent

import pytest

from scim_bridge.access.desired import PlaceName
from scim_bridge.access.policy import Accounts, Brake, Offboarding, Policy
from scim_bridge.mapping.load import mapping_files
from tests.mapping.worlds import HEAD, load, rules_of, written

RULES = """
rules:
  - name: one
    when: {group: A}
    grant:
      - {place: research, role: member}
"""


def test_the_files_name_without_yaml_is_the_platforms_name() -> None:
    loaded = load({"openai-prod.yaml": written(RULES), "eu.lab.yaml": written(RULES + "connection: {path: eu.db}\n")})
    assert loaded.rules is not None
    assert {name: rules.file for name, rules in loaded.rules.platforms.items()} == {
        "eu.lab": "eu.lab.yaml",
        "openai-prod": "openai-prod.yaml",
    }


def test_what_is_left_out_has_the_documented_defaults() -> None:
    rules = rules_of(RULES)
    assert rules.sources == ("default",)
    assert rules.policy == Policy(
        accounts=Accounts("user", existing="leave", email="primary"),
        offboarding=Offboarding("remove", "cancel", "withdraw", "report"),
        moving_keys="report",
        protect=frozenset(),
        brake=Brake(5, 0.3, 500, 200, timedelta(hours=1)),
        mode="plan",
        drift="report",
    )
    assert rules.connection == {"path": "sandbox.db", "places": (), "invitations": True, "accept": "auto"}


def test_lesson_45_nothing_is_adopted_unless_the_file_says_so() -> None:
    assert rules_of(RULES).policy.accounts.existing == "leave"
    assert rules_of(RULES, HEAD + "  existing: adopt\n").policy.accounts.existing == "adopt"


def test_everything_that_is_written_is_taken() -> None:
    rest = """
    connection: {path: '${WHERE:-x.db}', places: [a, b], invitations: false, accept: manual}
    sources: [okta, entra]
    places: {research: {id: r1}, evals: {name: 'Evals (EU)'}}
    offboarding: {account: suspend, invitations: keep, keys: {personal: delete, shared: withdraw}}
    moving: {keys: withdraw}
    protect: ['Break-Glass@example.com', user-Abc]
    brake: {floor: 0, share: 1, number: 7, gains: 3, window: 30m}
    mode: apply
    drift: repair
    """
    rules = rules_of(
        RULES + dedent(rest),
        HEAD + "  existing: adopt\n  email: work\n",
    )
    assert rules.connection["path"] == "${WHERE:-x.db}"
    assert rules.sources == ("okta", "entra")
    assert rules.places == {"research": PlaceName("research", id="r1"), "evals": PlaceName("evals", name="Evals (EU)")}
    assert rules.policy == Policy(
        accounts=Accounts("user", existing="adopt", email="work"),
        offboarding=Offboarding("suspend", "keep", "delete", "withdraw"),
        moving_keys="withdraw",
        protect=frozenset({"break-glass@example.com", "user-abc"}),
        brake=Brake(0, 1.0, 7, 3, timedelta(minutes=30)),
        mode="apply",
        drift="repair",
    )
    assert rules.policy.protects("BREAK-GLASS@example.com", None)
    assert rules.policy.protects(None, "user-Abc")


def test_a_section_whose_lines_are_all_commented_out_is_left_out() -> None:
    blanks = "".join(f"{key}:\n" for key in ("connection", "places", "offboarding", "moving", "protect", "brake"))
    assert rules_of(RULES + blanks).policy.brake == Brake()


@pytest.mark.parametrize(("text", "span"), [("90s", 90), ("30m", 1800), ("1h", 3600), ("2d", 172_800)])
def test_a_window_is_written_in_seconds_minutes_hours_or_days(text: str, span: int) -> None:
    assert rules_of(RULES + f"brake: {{window: {text}}}\n").policy.brake.window == timedelta(seconds=span)


def test_a_rule_knows_the_line_it_begins_in() -> None:
    assert rules_of(RULES).rules[0].line == 7


def test_groups_called_on_off_yes_and_no_are_groups() -> None:
    (rule,) = rules_of(RULES.replace("group: A", "groups: [On, off, Yes, NO, 'true']")).rules
    assert rule.when.groups == ("On", "off", "Yes", "NO", "true")


def test_a_place_that_no_alias_names_is_looked_up_by_its_exact_name() -> None:
    rules = rules_of(RULES + "places: {evals: {name: 'Evals (EU)'}, eu: {name: 'Evals (EU)'}, x: {id: e1}}\n")
    assert rules.place("Research") == PlaceName("Research")
    assert rules.place("evals") == rules.place("Evals (EU)") == rules.place("eu") == rules.places["evals"]
    assert rules.place("e1") == PlaceName("e1")


def test_one_error_and_the_set_is_not_taken() -> None:
    loaded = load({"a.yaml": written(RULES), "b.yaml": written(RULES).replace("member", "nobody")})
    assert loaded.rules is None
    assert len(loaded.errors) == 1


def test_an_empty_folder_is_an_empty_set() -> None:
    loaded = load({})
    assert loaded.rules is not None
    assert loaded.rules.platforms == {}


def test_a_set_in_force_loads_although_its_variables_have_gone() -> None:
    text = written(RULES) + "connection: {path: '${GONE}'}\n"
    assert load({"lab.yaml": text}, {}).rules is None
    assert load({"lab.yaml": text}, None).rules is not None


def test_tests_and_yml_files_are_no_part_of_a_set() -> None:
    files = {"a.yaml": b"1", "a.test.yaml": b"2", "b.yml": b"3"}
    assert mapping_files(files) == {"a.yaml": b"1"}
    assert load({"a.test.yaml": "nonsense: [", "lab.yaml": written(RULES)}).rules is not None


def test_a_file_of_fifteen_hundred_rules_loads() -> None:
    rule = "  - name: r{0}\n    when: {{group: G{0}}}\n    grant: [{{place: p, role: member}}]\n"
    rules = rules_of("rules:\n" + "".join(rule.format(number) for number in range(1500)))
    assert len(rules.rules) == 1500
