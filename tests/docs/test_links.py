"""Every link within the repository leads somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, anchors_of, links_of, prose_of

NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_to_a_page_and_a_heading(page: Path) -> None:
    assert [target for target in links_of(page) if not _leads_somewhere(page, target)] == []


def _leads_somewhere(page: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    where = (page.parent / name).resolve() if name else page
    if not where.exists() or not where.is_relative_to(ROOT):
        return False
    return not anchor or (where.suffix == ".md" and anchor in anchors_of(where))


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    to_read = [ROOT / "README.md"]
    while to_read:
        page = to_read.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        to_read += [_pages(page, target) for target in links_of(page) if _pages(page, target).is_file()]
    assert {page for page in PAGES if page not in reached and page.name != "CHANGELOG.md"} == set()


def _pages(page: Path, target: str) -> Path:
    where = (page.parent / target.partition("#")[0]).resolve()
    return where / "README.md" if where.is_dir() else where


def test_every_decision_is_in_their_list() -> None:
    folder = DOCS / "decisions"
    listed = set(links_of(folder / "README.md"))
    assert {page.name for page in folder.glob("[0-9]*.md")} == listed


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("[0-9]*.md")), ids=lambda page: page.stem)
def test_a_decision_says_context_decision_and_consequences(page: Path) -> None:
    prose = prose_of(page)
    places = [prose.find(f"**{part}.**") for part in ("Context", "Decision", "Consequences")]
    assert -1 not in places
    assert places == sorted(places)
    assert prose.startswith(f"# {page.name[:4]} ")
