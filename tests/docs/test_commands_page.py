"""docs/commands.md has a heading for each command, and no page names a command or an option that does not exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from scim_bridge.cli import cli
from tests.docs.pages import DOCS, PAGES, blocks_of, headings_of, prose_of, text_of

PAGE = DOCS / "commands.md"


def leaves(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from leaves(found, (*above, name))
        else:
            yield (*above, name), found


COMMANDS = dict(leaves(cli))  # type: ignore[arg-type]
GROUPS = {words[:1] for words in COMMANDS if len(words) == 2}


def test_every_command_has_its_heading_and_no_heading_is_of_another() -> None:
    titles = {title.strip("`") for title in headings_of(PAGE) if title.startswith("`")}
    assert titles == {f"scim-bridge {' '.join(words)}" for words in COMMANDS}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_page_says_every_option(words: tuple[str, ...]) -> None:
    section = text_of(PAGE).split(f"### `scim-bridge {' '.join(words)}`\n")[1].split("\n### ")[0]
    options = {each.opts[0] for each in COMMANDS[words].params if isinstance(each, click.Option)}
    general = {"--json", "--source"} if words in {("explain",), ("offboarding",), ("mapping", "explain")} else {"--json"}
    general |= {"--platform"} if words[0] == "sandbox" else set()  # said once, above them
    assert {option for option in options - general if option not in section} == set()


def quoted() -> Iterator[tuple[str, str]]:
    """Every `scim-bridge ...` that a page shows, within a line or in a block."""
    for page in PAGES:
        lines = [line for _, content in blocks_of(page) for line in content.splitlines()]
        lines += re.findall(r"`([^`\n]+)`", prose_of(page))
        for line in lines:
            found = re.match(r"\s*scim-bridge +(\S.*)", line)
            if found is not None:
                yield page.name, found[1]


SHOWN = sorted(set(quoted()))


def test_the_pages_show_commands() -> None:
    assert len(SHOWN) > 20


@pytest.mark.parametrize(("page", "shown"), SHOWN, ids=[f"{page}: {shown}" for page, shown in SHOWN])
def test_a_command_that_a_page_shows_exists_with_its_options(page: str, shown: str) -> None:
    words = shlex.split(re.sub(r" {2,}.*| #.*", "", shown).replace("...", ""))
    named = tuple(words[:2]) if tuple(words[:1]) in GROUPS else tuple(words[:1])
    assert named in COMMANDS or named in GROUPS, shown
    if named in COMMANDS:
        known = {option for each in COMMANDS[named].params for option in each.opts}
        assert [word for word in words if word.startswith("--") and word not in known] == [], shown
