"""What a push of a User leaves in the book, on the slate and in the record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from scim_bridge.access.standing import OwnAccount
from scim_bridge.directory.persons import people
from scim_bridge.directory.tables import person, scim_user, user_value
from scim_bridge.intake import users
from scim_bridge.ledger.accounts import note_account
from scim_bridge.scim.errors import NotFound, ScimError
from tests.databases import dumped
from tests.intake.books import LATER, NOW, Books


def marked(books: Books, *person_ids: int, times: int = 1) -> dict[tuple[str, str, str], int]:
    return {(platform, "person", str(each)): times for platform in ("labs", "prod") for each in person_ids}


def test_a_new_user_is_a_person_a_record_and_a_mark_on_every_platform(books: Books) -> None:
    row = books.new_user("Ada@example.com", title="Engineer")
    assert books.marks() == marked(books, row.person_id)
    (record,) = books.records()
    assert (record.action, record.subject, record.person_id) == ("user.created", "Ada@example.com", row.person_id)
    assert (record.initiator, record.source, record.request_id) == ("token okta", "default", "req-1")
    assert record.before == {}
    assert record.after == {"userName": "Ada@example.com", "title": "Engineer", "active": True}


@pytest.mark.parametrize(
    ("body", "written"), [({"active": False}, False), ({"userName": "Lovelace"}, False), ({"title": "Lead"}, True)]
)
def test_values_are_written_anew_only_when_one_of_them_changes(books: Books, body: dict[str, Any], written: bool) -> None:
    row = books.new_user("Ada@example.com", title="Engineer")
    with books.counting() as statements:
        books.write(users.patch_user, row.scim_id, {"Operations": [{"op": "replace", "value": body}]})
    assert any("user_value" in each for each in statements) is written


@pytest.mark.parametrize(
    ("body", "action", "before", "after"),
    [
        ({"title": "Lead"}, "user.updated", {"title": "Engineer"}, {"title": "Lead"}),
        ({"active": False}, "user.deactivated", {"active": True}, {"active": False}),
        (
            {"active": False, "title": "Lead"},
            "user.deactivated",
            {"active": True, "title": "Engineer"},
            {"active": False, "title": "Lead"},
        ),
        ({"userName": "ada@example.org"}, "user.updated", {"userName": "ada@example.com"}, {"userName": "ada@example.org"}),
    ],
)
def test_lesson_47_a_change_has_exactly_one_record_of_what_changed(
    books: Books, body: dict[str, Any], action: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    row = books.new_user("ada@example.com", title="Engineer")
    books.forget()
    books.write(users.patch_user, row.scim_id, {"Operations": [{"op": "replace", "value": body}]})
    assert [(each.action, each.before, each.after) for each in books.records()] == [(action, before, after)]
    assert books.marks() == marked(books, row.person_id)


def test_lesson_47_a_push_that_changes_nothing_writes_nothing(books: Books) -> None:
    row = books.new_user("ada@example.com", emails=[{"value": "ada@example.com", "type": "work", "primary": True}])
    books.forget()
    same = {"userName": "ada@example.com", "emails": [{"type": "work", "primary": "True", "value": "ada@example.com"}]}
    later = replace(books.push, now=LATER)
    books.write(users.replace_user, row.scim_id, same, push=later)
    books.write(users.patch_user, row.scim_id, {"Operations": [{"op": "Add", "path": "active", "value": "True"}]}, push=later)
    books.write(users.patch_user, row.scim_id, {"Operations": [{"op": "add", "path": "urn:x:shoe", "value": 42}]}, push=later)
    with books.counting() as seen:
        books.write(users.patch_user, row.scim_id, {"Operations": [{"op": "replace", "value": {"password": "x"}}]})
    assert not [text for text in seen if text.split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert books.marks() == {}
    assert books.records() == []
    assert books.read(lambda connection: connection.execute(select(scim_user)).one()) == row


def test_lesson_48_a_password_is_in_no_table(books: Books) -> None:
    row = books.new_user("ada@example.com", password="1mz050nq")
    books.write(users.patch_user, row.scim_id, {"Operations": [{"op": "replace", "value": {"password": "1mz050nq"}}]})
    everything = dumped(books.database)
    assert "ada@example.com" in everything
    assert "1mz050nq" not in everything


def test_a_refused_push_leaves_nothing_behind(books: Books) -> None:
    row = books.new_user("ada@example.com")
    books.forget()
    broken = {"Operations": [{"op": "replace", "path": "title", "value": "x"}, {"op": "replace", "path": "active", "value": "?"}]}
    with pytest.raises(ScimError):
        books.write(users.patch_user, row.scim_id, broken)
    assert books.read(lambda connection: connection.execute(select(scim_user)).one()) == row
    assert books.marks() == {}
    assert books.records() == []


def test_lesson_22_directory_record_and_mark_are_one_transaction(books: Books) -> None:
    def half(connection: Any, push: Any) -> None:
        users.create_user(connection, push, {"userName": "ada@example.com"})
        raise OSError("the machine goes down here")

    with pytest.raises(OSError, match="goes down"):
        books.write(half)
    assert books.marks() == {}
    assert books.records() == []
    assert books.read(lambda connection: connection.execute(select(person)).all()) == []


def test_a_platform_that_still_holds_something_is_marked_though_no_rule_speaks_of_the_source(books: Books) -> None:
    row = books.new_user("ada@example.com")
    own = OwnAccount("ada@example.com", "user", "active")
    books.database.write(lambda connection: note_account(connection, "retired", row.person_id, own, now=NOW))
    books.forget()
    books.write(users.delete_user, row.scim_id)
    assert ("retired", "person", str(row.person_id)) in books.marks()


def test_lesson_41_deleting_leaves_a_tombstone_and_repeating_it_is_not_found(books: Books) -> None:
    row = books.new_user("ada@example.com", externalId="00u1")
    group = books.new_group("Engineers", row)
    books.forget()
    books.write(users.delete_user, row.scim_id, push=replace(books.push, now=LATER))
    with pytest.raises(NotFound):
        books.write(users.delete_user, row.scim_id)
    gone = books.read(lambda connection: people(connection, [row.person_id]))[row.person_id]
    assert (gone.active, gone.user_id, gone.user_name, gone.groups) == (False, None, "ada@example.com", frozenset())
    assert [each.action for each in books.records()] == ["user.deleted"]
    assert books.marks() == marked(books, row.person_id)
    assert books.members(group.id) == set()
    assert books.read(lambda connection: connection.execute(select(user_value)).all()) == []


def test_lesson_46_a_rename_keeps_the_person(books: Books) -> None:
    row = books.new_user("ada.byron@example.com")
    group = books.new_group("Engineers", row)
    body = {"userName": "ada.lovelace@example.com", "emails": [{"value": "ada.lovelace@example.com"}]}
    stored = books.write(users.replace_user, row.scim_id, body)
    assert (stored.person_id, stored.scim_id) == (row.person_id, row.scim_id)
    assert books.members(group.id) == {row.person_id}


def test_put_without_external_id_keeps_it_and_clears_the_rest(books: Books) -> None:
    row = books.new_user("ada@example.com", externalId="00u1", title="Engineer")
    stored = books.write(users.replace_user, row.scim_id, {"userName": "ada@example.com"})
    assert stored.external_id == "00u1"
    assert "title" not in stored.payload
    books.write(users.patch_user, row.scim_id, {"Operations": [{"op": "remove", "path": "externalId"}]})
    assert books.read(lambda connection: connection.scalar(select(scim_user.c.external_id))) is None


def test_names_longer_than_the_directory_keeps_are_refused(books: Books) -> None:
    for body in (
        {"userName": "a" * 513},
        {"userName": "ß" * 400},  # folds to two characters each
        {"userName": "a", "externalId": "x" * 513},
    ):
        with pytest.raises(ScimError) as refusal:
            books.write(users.create_user, body)
        assert refusal.value.scim_type == "invalidValue"
