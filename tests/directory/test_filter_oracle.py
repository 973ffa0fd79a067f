"""Filters in SQL, on both databases, against an evaluator that shares no code with the bridge (see tests.oracle).

The long run is `bench/filter_differential.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import KINDS, fresh
from tests.oracle.world import World, lab_and_team

FILTERS = 1000


@pytest.fixture(scope="module", params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with lab_and_team(), fresh(request.param, tmp_path_factory.mktemp("oracle")) as database:
        yield World(database)


def test_lesson_06_a_filter_finds_who_an_independent_reader_of_the_rfc_finds(world: World) -> None:
    tally = world.compare(FILTERS, seed=7644)

    assert tally.disagreements[:3] == []
    assert tally.asked["User"] > tally.asked["Group"] > FILTERS / 5
    assert tally.answers["some"] > FILTERS / 3
