"""Fixtures that more than one part of the suite needs."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from scim_bridge.db import Database, metadata

ROOMS_WITH_TABLES = (
    "scim_bridge.directory.tables",
    "scim_bridge.work.tables",
    "scim_bridge.audit.tables",
    "scim_bridge.ledger.tables",
    "scim_bridge.mapping.revisions",
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with every table, in a file of its own."""
    for room in ROOMS_WITH_TABLES:
        importlib.import_module(room)
    made = Database(f"sqlite:///{tmp_path}/bridge.db")
    metadata.create_all(made.engine)
    yield made
    made.dispose()
