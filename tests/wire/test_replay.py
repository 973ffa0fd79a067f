"""Conversations of Okta, Entra and RFC clients, played against the door. The files are described in README.md."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scim_bridge.db import Database
from scim_bridge.web.options import Options
from tests.replay import Replay
from tests.web.doors import TOKEN, Scim, open_door

FOLDER = Path(__file__).parent
SCENARIOS = sorted(path.stem for path in FOLDER.glob("*.json"))


def drained(scim: Scim) -> None:
    """Send until the bridge says that it is too fast."""
    for _ in range(100):
        if scim.get("/ServiceProviderConfig").status_code == 429:
            return
    raise AssertionError("the limit was never reached")


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_conversation_goes_as_its_client_expects(name: str, database: Database) -> None:
    limited = name == "okta-rate-limit"
    scim = open_door(database, Options(rate_limit=0.01 if limited else 0))
    replay = Replay(scim.client, TOKEN, {"rate_limited": lambda: drained(scim)})
    assert replay.play(json.loads((FOLDER / f"{name}.json").read_text())) == []


def test_every_conversation_of_this_folder_is_played() -> None:
    assert len(SCENARIOS) == 44
