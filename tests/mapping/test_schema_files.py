"""Schema files of a deployment: what they declare, and every mistake where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scim_bridge.errors import SettingsError
from scim_bridge.mapping import extensions
from scim_bridge.mapping.extensions import declare_from, declare_what_stands_in, extensions_state
from scim_bridge.mapping.schema_files import MAX_BYTES, load_schemas
from scim_bridge.scim import registry
from scim_bridge.scim.errors import InvalidFilter
from scim_bridge.scim.filters import parse_filter
from scim_bridge.scim.registry import ENTERPRISE_URN, USER

PAGE = (Path(__file__).parents[2] / "docs" / "extensions.md").read_text(encoding="utf-8")
URN = "urn:example:scim:schemas:extension:lab:2.0:User"
LAB: dict[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
    "id": URN,
    "extends": "User",
    "name": "Lab",
    "description": "What the lab adds",
    "attributes": [
        {"name": "bench", "type": "string"},
        {"name": "skills", "type": "complex", "multiValued": True, "subAttributes": [{"name": "value", "type": "string"}]},
    ],
    "meta": {"resourceType": "Schema"},
}


@pytest.fixture(autouse=True)
def _nothing_stays_declared() -> Iterator[None]:
    yield
    extensions.forget()
    registry.declare({})


def text_of(**changes: Any) -> bytes:
    return json.dumps(LAB | changes, indent=2).encode()


def mistakes(content: bytes) -> list[tuple[int, int, str]]:
    found = load_schemas({"schemas/lab.json": content})
    assert found.extensions == {} or not found.errors
    assert all(each.file == "schemas/lab.json" for each in found.errors)
    return [(each.line, each.column, each.code) for each in found.errors]


def test_a_schema_document_is_an_extension_of_the_resource_it_names() -> None:
    (lab,) = load_schemas({"schemas/lab.json": text_of()}).extensions["User"]

    assert (lab.id, lab.name, [each.name for each in lab.attributes]) == (URN, "Lab", ["bench", "skills"])
    skills = lab.attribute("SKILLS")
    assert skills is not None
    assert (skills.multi_valued, skills.is_complex, skills.mutability, skills.returned) == (True, True, "readWrite", "default")


def test_the_examples_of_the_page_are_read_and_its_rule_can_be_asked() -> None:
    example = re.search(r"^```json\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    rule = re.search(r"person: '(.*)'}", PAGE)
    assert example is not None
    assert rule is not None

    found = load_schemas({"schemas/lab.json": example[1].encode()})
    registry.declare(found.extensions)

    assert found.errors == ()
    assert parse_filter(rule[1], USER) is not None


def test_tabs_and_escapes_are_read_as_json_has_them() -> None:
    content = text_of(name="L\u00e4b / \"one\"").replace(b"  ", b"\t")

    (lab,) = load_schemas({"schemas/lab.json": content}).extensions["User"]

    assert lab.name == 'Läb / "one"'


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b'{"id": "x",\n  "name": }', (2, 11, "bad_json")),
        (b'{"id": "x",}', (1, 12, "bad_json")),
        (b"[" * 100_000, (1, 1, "bad_json")),
        (b'{"a": "\xff"}', (1, 8, "not_utf8")),
        (b"[]", (1, 1, "wrong_type")),
        (b" " * (MAX_BYTES + 1), (1, 1, "too_large")),
        (text_of(id="lab"), (5, 9, "bad_schema")),
        (text_of(id="urn:example:with blank"), (5, 9, "bad_schema")),
        (text_of(id=ENTERPRISE_URN.upper()), (5, 9, "duplicate_schema")),
        (text_of(extends="Role"), (6, 14, "bad_value")),
        (text_of(extend="User"), (29, 3, "unknown_key")),
        (text_of(attributes=[]), (9, 17, "bad_value")),
        (text_of(attributes=[{"name": "a", "type": "text"}]), (12, 15, "bad_value")),
        (text_of(attributes=[{"name": "and", "type": "string"}]), (11, 15, "bad_schema")),
        (text_of(attributes=[{"name": "a.b", "type": "string"}]), (11, 15, "bad_schema")),
        (text_of(attributes=[{"name": "a" * 150, "type": "string"}]), (11, 15, "bad_schema")),
        (text_of(attributes=[{"name": "a", "type": "complex"}]), (12, 15, "bad_schema")),
        (text_of(attributes=[{"name": "a", "type": "string"}, {"name": "A", "type": "string"}]), (15, 15, "duplicate_attribute")),
        (text_of(attributes=[{"name": "a", "type": "string", "mutability": "readOnly"}]), (13, 21, "bad_value")),
        (text_of(attributes=[{"name": "a", "type": "string", "returned": "never"}]), (13, 19, "bad_value")),
        (text_of(attributes=[{"name": "a", "type": "string", "uniqueness": "server"}]), (13, 21, "bad_value")),
        (text_of(attributes=[{"name": "a", "type": "string", "multiValued": "yes"}]), (13, 22, "wrong_type")),
    ],
)
def test_a_mistake_is_told_with_its_line_and_column(content: bytes, mistake: tuple[int, int, str]) -> None:
    assert mistake in mistakes(content)


def test_a_key_written_twice_is_a_mistake() -> None:
    content = text_of().replace(b'"extends": "User",', b'"extends": "User",\n  "extends": "Group",')

    assert mistakes(content) == [(7, 3, "duplicate_key")]


def test_two_files_do_not_declare_one_schema() -> None:
    found = load_schemas({"schemas/a.json": text_of(), "schemas/b.json": text_of(id=URN.upper())})

    assert [(each.file, each.code) for each in found.errors] == [("schemas/b.json", "duplicate_schema")]
    assert "schemas/a.json" in found.errors[0].message


def folder(tmp_path: Path, content: bytes) -> Path:
    (tmp_path / "schemas").mkdir(exist_ok=True)
    (tmp_path / "schemas" / "lab.json").write_bytes(content)
    return tmp_path


def test_a_process_declares_what_stands_there_when_it_starts(tmp_path: Path) -> None:
    declare_from(folder(tmp_path, text_of()))

    assert USER.find("bench") is not None
    assert parse_filter(f'{URN}:skills.value eq "x" and bench pr', USER) is not None


def test_lesson_35_a_file_that_goes_bad_later_unloads_nothing_and_is_told(tmp_path: Path) -> None:
    declare_from(folder(tmp_path, text_of()))
    folder(tmp_path, b"{")

    declare_from(tmp_path)

    assert USER.find("bench") is not None
    state = extensions_state(tmp_path)
    assert (state["in_force"], state["restart_needed"], len(state["problems"])) == ([URN], True, 1)


def test_a_start_on_a_bad_file_is_refused_with_every_mistake(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"schemas/lab\.json:5:9: .*not a URN.* \[bad_schema\]"):
        declare_from(folder(tmp_path, text_of(id="lab")))

    assert USER.find("bench") is None


def test_a_folder_without_schemas_declares_none_and_needs_no_restart(tmp_path: Path) -> None:
    declare_from(tmp_path)

    assert extensions_state(tmp_path) == {"in_force": [], "restart_needed": False, "problems": []}


def test_a_look_at_another_folder_declares_what_stands_there_now(tmp_path: Path) -> None:
    assert declare_what_stands_in(folder(tmp_path, text_of())) == ()
    assert USER.find("bench") is not None

    (problem,) = declare_what_stands_in(folder(tmp_path, b"{"))

    assert problem.code == "bad_json"
    with pytest.raises(InvalidFilter):
        parse_filter("bench pr", USER)
