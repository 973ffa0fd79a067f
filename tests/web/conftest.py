"""Fixtures of the door's tests."""

from __future__ import annotations

import pytest

from scim_bridge.db import Database
from tests.web.doors import Scim, open_door


@pytest.fixture
def scim(database: Database) -> Scim:
    """The identity provider of source `default`, before an empty directory."""
    return open_door(database)
