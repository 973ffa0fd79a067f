"""A bridge in a folder of its own: a database, mapping files, a sandbox, and the command line on all of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from scim_bridge.cli import cli
from scim_bridge.connectors.sandbox import SandboxStore
from scim_bridge.db import utc_now
from scim_bridge.db.migrate import migrate
from scim_bridge.directory import tokens
from scim_bridge.directory.persons import find
from scim_bridge.intake.push import Push
from scim_bridge.settings import Settings
from scim_bridge.sources.pushes import IntakePusher
from scim_bridge.wiring import House, build

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"

SANDBOX = """\
version: 1
connector: sandbox
connection: {places: [research, production], accept: auto}
accounts: {role: user}
rules:
  - name: researchers
    when: {group: Research}
    grant:
      - {place: research, role: member}
  - name: producers
    when: {group: Production}
    grant:
      - {place: production, role: member}
mode: apply
"""


@dataclass(frozen=True)
class Answer:
    """What one command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class World:
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)

    # the command line

    def run(self, *words: str) -> Answer:
        known = {
            "SCIM_BRIDGE_DATABASE_URL": f"sqlite:///{self.folder}/bridge.db",
            "SCIM_BRIDGE_MAPPINGS": str(self.folder / "mappings"),
            "COLUMNS": "100",
        }
        result = CliRunner().invoke(cli, list(words), env={**known, **self.environment}, catch_exceptions=False)
        return Answer(result.exit_code, result.stdout, result.stderr)

    # the bridge

    @cached_property
    def house(self) -> House:
        settings = Settings(database_url=f"sqlite:///{self.folder}/bridge.db", mappings=str(self.folder / "mappings"))
        return build(settings, environment=self.environment)

    def mapping(self, name: str, text: str) -> None:
        (self.folder / "mappings").mkdir(exist_ok=True)
        (self.folder / "mappings" / name).write_text(text)

    def start(self, mapping: str = SANDBOX) -> World:
        """Migrated, with a source `default`, and `sandbox.yaml` in force."""
        self.mapping("sandbox.yaml", mapping)
        migrate(self.house.database)
        with self.house.database.writing() as connection:
            tokens.bootstrap(connection, "t" * 40, now=utc_now())
        self.take_up()
        return self

    def take_up(self) -> None:
        taken = self.house.take_up.look(settled=True)
        assert not taken.errors, taken.errors
        self.drain()

    def drain(self) -> None:
        """The hand, until nothing is due."""
        for name in self.house.platforms.names():
            while self.house.hand.step(name):
                pass

    # pushes

    @property
    def _pusher(self) -> IntakePusher:
        return IntakePusher(self.house.database, lambda: Push(1, "default", "token test", utc_now(), "", "req-1"))

    def hire(self, name: str, *groups: str) -> str:
        """A user ada@example.com for `ada`, in these groups. Returns the SCIM id."""
        mail = f"{name}@example.com"
        body = {"schemas": [USER], "userName": mail, "active": True, "emails": [{"value": mail, "primary": True}]}
        self._ids[name] = self._pusher.create_user(body)
        for group in groups:
            self.join(group, name)
        return self._ids[name]

    def join(self, group: str, *names: str) -> None:
        members = [self._ids[name] for name in names]
        if group in self._ids:
            self._pusher.add_members(self._ids[group], members)
        else:
            self._ids[group] = self._pusher.create_group({"schemas": [GROUP], "displayName": group}, members)

    def leave_group(self, group: str, names: Iterable[str]) -> None:
        self._pusher.remove_members(self._ids[group], [self._ids[name] for name in names])

    def deactivate(self, name: str) -> None:
        self._pusher.deactivate_user(self._ids[name])

    def other_source(self, name: str = "entra") -> IntakePusher:
        """What another identity provider pushes, of a source of that name."""
        source_id = self.run("source", "add", name, "--json").json["id"]
        return IntakePusher(self.house.database, lambda: Push(source_id, name, "test", utc_now(), "", "req-2"))

    # the far side

    @property
    def sandbox(self) -> SandboxStore:
        return SandboxStore(self.folder / "sandbox.db", ("research", "production"))

    # views

    def person_id(self, name: str) -> int:
        with self.house.database.reading() as connection:
            return find(connection, f"{name}@example.com")[0].person_id

    def states(self, **narrowed: str) -> dict[tuple[str, str | None], tuple[str, str]]:
        """(who, place) to (role, state), by `holdings --json`."""
        words = [word for name, value in narrowed.items() for word in (f"--{name}", value)]
        rows = self.run("holdings", "--json", *words).json["holdings"]
        found = {(row["user_name"].partition("@")[0], row["place"]): (row["role"], row["state"]) for row in rows}
        assert len(found) == len(rows), "two rows for one place"
        return found

    def close(self) -> None:
        if "house" in self.__dict__:
            self.house.database.dispose()
