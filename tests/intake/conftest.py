"""Fixtures of the intake's tests."""

from __future__ import annotations

import pytest

from scim_bridge.db import Database
from tests.intake.books import Books


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database, "labs", "prod")
