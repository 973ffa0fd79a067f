"""docs/entra.md as somebody follows it: everything it shows, in its order, on a fresh bridge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.guides import Fresh, Guide, steps_of
from tests.docs.pages import DOCS

STEPS = steps_of(DOCS / "entra.md")


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guide]:
    monkeypatch.chdir(tmp_path)
    with Fresh(tmp_path) as bridge:
        yield Guide(bridge, "Entra")


def test_whoever_follows_the_page_sees_what_it_shows(guide: Guide) -> None:
    for step in STEPS:
        guide.take(step)
    assert guide.bridge.sandbox("sandbox")["accounts"] == []


def test_the_page_shows_both_flavours() -> None:
    patches = [step.deed for step in STEPS if step.deed.startswith("PATCH")]
    assert [("aadOptscim062020" in deed, '"op": "re' in deed or '"op": "add"' in deed) for deed in patches] == [
        (flag, flag) for flag in (True, False, False, True, False)
    ]
