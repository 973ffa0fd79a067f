"""docs/troubleshooting.md: what it quotes is said by the code, and every quotation has what one needs.

A heading of the third level is a message: `{name}` stands for what is filled in, `…` for words from another place in the code.
Headings in backticks are states.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import get_args

import pytest

from scim_bridge.access.errors import PlatformError
from scim_bridge.reconcile.views.comparing import State
from scim_bridge.work.slate import State as WorkState
from tests.docs.pages import DOCS, ROOT, text_of
from tests.docs.test_errors_page import kinds_of

PAGE = DOCS / "troubleshooting.md"
ENTRIES = dict(re.findall(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", text_of(PAGE), flags=re.MULTILINE | re.DOTALL))
STATES = [title.strip("`") for title in ENTRIES if re.fullmatch(r"`[^`]+`", title)]
MESSAGES = [title for title in ENTRIES if title.strip("`") not in STATES]
SHORTEST = 12
"""A shorter piece of a message could be anybody's."""


@cache
def sentences() -> tuple[str, ...]:
    """Every text in the code, whatever is filled in as `{}`, without case."""
    found: list[str] = []
    for file in sorted((ROOT / "scim_bridge").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.append("".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return tuple(_blank(text) for text in found)


def _blank(text: str) -> str:
    return re.sub(r"\{[\w ]*\}", "{}", text).casefold()


def is_said(message: str) -> bool:
    parts = [part.strip() for part in _blank(message).split("…")]
    return all(any(part in text for text in sentences()) for part in parts if part) and any(
        len(part.replace("{}", "")) >= SHORTEST for part in parts
    )


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_on_the_page_is_one_that_the_code_gives(message: str) -> None:
    assert is_said(message)


def test_a_message_that_nobody_gives_would_be_noticed() -> None:
    assert not is_said("There is no User or Group with the number {id}.")
    assert not is_said("{id}")


@pytest.mark.parametrize("title", ENTRIES)
def test_every_entry_says_who_can_help_and_how_one_sees_that_it_helped(title: str) -> None:
    assert [word for word in ("**Who.**", "**Do.**", "**Seen.**") if word not in ENTRIES[title]] == []


def test_every_state_of_holdings_and_of_work_has_its_entry() -> None:
    wanted = (set(get_args(State)) | set(get_args(WorkState))) - {"held", "due", "running"}
    assert wanted - set(STATES) == set()
    assert set(STATES) - wanted == {"under way", "nothing to do"}


def test_every_way_a_platform_can_refuse_is_on_the_page() -> None:
    codes = {PlatformError.code} | {kind.code for kind in kinds_of(PlatformError) if issubclass(kind, PlatformError)}
    assert {code for code in codes if f"`{code}`" not in text_of(PAGE)} == set()
