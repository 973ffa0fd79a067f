"""What a push of a Group leaves in the book, on the slate and in the record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scim_bridge.directory.persons import people
from scim_bridge.intake import groups
from scim_bridge.scim.errors import InvalidValue
from tests.intake.books import LATER, Books


def keys(kind: str, *subjects: int) -> set[tuple[str, str, str]]:
    return {(platform, kind, str(subject)) for platform in ("labs", "prod") for subject in subjects}


def add(*ids: str) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": [{"value": each} for each in ids]}


def remove(*ids: str) -> dict[str, Any]:
    return {"op": "remove", "path": "members", "value": [{"value": each} for each in ids]}


def test_members_added_by_name_are_marked_and_recorded_each(books: Books) -> None:
    ada, grace = books.new_user("ada@example.com"), books.new_user("grace@example.com")
    group = books.new_group("Engineers", ada)
    books.forget()
    books.patch_group(group, add(ada.scim_id, grace.scim_id))
    assert set(books.marks()) == keys("person", grace.person_id)
    (record,) = books.records()
    assert (record.action, record.subject, record.person_id) == ("group.members_added", "grace@example.com", grace.person_id)
    assert record.after == {"group": "Engineers"}
    assert books.group(group.scim_id).version == group.version + 1


def test_members_removed_by_name_are_marked_and_recorded_each(books: Books) -> None:
    ada, grace = books.new_user("ada@example.com"), books.new_user("grace@example.com")
    group = books.new_group("Engineers", ada, grace)
    books.forget()
    books.patch_group(group, remove(grace.scim_id, "no-such-id"))
    assert set(books.marks()) == keys("person", grace.person_id)
    assert [(each.action, each.person_id, each.before) for each in books.records()] == [
        ("group.members_removed", grace.person_id, {"group": "Engineers"})
    ]
    assert books.members(group.id) == {ada.person_id}


@pytest.mark.parametrize("name", ["add who is in", "remove who is out", "out and in again", "same set", "same name"])
def test_lesson_47_a_push_that_changes_nothing_writes_nothing(books: Books, name: str) -> None:
    ada, grace = books.new_user("ada@example.com"), books.new_user("grace@example.com")
    group = books.new_group("Engineers", ada)
    books.forget()
    operations = {
        "add who is in": [add(ada.scim_id)],
        "remove who is out": [remove(grace.scim_id)],
        "out and in again": [remove(ada.scim_id), add(ada.scim_id)],
        "same set": [{"op": "replace", "path": "members", "value": [{"value": ada.scim_id}]}],
        "same name": [{"op": "replace", "value": {"id": group.scim_id, "displayName": "Engineers"}}],
    }[name]
    push = replace(books.push, now=LATER)
    books.write(groups.patch_group, group.scim_id, {"Operations": operations}, push=push)
    assert books.marks() == {}
    assert books.records() == []
    assert books.group(group.scim_id) == group


def test_a_rename_marks_the_group_once_and_not_its_people(books: Books) -> None:
    people_ = [books.new_user(f"user{index}@example.com") for index in range(3)]
    group = books.new_group("Engineers", *people_)
    books.forget()
    books.patch_group(group, {"op": "replace", "value": {"displayName": "Builders"}})
    assert set(books.marks()) == keys("group", group.id)
    assert [(each.action, each.before, each.after) for each in books.records()] == [
        ("group.renamed", {"displayName": "Engineers"}, {"displayName": "Builders"})
    ]


def test_lesson_02_emptying_a_group_marks_the_row_that_still_knows_who_was_in(books: Books) -> None:
    ada, grace = books.new_user("ada@example.com"), books.new_user("grace@example.com")
    group = books.new_group("Engineers", ada, grace)
    books.forget()
    books.patch_group(group, {"op": "remove", "path": "members"})
    live = books.group(group.scim_id)
    assert live.id != group.id
    assert set(books.marks()) == keys("group", group.id)
    assert books.members(group.id) == {ada.person_id, grace.person_id}
    assert [(each.action, each.subject_kind, each.before) for each in books.records()] == [
        ("group.members_removed", "group", {"members": 2})
    ]
    books.forget()
    books.patch_group(live, {"op": "remove", "path": "members"})
    assert books.marks() == {}


def test_operations_on_members_are_done_in_order(books: Books) -> None:
    ada, grace = books.new_user("ada@example.com"), books.new_user("grace@example.com")
    group = books.new_group("Engineers", ada)
    books.patch_group(group, {"op": "replace", "path": "members", "value": []}, add(grace.scim_id))
    assert books.members(books.group(group.scim_id).id) == {grace.person_id}
    books.patch_group(group, add(ada.scim_id), {"op": "remove", "path": "members"})
    assert books.members(books.group(group.scim_id).id) == set()


def test_deleting_a_group_marks_its_row_and_takes_it_from_everybody(books: Books) -> None:
    ada = books.new_user("ada@example.com")
    group = books.new_group("Engineers", ada)
    books.forget()
    books.write(groups.delete_group, group.scim_id)
    assert set(books.marks()) == keys("group", group.id)
    assert books.read(lambda connection: people(connection, [ada.person_id]))[ada.person_id].groups == frozenset()
    assert [each.action for each in books.records()] == ["group.deleted"]


def test_nesting_marks_the_people_below_the_group_that_moved(books: Books) -> None:
    ada = books.new_user("ada@example.com")
    inner, outer = books.new_group("Inner", ada), books.new_group("Outer")
    books.forget()
    books.patch_group(outer, add(inner.scim_id))
    assert set(books.marks()) == keys("group", inner.id)
    assert books.read(lambda connection: people(connection, [ada.person_id]))[ada.person_id].groups == {"Inner", "Outer"}
    assert [(each.action, each.subject, each.subject_kind) for each in books.records()] == [
        ("group.members_added", "Inner", "group")
    ]
    books.forget()
    books.patch_group(outer, remove(inner.scim_id))
    assert set(books.marks()) == keys("group", inner.id)


def test_an_emptied_group_stays_nested_where_it_was(books: Books) -> None:
    ada, grace = books.new_user("ada@example.com"), books.new_user("grace@example.com")
    inner = books.new_group("Inner", ada)
    books.new_group("Outer", inner)
    books.patch_group(inner, {"op": "remove", "path": "members"})
    books.patch_group(inner, add(grace.scim_id))
    found = books.read(lambda connection: people(connection, [ada.person_id, grace.person_id]))
    assert found[ada.person_id].groups == frozenset()
    assert found[grace.person_id].groups == {"Inner", "Outer"}


def test_members_are_removed_by_what_a_filter_says_of_them(books: Books) -> None:
    ada, grace = books.new_user("ada@example.com"), books.new_user("grace@example.com")
    inner = books.new_group("Inner")
    group = books.new_group("Outer", grace)
    shown = [{"value": ada.scim_id, "display": "Ada"}, {"value": inner.scim_id, "display": "Ada's"}]
    books.patch_group(group, {"op": "add", "path": "members", "value": shown})
    books.patch_group(group, {"op": "remove", "path": 'members[display sw "Ada" and type eq "User"]'})
    assert books.members(group.id) == {grace.person_id}
    books.patch_group(group, {"op": "remove", "path": 'members[type eq "Group"]'})
    with pytest.raises(InvalidValue):
        books.patch_group(inner, add(inner.scim_id))
    books.patch_group(inner, add(group.scim_id))
    assert books.members(group.id) == {grace.person_id}


def test_more_ids_than_one_statement_takes_are_all_taken(books: Books) -> None:
    crowd = books.crowd(1_203)
    group = books.new_group("Engineers")
    books.patch_group(group, add(*(each.scim_id for each in crowd)))
    assert len(books.members(group.id)) == 1_203
    kept = crowd[::3]
    books.patch_group(group, remove(*(each.scim_id for each in crowd if each not in kept)))
    assert books.members(group.id) == {each.person_id for each in kept}
    body = {"displayName": "Engineers", "members": [{"value": each.scim_id} for each in kept[5:]]}
    books.write(groups.replace_group, group.scim_id, body)
    assert books.members(group.id) == {each.person_id for each in kept[5:]}


def test_put_without_external_id_keeps_it(books: Books) -> None:
    group = books.write(groups.create_group, {"displayName": "Engineers", "externalId": "8aa1"})
    books.write(groups.replace_group, group.scim_id, {"displayName": "Builders"})
    assert books.group(group.scim_id).external_id == "8aa1"
