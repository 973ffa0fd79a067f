"""docs/errors.md has a heading for every error that anybody is shown, and quotes only what the code says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

import scim_bridge.connectors.anthropic  # noqa: F401  brings its kinds of errors with it
from scim_bridge.access.errors import PlatformError
from scim_bridge.scim.errors import RetryLater, ScimError
from tests.docs.pages import DOCS, ROOT, headings_of, text_of

PAGE = DOCS / "errors.md"
TITLES = headings_of(PAGE)


def kinds_of(root: type) -> Iterator[type]:
    for kind in root.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def scim_title(kind: type[ScimError]) -> str:
    return f"`{kind.status} {kind.scim_type}`" if kind.scim_type else f"`{kind.status}`"


def test_every_scim_error_has_its_heading() -> None:
    wanted = {scim_title(kind) for kind in kinds_of(ScimError) if issubclass(kind, ScimError) and kind is not RetryLater}
    assert wanted - set(TITLES) == set()


def test_every_kind_of_refusal_by_a_platform_has_its_heading() -> None:
    codes = {PlatformError.code} | {kind.code for kind in kinds_of(PlatformError) if issubclass(kind, PlatformError)}
    assert {f"`{code}`" for code in codes} - set(TITLES) == set()


def test_no_code_in_a_heading_is_unknown() -> None:
    known = {scim_title(kind) for kind in kinds_of(ScimError) if issubclass(kind, ScimError)}
    known |= {f"`{kind.code}`" for kind in kinds_of(PlatformError) if issubclass(kind, PlatformError)} | {"`500`"}
    assert {title for title in TITLES if title.startswith("`")} - known == set()


@cache
def sentences() -> str:
    """Every text in the code, so that a page cannot quote what is no longer said."""
    texts: list[str] = []
    for file in sorted((ROOT / "scim_bridge").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                texts.append("".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return re.sub(r"\{\w*\}", "{}", "\n".join(texts))


QUOTED = re.findall(r"^### ((?!`).+)$", text_of(PAGE).split("## Why work is parked")[1], flags=re.MULTILINE)


@pytest.mark.parametrize("title", QUOTED)
def test_a_reason_in_a_heading_is_one_that_the_code_gives(title: str) -> None:
    pattern = ".{0,60}?".join(re.escape(part.strip(" ")) for part in title.split("…") if part.strip(" "))
    assert re.search(pattern, sentences()), title
