"""Cursors: opaque, sealed, bound to their question."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim_bridge.scim.cursors import TIMEOUT, Walk, question_of, sealed, unsealed
from scim_bridge.scim.errors import ExpiredCursor, InvalidCount, InvalidCursor
from scim_bridge.scim.filters import parse_filter
from scim_bridge.scim.registry import USER

SECRET = b"s" * 32
NOW = 1_800_000_000.0
WALK = Walk((0, "grace@example.com", 17), backward=False, total=1000, count=10)
QUESTION = question_of(1, "/Users", [None], "userName", False)
CURSOR = sealed(WALK, QUESTION, secret=SECRET, now=NOW)
VALUES = st.one_of(st.text(max_size=200), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))


@given(st.tuples(st.integers(0, 3), VALUES, st.integers(0)), st.booleans(), st.integers(0), st.integers(0, 200))
@settings(max_examples=100, deadline=None)
def test_a_cursor_gives_back_what_was_sealed_in_characters_that_need_no_escape(
    place: tuple[Any, ...], backward: bool, total: int, count: int
) -> None:
    walk = Walk(place, backward, total, count)
    cursor = sealed(walk, QUESTION, secret=SECRET, now=NOW)
    assert re.fullmatch(r"[A-Za-z0-9._~-]+", cursor)
    assert unsealed(cursor, QUESTION, count, secret=SECRET, now=NOW + TIMEOUT) == walk


def test_nobody_can_read_where_the_walk_stands() -> None:
    content = base64.urlsafe_b64decode(CURSOR + "=" * (-len(CURSOR) % 4))
    assert b"grace" not in content
    assert b"example" not in content
    assert QUESTION.encode() not in content


@given(st.integers(0, len(CURSOR) - 1), st.sampled_from("AaZz09-_"))
@settings(max_examples=200, deadline=None)
def test_a_changed_cursor_is_invalid(place: int, letter: str) -> None:
    changed = CURSOR[:place] + letter + CURSOR[place + 1 :]
    if changed != CURSOR:
        with pytest.raises(InvalidCursor):
            unsealed(changed, QUESTION, 10, secret=SECRET, now=NOW)


@pytest.mark.parametrize(
    "cursor",
    ["x", "1", "AAAA", "=", "....", "a" * 9000, "ü", CURSOR[:-4], CURSOR[4:], CURSOR + "AAAA", CURSOR + " ", "A" * 22, "\x00"],
)
def test_what_is_no_cursor_is_invalid(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        unsealed(cursor, QUESTION, 10, secret=SECRET, now=NOW)


def test_a_cursor_of_another_secret_is_invalid() -> None:
    with pytest.raises(InvalidCursor):
        unsealed(CURSOR, QUESTION, 10, secret=b"t" * 32, now=NOW)


def test_a_cursor_expires_to_the_second() -> None:
    assert unsealed(CURSOR, QUESTION, 10, secret=SECRET, now=NOW + TIMEOUT) == WALK
    with pytest.raises(ExpiredCursor):
        unsealed(CURSOR, QUESTION, 10, secret=SECRET, now=NOW + TIMEOUT + 1)


def test_the_page_size_stays_that_of_the_first_page() -> None:
    with pytest.raises(InvalidCount, match="10"):
        unsealed(CURSOR, QUESTION, 11, secret=SECRET, now=NOW)


@pytest.mark.parametrize(
    "question",
    [
        (2, "/Users", [None], "userName", False),
        (1, "/Groups", [None], "userName", False),
        (1, "/Users", [parse_filter("active eq true", USER)], "userName", False),
        (1, "/Users", [None], None, False),
        (1, "/Users", [None], "userName", True),
    ],
)
def test_a_cursor_of_another_source_endpoint_filter_or_sort_is_invalid(question: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidCursor, match="another query"):
        unsealed(CURSOR, question_of(*question), 10, secret=SECRET, now=NOW)


FILTERS = ['userName sw "J"', 'userName sw "K"', 'userName ew "J"', 'not (userName sw "J")', 'title sw "J"', "userName pr",
           'userName sw "J" and title pr', 'userName sw "J" or title pr', 'emails[type eq "J"]', 'emails.type eq "J"',
           "active eq true"]


def test_rfc9865_2_a_filter_may_be_spelled_anew_and_only_that() -> None:
    def question(text: str) -> str:
        return question_of(1, "/Users", [parse_filter(text, USER)], None, False)

    assert question('userName sw "J"') == question('username  SW "J"') == question('(USERNAME sw "\\u004a")')
    assert len({question(text) for text in FILTERS}) == len(FILTERS)
