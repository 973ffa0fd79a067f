"""The vendor's document agrees with what the SDK sends and what the simulator answers; and the check itself can fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.simulators.openai import ROUTES, Call, OpenAISimulator
from tests.simulators.openai_document import SDK_ONLY_ROUTES, Document, find_document
from tests.simulators.openai_tour import tour
from tests.simulators.openai_world import client_of, running_simulator


@pytest.fixture
def simulator() -> Iterator[OpenAISimulator]:
    with running_simulator() as running:
        yield running


@pytest.fixture
def client(simulator: OpenAISimulator) -> Iterator[OpenAI]:
    with client_of(simulator) as made:
        yield made


def test_every_request_of_the_sdk_and_every_answer_is_as_the_vendors_document_says(
    simulator: OpenAISimulator, client: OpenAI
) -> None:
    document = find_document()
    assert list(tour(simulator, client))
    assert [problem for call in simulator.log for problem in document.check(call)] == []
    assert {(call.method, call.route) for call in simulator.log} == {
        (method, route) for route, methods in ROUTES.items() for method in methods
    }
    assert (document.requests, document.responses) == (len(simulator.log) - 1, len(simulator.log))
    print(document.summary())


def test_every_refusal_is_as_the_vendors_document_says(simulator: OpenAISimulator, client: OpenAI) -> None:
    document = find_document()
    with pytest.raises(openai.NotFoundError):
        client.admin.organization.users.retrieve("user-nobody")
    with pytest.raises(openai.BadRequestError):
        client.admin.organization.invites.create(email="root@example.com", role="reader")
    simulator.rules.requests_per_minute = 0
    with pytest.raises(openai.RateLimitError):
        client.admin.organization.projects.list()
    assert [problem for call in simulator.log for problem in document.check(call)] == []
    assert document.responses == 3


def test_the_document_knows_every_route_except_those_that_only_the_sdk_does(simulator: OpenAISimulator) -> None:
    document = find_document()
    served = {(method, route) for route, methods in ROUTES.items() for method in methods}
    unknown = {
        pair for pair in served - set(SDK_ONLY_ROUTES)
        if document.check(Call(*pair, "", {}, b'{"name": "x"}', known=True)) == [f"{pair[0]} {pair[1]} is not in the document"]
    }
    assert unknown == set()


# the check itself, against a small document


REPLY = {
    "allOf": [
        {"$ref": "#/components/schemas/Thing"},
        {"type": "object", "properties": {"secret": {"type": "string"}}, "required": ["secret"]},
    ]
}
SMALL: dict[str, Any] = {
    "paths": {
        "/things": {
            "get": {
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 10}},
                    {"name": "names", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                    {"name": "kind", "in": "query", "required": True, "schema": {"enum": ["a", "b"]}},
                ],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}},
            },
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Wish"}}},
                },
                "responses": {"200": {"content": {"application/json": {"schema": REPLY}}}},
            },
        }
    },
    "components": {
        "schemas": {
            "Thing": {"type": "object", "properties": {"id": {"type": "string", "nullable": True}}, "required": ["id"]},
            "Wish": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
            "ErrorResponse": {"type": "object", "properties": {"error": {"type": "object"}}, "required": ["error"]},
        }
    },
}
LISTED = Call("GET", "/things", "/things", {"kind": ["a"]}, b"", True, 200, b'{"id": null}')
MADE = Call("POST", "/things", "/things", {}, b'{"name": "x"}', True, 200, b'{"id": "1", "secret": "s"}')


def test_calls_as_described_are_counted_and_no_problem() -> None:
    document = Document(SMALL)
    asked = replace(LISTED, query={"kind": ["b"], "limit": ["3"], "names": ["x", "y"]})
    refused = replace(MADE, status=404, answer=b'{"error": {}}')
    dropped = replace(MADE, status=None, answer=b"")
    assert [problem for call in (LISTED, MADE, asked, refused, dropped) for problem in document.check(call)] == []
    assert document.summary() == "5 requests validated, 4 responses validated"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (replace(LISTED, route="/others"), "GET /others is not in the document"),
        (replace(LISTED, method="DELETE"), "DELETE /things is not in the document"),
        (replace(LISTED, query={}), "kind is missing"),
        (replace(LISTED, query={"kind": ["c"]}), "'c' is not one of"),
        (replace(LISTED, query={"kind": ["a"], "colour": ["red"]}), "colour is not in the document"),
        (replace(LISTED, query={"kind": ["a"], "limit": ["11"]}), "greater than the maximum"),
        (replace(LISTED, query={"kind": ["a"], "limit": ["many"]}), "not of type 'integer'"),
        (replace(LISTED, body=b"{}"), "a body where the document has none"),
        (replace(MADE, body=b""), "not of type 'object'"),
        (replace(MADE, body=b'{"name": 1}'), "1 is not of type 'string'"),
        (replace(MADE, body=b'{"name": "x", "size": 1}'), "'size' was unexpected"),
        (replace(MADE, answer=b'{"id": "1"}'), "'secret' is a required property"),
        (replace(MADE, answer=b'{"id": "1", "secret": "s", "more": 1}'), "'more' was unexpected"),
        (replace(MADE, status=201), "knows no answer 201"),
        (replace(MADE, status=400, answer=b'{"code": 400}'), "'error' is a required property"),
    ],
)
def test_what_departs_from_the_document_is_named(call: Call, words: str) -> None:
    assert words in "\n".join(Document(SMALL).check(call))


def test_an_answer_that_a_test_staged_is_not_held_against_the_document() -> None:
    document = Document(SMALL)
    assert document.check(replace(MADE, answer=json.dumps("nonsense").encode(), staged=True)) == []
    assert document.responses == 0


def test_where_no_document_is_found_the_test_is_skipped_and_told_what_to_put_where(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.delenv("SCIM_BRIDGE_TEST_OPENAI_SPEC", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"put its openapi\.json .* SCIM_BRIDGE_TEST_OPENAI_SPEC"):
        find_document(tmp_path / "absent.json")


def test_a_document_that_is_named_is_the_one_that_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(SMALL))
    monkeypatch.setenv("SCIM_BRIDGE_TEST_OPENAI_SPEC", str(path))
    assert find_document().check(LISTED) == []
    monkeypatch.setenv("SCIM_BRIDGE_TEST_OPENAI_SPEC", str(tmp_path / "absent.json"))
    with pytest.raises(FileNotFoundError):
        find_document()
