"""How fast somebody may send: sources as fast as an initial cycle and faster, strangers hardly at all, neither at another's cost."""

from __future__ import annotations

import itertools

import pytest

from scim_bridge.db import Database
from scim_bridge.scim.errors import TooManyRequests
from scim_bridge.settings import Settings
from scim_bridge.web.limits import MOST_BUCKETS, Limits, neighbourhood
from scim_bridge.web.options import Options
from tests.web.doors import Scim, open_door


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(limits: Limits, who: object, most: int) -> int:
    """How many requests in a row are let through, of so many."""
    for number in range(most):
        try:
            limits.take(who)
        except TooManyRequests:
            return number
    return most


def test_a_bucket_fills_again_with_time() -> None:
    clock = Clock()
    limits = Limits(2.0, clock)
    assert taken(limits, 1, 1_000) == 120
    with pytest.raises(TooManyRequests) as refusal:
        limits.take(1)
    assert refusal.value.retry_after == 1
    clock.now = 0.5
    assert taken(limits, 1, 10) == 1
    clock.now = 10_000
    assert taken(limits, 1, 1_000) == 120


def test_lesson_50_a_limit_of_25_lets_an_initial_cycle_through_for_an_hour_and_a_burst_before_it() -> None:
    clock = Clock()
    limits = Limits(25.0, clock)
    assert taken(limits, 1, 1_400) == 1_400
    for number in range(25 * 3_600):
        clock.now = number / 25
        limits.take(1)


def test_how_long_to_wait_is_whole_seconds_and_enough() -> None:
    clock = Clock()
    limits = Limits(0.3, clock)
    taken(limits, 1, 1_000)
    with pytest.raises(TooManyRequests) as refusal:
        limits.take(1)
    assert refusal.value.retry_after == 4
    clock.now += refusal.value.retry_after
    limits.take(1)


def test_addresses_without_end_take_no_memory_without_end() -> None:
    limits = Limits(1.0, Clock())
    for number in range(MOST_BUCKETS + 500):
        limits.take(number)
    assert len(limits._buckets) == MOST_BUCKETS


@pytest.mark.parametrize(
    ("address", "counted"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::9", "2001:db8:1:2::/64"), (None, ""),
     ("", ""), ("unix:", "unix:"), ("fe80::1%eth0", "fe80::/64")],
)  # fmt: skip
def test_of_ipv6_the_network_is_counted(address: str | None, counted: str) -> None:
    assert neighbourhood(address) == counted


@pytest.fixture
def guarded(database: Database) -> Scim:
    """Three attempts at once from one address."""
    return open_door(database, Options(attempt_limit=3 / 60))


def strangers(scim: Scim, path: str = "/Users", address: str = "192.0.2.7", token: str | None = None) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return scim.client.get(f"/scim/v2{path}", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code


def test_attempts_without_a_valid_token_are_limited_by_address(guarded: Scim) -> None:
    assert [strangers(guarded) for _ in range(5)] == [401, 401, 401, 429, 429]
    assert strangers(guarded, address="192.0.2.8") == 401
    assert strangers(guarded, token="a-wrong-token-" + "x" * 32) == 429


def test_an_identity_provider_behind_the_same_address_is_never_turned_away(guarded: Scim) -> None:
    assert {strangers(guarded) for _ in range(20)} == {401, 429}
    assert {strangers(guarded, token=guarded.token) for _ in range(50)} == {200}
    assert strangers(guarded) == 429


def test_what_a_limited_stranger_gets_says_how_long_to_wait_and_nothing_of_the_address(guarded: Scim) -> None:
    for _ in range(3):
        strangers(guarded)
    answers = []
    for path, method in itertools.product(("/Users", "/Users/unknown", "/Nothing", "//", "/v1"), ("GET", "DELETE", "FOO")):
        answers.append(guarded.client.open(f"/scim/v2{path}", method=method, environ_base={"REMOTE_ADDR": "192.0.2.7"}))
    assert {answer.status_code for answer in answers} == {429}
    assert {answer.headers["Retry-After"] for answer in answers} == {"20"}
    assert len({answer.get_data() for answer in answers}) == 1


def test_probes_need_no_token_and_are_not_limited(guarded: Scim) -> None:
    assert {guarded.client.get("/healthz").status_code for _ in range(50)} == {200}


def test_as_shipped_no_source_is_limited_and_strangers_are() -> None:
    assert Settings().rate_limit == 0
    assert 0 < Settings().attempt_limit < 25
