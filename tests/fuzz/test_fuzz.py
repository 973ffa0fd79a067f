"""One law of every answer: no 5xx, never HTML, and every refusal a SCIM error with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
import structlog
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.databases import KINDS, fresh
from tests.fuzz.world import World

AT_ONCE = 5
"""Requests of one example: what one leaves behind is there for the next."""


@pytest.fixture(scope="module", params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with fresh(request.param, tmp_path_factory.mktemp("fuzz")) as database:
        yield World(database)


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """A line for each of thousands of requests would be all that a failure shows."""
    structlog.configure(processors=[_dropped])


def _dropped(*_: object) -> str:
    raise structlog.DropEvent


@settings(
    max_examples=150, deadline=None, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)  # fmt: skip
@given(random=st.randoms(use_true_random=False))
def test_no_request_whatsoever_is_answered_with_5xx_or_with_anything_but_scim_json(world: World, random: Random) -> None:
    for _ in range(AT_ONCE):
        sent, faults = world.one(random)
        assert not faults, (sent, faults)


def test_the_requests_reach_what_they_are_meant_for(world: World) -> None:
    """A fuzzer whose every request is turned away at the first door proves nothing."""
    before = world.statuses.copy()
    random = Random(7)
    for _ in range(400):
        world.one(random)
    seen = world.statuses - before
    assert seen[200] > 10
    assert seen[201] > 2
    assert seen[204] > 2
    assert seen[400] > 30
    assert seen[404] > 5
