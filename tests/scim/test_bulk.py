"""Bulk messages (RFC 7644 section 3.7): what is read, in which order it is carried out, what refers to what."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim_bridge.scim.bulk import REQUEST_URN, BulkOperation, load_bulk
from scim_bridge.scim.bulk_order import units
from scim_bridge.scim.bulk_references import names_in, resolved
from scim_bridge.scim.errors import (
    InvalidSyntax,
    InvalidValue,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    ScimError,
)

ADA = {"userName": "ada@example.com"}


def bulk(*operations: Any, **more: Any) -> dict[str, Any]:
    return {"schemas": [REQUEST_URN], "Operations": list(operations), **more}


def person(name: str, manager: str | None = None) -> dict[str, Any]:
    return {"method": "POST", "path": "/Users", "bulkId": name, "data": {**ADA, "manager": manager}}


def team(name: str, *members: str) -> dict[str, Any]:
    return {"method": "POST", "path": "/Groups", "bulkId": name, "data": {"members": [{"value": each} for each in members]}}


def order(*operations: dict[str, Any]) -> list[tuple[int, ...]]:
    return [unit.places for unit in units(load_bulk(bulk(*operations)).operations)]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (None, InvalidSyntax),
        ([], InvalidSyntax),
        ({}, InvalidSyntax),
        ({"Operations": []}, InvalidSyntax),
        ({"Operations": {"method": "POST"}}, InvalidSyntax),
        ({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [person("a")]}, InvalidSyntax),
        (bulk(person("a"), failOnErrors=0), InvalidValue),
        (bulk(person("a"), failOnErrors="1"), InvalidValue),
        (bulk(person("a"), failOnErrors=True), InvalidValue),
        (bulk(person("a"), person("a")), InvalidValue),
        (bulk(*[person(str(number)) for number in range(1001)]), PayloadTooLarge),
    ],
)
def test_a_request_that_cannot_be_carried_out_as_a_whole_is_refused(body: object, kind: type[ScimError]) -> None:
    with pytest.raises(kind):
        load_bulk(body)


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("text", InvalidSyntax),
        ({}, InvalidSyntax),
        ({"method": "GET", "path": "/Users/1"}, InvalidSyntax),
        ({"method": 5, "path": "/Users/1"}, InvalidSyntax),
        ({"method": "DELETE"}, NotFound),
        ({"method": "DELETE", "path": "/Roles/1"}, NotFound),
        ({"method": "DELETE", "path": "/Users/1/2"}, NotFound),
        ({"method": "DELETE", "path": "https://elsewhere.example.com/Users/1"}, NotFound),
        ({"method": "DELETE", "path": "/Users"}, MethodNotAllowed),
        ({"method": "PUT", "path": "/Groups", "data": {}}, MethodNotAllowed),
        ({"method": "POST", "path": "/Users/1", "bulkId": "a", "data": {}}, MethodNotAllowed),
        ({"method": "POST", "path": "/Users", "data": ADA}, InvalidValue),
        ({"method": "POST", "path": "/Users", "bulkId": "", "data": ADA}, InvalidValue),
        ({"method": "POST", "path": "/Users", "bulkId": "a"}, InvalidValue),
        ({"method": "PATCH", "path": "/Users/1"}, InvalidValue),
        ({"method": "PUT", "path": "/Users/1", "data": {}, "version": 3}, InvalidSyntax),
    ],
)
def test_what_is_wrong_with_one_operation_is_its_own_fault(operation: object, kind: type[ScimError]) -> None:
    good, bad = load_bulk(bulk(person("good"), operation)).operations

    assert not isinstance(good.target, ScimError)
    assert isinstance(bad.target, kind)


def test_names_are_taken_in_any_case_and_a_query_is_passed_over() -> None:
    body = {"operations": [{"Method": "delete", "PATH": "Users/a%20b/?attributes=id", "VERSION": 'W/"3"'}], "FAILONERRORS": 2}

    request = load_bulk(body)

    target = request.operations[0].target
    assert not isinstance(target, ScimError)
    assert (target.method, target.kind.name, target.scim_id) == ("DELETE", "User", "a b")
    assert (request.fail_on_errors, request.operations[0].version) == (2, 'W/"3"')


def test_references_are_found_and_filled_in_wherever_they_stand() -> None:
    data = {
        "members": [{"value": "bulkId:ada", "$ref": "../Users/bulkId:ada"}, {"value": "2819c223"}],
        "displayName": "about bulkId:ada",
        "manager": "bulkId:grace",
        "Operations": [{"op": "remove", "path": 'members[value eq "bulkId:linus"]'}],
    }

    assert names_in(data) == ("ada", "grace", "linus")
    assert resolved(data, {"ada": "1", "grace": "2", "linus": "3"}) == {
        "members": [{"value": "1", "$ref": "../Users/1"}, {"value": "2819c223"}],
        "displayName": "about bulkId:ada",
        "manager": "2",
        "Operations": [{"op": "remove", "path": 'members[value eq "3"]'}],
    }


def test_operations_keep_their_order_where_nothing_refers_to_another() -> None:
    assert order(person("a"), team("b"), person("c")) == [(0,), (1,), (2,)]


def test_what_is_referred_to_comes_first() -> None:
    assert order(team("t", "bulkId:a", "bulkId:b"), person("x"), person("a"), person("b")) == [(2,), (3,), (0,), (1,)]
    patch = {"method": "PATCH", "path": "/Groups/bulkId:t", "data": {"Operations": []}}
    assert order(patch, team("t", "bulkId:inner"), team("inner")) == [(2,), (1,), (0,)]


def test_people_may_refer_to_one_another_in_a_circle_as_one_unit() -> None:
    assert order(person("a", "bulkId:b"), person("x"), person("b", "bulkId:a")) == [(0, 2), (1,)]


def test_groups_in_a_circle_have_no_order() -> None:
    circle = list(units(load_bulk(bulk(team("a", "bulkId:b"), team("b", "bulkId:a"), team("c", "bulkId:c"))).operations))

    assert [(set(unit.places), unit.circular) for unit in circle] == [({0, 1}, True), ({2}, True)]


def test_a_long_chain_is_put_in_order() -> None:
    chain = [team(str(n), f"bulkId:{n + 1}") for n in range(999)] + [team("999")]

    assert order(*chain) == [(place,) for place in reversed(range(1000))]


@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(st.lists(st.tuples(st.booleans(), st.sets(st.integers(0, 9), max_size=4)), min_size=1, max_size=10))
def test_every_operation_is_in_one_unit_and_none_comes_before_what_it_needs(some: list[tuple[bool, set[int]]]) -> None:
    operations: tuple[BulkOperation, ...] = load_bulk(bulk(*[
        team(str(place), *(f"bulkId:{each}" for each in sorted(names))) if is_group
        else person(str(place), f"bulkId:{min(names)}" if names else None)
        for place, (is_group, names) in enumerate(some)
    ])).operations
    made = list(units(operations))
    at = {place: index for index, unit in enumerate(made) for place in unit.places}
    assert sorted(place for unit in made for place in unit.places) == list(range(len(some)))
    for place, each in enumerate(operations):
        for name in map(int, each.refers):
            if name >= len(some):
                continue
            assert at[name] <= at[place]
            unit = made[at[place]]
            if at[name] == at[place] and some[place][0] and not unit.circular:
                assert unit.places.index(name) < unit.places.index(place)
