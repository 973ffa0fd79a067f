"""What the RFCs print is what happens here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from scim_bridge.db import Database
from tests.replay import Replay
from tests.web.doors import TOKEN, open_door

FOLDER = Path(__file__).parent
EXAMPLES = sorted(path.stem for path in FOLDER.glob("*.json"))


class Printed(Replay):
    """Compares with the answer that is printed, too, and sends a body as long as the step says."""

    def _send(self, step: dict[str, Any]) -> TestResponse:
        if "bytes" in step:
            step = {**step, "raw_body": json.dumps(step["body"]).ljust(step["bytes"])}
        return super()._send(step)

    def _faults(self, expect: dict[str, Any], response: TestResponse, document: Any) -> Iterator[str]:
        yield from super()._faults(expect, response, document)
        printed = json.loads(self._filled(json.dumps(expect.get("printed")), inside_json=True))
        yield from differences(printed, document) if printed is not None else ()


def differences(printed: Any, got: Any, where: str = "") -> Iterator[str]:
    if printed == "*":
        if got in (None, ""):
            yield f"{where} is not there"
    elif isinstance(printed, dict) and isinstance(got, dict):
        for name, value in printed.items():
            yield from differences(value, got.get(name), f"{where}/{name}")
    elif isinstance(printed, list) and isinstance(got, list) and len(printed) == len(got):
        for number, (one, other) in enumerate(zip(printed, got, strict=True)):
            yield from differences(one, other, f"{where}/{number}")
    elif printed != got or type(printed) is not type(got):
        yield f"{where} is {got!r}, printed is {printed!r}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_printed_example_goes_as_it_is_printed(name: str, database: Database) -> None:
    steps = json.loads((FOLDER / f"{name}.json").read_text())
    assert Printed(open_door(database).client, TOKEN).play(steps) == []


def test_every_example_of_this_folder_is_played() -> None:
    assert len(EXAMPLES) == 33


@pytest.mark.parametrize(
    ("printed", "got"),
    [({"a": 1}, {}), ({"a": 1}, {"a": True}), ({"a": "*"}, {"a": ""}), ([1], [1, 2]), ([{"a": 1}], [{"a": 2}]), ({"a": {}}, {"a": 1})],
)
def test_a_difference_is_seen(printed: Any, got: Any) -> None:
    assert list(differences(printed, got))


def test_what_is_printed_may_be_less_than_what_comes() -> None:
    assert not list(differences({"a": [{"b": "*"}]}, {"a": [{"b": 1, "c": 2}], "d": 3}))
