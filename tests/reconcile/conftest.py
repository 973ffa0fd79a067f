"""Worlds for tests of the hand, closed afterwards."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
import structlog

from tests.databases import KINDS, fresh
from tests.world import World, Wrapped, mapping, wrapping


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What goes wrong on purpose needs no pages of log."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


ON_BOTH = {"test_joining", "test_leaving", "test_leavers", "test_takeup"}
"""Modules that touch every table of the hand: what they say must hold on PostgreSQL as well."""
MakeWorld = Callable[..., World]


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """The database of the worlds: SQLite, but where the module runs on both."""
    return str(getattr(request, "param", "sqlite"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] in ON_BOTH and "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", KINDS, indirect=True)


@pytest.fixture
def make_world(tmp_path: Path, kind: str) -> Iterator[MakeWorld]:
    """`make_world(**keys of the sandbox's mapping file)`; `files` gives whole files instead."""
    made: list[World] = []
    with ExitStack() as databases:

        def make(files: dict[str, str] | None = None, *, world: dict[str, Any] | None = None, **keys: Any) -> World:
            folder = tmp_path / f"world{len(made)}"
            folder.mkdir()
            more = dict(world or {})
            if kind == "postgresql":
                more["database_url"] = databases.enter_context(fresh(kind, folder)).url
            made.append(World(folder, files if files is not None else {"sandbox": mapping(**keys)}, **more))
            return made[-1]

        yield make
        for each in made:
            each.close()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """One sandbox with the usual rules, in which invitations are accepted at once."""
    return make_world()


W = TypeVar("W", bound=Wrapped)


def wrapped_world(make_world: MakeWorld, wrapper: type[W], **keys: Any) -> tuple[World, W]:
    """A sandbox with the wrapper around its connector, and the wrapper."""
    made: list[W] = []

    def wrap(connector: Any) -> W:
        made.append(wrapper(connector))
        return made[-1]

    world = make_world(world={"connectors": wrapping(wrap)}, **keys)
    world.house.platforms.platform("sandbox")
    return world, made[0]
