"""A whole bridge in a folder: real mapping files, real pushes, a real hand, and the sandbox on the far side.

    world = World(tmp_path, {"sandbox": mapping()})
    ada = world.join("ada@example.com", "Research")      # pushed, put into the group
    world.settle()                                       # the hand works until nothing is due
    assert world.places("ada@example.com") == {"research": "member"}

Nothing here sleeps. `world.later()` is what a test does instead: what waits for its time comes due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import event, select, update

from scim_bridge import wiring
from scim_bridge.access.change import Change, Outcome
from scim_bridge.access.connector import Connector, ConnectorType, Surroundings
from scim_bridge.access.observed import Credential, CustomRole, Group, Observation, Place
from scim_bridge.access.plan import digest_of
from scim_bridge.access.standing import Standing
from scim_bridge.audit.records import Record, records
from scim_bridge.connectors.sandbox import SANDBOX, SandboxStore
from scim_bridge.db import metadata, utc_now
from scim_bridge.directory import persons
from scim_bridge.ledger import holds as holding
from scim_bridge.ledger.accounts import standings
from scim_bridge.ledger.holds import Hold
from scim_bridge.ledger.tables import intent, removal
from scim_bridge.reconcile.applying import release_held
from scim_bridge.reconcile.hand import Hand
from scim_bridge.reconcile.takeup import TakenUp
from scim_bridge.settings import Settings
from scim_bridge.work.marks import Key, mark
from scim_bridge.work.slate import Item, unsettled
from scim_bridge.work.slate import retry as retry_work
from scim_bridge.work.tables import pace, work
from tests.databases import ROOMS_WITH_TABLES
from tests.web.doors import Scim, open_door

MOST_STEPS = 2000
RULES: list[dict[str, Any]] = [
    {"name": "research", "when": {"group": "Research"}, "grant": [{"place": "research", "role": "member"}]},
    {"name": "production", "when": {"group": "Production"}, "grant": [{"place": "production", "role": "member"}]},
    {
        "name": "research admins",
        "when": {"group": "Research Admins"},
        "grant": [{"place": "research", "role": "admin", "allow_admin": True}],
    },
    {"name": "owners", "when": {"group": "Owners"}, "grant": [{"account": "owner", "allow_admin": True}]},
]


def mapping(*, connection: Mapping[str, Any] | None = None, **keys: Any) -> str:
    """A sandbox's mapping file. `connection` adds to its connection, `keys` replace what the file says."""
    reached = {"places": ["research", "production"], **(connection or {})}
    file: dict[str, Any] = {
        "version": 1,
        "connector": "sandbox",
        "connection": reached,
        "accounts": {"role": "user"},
        "rules": RULES,
        "mode": "apply",
    }
    return str(yaml.safe_dump({**file, **keys}, sort_keys=False))


class Wrapped:
    """A connector with something of its own around another one: a test says what by overriding."""

    def __init__(self, connector: Connector) -> None:
        self.inner = connector

    @property
    def capabilities(self) -> Any:
        return self.inner.capabilities

    def identity(self) -> str:
        return self.inner.identity()

    def places(self) -> tuple[Place, ...]:
        return self.inner.places()

    def groups(self) -> tuple[Group, ...]:
        return self.inner.groups()

    def custom_roles(self, place_id: str | None) -> tuple[CustomRole, ...]:
        return self.inner.custom_roles(place_id)

    def observe(self, inquiries: Any, *, administrators_of: frozenset[str | None] = frozenset()) -> Observation:
        return self.inner.observe(inquiries, administrators_of=administrators_of)

    def credentials(self) -> tuple[Credential, ...]:
        return self.inner.credentials()

    def apply(self, change: Change) -> Outcome:
        return self.inner.apply(change)


def wrapping(wrap: Callable[[Connector], Connector], kind: ConnectorType = SANDBOX) -> dict[str, ConnectorType]:
    """Connectors for a world in which every one of this kind is wrapped."""

    def make(connection: Mapping[str, Any], surroundings: Surroundings) -> Connector:
        return wrap(kind.make(connection, surroundings))

    return {**wiring.CONNECTORS, kind.name: replace(kind, make=make)}


class World:
    """A bridge, its identity provider and its sandboxes. `files` are mapping files by platform."""

    def __init__(
        self,
        folder: Path,
        files: Mapping[str, str] | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        connectors: Mapping[str, ConnectorType] = wiring.CONNECTORS,
        database_url: str | None = None,
    ) -> None:
        for room in ROOMS_WITH_TABLES:
            __import__(room)
        self.folder = folder
        self.mappings = folder / "mappings"
        self.mappings.mkdir(exist_ok=True)
        self.environment = dict(environment or {})
        settings = Settings(database_url=database_url or f"sqlite:///{folder}/bridge.db", mappings=str(self.mappings))
        self.house = wiring.build(settings, environment=self.environment, connectors=connectors)
        self.house.platforms.folder = folder  # beside a database that is no file, that would be the working directory
        self.database = self.house.database
        if self.database.is_sqlite:
            event.listen(self.database.engine, "connect", _without_waiting_for_the_disk)
        metadata.create_all(self.database.engine)
        self.scim: Scim = open_door(self.database)
        self.groups: dict[str, str] = {}
        self.people: dict[str, str] = {}
        self._stores: dict[str, SandboxStore] = {}
        if files is not None:
            assert self.write(**files).errors == ()
            self.settle()

    def close(self) -> None:
        self.database.dispose()

    def another_hand(self) -> Hand:
        """As after a restart, or in a process beside this one."""
        self.house = replace(self.house, hand=Hand(self.database, self.house.platforms))
        return self.house.hand

    # the files

    def write(self, **files: str | None) -> TakenUp:
        """Put mapping files in place, take away those that are None, and take the set up."""
        for name, content in files.items():
            path = self.mappings / f"{name.replace('_', '-')}.yaml"
            if content is None:
                path.unlink()
            else:
                path.write_text(content)
        return self.house.take_up.look(settled=True)

    # the identity provider

    def user(self, name: str, **attributes: Any) -> str:
        self.people[name] = self.scim.new_user(name, **attributes)
        return self.people[name]

    def group(self, name: str, *members: str) -> str:
        self.groups[name] = self.scim.new_group(name, *members)
        return self.groups[name]

    def join(self, name: str, *groups: str, **attributes: Any) -> str:
        """Somebody new, or known, is put into these groups by name."""
        user = self.people.get(name) or self.user(name, **attributes)
        for group in groups:
            self.add(group, user)
        return user

    def join_many(self, count: int, *groups: str, prefix: str = "p") -> list[str]:
        """So many people in these groups: two pushes a group, however many."""
        users = [self.user(f"{prefix}{number:03}@example.com") for number in range(count)]
        for group in groups:
            self.add(group, *users)
        return users

    def add(self, group: str, *users: str) -> None:
        if group not in self.groups:
            self.group(group)
        self._patch_group(group, {"op": "add", "path": "members", "value": [{"value": user} for user in users]})

    def remove(self, group: str, *users: str) -> None:
        self._patch_group(group, {"op": "remove", "path": "members", "value": [{"value": user} for user in users]})

    def empty(self, group: str) -> None:
        """A bare `remove members`."""
        self._patch_group(group, {"op": "remove", "path": "members"})

    def rename_group(self, group: str, name: str) -> None:
        self._patch_group(group, {"op": "replace", "path": "displayName", "value": name})
        self.groups[name] = self.groups.pop(group)

    def delete_group(self, group: str) -> None:
        assert self.scim.delete(f"/Groups/{self.groups.pop(group)}").status_code == 204

    def _patch_group(self, group: str, *operations: dict[str, Any]) -> None:
        answer = self.scim.patch(f"/Groups/{self.groups[group]}", *operations)
        assert answer.status_code in (200, 204), answer.json

    def change(self, user: str, **attributes: Any) -> None:
        answer = self.scim.patch(f"/Users/{user}", {"op": "replace", "value": attributes})
        assert answer.status_code == 200, answer.json

    def deactivate(self, user: str) -> None:
        self.change(user, active=False)

    def reactivate(self, user: str) -> None:
        self.change(user, active=True)

    def delete(self, user: str) -> None:
        assert self.scim.delete(f"/Users/{user}").status_code == 204

    # the hand

    def settle(self, *platforms: str) -> int:
        """Work until nothing is due. Returns the number of steps."""
        for step in range(MOST_STEPS):
            names = platforms or self.house.platforms.names()
            if not any(self.house.hand.step(name) for name in names):
                return step
        raise AssertionError(f"not settled after {MOST_STEPS} steps: {self.slate()}")

    def later(self) -> None:
        """Time passes: back-offs, pauses and the leases of those who died are over."""
        long_ago = utc_now() - timedelta(seconds=1)
        with self.database.writing() as connection:
            connection.execute(update(work).where(work.c.due_at > long_ago).values(due_at=long_ago))
            connection.execute(update(work).where(work.c.lease_until.is_not(None)).values(lease_until=long_ago))
            connection.execute(update(pace).values(quiet_until=0.0))

    def settle_at_last(self) -> None:
        """Work on whatever comes due with time, until nothing but parked work is left."""
        for _ in range(60):
            self.settle()
            if all(item.state == "parked" for item in self.slate()):
                return
            self.later()
        raise AssertionError(f"never settled: {self.slate()}")

    def look_at(self, *users: str) -> None:
        """The sweep's look at these people, or at everybody."""
        names = list(self.house.platforms.rules().platforms)
        with self.database.writing() as connection:
            keys = [Key(name, "person", str(self.person_id(user))) for name in names for user in users]
            keys = keys or [Key(name, "everybody", "*") for name in names]
            mark(connection, keys, now=utc_now())
        self.settle()

    def retry(self) -> int:
        """As `work retry`: what is parked or waits is taken up now."""
        with self.database.writing() as connection:
            return retry_work(connection, now=utc_now())

    def release(self, by: str = "carol@example.com") -> list[Hold]:
        """As `apply --digest --by`: what is held goes on in somebody's name."""
        digest = digest_of(each.line() for each in self.held())
        return self.database.write(lambda connection: release_held(connection, digest, by, utc_now()))

    # what there is

    def store(self, platform: str = "sandbox") -> SandboxStore:
        """The hands of the people on the platform; the file is named after it, but for the first one's default."""
        if platform not in self._stores:
            self._stores[platform] = SandboxStore(self.folder / f"{platform}.db", ("research", "production"))
        return self._stores[platform]

    def places(self, email: str, platform: str = "sandbox") -> dict[str, str]:
        """The roles this person has in places, as the platform says."""
        rows = self.store(platform).show()["memberships"]
        return {row["place"]: row["role"] for row in rows if row["email"] == email}

    def account(self, email: str, platform: str = "sandbox") -> tuple[str, str] | None:
        """Role and state of their account."""
        rows = self.store(platform).show()["accounts"]
        return next(((row["role"], row["state"]) for row in rows if row["email"] == email), None)

    def invitations(self, email: str, platform: str = "sandbox") -> list[str]:
        """States of every invitation this address ever got, oldest first."""
        return [row["state"] for row in self.store(platform).show()["invitations"] if row["email"] == email]

    def key(self, key_id: str, platform: str = "sandbox") -> str | None:
        """A key's status; None when it is gone."""
        return next((row["status"] for row in self.store(platform).show()["keys"] if row["id"] == key_id), None)

    def calls(self, platform: str = "sandbox") -> list[str]:
        """Every request the platform got, by name."""
        return [call["method"] for call in self.store(platform).calls()]

    def writes(self, platform: str = "sandbox") -> list[str]:
        """The requests that change something."""
        return [name for name in self.calls(platform) if not name.startswith(("list", "retrieve"))]

    def person_id(self, user: str) -> int:
        """By userName or SCIM id, tombstones too."""
        with self.database.reading() as connection:
            return persons.find(connection, user)[0].person_id

    def standing(self, user: str, platform: str = "sandbox") -> Standing:
        """The ledger's page."""
        person_id = self.person_id(user)
        with self.database.reading() as connection:
            return standings(connection, platform, [person_id])[person_id]

    def slate(self, platform: str | None = None) -> list[Item]:
        """What is not settled."""
        with self.database.reading() as connection:
            return unsettled(connection, now=utc_now(), platform=platform)

    def parked(self, platform: str | None = None) -> dict[str, str]:
        """userNames of people whose work is parked, and why."""
        found = {item.key.subject: item.reason or "" for item in self.slate(platform) if item.state == "parked"}
        with self.database.reading() as connection:
            people = persons.people(connection, [int(subject) for subject in found])
            return {people[int(subject)].user_name: why for subject, why in found.items()}

    def held(self) -> list[Hold]:
        with self.database.reading() as connection:
            return holding.holds(connection, released=False)

    def audit(self, *actions: str, platform: str | None = None) -> list[Record]:
        """Records of these actions (all when none is named), oldest first."""
        with self.database.reading() as connection:
            found = reversed(records(connection, limit=100_000))
            return [
                each
                for each in found
                if (not actions or each.action in actions) and platform in (None, each.platform)
            ]

    def did(self, platform: str = "sandbox") -> list[tuple[str, str, str | None]]:
        """What the audit says was done at a platform: action, subject, place."""
        done = [each for each in self.audit(platform=platform) if each.outcome == "done"]
        return [(each.action, each.subject, each.place) for each in done]

    def open_intents(self) -> int:
        return len(self._rows(intent))

    def unconfirmed(self) -> list[str]:
        """Kinds of removals that were not read back."""
        return [row.kind for row in self._rows(removal) if row.confirmed_at is None]

    def removals(self) -> list[str]:
        return [row.kind for row in self._rows(removal)]

    def _rows(self, table: Any) -> list[Any]:
        with self.database.reading() as connection:
            return list(connection.execute(select(table).order_by(table.c.id)))


def _without_waiting_for_the_disk(connection: Any, _entry: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def counted(names: Iterable[str]) -> dict[str, int]:
    """How often each occurs."""
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found
