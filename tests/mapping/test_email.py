from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.mapping.email import email_of
from tests.mapping.worlds import person

WORK = {"value": "work@example.com", "type": "work"}
HOME = {"value": "home@example.com", "type": "home"}
OTHER = {"value": "other@example.com"}


def chosen(choice: Any, *emails: Any, user_name: str = "ada@example.com") -> str | None:
    return email_of(person(userName=user_name, emails=list(emails)), choice)


def test_the_primary_address_comes_first() -> None:
    assert chosen("primary", WORK, {**HOME, "primary": True}) == "home@example.com"


def test_without_a_primary_one_the_work_address_is_taken() -> None:
    assert chosen("primary", HOME, WORK) == "work@example.com"


def test_without_either_the_only_one_is_taken() -> None:
    assert chosen("primary", OTHER) == "other@example.com"


def test_of_several_that_say_nothing_none_is_guessed_and_the_user_name_is_taken() -> None:
    assert chosen("primary", OTHER, HOME) == "ada@example.com"


def test_without_addresses_the_user_name_is_taken() -> None:
    assert email_of(person(userName="ada@example.com"), "primary") == "ada@example.com"


@pytest.mark.parametrize("user_name", ["ada", "@example.com", "ada@", "ada lovelace@example.com"])
def test_a_user_name_that_is_no_address_is_none(user_name: str) -> None:
    assert chosen("primary", user_name=user_name) is None
    assert chosen("userName", user_name=user_name) is None


def test_work_means_the_work_address_or_none() -> None:
    assert chosen("work", {**HOME, "primary": True}, WORK) == "work@example.com"
    assert chosen("work", WORK, {"value": "b@example.com", "type": "Work", "primary": True}) == "b@example.com"
    assert chosen("work", {**HOME, "primary": True}) is None


def test_user_name_means_the_user_name() -> None:
    assert chosen("userName", {**WORK, "primary": True}) == "ada@example.com"


@pytest.mark.parametrize("emails", [None, "x@example.com", [None], [{}], [{"value": ""}], [{"value": 3}]])
def test_addresses_of_an_odd_shape_are_no_addresses(emails: Any) -> None:
    assert email_of(person(userName="ada@example.com", emails=emails), "primary") == "ada@example.com"
