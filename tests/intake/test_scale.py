"""The cost of a push follows the push, not the group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import func, select

from scim_bridge.audit.tables import audit_record
from scim_bridge.db import Database
from scim_bridge.directory.persons import members_below
from scim_bridge.intake import groups
from scim_bridge.intake.roster import BY_NAME
from tests.databases import KINDS, fresh
from tests.intake.books import Books

BIG = 50_000


def of_size(database: Database, size: int) -> tuple[Books, Any, list[Any]]:
    """A group with `size` members, and two more people."""
    books = Books(database, "labs", "prod")
    people = books.crowd(size + 2)
    group = books.new_group("Engineers")
    books.enrol(group, people[:size])
    return books, group, people


@pytest.fixture(scope="module", params=KINDS)
def sizes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[int, tuple[Books, Any, list[Any]]]]:
    """One database with a group of ten and one with a group of fifty thousand."""
    with ExitStack() as open_:
        yield {
            size: of_size(open_.enter_context(fresh(request.param, tmp_path_factory.mktemp("scale"))), size) for size in (10, BIG)
        }


def recorded(books: Books) -> int:
    """How many records the audit has."""
    return int(books.read(lambda connection: connection.scalar(select(func.count()).select_from(audit_record))))


def ops(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"Operations": list(operations)}


PATCHES: dict[str, Callable[[list[Any]], dict[str, Any]]] = {
    "add one": lambda people: ops({"op": "add", "path": "members", "value": [{"value": people[-1].scim_id}]}),
    "add who is in": lambda people: ops({"op": "add", "path": "members", "value": [{"value": people[0].scim_id}]}),
    "remove one": lambda people: ops({"op": "remove", "path": f'members[value eq "{people[1].scim_id}"]'}),
    "remove by list": lambda people: ops(
        {"op": "Remove", "path": "members", "value": [{"value": each.scim_id} for each in people[2:5]]}
    ),
    "rename": lambda people: ops({"op": "replace", "value": {"displayName": "Builders"}}),
    "remove and add": lambda people: ops(
        {"op": "remove", "path": f'members[value eq "{people[5].scim_id}"]'},
        {"op": "add", "path": "members", "value": [{"value": people[-2].scim_id}]},
    ),
}


@pytest.mark.parametrize("name", PATCHES)
def test_lesson_18_a_patch_costs_the_same_at_10_and_at_50000_members(
    name: str, sizes: dict[int, tuple[Books, Any, list[Any]]]
) -> None:
    statements = {}
    for size, (books, group, people) in sizes.items():
        with books.counting() as seen:
            books.write(groups.patch_group, group.scim_id, PATCHES[name](people))
        statements[size] = [text.split("(")[0] for text in seen]
    assert statements[10] == statements[BIG]
    assert len(statements[BIG]) <= 20


def test_lesson_18_emptying_and_deleting_a_group_costs_the_same_at_10_and_at_50000_members(
    sizes: dict[int, tuple[Books, Any, list[Any]]]
) -> None:
    statements = {}
    for size, (books, group, people) in sizes.items():
        inside = books.members(group.id)
        with books.counting() as seen:
            books.write(groups.patch_group, group.scim_id, ops({"op": "remove", "path": "members"}))
        live = books.group(group.scim_id)
        assert books.members(live.id) == set()
        assert books.members(group.id) == inside
        assert len(inside) >= size - 4
        books.enrol(live, people[:size])
        with books.counting() as more:
            books.write(groups.delete_group, group.scim_id)
        statements[size] = len(seen), len(more)
        page = books.read(lambda connection, row=live.id: members_below(connection, row, after=0, limit=5))
        assert page == [people[index].person_id for index in range(5)]
    assert statements[10] == statements[BIG]
    assert max(statements[BIG]) <= 20


def test_a_put_of_one_member_retires_the_many_that_go(database: Database) -> None:
    books, group, people = of_size(database, BY_NAME + 10)
    books.forget()
    body = {"displayName": "Engineers", "members": [{"value": people[0].scim_id}, {"value": people[-1].scim_id}]}
    with books.counting() as seen:
        books.write(groups.replace_group, group.scim_id, body)
    live = books.group(group.scim_id)
    assert len(seen) <= 20
    assert live.id != group.id
    assert books.members(live.id) == {people[0].person_id, people[-1].person_id}
    assert books.members(group.id) >= {each.person_id for each in people[:-2]}
    assert ("labs", "group", str(group.id)) in books.marks()
    assert ("labs", "person", str(people[-1].person_id)) in books.marks()


def test_lesson_18_a_put_of_5000_members_touches_only_the_difference(database: Database) -> None:
    books, group, people = of_size(database, 5_000)
    books.forget()
    body = {"displayName": "Engineers", "members": [{"value": each.scim_id} for each in people[1:]]}
    with books.counting() as seen:
        books.write(groups.replace_group, group.scim_id, body)
    assert len(seen) < 60
    assert books.members(group.id) == {each.person_id for each in people[1:]}
    touched = {people[0].person_id, people[-1].person_id, people[-2].person_id}
    assert {int(subject) for _, _, subject in books.marks()} == touched


@pytest.mark.parametrize("inside", [10, 5_000])
def test_lesson_18_a_patch_of_thousands_of_members_is_a_few_statements_for_each_500(database: Database, inside: int) -> None:
    """Whoever else is in the group: nothing that grows with it is read."""
    books = Books(database, "labs")
    people = books.crowd(inside + 2_000)
    group = books.new_group("Engineers")
    books.enrol(group, people[:inside])
    books.forget()
    named = [{"value": each.scim_id} for each in people[inside:]]
    with books.counting() as adding:
        books.patch_group(group, {"op": "add", "path": "members", "value": named})
    assert books.members(group.id) == {each.person_id for each in people}
    with books.counting() as removing:
        books.patch_group(group, {"op": "Remove", "path": "members", "value": named})
    assert books.members(group.id) == {each.person_id for each in people[:inside]}
    assert max(len(adding), len(removing)) <= 10 + 8 * (2_000 // 500)
    assert recorded(books) == 4_000
    assert len(books.marks()) == 2_000


def test_a_put_of_a_large_group_costs_the_difference_in_chunks(database: Database) -> None:
    """2,000 stay, 400 go and 600 come: only those thousand rows are written, recorded and marked."""
    books = Books(database, "labs")
    people = books.crowd(3_000)
    group = books.new_group("Engineers")
    books.enrol(group, people[:2_400])
    books.forget()
    body = {"displayName": "Engineers", "members": [{"value": each.scim_id} for each in people[400:]]}
    with books.counting() as seen:
        books.write(groups.replace_group, group.scim_id, body)
    assert books.members(group.id) == {each.person_id for each in people[400:]}
    assert len(seen) <= 60
    assert recorded(books) == len(books.marks()) == 1_000
