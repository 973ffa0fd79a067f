"""Fixtures that more than one part of the suite needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from scim_bridge.db import Database
from tests.databases import KINDS, ROOMS_WITH_TABLES, emptied

__all__ = ["ROOMS_WITH_TABLES"]


@pytest.fixture(autouse=True)
def _logs_as_at_the_start() -> Iterator[None]:
    """A command that was run in this process configured its logs; the next test must not inherit that."""
    yield
    structlog.reset_defaults()


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with every table: each test that asks for one runs on SQLite and on PostgreSQL."""
    with emptied(request.param, tmp_path) as made:
        yield made
