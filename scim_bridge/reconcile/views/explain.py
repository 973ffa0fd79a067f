"""What one person has on every platform, since when and because of which line; what is missing, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from scim_bridge.access.person import Person
from scim_bridge.db import Database, utc_now
from scim_bridge.directory import persons
from scim_bridge.errors import NotFoundError
from scim_bridge.ledger.accounts import since
from scim_bridge.mapping.conditions import Answer, answers
from scim_bridge.mapping.model import PlatformRules
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.views.holdings import Row, holdings
from scim_bridge.work.slate import Item, unsettled


@dataclass(frozen=True)
class Held:
    """A row of `holdings` with since when it is so, and its reasons with file and line."""

    row: Row
    since: datetime | None

    def as_json(self) -> dict[str, Any]:
        because = [asdict(each) for each in self.row.because]
        return {**self.row.as_json(), "because": because, "since": self.since}


@dataclass(frozen=True)
class OnPlatform:
    platform: str
    file: str | None
    """None: no file in force speaks of it."""
    mode: str | None
    held: Sequence[Held]
    rules: Sequence[Answer]
    """Every rule of the file, held or not."""
    work: Item | None
    silence: str | None
    """Why no rule is asked at all."""

    def as_json(self) -> dict[str, Any]:
        work = self.work and {"state": self.work.state, "attempts": self.work.attempts, "reason": self.work.reason}
        return {
            "platform": self.platform,
            "file": self.file,
            "mode": self.mode,
            "access": [each.as_json() for each in self.held],
            "rules": [asdict(each) for each in self.rules],
            "work": work,
            "silence": self.silence,
        }


@dataclass(frozen=True)
class Explanation:
    person: Person
    platforms: Sequence[OnPlatform]

    def as_json(self) -> dict[str, Any]:
        """`explain --json`."""
        person = self.person
        return {
            "person": {
                "user_name": person.user_name,
                "source": person.source,
                "id": person.user_id,
                "external_id": person.external_id,
                "active": person.active,
                "groups": sorted(person.groups),
            },
            "platforms": [each.as_json() for each in self.platforms],
        }


def explain(database: Database, platforms: Platforms, person_id: int) -> Explanation:
    """Every platform in force, and every other one where they still hold something."""
    in_force = platforms.rules().platforms
    rows = holdings(database, platforms, person_ids=[person_id])
    with database.reading() as connection:
        person = persons.people(connection, [person_id]).get(person_id)
        times = since(connection, person_id)
        items = unsettled(connection, now=utc_now())
    if person is None:
        raise NotFoundError("This person does not exist any more.")
    work = {each.key.platform: each for each in items if each.key.kind == "person" and each.key.subject == str(person_id)}
    names = sorted(in_force.keys() | {row.platform for row in rows})
    found = []
    for name in names:
        rules = in_force.get(name)
        held = [
            Held(row, times.get((name, row.place_id, row.has or row.role))) for row in rows if row.platform == name
        ]
        found.append(
            OnPlatform(
                platform=name,
                file=rules.file if rules is not None else None,
                mode=rules.policy.mode if rules is not None else None,
                held=held,
                rules=answers(person, rules) if rules is not None and silence(person, rules) is None else (),
                work=work.get(name),
                silence=silence(person, rules) if rules is not None else "No file in force speaks of this platform.",
            )
        )
    return Explanation(person, found)


def silence(person: Person, rules: PlatformRules) -> str | None:
    """Why the rules of a file are not asked about this person."""
    if not person.active:
        return f"{person.user_name} is not active, so no rule gives anything."
    if person.source not in rules.sources:
        return f'{rules.file} does not speak of source "{person.source}", only of {", ".join(rules.sources)}.'
    return None
