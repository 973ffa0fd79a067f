"""docs/mapping.md has a heading for every key and every code, and its examples load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from marshmallow import Schema

from scim_bridge.mapping.cases import load_cases
from scim_bridge.mapping.model import RuleSet
from scim_bridge.mapping.problems import Code
from scim_bridge.mapping.schema import CASES, PLATFORM
from scim_bridge.mapping.shapes import Items, Section, Table
from scim_bridge.mapping.somebody import read_somebody
from scim_bridge.mapping.trial import run_cases
from tests.mapping.worlds import TYPES, load

PAGE = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
HEADINGS = set(re.findall(r"^#+ `([^`]+)`$", PAGE, flags=re.MULTILINE))
EXAMPLES = {
    name: text
    for text, name in re.findall(r"^```yaml\n(# mappings/(\S+)\n.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
}
SHOWN = re.findall(r"^    (lab\.yaml:\d+:\d+: .*)$", PAGE, flags=re.MULTILINE)


def keys_of(schema: Schema, above: str = "") -> Iterator[str]:
    for name, field in schema.fields.items():
        yield above + name
        inner: Any = field
        while isinstance(inner, Items | Table):
            inner = inner.inner
        if isinstance(inner, Section):
            yield from keys_of(inner.schema, f"{above}{name}.")


def test_every_key_of_a_mapping_file_has_its_heading() -> None:
    assert set(keys_of(PLATFORM)) - HEADINGS == set()


def test_every_key_of_a_test_file_has_its_heading() -> None:
    assert set(keys_of(CASES)) - HEADINGS == set()


def test_every_code_has_its_heading() -> None:
    assert set(get_args(Code)) - HEADINGS == set()


def test_no_heading_is_about_something_that_does_not_exist() -> None:
    assert HEADINGS - set(get_args(Code)) - set(keys_of(PLATFORM)) - set(keys_of(CASES)) == set()


def test_the_page_begins_with_why() -> None:
    assert next(line for line in PAGE.splitlines() if line.startswith("## ")) == "## Why a file"


def example_rules() -> tuple[dict[str, bytes], RuleSet]:
    files = {name: text.encode() for name, text in EXAMPLES.items()}
    loaded = load(EXAMPLES)
    assert loaded.rules is not None, [str(error) for error in loaded.errors]
    return files, loaded.rules


def test_the_examples_load_and_their_tests_pass() -> None:
    files, rules = example_rules()
    cases = load_cases(files, rules, TYPES)
    assert cases.errors == ()
    results = run_cases(cases.cases, rules, TYPES)
    assert results
    assert [str(difference) for result in results for difference in result.differences] == []


def test_the_person_that_the_page_describes_can_be_read() -> None:
    (described,) = re.findall(r"^```yaml\n(# ada\.yaml\n.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    somebody, errors = read_somebody("ada.yaml", described.encode())
    assert errors == ()
    assert somebody is not None
    assert somebody.person.groups == {"ML Engineers"}


def test_the_answers_that_the_page_shows_are_what_is_answered() -> None:
    (wrong,) = re.findall(r"^```yaml\n(# wrong\n.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert [str(error) for error in load({"lab.yaml": wrong}).errors] == SHOWN


def test_the_difference_that_the_page_shows_is_what_is_shown() -> None:
    files, rules = example_rules()
    changed = {name: text.replace(b"evals: admin", b"evals: member") for name, text in files.items()}
    results = run_cases(load_cases(changed, rules, TYPES).cases, rules, TYPES)
    (difference,) = [difference for result in results for difference in result.differences]
    assert f"    {difference}\n" in PAGE
