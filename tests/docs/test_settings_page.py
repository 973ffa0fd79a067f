"""docs/settings.md has a heading for each setting, and says the default that the code has."""

from __future__ import annotations

import re
from dataclasses import Field, fields
from typing import Any

import pytest

from scim_bridge.settings import PREFIX, Settings
from tests.docs.pages import DOCS, PAGES, headings_of, text_of

PAGE = DOCS / "settings.md"
NAMES = {PREFIX + each.name.upper(): each for each in fields(Settings)}


def test_every_setting_has_its_heading_and_no_heading_is_of_another() -> None:
    assert {title.strip("`") for title in headings_of(PAGE) if title.startswith("`")} == set(NAMES)


@pytest.mark.parametrize("name", [name for name, each in NAMES.items() if each.default is not None])
def test_the_page_says_the_default(name: str) -> None:
    assert _shown(NAMES[name]) in _section(name)


def _shown(setting: Field[Any]) -> str:
    return str(setting.default).lower() if isinstance(setting.default, bool) else str(setting.default)


def _section(name: str) -> str:
    return text_of(PAGE).split(f"### `{name}`\n")[1].split("\n### ")[0]


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    named = {(page.name, name) for page in PAGES for name in re.findall(rf"\b{PREFIX}[A-Z_]+", text_of(page))}
    unknown = {(page, name) for page, name in named if name not in NAMES}
    assert unknown == {("settings.md", "SCIM_BRIDGE_WEB_WORKER")}  # the page's example of a slip
