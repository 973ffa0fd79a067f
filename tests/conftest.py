"""Fixtures that more than one part of the suite needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from scim_bridge.db import Database
from scim_bridge.directory import listings, members, pages
from tests.databases import KINDS, ROOMS_WITH_TABLES, emptied

__all__ = ["ROOMS_WITH_TABLES"]


@pytest.fixture(autouse=True)
def _logs_as_at_the_start() -> Iterator[None]:
    """A command that was run in this process configured its logs; the next test must not inherit that."""
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a statement may take longer than the server would let it: no test is about that unless it says so."""
    for module in (listings, pages):
        monkeypatch.setattr(module, "FILTER_SECONDS", 20.0)
    monkeypatch.setattr(listings, "SORT_SECONDS", 20.0)
    monkeypatch.setattr(members, "SEARCH_SECONDS", 20.0)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with every table: each test that asks for one runs on SQLite and on PostgreSQL."""
    with emptied(request.param, tmp_path) as made:
        yield made
