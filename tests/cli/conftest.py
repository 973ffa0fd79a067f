"""A world for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.worlds import World


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Nothing but an empty folder."""
    monkeypatch.chdir(tmp_path)  # no `.env` of whoever runs the tests
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def world(bare: World) -> World:
    """Migrated, with the sandbox in force."""
    return bare.start()
