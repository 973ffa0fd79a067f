"""Whatever an identity provider does, in whatever order, the directory is what the model says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from scim_bridge.db import Database
from tests.stateful.machine import Machine
from tests.stateful.wire import Wire
from tests.web.doors import Scim, open_door, second_source
from tests.web.served import served


@pytest.fixture
def wire(database: Database) -> Iterator[tuple[Scim, Wire]]:
    scim = open_door(database)
    with served(scim.app) as url:
        made = Wire(url)
        yield scim, made
        made.close()


def _dropped(*_: object) -> str:
    raise structlog.DropEvent


def test_whatever_is_done_in_whatever_order_the_directory_is_what_the_model_says(wire: tuple[Scim, Wire]) -> None:
    structlog.configure(processors=[_dropped])
    numbers = count(1)

    class Bound(Machine):
        pass

    Bound.wire = wire[1]
    Bound.new_tenant = staticmethod(lambda: second_source(wire[0], f"tenant-{next(numbers)}").token)
    once = settings(max_examples=15, stateful_step_count=25, deadline=None, derandomize=True, database=None)
    # No shrinking: ids are new each time, and a run of 25 deeds is short enough to read.
    run_state_machine_as_test(Bound, settings=settings(once, phases=[Phase.generate], suppress_health_check=list(HealthCheck)))
    assert next(numbers) > 10
