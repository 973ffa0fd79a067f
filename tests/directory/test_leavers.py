"""Who is gone, and who that is here has an address."""

from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.db import Database
from scim_bridge.directory.leavers import active_with, gone
from scim_bridge.intake import users
from tests.intake.books import Books

ADA = "ada@example.com"


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database, "labs")


def having(books: Books, *addresses: str) -> dict[str, str]:
    found: dict[str, str] = books.read(lambda connection: active_with(connection, addresses))
    return found


def test_gone_are_the_deactivated_and_the_deleted_and_no_group(books: Books) -> None:
    ada, eve, lin = books.new_user(ADA), books.new_user("eve@example.com"), books.new_user("lin@example.com", active=False)
    group = books.new_group("Research")
    books.write(users.delete_user, eve.scim_id)
    ids = [each.person_id for each in (ada, eve, lin)] + [group.principal_id]
    assert books.read(lambda connection: gone(connection, ids)) == [eve.person_id, lin.person_id]
    assert books.read(lambda connection: gone(connection, [])) == []


@pytest.mark.parametrize(
    "attributes",
    [
        {"userName": "Ada@Example.com"},
        {"userName": "ada", "emails": [{"value": "ADA@example.com", "type": "home"}]},
        {"userName": "ada", "emails": [{"value": "a@example.com", "primary": True}, {"value": ADA}]},
    ],
    ids=["userName", "an e-mail in another case", "the second e-mail"],
)
def test_somebody_active_has_an_address(books: Books, attributes: dict[str, Any]) -> None:
    attributes = dict(attributes)
    name = attributes.pop("userName")
    books.new_user(name, **attributes)
    assert having(books, ADA, "eve@example.com") == {ADA: name}


def test_whoever_is_not_active_has_no_address(books: Books) -> None:
    books.new_user("ada", emails=[{"value": ADA}], active=False)
    assert having(books, ADA) == {}


def test_a_likeness_is_no_address(books: Books) -> None:
    books.new_user("ada+lab@example.com", emails=[{"value": "xada@example.com"}], title=ADA)
    assert having(books, ADA) == {}
