"""What one person has on every platform, since when, because of what; what is missing, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from scim_bridge.access.person import Person
from scim_bridge.access.plan import digest_of
from scim_bridge.audit.trail import Trail, trail
from scim_bridge.db import Database, utc_now
from scim_bridge.directory import persons
from scim_bridge.errors import NotFoundError
from scim_bridge.ledger.accounts import since
from scim_bridge.ledger.holds import holds
from scim_bridge.ledger.pauses import Pause, pauses
from scim_bridge.mapping.model import PlatformRules
from scim_bridge.mapping.told import Told, told
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.views.behind import NO_FILE, Behind, Reader
from scim_bridge.reconcile.views.holdings import Row, holdings
from scim_bridge.reconcile.views.keys import keys
from scim_bridge.reconcile.views.offboarding import offboarding
from scim_bridge.reconcile.views.work import paused_because
from scim_bridge.work.slate import Item, unsettled


@dataclass(frozen=True)
class Held:
    """A row of `holdings` with since when it is so, its reasons with file and line, and what is behind it."""

    row: Row
    since: datetime | None
    behind: Behind

    def as_json(self) -> dict[str, Any]:
        because = [asdict(each) for each in self.row.because]
        return {**self.row.as_json(), "because": because, "since": self.since, **self.behind.as_json()}


@dataclass(frozen=True)
class KeyLeft:
    """A key of somebody who has left that still opens something."""

    id: str
    hint: str | None
    kind: str
    place: str | None
    why: str
    since: datetime | None
    """As in `offboarding`."""


@dataclass(frozen=True)
class OnPlatform:
    platform: str
    file: str | None
    """None: no file in force speaks of it."""
    mode: str | None
    held: Sequence[Held]
    said: Told | None
    """What the file says; None without one."""
    work: Item | None
    keys: Sequence[KeyLeft] = ()

    @property
    def silence(self) -> str | None:
        """Why no rule is asked at all."""
        return self.said.silence if self.said is not None else f"{NO_FILE[0].upper()}{NO_FILE[1:]}."

    def as_json(self) -> dict[str, Any]:
        work = self.work and {"state": self.work.state, "attempts": self.work.attempts, "reason": self.work.reason}
        return {
            "platform": self.platform,
            "file": self.file,
            "mode": self.mode,
            "access": [each.as_json() for each in self.held],
            "keys": [vars(each) for each in self.keys],
            "denied": self.said.denied_json() if self.said is not None else [],
            "rules": [asdict(each) for each in self.said.rules] if self.said is not None else [],
            "work": work,
            "silence": self.silence,
        }

    def rules_json(self) -> dict[str, Any]:
        """One platform of `mapping explain --json`."""
        whole = self.as_json()
        outcome = self.said.outcome_json() if self.said is not None else None
        return {**{name: whole[name] for name in ("platform", "file", "rules", "silence")}, "outcome": outcome}


@dataclass(frozen=True)
class Explanation:
    person: Person
    platforms: Sequence[OnPlatform]

    def as_json(self) -> dict[str, Any]:
        """`explain --json`."""
        return {"person": person_json(self.person), "platforms": [each.as_json() for each in self.platforms]}


def person_json(person: Person) -> dict[str, Any]:
    return {
        "user_name": person.user_name,
        "source": person.source,
        "id": person.user_id,
        "external_id": person.external_id,
        "active": person.active,
        "groups": sorted(person.groups),
    }


@dataclass(frozen=True)
class _Books:
    """What the books say about one person, read together."""

    person: Person
    times: Mapping[tuple[str, str | None, str], datetime]
    trail: Trail
    items: Sequence[Item]
    held_digest: str | None
    pauses: Mapping[str, Pause]

    def work(self, platform: str) -> Item | None:
        mine = (each for each in self.items if each.key.kind == "person" and each.key.subject == self.person.key)
        return next((each for each in mine if each.key.platform == platform), None)

    def is_spreading(self, platform: str) -> bool:
        return any(each.key.platform == platform and each.key.kind != "person" for each in self.items)


def explain(database: Database, platforms: Platforms, person_id: int) -> Explanation:
    """Every platform in force, and every other one where they still hold something."""
    in_force = platforms.rules().platforms
    rows = holdings(database, platforms, person_ids=[person_id])
    books = _read(database, person_id)
    left = _keys_left(database, platforms, books.person, person_id)
    names = sorted(in_force.keys() | {row.platform for row in rows} | left.keys())
    found = [_on(name, in_force.get(name), [row for row in rows if row.platform == name], books, platforms) for name in names]
    return Explanation(books.person, [replace(each, keys=left.get(each.platform, ())) for each in found])


def _keys_left(database: Database, platforms: Platforms, person: Person, person_id: int) -> dict[str, list[KeyLeft]]:
    """By platform, what `offboarding` says of the keys that remain."""
    if person.active:
        return {}
    with database.reading() as connection:
        leaver = persons.known(connection, [person_id])[person_id]
    remaining = {(each.platform, each.object): each for each in offboarding(database, platforms, leaver).remaining}
    found: dict[str, list[KeyLeft]] = {}
    for key in keys(database, platforms, person_id=person_id):
        rest = remaining.get((key.platform, key.id))
        if rest is not None:
            left = KeyLeft(key.id, key.hint, key.kind, key.place, rest.why, rest.since)
            found.setdefault(key.platform, []).append(left)
    return found


def _read(database: Database, person_id: int) -> _Books:
    with database.reading() as connection:
        person = persons.people(connection, [person_id]).get(person_id)
        if person is None:
            raise NotFoundError("This person does not exist any more.")
        items = unsettled(connection, now=utc_now())
        held = holds(connection, released=False)
        asked = {each.requested_by for each in items if each.key.subject == person.key} - {None}
        return _Books(
            person,
            since(connection, person_id),
            trail(connection, person_id, asked_for=[each for each in asked if each is not None]),
            items,
            digest_of(each.line() for each in held) if held else None,
            pauses(connection),
        )


def _on(name: str, rules: PlatformRules | None, rows: Sequence[Row], books: _Books, platforms: Platforms) -> OnPlatform:
    person, work = books.person, books.work(name)
    said = told(person, rules, platforms.capabilities(rules)) if rules is not None else None
    mode = rules.policy.mode if rules is not None else None
    reader = Reader(
        trail=books.trail,
        source=person.source,
        platform=name,
        mode=mode,
        denied=said.denied if said is not None else (),
        work=work,
        spreading=books.is_spreading(name),
        held_digest=books.held_digest,
        times=books.times,
        is_invited=any(row.state == "invited" for row in rows),
        paused=paused_because(name, books.pauses[name]) if name in books.pauses else None,
    )
    held = [Held(row, reader.since(row), reader.behind(row)) for row in rows]
    return OnPlatform(name, rules.file if rules is not None else None, mode, held, said, work)
