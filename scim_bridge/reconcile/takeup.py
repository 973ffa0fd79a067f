"""Taking up mapping files: read, check, weigh what they would give, and put them in force as a revision.

A bad set changes nothing and is said. A changed set is weighed for gains here, before it is in force; what it takes is weighed
by the hand once everybody is marked. Files that change while they are looked at are taken up when two looks agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from scim_bridge.access.brake import gain_item, so_many_people
from scim_bridge.access.connector import Capabilities
from scim_bridge.access.desired import PlaceName
from scim_bridge.access.person import Person
from scim_bridge.access.standing import Holding, Standing
from scim_bridge.audit.records import BRIDGE, Entry, record
from scim_bridge.db import Database, utc_now
from scim_bridge.directory import persons
from scim_bridge.ledger import holds as holding
from scim_bridge.ledger.accounts import standings
from scim_bridge.ledger.holds import Hold
from scim_bridge.mapping import revisions
from scim_bridge.mapping.load import Loaded, load_files
from scim_bridge.mapping.model import PlatformRules, RuleSet, Wish
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

    def look(self, *, settled: bool = False, by: str = BRIDGE) -> TakenUp:
        """Take up what changed. Unless `settled`, a set is only taken when the look before saw the same bytes."""
        try:
            files = revisions.read_folder(self._folder)
        except revisions.FolderUnreadable as error:
            return self._refuse("unreadable", (Problem(str(self._folder.name), 1, 1, "unreadable", str(error)),), by)
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
            return self._refuse(digest, loaded.errors, by)
        self._put_in_force(files, loaded, loaded.rules, by)
        return TakenUp(True, (), loaded.warnings)

    def _refuse(self, digest: str, errors: tuple[Problem, ...], by: str) -> TakenUp:
        """Said once: in the log, unless somebody asked, who is answered."""
        if self._refused != digest:
            self._refused = digest
            self._note(errors, utc_now())
            for each in errors if by == BRIDGE else ():
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
            holding.drop_gains(connection, rules.platforms)
            holding.hold(connection, held)
            for name in rules.platforms:
                holding.unretire(connection, name)
            mark(connection, [Key(name, "everybody", EVERYBODY) for name in names], now=now)
            record(connection, _entries(revision.id, revision.digest, rules, held, by), now=now)
        self._refused = None  # the same mistakes, made once more, are said once more
        log.info("mapping files in force", revision=revision.id, platforms=sorted(rules.platforms), held=len(held))

    def _gains(self, rules: PlatformRules, before: RuleSet, now: datetime) -> list[Hold]:
        """What the new set would give that neither the old one nor the ledger does, when it is more than the brake lets by."""
        if rules.policy.mode != "apply":
            return []
        old = before.platforms.get(rules.name)
        gains = self._fresh(rules, old if old is not None and old.policy.mode == "apply" else None)
        capabilities = self._platforms.capabilities(rules)
        administrative = capabilities.administrative | _custom_and_meant(rules, capabilities)
        some = {person_id: frozenset(each for each in items if _role(each) in administrative) for person_id, items in gains.items()}
        ruling = {person_id: items for person_id, items in some.items() if items}
        most = rules.policy.brake.gains
        if len(gains) > most:
            cause = f"{rules.name}: the changed files would give access to {len(gains)} people, more than {most}"
        else:
            gains = ruling
            whom = so_many_people(len(ruling))
            cause = f"{rules.name}: the changed files would give a new administrative role to {whom}"
        return [Hold(rules.name, person_id, "gains", items, False, cause, now) for person_id, items in gains.items()]

    def _fresh(self, rules: PlatformRules, old: PlatformRules | None) -> dict[int, frozenset[str]]:
        """By person, the items that are new. What is held since an earlier set and was not released is new still."""
        capabilities = self._platforms.capabilities(rules)
        # What a set gave without meaning it was refused: the word that it is meant is what gives it.
        newly_meant = _custom_and_meant(rules, capabilities)
        newly_meant -= _custom_and_meant(old, capabilities) if old is not None else frozenset()
        with self._database.reading() as connection:
            waiting = {
                each.person_id: each.items
                for each in holding.holds(connection, platform=rules.name, released=False)
                if each.category == "gains"
            }
        found: dict[int, frozenset[str]] = {}
        for person, standing in self._everybody(rules.name):
            known = _gained(resolve(person, old, capabilities), standing, capabilities).keys() if old is not None else set()
            held = waiting.get(int(person.key), frozenset())
            wanted = _gained(resolve(person, rules, capabilities), standing, capabilities)
            fresh = frozenset(
                item for what, item in wanted.items() if what not in known or item in held or what[1] in newly_meant
            )
            if fresh:
                found[int(person.key)] = fresh
        return found

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


def _gained(wish: Wish, standing: Standing, capabilities: Capabilities) -> dict[tuple[str | None, str], str]:
    """What the wish gives beyond what is there: where (None: the account) and which role, each as a hold spells it."""
    gained: dict[tuple[str | None, str], str] = {}
    for grant in (*wish.grants, *wish.account_custom):
        there = [held.role for held in standing.holdings if _is_in(held, grant.place)]
        if not _covered(grant.role, there, capabilities.place_roles, exclusive=capabilities.exclusive(grant.role)):
            where = grant.place.id or grant.place.name or grant.place.alias
            gained[where, grant.role] = gain_item(grant.place.alias, grant.role)
    own, role = standing.account, wish.account_role
    there = [own.role] if own is not None else []
    if role is not None and not _covered(role, there, capabilities.account_roles, exclusive=True):
        gained[None, role] = gain_item(None, role)
    return gained


def _is_in(held: Holding, place: PlaceName) -> bool:
    return held.place_id == place.id if place.id is not None else held.place in {place.alias, place.name}


def _covered(role: str, there: Iterable[str], order: Sequence[str], *, exclusive: bool) -> bool:
    """Whether this role, or where one excludes the others a stronger one, is there already."""
    rank = {name: number for number, name in enumerate(order)}
    return any(each == role or (exclusive and rank.get(each, -1) > rank.get(role, -1)) for each in there)


def _custom_and_meant(rules: PlatformRules, capabilities: Capabilities) -> frozenset[str]:
    """Custom roles that some grant gives with `allow_admin: true`: without asking the platform, they may be administrative."""
    places = {grant.role for rule in rules.rules for grant in rule.grants if grant.allow_admin}
    meant = places | {grant.role for rule in rules.rules for grant in rule.accounts if grant.allow_admin}
    return frozenset(meant - {*capabilities.place_roles, *capabilities.account_roles})


def _role(item: str) -> str:
    return item.rpartition(":")[2]


def _entries(revision: int, digest: str, rules: RuleSet, held: list[Hold], by: str) -> list[Entry]:
    after = {"revision": revision, "digest": digest[:16], "platforms": sorted(rules.platforms)}
    entries = [Entry("mapping.taken_up", f"revision {revision}", subject_kind="mapping", initiator=by, after=after)]
    for cause in sorted({each.cause for each in held}):
        platform = next(each.platform for each in held if each.cause == cause)
        entries.append(
            Entry("brake.held", platform, subject_kind="platform", initiator=BRIDGE, platform=platform,
                  outcome="held", detail=cause)
        )  # fmt: skip
    return entries
