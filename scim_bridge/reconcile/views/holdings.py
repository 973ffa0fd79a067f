"""Who has what where, and what is under way: the ledger beside the rules, without asking any platform."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from scim_bridge.access.desired import Reason
from scim_bridge.access.observed import ORGANIZATION
from scim_bridge.access.person import Person
from scim_bridge.access.standing import OwnAccount, Standing
from scim_bridge.db import Connection, Database, utc_now
from scim_bridge.db.statements import chunks
from scim_bridge.directory import persons
from scim_bridge.ledger import accounts
from scim_bridge.ledger.holds import Hold, holds_by_person
from scim_bridge.mapping.model import PlatformRules
from scim_bridge.mapping.resolve import resolve
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.views.comparing import Comparing, Found, State
from scim_bridge.work.slate import unsettled

CHUNK = 500


@dataclass(frozen=True)
class Row:
    """One account, or one role in one place, of one person or one group."""

    platform: str
    person_id: int
    user_name: str
    account_id: str | None
    name: str
    """As the platform knows them: the e-mail address."""
    place: str | None
    place_id: str | None
    role: str
    state: State
    because: tuple[Reason, ...] = ()
    has: str | None = None
    """The role that is there now, where `role` is the one to be."""
    why: str | None = None
    """Why it is held back or parked."""
    kind: Literal["person", "group"] = "person"

    def as_json(self) -> dict[str, Any]:
        """One row of `holdings --json`."""
        return {
            "platform": self.platform,
            "principal": {"kind": self.kind, "id": self.account_id, "name": self.name},
            "user_name": self.user_name if self.kind == "person" else None,
            "place": self.place if self.place_id != ORGANIZATION else None,
            "role": self.role,
            "state": self.state,
            "because": [{"rule": each.rule, "group": each.group} for each in self.because],
            "has": self.has,
            "why": self.why,
        }


def holdings(
    database: Database, platforms: Platforms, *, person_ids: Sequence[int] | None = None, platform: str | None = None
) -> list[Row]:
    """Rows by platform, person and place. Narrowed to some persons or one platform (in force or orphaned)."""
    in_force = platforms.rules().platforms
    with database.reading() as connection:
        names = sorted(in_force.keys() | set(accounts.platforms(connection)))
    rows: list[Row] = []
    for name in names if platform is None else [platform]:
        rules = in_force.get(name)
        parked = _parked(database, name)
        for ids in _people(database, name, person_ids, wishes=rules is not None):
            with database.reading() as connection:
                pages = _pages(connection, name, ids)
            for person, standing, held in pages:
                rows += _rows(name, person, standing, held, rules, platforms, parked)
    return sorted(rows, key=lambda row: (row.platform, row.user_name.casefold(), row.person_id, row.place or "", row.role))


def _people(
    database: Database, platform: str, person_ids: Sequence[int] | None, *, wishes: bool
) -> Iterator[Sequence[int]]:
    """Whom to look at, chunk by chunk: everybody where rules may want something, else those who hold something."""
    if person_ids is not None:
        yield from chunks(person_ids, CHUNK)
        return
    after = 0
    while True:
        with database.reading() as connection:
            if wishes:
                ids = persons.everybody(connection, after=after, limit=CHUNK)
            else:
                ids = accounts.holders(connection, platform, after=after, limit=CHUNK)
        if not ids:
            return
        after = ids[-1]
        yield ids


def _pages(connection: Connection, platform: str, ids: Sequence[int]) -> list[tuple[Person, Standing, list[Hold]]]:
    people = persons.people(connection, ids)
    standing = accounts.standings(connection, platform, ids)
    held = holds_by_person(connection, platform, ids)
    return [(people[each], standing[each], held.get(each, [])) for each in ids if each in people]


def _parked(database: Database, platform: str) -> dict[int, str]:
    """Why a person's work on this platform is parked."""
    with database.reading() as connection:
        items = unsettled(connection, now=utc_now(), platform=platform)
    return {
        int(item.key.subject): item.reason or "parked"
        for item in items
        if item.state == "parked" and item.key.kind == "person"
    }


def _rows(
    name: str,
    person: Person,
    standing: Standing,
    held: Iterable[Hold],
    rules: PlatformRules | None,
    platforms: Platforms,
    parked: dict[int, str],
) -> list[Row]:
    person_id = int(person.key)
    if rules is None:
        found = orphaned(standing, person.kind)
        email = None
    else:
        wish = resolve(person, rules, platforms.capabilities(rules))
        reason = parked.get(person_id)
        waiting = [each for each in held if each.released_at is None]
        found = Comparing(wish, standing, rules.policy, platforms.capabilities(rules), waiting, reason, person.kind).rows()
        email = wish.email
    own = standing.account
    shown = (own.email if own is not None else None) or email or person.user_name
    account_id = own.account_id if own is not None and own.state != "removed_by_hand" else None
    blank = Row(name, person_id, person.user_name, account_id, shown, None, None, "", "held", kind=person.kind)
    return [_row(blank, each) for each in found]


def _row(blank: Row, found: Found) -> Row:
    return replace(
        blank,
        place=found.place,
        place_id=found.place_id,
        role=found.role,
        state=found.state,
        because=found.because,
        has=found.has,
        why=found.why,
    )


def orphaned(standing: Standing, kind: Literal["person", "group"] = "person") -> list[Found]:
    """What is still there of a platform whose file is gone."""
    there: Literal["orphaned"] = "orphaned"
    own: OwnAccount | None = standing.account
    found = []
    if kind == "person" and own is not None and own.state in {"active", "invited"}:
        found.append(Found(None, None, own.role, there, own.reasons))
    found += [
        Found(each.place, each.place_id, each.role, there, each.reasons) for each in standing.holdings if each.state == "held"
    ]
    return found
