"""The plan: everything that would be done on every platform if nothing held it, found by looking and never by doing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from scim_bridge.access.case import Case
from scim_bridge.access.change import Change
from scim_bridge.access.diff import diff
from scim_bridge.access.plan import Plan, digest_of, make_plan
from scim_bridge.access.slices import Slices
from scim_bridge.access.verdict import Verdict
from scim_bridge.access.whose import Whose
from scim_bridge.db import Database
from scim_bridge.db.statements import chunks
from scim_bridge.directory import persons
from scim_bridge.errors import BridgeError
from scim_bridge.ledger import holds as holding
from scim_bridge.reconcile.administrators import Administrators
from scim_bridge.reconcile.claimed import joins, without_claimed
from scim_bridge.reconcile.gather import Page, gather
from scim_bridge.reconcile.platforms import Platform, Platforms
from scim_bridge.reconcile.translate import PlaceBook

CHUNK = 500


@dataclass(frozen=True)
class Obstacle:
    """Something that is wanted and cannot be done until somebody acts."""

    platform: str
    user_name: str
    why: str


@dataclass
class Preview:
    plan: Plan
    obstacles: list[Obstacle] = field(default_factory=list)
    unmanaged: list[Obstacle] = field(default_factory=list)
    """What humans gave by hand to people the bridge knows: reported, and left alone while they stay."""
    problems: dict[str, str] = field(default_factory=dict)
    """Platforms that could not be looked at, each with a sentence. The plan says nothing of them."""
    modes: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """`plan --json`."""
        return {
            **self.plan.as_json(),
            "obstacles": [vars(each) for each in self.obstacles],
            "unmanaged": [vars(each) for each in self.unmanaged],
            "problems": self.problems,
            "modes": self.modes,
        }


@dataclass
class _Looked:
    changes: list[Change] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    unmanaged: list[Obstacle] = field(default_factory=list)


def preview(
    database: Database, platforms: Platforms, *, only: str | None = None, people: Sequence[int] | None = None
) -> Preview:
    """What would be done, on one platform or on all, for some people or for all; what the brake holds is part of it."""
    changes: list[Change] = []
    seen = Preview(Plan())
    for name, rules in platforms.rules().platforms.items():
        if only not in (None, name):
            continue
        seen.modes[name] = rules.policy.mode
        try:
            looked = _look(database, platforms, name, people)
        except BridgeError as error:
            seen.problems[name] = str(error)
            continue
        changes += looked.changes
        seen.obstacles += looked.obstacles
        seen.unmanaged += looked.unmanaged
    digest, causes = held_now(database, people)
    seen.plan = make_plan(changes, causes=causes, held_digest=digest)
    return seen


def held_now(database: Database, people: Sequence[int] | None = None) -> tuple[str | None, tuple[str, ...]]:
    """The digest of all that the brake holds and why; None when it holds nothing, of these people where some are named."""
    with database.reading() as connection:
        held = holding.holds(connection, released=False)
    theirs = [each for each in held if people is None or each.person_id in people]
    digest = digest_of(each.line() for each in held) if theirs else None
    return digest, tuple(dict.fromkeys(each.cause for each in theirs))


def _look(database: Database, platforms: Platforms, name: str, people: Sequence[int] | None) -> _Looked:
    platform = platforms.platform(name)
    looked = _Looked()
    if platform is None:  # its file was taken away this moment
        return looked
    book = PlaceBook(platform.connector, platform.rules)
    for pages in _batches(database, platform, book, _everybody(database) if people is None else chunks(people, CHUNK)):
        _observe(database, platform, book, pages, looked)
    return looked


def _everybody(database: Database) -> Iterator[Sequence[int]]:
    after = 0
    while True:
        with database.reading() as connection:
            ids = persons.everybody(connection, after=after, limit=CHUNK)
        if not ids:
            return
        after = ids[-1]
        yield ids


def _batches(
    database: Database, platform: Platform, book: PlaceBook, people: Iterable[Sequence[int]]
) -> Iterator[Sequence[Page]]:
    """Those who are to have something or have it, as many at once as one observation serves."""
    waiting: list[Page] = []
    for ids in people:
        waiting += [page for page in gather(database, platform, book, ids) if not page.needs_no_look]
        whole = len(waiting) - len(waiting) % platform.capabilities.batch
        yield from chunks(waiting[:whole], platform.capabilities.batch)
        waiting = waiting[whole:]
    if waiting:
        yield waiting


def _observe(database: Database, platform: Platform, book: PlaceBook, pages: Sequence[Page], looked: _Looked) -> None:
    observation = platform.connector.observe([asked for page in pages for asked in page.inquiries(platform)])
    slices = Slices(observation)
    cases = {page.person_id: page.case(platform, page.slice(platform, slices)) for page in pages}
    found = {person_id: diff(case) for person_id, case in cases.items()}
    verdicts = without_claimed(database, platform.name, pages, found)
    wanted = [change for verdict in verdicts.values() for change in verdict.changes]
    administrators = Administrators(
        platform.connector,
        wanted,
        platform.capabilities.administrative,
        memberships=observation.memberships,
        names=book.names,
    )
    for page in pages:
        _take(cases[page.person_id], verdicts[page.person_id], administrators, looked)


def _take(case: Case, verdict: Verdict, administrators: Administrators, looked: _Looked) -> None:
    why = list(verdict.obstacles)
    for change in verdict.changes:
        refusal = administrators.refusal(change)
        if refusal is not None:
            why.append(refusal)
            continue
        administrators.gone(change)
        looked.changes.append(change)
        if joins(change):
            looked.changes += _afterwards(case)
    looked.obstacles += [Obstacle(case.platform, case.user_name, each) for each in dict.fromkeys(why)]
    looked.unmanaged += [Obstacle(case.platform, case.user_name, each) for each in verdict.unmanaged]


def _afterwards(case: Case) -> list[Change]:
    """The places that follow once there is an account: `diff` sees one step ahead, a reader wants all of them."""
    return [
        case.change("grant", Whose(), place=(each.place_id, each.place), role=each.role, because=each.reasons)
        for each in case.wanted.places
    ]
