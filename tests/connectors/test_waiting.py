"""How long a platform asks to be left alone, in whichever form its header says it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from scim_bridge.connectors.waiting import LONGEST, retry_after


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0), ("7", 7), (" 7.5 ", 7.5), ("86400", LONGEST), ("", None), ("soon", None), ("-1", None), ("1e9", None), ("٣", None)],
)
def test_seconds_are_read_and_nothing_else_that_is_no_date(header: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": header}) == seconds


@pytest.mark.parametrize(("ahead", "least", "most"), [(30, 25, 30), (10**6, LONGEST, LONGEST)])
def test_a_date_is_so_many_seconds_from_now(ahead: int, least: float, most: float) -> None:
    until = datetime.now(UTC) + timedelta(seconds=ahead)
    for text in (format_datetime(until, usegmt=True), format_datetime(until.replace(tzinfo=None))):
        found = retry_after({"retry-after": text})
        assert found is not None
        assert least <= found <= most


def test_a_date_that_has_passed_says_nothing() -> None:
    assert retry_after({"retry-after": "Wed, 21 Oct 2020 07:28:00 GMT"}) is None


def test_a_platform_that_asks_for_nothing_is_left_alone_by_our_own_measure() -> None:
    assert retry_after({}) is None
