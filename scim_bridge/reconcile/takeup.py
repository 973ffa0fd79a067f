"""Taking up mapping files: read, check, weigh what they would give, and put them in force as a revision.

A bad set changes nothing and is said. A changed set is weighed for gains here, before it is in force; what it takes is weighed
by the hand once everybody is marked. Files that change while they are looked at are taken up when two looks agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from scim_bridge.access.brake import gain_item
from scim_bridge.access.person import Person
from scim_bridge.access.standing import Standing
from scim_bridge.audit.records import Entry, record
from scim_bridge.db import Database, utc_now
from scim_bridge.directory import persons
from scim_bridge.ledger import holds as holding
from scim_bridge.ledger.accounts import standings
from scim_bridge.ledger.holds import Hold
from scim_bridge.mapping import revisions
from scim_bridge.mapping.load import Loaded, load_files
from scim_bridge.mapping.model import PlatformRules, RuleSet
from scim_bridge.mapping.problems import Problem
from scim_bridge.mapping.resolve import resolve
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.work.marks import EVERYBODY, Key, mark

log = structlog.get_logger("scim_bridge.takeup")

CHUNK = 500


@dataclass(frozen=True)
class TakenUp:
    """What came of looking at the folder."""

    changed: bool
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class TakeUp:
    """Looks at one folder of mapping files."""

    def __init__(self, database: Database, platforms: Platforms, folder: Path) -> None:
        self._database = database
        self._platforms = platforms
        self._folder = folder
        self._seen: str | None = None
        self._refused: str | None = None

    def look(self, *, settled: bool = False, by: str = "scim-bridge") -> TakenUp:
        """Take up what changed. Unless `settled`, a set is only taken when the look before saw the same bytes."""
        try:
            files = revisions.read_folder(self._folder)
        except revisions.FolderUnreadable as error:
            return self._refuse("unreadable", (Problem(str(self._folder.name), 1, 1, "unreadable", str(error)),))
        digest = revisions.digest_of(files)
        before, self._seen = self._seen, digest
        with self._database.reading() as connection:
            current = revisions.current(connection)
            problems = revisions.newest_problems(connection)
        if current is not None and current.digest == digest:
            if problems:
                self._note((), utc_now())
            self._refused = None
            return TakenUp(False)
        if not settled and before != digest and current is not None:
            return TakenUp(False)
        loaded = load_files(files, self._platforms.types, self._platforms.environment)
        if loaded.rules is None:
            return self._refuse(digest, loaded.errors)
        self._put_in_force(files, loaded, loaded.rules, by)
        return TakenUp(True, (), loaded.warnings)

    def _refuse(self, digest: str, errors: tuple[Problem, ...]) -> TakenUp:
        if self._refused != digest:
            self._refused = digest
            self._note(errors, utc_now())
            for each in errors:
                log.error("mapping files refused, the last good set stays in force", problem=str(each))
        return TakenUp(False, errors)

    def _note(self, problems: tuple[Problem, ...], now: datetime) -> None:
        with self._database.writing() as connection:
            revisions.note_problems(connection, problems, now)

    def _put_in_force(self, files: Mapping[str, bytes], loaded: Loaded, rules: RuleSet, by: str) -> None:
        before = self._platforms.rules()
        now = utc_now()
        held = [hold for each in rules.platforms.values() for hold in self._gains(each, before, now)]
        names = sorted(rules.platforms.keys() | before.platforms.keys())
        with self._database.writing() as connection:
            revision = revisions.store(connection, files, rules, now=now)
            revisions.note_problems(connection, (), now)
            holding.hold(connection, held)
            for name in rules.platforms:
                holding.unretire(connection, name)
            mark(connection, [Key(name, "everybody", EVERYBODY) for name in names], now=now)
            record(connection, _entries(revision.id, revision.digest, rules, held, by), now=now)
        log.info("mapping files in force", revision=revision.id, platforms=sorted(rules.platforms), held=len(held))

    def _gains(self, rules: PlatformRules, before: RuleSet, now: datetime) -> list[Hold]:
        """What the new set would give that neither the old one nor the ledger does, when it is more than the brake lets by."""
        if rules.policy.mode != "apply":
            return []
        old = before.platforms.get(rules.name)
        capabilities = self._platforms.capabilities(rules)
        gains: dict[int, frozenset[str]] = {}
        for person, standing in self._everybody(rules.name):
            wanted = _items(person, rules, self._platforms)
            known = _items(person, old, self._platforms) if old is not None and old.policy.mode == "apply" else frozenset()
            fresh = wanted - known - _standing_items(standing)
            if fresh:
                gains[int(person.key)] = fresh
        administrative = {
            person_id: each
            for person_id, items in gains.items()
            if (each := frozenset(item for item in items if item.rpartition(":")[2] in capabilities.administrative))
        }
        many = len(gains) > rules.policy.brake.gains
        if many:
            most = rules.policy.brake.gains
            cause = f"{rules.name}: the changed files would give access to {len(gains)} people, more than {most}"
        else:
            cause = f"{rules.name}: the changed files would give a new administrative role to {len(administrative)} people"
        chosen = gains if many else administrative
        return [Hold(rules.name, person_id, "gains", items, False, cause, now) for person_id, items in chosen.items()]

    def _everybody(self, platform: str) -> Iterable[tuple[Person, Standing]]:
        after = 0
        while True:
            with self._database.reading() as connection:
                ids = persons.everybody(connection, after=after, limit=CHUNK)
                people = persons.people(connection, ids)
                standing = standings(connection, platform, ids)
            if not ids:
                return
            after = ids[-1]
            yield from ((people[each], standing[each]) for each in ids if each in people)


def _items(person: Person, rules: PlatformRules, platforms: Platforms) -> frozenset[str]:
    wish = resolve(person, rules, platforms.capabilities(rules))
    items = {gain_item(grant.place.alias, grant.role) for grant in wish.grants}
    if wish.account_role is not None:
        items.add(gain_item(None, wish.account_role))
    return frozenset(items)


def _standing_items(standing: Standing) -> frozenset[str]:
    items = {gain_item(held.place, held.role) for held in standing.holdings}
    if standing.account is not None:
        items.add(gain_item(None, standing.account.role))
    return frozenset(items)


def _entries(revision: int, digest: str, rules: RuleSet, held: list[Hold], by: str) -> list[Entry]:
    after = {"revision": revision, "digest": digest[:16], "platforms": sorted(rules.platforms)}
    entries = [Entry("mapping.taken_up", f"revision {revision}", subject_kind="mapping", initiator=by, after=after)]
    for cause in sorted({each.cause for each in held}):
        platform = next(each.platform for each in held if each.cause == cause)
        entries.append(
            Entry("brake.held", platform, subject_kind="platform", initiator="scim-bridge", platform=platform,
                  outcome="held", detail=cause)
        )  # fmt: skip
    return entries
