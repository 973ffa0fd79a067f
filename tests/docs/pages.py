"""The pages as the tests read them: headings, anchors, links, blocks of commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md")))

_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) +(.+?) *$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", text_of(page))


def blocks_of(page: Path) -> list[tuple[str, str]]:
    """(language, content) of each fenced block."""
    return [(language, content) for language, content in _FENCE.findall(text_of(page))]


def headings_of(page: Path) -> list[str]:
    return [title for _, title in _HEADING.findall(prose_of(page))]


@cache
def anchors_of(page: Path) -> frozenset[str]:
    """Anchors as GitHub makes them: lower case, punctuation dropped, blanks as hyphens, repeated ones numbered."""
    seen: dict[str, int] = {}
    found: set[str] = set()
    for title in headings_of(page):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = seen.get(slug, 0)
        seen[slug] = number + 1
        found.add(slug if number == 0 else f"{slug}-{number}")
    return frozenset(found)


def links_of(page: Path) -> Iterator[str]:
    """What the page's links point to, those to other sites left out."""
    for target in _LINK.findall(prose_of(page)):
        if not re.match(r"[a-z]+:", target):
            yield target
