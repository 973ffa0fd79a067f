"""Holds recorded calls against the vendor's OpenAPI document, where somebody has put one.

    document = find_document()          # skips the test where there is none
    problems = [problem for call in simulator.log for problem in document.check(call)]
    print(document.summary())           # 61 requests validated, 58 responses validated

The document is the vendor's and not part of this repository. Objects are taken as closed: a field that the document
does not name is a problem, in a request and in an answer alike.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import pytest
from jsonschema import Draft202012Validator

PATH_VARIABLE = "SCIM_BRIDGE_TEST_OPENAI_SPEC"
DEFAULT_PATH = Path(__file__).resolve().parents[3] / "shared/reference/openai-admin-openapi.json"

# What the SDK 3.57 knows and the vendor's document of August 2026 does not. To be emptied by the next document.
SDK_ONLY_ROUTES = {
    # `projects.api_keys.update`; its answer is an object that the document does know.
    ("POST", "/organization/projects/{project_id}/api_keys/{api_key_id}"): "ProjectApiKey",
}
SDK_ONLY_FIELDS: Mapping[str, Mapping[str, Any]] = {
    # Project keys may expire.
    "ProjectApiKey": {"expires_at": {"type": ["integer", "null"]}},
}
WRITTEN_APART = "ErrorResponse"
"""Every answer of 400 and more has this shape, on routes too where the document names no such answer."""

Json = dict[str, Any]


class Recorded(Protocol):
    """What is looked at of a recorded call."""

    @property
    def method(self) -> str: ...
    @property
    def route(self) -> str: ...
    @property
    def query(self) -> Mapping[str, list[str]]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def status(self) -> int | None: ...
    @property
    def answer(self) -> bytes: ...
    @property
    def staged(self) -> bool: ...


class Document:
    """One OpenAPI 3.1 document. `requests` and `responses` count what was held against it."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self.requests = 0
        self.responses = 0
        self.exempt = 0
        """Requests that only the SDK knows."""

    def summary(self) -> str:
        exempt = f", {self.exempt} exempt" if self.exempt else ""
        return f"{self.requests} requests validated, {self.responses} responses validated{exempt}"

    def check(self, call: Recorded) -> list[str]:
        """What is wrong with the call, a sentence each. An answer that a test staged is not looked at."""
        where = f"{call.method} {call.route}"
        operation = self._document["paths"].get(call.route, {}).get(call.method.lower())
        if operation is None and (call.method, call.route) not in SDK_ONLY_ROUTES:
            return [f"{where} is not in the document"]
        problems = [*self._request(call, operation), *self._response(call, operation)]
        return [f"{where}: {problem}" for problem in problems]

    # requests

    def _request(self, call: Recorded, operation: Json | None) -> Iterator[str]:
        if operation is None:
            self.exempt += 1
            return
        self.requests += 1
        named = {each["name"]: each for each in operation.get("parameters", ()) if each["in"] == "query"}
        for name, values in call.query.items():
            if name not in named:
                yield f"the query parameter {name} is not in the document"
                continue
            schema = named[name]["schema"]
            yield from self._against(schema, _typed(values, schema), f"query parameter {name}")
        for name in sorted(name for name, each in named.items() if each.get("required") and name not in call.query):
            yield f"the query parameter {name} is missing"
        yield from self._request_body(call.body, operation.get("requestBody"))

    def _request_body(self, body: bytes, described: Json | None) -> Iterator[str]:
        if described is None:
            if body:
                yield "a body where the document has none"
        elif body or described.get("required"):
            schema = described["content"]["application/json"]["schema"]
            yield from self._against(schema, json.loads(body or b"null"), "request")

    # responses

    def _response(self, call: Recorded, operation: Json | None) -> Iterator[str]:
        if call.status is None or call.staged:
            return
        self.responses += 1
        if call.status >= 400:
            schema: Json = {"$ref": f"#/components/schemas/{WRITTEN_APART}"}
        elif operation is None:
            schema = {"$ref": f"#/components/schemas/{SDK_ONLY_ROUTES[call.method, call.route]}"}
        elif str(call.status) not in operation["responses"]:
            yield f"the document knows no answer {call.status}"
            return
        else:
            schema = operation["responses"][str(call.status)]["content"]["application/json"]["schema"]
        yield from self._against(schema, json.loads(call.answer), f"answer {call.status}")

    # schemas

    def _against(self, schema: Json, value: Any, what: str) -> Iterator[str]:
        for error in Draft202012Validator(self._closed(schema)).iter_errors(value):
            yield f"{what}, {error.json_path}: {error.message}"

    def _closed(self, schema: Json, *, part: bool = False) -> Json:
        """The schema with references resolved, `nullable` spelled out, and no field allowed that it does not name.

        `part` of an `allOf` is open by itself: the whole is closed.
        """
        if "$ref" in schema:
            return self._closed(self._component(schema["$ref"]), part=part)
        closed = dict(schema)
        if "properties" in schema:
            closed["properties"] = {name: self._closed(each) for name, each in schema["properties"].items()}
        if isinstance(schema.get("items"), dict):
            closed["items"] = self._closed(schema["items"])
        for word in ("allOf", "anyOf", "oneOf"):
            if word in schema:
                within = word == "allOf" or "properties" in schema or part
                closed[word] = [self._closed(each, part=within) for each in schema[word]]
        if schema.get("nullable") and isinstance(schema.get("type"), str):
            closed["type"] = [schema["type"], "null"]
        if not part and {"properties", "allOf"} & set(schema) and "additionalProperties" not in schema:
            closed["unevaluatedProperties"] = False
        return closed

    def _component(self, reference: str) -> Json:
        found: Any = self._document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        name = reference.rpartition("/")[2]
        if name in SDK_ONLY_FIELDS:
            return {**found, "properties": {**found["properties"], **SDK_ONLY_FIELDS[name]}}
        return dict(found)


def _typed(values: list[str], schema: Json) -> Any:
    """A query parameter as the schema sees it: text that reads as a number or a truth value is one where that is asked."""
    if schema.get("type") == "array":
        return [_typed([value], schema["items"]) for value in values]
    text = values[-1]
    if schema.get("type") == "integer" and text.removeprefix("-").isdigit():
        return int(text)
    if schema.get("type") == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


@cache
def _read(path: Path) -> Json:
    found: Json = json.loads(path.read_text())
    return found


def find_document(default: Path = DEFAULT_PATH) -> Document:
    """The vendor's document; skips the test that asks where there is none. A path that is named has to be there."""
    named = os.environ.get(PATH_VARIABLE)
    if not named and not default.exists():
        pytest.skip(f"To check against OpenAI's own document, put its openapi.json anywhere and its path in {PATH_VARIABLE}.")
    return Document(_read(Path(named) if named else default))
