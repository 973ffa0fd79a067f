"""Fixtures of the attacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import process_time

import pytest

from scim_bridge.db import Database
from tests.web.doors import Scim, open_door

Within = Callable[[float], AbstractContextManager[None]]


@pytest.fixture
def scim(database: Database) -> Scim:
    """The identity provider of source `default`, before an empty directory."""
    return open_door(database)


@pytest.fixture
def within() -> Within:
    """What happens inside costs at most so many seconds of this process's own time: a busy machine changes nothing."""

    @contextmanager
    def measured(seconds: float) -> Iterator[None]:
        began = process_time()
        yield
        assert process_time() - began < seconds

    return measured
