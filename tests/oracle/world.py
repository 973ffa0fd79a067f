"""A directory full of made-up people and groups, asked by filter in SQL and by `scim.match`, beside the oracle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

from sqlalchemy import Connection, select

from scim_bridge.db import Database
from scim_bridge.directory.pages import groups_found, users_found
from scim_bridge.directory.resources import group_resources, user_resources
from scim_bridge.directory.tables import scim_group, scim_user
from scim_bridge.intake.groups import create_group
from scim_bridge.intake.users import create_user
from scim_bridge.scim import registry
from scim_bridge.scim.attribute import Schema
from scim_bridge.scim.filters import parse_filter
from scim_bridge.scim.match import matches
from scim_bridge.scim.registry import GROUP, USER, ResourceType
from tests.intake.books import NOW, Books
from tests.oracle.attributes import GROUP_LEAVES, LAB, TEAM, USER_LEAVES
from tests.oracle.evaluate import Tree, meets
from tests.oracle.making import Filters, People

LOCATION = "https://bridge.example.com/scim/v2"
LONGEST = 4096
SAME_SHAPE = 5
"""Filters that differ in their values alone."""


@contextmanager
def lab_and_team() -> Iterator[None]:
    """The two extensions are declared."""
    registry.declare({"User": [Schema.read(LAB)], "Group": [Schema.read(TEAM)]})
    try:
        yield
    finally:
        registry.declare({})


@dataclass
class Tally:
    """How often, and where two disagreed."""

    asked: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    """How many found nobody, some and everybody."""
    disagreements: list[str] = field(default_factory=list)


class World:
    """Some people and groups, within one another and in a second source that no answer may show."""

    def __init__(self, database: Database, *, people: int = 30, groups: int = 10, seed: int = 1) -> None:
        self.books = Books(database, "labs")
        made, pushes = People(seed), self.books.push
        rows = [self._at(number, create_user, made.user(number)) for number in range(people)]
        held: list[Any] = []
        for number in range(groups):
            some = made.random.sample(rows, made.random.randint(0, 6)) + made.random.sample(held, min(len(held), number % 4))
            body = made.group(number) | {"members": [{"value": each.scim_id} for each in some]}
            held.append(self._at(number, create_group, body))
        self.source_id = pushes.source_id
        self.resources: dict[ResourceType, list[dict[str, Any]]] = self.books.read(self._shown)

    def _at(self, number: int, deed: Any, body: dict[str, Any]) -> Any:
        return self.books.write(deed, body, push=replace(self.books.push, now=NOW + timedelta(seconds=number)))

    def _shown(self, connection: Connection) -> dict[ResourceType, list[dict[str, Any]]]:
        users = connection.execute(select(scim_user).order_by(scim_user.c.id)).all()
        groups = connection.execute(select(scim_group).order_by(scim_group.c.id)).all()
        return {
            USER: user_resources(connection, users, LOCATION, groups=True),
            GROUP: group_resources(connection, groups, LOCATION, members=True),
        }

    def compare(self, count: int, seed: int, tally: Tally | None = None) -> Tally:
        """Ask this many filters, of Users three times as often as of Groups."""
        tally = tally or Tally()
        makers = {USER: Filters(seed, USER_LEAVES, self.resources[USER]), GROUP: Filters(seed, GROUP_LEAVES, self.resources[GROUP])}
        with self.books.database.reading() as connection:
            for kind in islice(cycle((USER, USER, USER, GROUP)), -(-count // SAME_SHAPE)):
                tree = makers[kind].tree()
                for _ in range(SAME_SHAPE):
                    text = makers[kind].written(tree)
                    if len(text) <= LONGEST:
                        tally.asked[kind.name] += 1
                        self._ask(connection, kind, tree, text, tally)
                    tree = makers[kind].varied(tree)
        return tally

    def _ask(self, connection: Connection, kind: ResourceType, tree: Tree, text: str, tally: Tally) -> None:
        node = parse_filter(text, kind)
        table, found = (scim_user, users_found) if kind is USER else (scim_group, groups_found)
        by_sql = set(connection.scalars(select(table.c.scim_id).where(found(self.source_id, node, LOCATION))))
        shown = self.resources[kind]
        by_oracle = {each["id"] for each in shown if meets(tree, each)}
        by_match = {each["id"] for each in shown if matches(node, each)}
        tally.answers["nobody" if not by_oracle else "everybody" if len(by_oracle) == len(shown) else "some"] += 1
        for name, answer in (("SQL", by_sql), ("match", by_match)):
            if answer != by_oracle:
                more, fewer = sorted(answer - by_oracle), sorted(by_oracle - answer)
                tally.disagreements.append(f"{name} on {kind.name}: {text!r}: too many {more}, too few {fewer}")
