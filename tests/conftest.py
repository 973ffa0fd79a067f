"""Fixtures that more than one part of the suite needs."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from scim_bridge.db import Database, metadata

ROOMS_WITH_TABLES = (
    "scim_bridge.directory.tables",
    "scim_bridge.work.tables",
    "scim_bridge.audit.tables",
    "scim_bridge.ledger.tables",
    "scim_bridge.mapping.revisions",
)


@pytest.fixture(autouse=True)
def _logs_as_at_the_start() -> Iterator[None]:
    """A command that was run in this process configured its logs; the next test must not inherit that."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with every table, in a file of its own."""
    for room in ROOMS_WITH_TABLES:
        importlib.import_module(room)
    made = Database(f"sqlite:///{tmp_path}/bridge.db")
    metadata.create_all(made.engine)
    yield made
    made.dispose()
