"""The files that ship in mappings/: they load, and their tests pass, as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from scim_bridge.mapping.cases import load_cases
from scim_bridge.mapping.findings import findings
from scim_bridge.mapping.load import load_files
from scim_bridge.mapping.resolve import resolve
from scim_bridge.mapping.revisions import read_folder
from scim_bridge.mapping.trial import run_cases
from scim_bridge.wiring import CONNECTORS
from tests.mapping.worlds import SANDBOX, TYPES, load, person

FOLDER = Path(__file__).parents[2] / "mappings"


def test_the_folder_loads_without_errors_and_warnings_and_needs_no_variable() -> None:
    loaded = load(read_folder(FOLDER), {})
    assert (loaded.errors, loaded.warnings) == ((), ())


@pytest.mark.parametrize("folder", [FOLDER, FOLDER / "examples"], ids=["mappings", "examples"])
def test_no_shipped_rule_is_out_of_reach_or_pointless(folder: Path) -> None:
    files = read_folder(folder)
    rules = load_files(files, CONNECTORS, None).rules
    assert rules is not None
    assert findings(files, rules, CONNECTORS) == ()


def test_the_shipped_tests_pass() -> None:
    files = read_folder(FOLDER)
    rules = load(files).rules
    assert rules is not None
    cases = load_cases(files, rules, TYPES)
    assert (cases.errors, cases.warnings) == ((), ())
    results = run_cases(cases.cases, rules, TYPES)
    assert len(results) == 7
    assert [(result.case.name, str(each)) for result in results for each in result.differences] == []


def test_the_sandbox_applies_and_makes_its_two_places() -> None:
    rules = load(read_folder(FOLDER)).rules
    assert rules is not None
    sandbox = rules.platforms["sandbox"]
    assert sandbox.policy.mode == "apply"
    assert sandbox.connection == {
        "path": "sandbox.db", "places": ["research", "production"], "invitations": True, "accept": "auto"
    }  # fmt: skip
    wish = resolve(person("AI Research", "AI Production Admins"), sandbox, SANDBOX)
    assert {grant.place.alias: grant.role for grant in wish.grants} == {"production": "admin", "research": "member"}


def test_the_openai_example_loads_once_its_variable_is_set_and_writes_nothing_yet() -> None:
    source = (FOLDER / "examples" / "openai.yaml").read_bytes()
    loaded = load_files({"openai.yaml": source}, CONNECTORS, {"OPENAI_ADMIN_KEY": "x"})
    assert (loaded.errors, loaded.warnings) == ((), ())
    assert loaded.rules is not None
    assert loaded.rules.platforms["openai"].policy.mode == "plan"


def test_the_anthropic_example_loads_once_its_variable_is_set_and_writes_nothing_yet() -> None:
    source = (FOLDER / "examples" / "anthropic.yaml").read_bytes()
    loaded = load({"anthropic.yaml": source}, {"ANTHROPIC_ADMIN_KEY": "x"})
    assert (loaded.errors, loaded.warnings) == ((), ())
    assert loaded.rules is not None
    assert loaded.rules.platforms["anthropic"].policy.mode == "plan"
