"""Schema files beside the mapping files, seen from the command line and through a rule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from scim_bridge import wiring
from scim_bridge.app import create_app
from scim_bridge.mapping import extensions
from scim_bridge.web.health import Readiness
from tests.cli.worlds import SANDBOX, World

URN = "urn:example:scim:schemas:extension:lab:2.0:User"
LAB = {"id": URN, "extends": "User", "name": "Lab", "attributes": [{"name": "clearance", "type": "string"}]}
RULE = SANDBOX.replace("when: {group: Research}", f"when: {{person: '{URN}:clearance eq \"HIGH\"'}}")
TESTS = f"""\
version: 1
tests:
  - name: a cleared researcher
    person: {{userName: ada@example.com, "{URN}": {{clearance: high}}}}
    expect:
      account: user
      grants: {{research: member}}
"""


@pytest.fixture(autouse=True)
def _nothing_stays_declared() -> Iterator[None]:
    yield
    extensions.forget()


def schema(world: World, text: str) -> Path:
    folder = world.folder / "mappings" / "schemas"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lab.json").write_text(text)
    return folder.parent


def test_a_rule_asks_for_an_attribute_that_the_deployment_declares(bare: World) -> None:
    bare.mapping("sandbox.yaml", RULE)
    bare.mapping("sandbox.test.yaml", TESTS)
    assert {each["code"] for each in bare.run("mapping", "check", "--json").json["errors"]} >= {"bad_filter"}

    schema(bare, json.dumps(LAB))

    assert bare.run("mapping", "check", "--json").json["errors"] == []
    answer = bare.run("mapping", "test", "--json").json
    assert (answer["passed"], answer["failed"]) == (1, 0)


def test_a_mistake_in_a_schema_file_is_told_by_check_without_the_rules_that_lack_it(bare: World) -> None:
    bare.mapping("sandbox.yaml", RULE)
    schema(bare, json.dumps(LAB | {"extends": "Person"}, indent=1))

    answer = bare.run("mapping", "check", "--json")

    assert answer.code == 1
    assert [(each["file"], each["line"], each["column"], each["code"]) for each in answer.json["errors"]] == [
        ("schemas/lab.json", 3, 13, "bad_value")
    ]


def test_lesson_35_a_start_on_a_bad_schema_file_is_refused_and_a_running_bridge_keeps_the_good_one(bare: World) -> None:
    mappings = schema(bare, json.dumps(LAB))
    world = bare.start(RULE)
    door = create_app(world.house.database, readiness=Readiness(mapping=wiring.readiness(mappings).mapping)).test_client()
    assert door.get("/readyz").json["mapping"]["schemas"] == {"in_force": [URN], "restart_needed": False, "problems": []}

    schema(bare, "{")

    state = door.get("/readyz").json["mapping"]["schemas"]
    assert (state["in_force"], state["restart_needed"]) == ([URN], True)
    assert [(each["file"], each["code"]) for each in state["problems"]] == [("schemas/lab.json", "bad_json")]
    extensions.forget()
    refused = bare.run("worker", "--json")
    assert refused.code == 2
    assert "schemas/lab.json:1:2" in refused.json["error"]
