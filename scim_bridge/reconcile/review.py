"""The brake before each batch: everything that is due is counted by the books, and what is too much is held for a human.

What one process has counted it remembers by (person, wanted), so that a long queue is counted once and not once a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from scim_bridge.access import brake
from scim_bridge.access.brake import Foretold, gain_item
from scim_bridge.access.change import Change
from scim_bridge.access.standing import Slice
from scim_bridge.audit.records import BRIDGE, Entry, record
from scim_bridge.db import Connection, Database
from scim_bridge.db.statements import chunks
from scim_bridge.directory import principals
from scim_bridge.ledger import holds as holding
from scim_bridge.ledger.accounts import count_holders
from scim_bridge.ledger.holds import Hold
from scim_bridge.ledger.intents import lost_in_window
from scim_bridge.reconcile.gather import gather
from scim_bridge.reconcile.platforms import Platform
from scim_bridge.reconcile.translate import PlaceBook
from scim_bridge.work.slate import asked_by, pending

__all__ = ["Review", "gain_item", "held_by"]

CATEGORIES = ("people", "drops", "keys")


class Review:
    """Counts what is due on the platforms of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, dict[str, tuple[object, Foretold]]] = {}

    def weigh(self, platform: Platform, book: PlaceBook, *, now: datetime) -> None:
        """Hold the losses of everybody who is due, category by category, when they are too many together."""
        policy = platform.rules.policy.brake
        with self._database.reading() as connection:
            due = pending(connection, platform.name, "person")
            window = lost_in_window(connection, platform.name, since=now - policy.window)
            held = {(each.person_id, each.category): each for each in holding.holds(connection, platform=platform.name)}
            holders = count_holders(connection, platform.name)
            sizes = self._sizes(connection, platform, due)
        few = len(due) + sum(sizes.values()) + max(len(people) for people in window.values()) <= policy.floor
        if few and not held:
            return
        foretold = {
            number: replace(each, weight=sizes.get(number, 1)) for number, each in self._foretold(platform, book, due).items()
        }
        self._forget_stale(platform, foretold, held, now)
        gone = len(window["people"])
        for category in CATEGORIES:
            self._hold_if_too_many(platform, category, foretold, held, window[category], holders + gone, now)

    def _sizes(self, connection: Connection, platform: Platform, due: list[tuple[str, int]]) -> dict[int, int]:
        """How many people are in each group that is due as a principal: they lose what it loses."""
        if not platform.capabilities.groups_as_principals:
            return {}
        numbers = [int(subject) for subject, _ in due]
        return {number: size for chunk in chunks(numbers) for number, size in principals.sizes(connection, chunk).items()}

    def _foretold(self, platform: Platform, book: PlaceBook, due: list[tuple[str, int]]) -> dict[int, Foretold]:
        known = self._known.get(platform.name, {})
        stamps: dict[str, object] = {subject: (wanted, platform.rules) for subject, wanted in due}
        found = {subject: known[subject] for subject, stamp in stamps.items() if known.get(subject, (None, None))[0] == stamp}
        for chunk in chunks([int(subject) for subject in stamps.keys() - found.keys()]):
            for page in gather(self._database, platform, book, chunk):
                subject = str(page.person_id)
                found[subject] = (stamps[subject], brake.foretell(page.case(platform, Slice())))
        self._known[platform.name] = found
        return {int(subject): foretold for subject, (_, foretold) in found.items()}

    def _forget_stale(
        self, platform: Platform, foretold: Mapping[int, Foretold], held: dict[tuple[int, str], Hold], now: datetime
    ) -> None:
        """A hold whose loss nobody wants any more goes; so does one that somebody's leaving has overtaken."""
        shrunk: list[Hold] = []
        dropped: list[tuple[int, str]] = []
        for (person_id, category), each in list(held.items()):
            loss = foretold.get(person_id)
            if loss is None or (category == "gains" and loss.unresolved):
                continue
            items = each.items & loss.of(category)
            if not items or (loss.leaving and not each.leaving):
                dropped.append((person_id, category))
                del held[person_id, category]
            elif items != each.items and each.released_at is None:
                held[person_id, category] = replace(each, items=items)
                shrunk.append(held[person_id, category])
        if dropped or shrunk:
            with self._database.writing() as connection:
                for person_id, category in dropped:
                    holding.drop(connection, platform.name, person_id, [category])
                holding.hold(connection, shrunk)

    def _hold_if_too_many(
        self,
        platform: Platform,
        category: str,
        foretold: Mapping[int, Foretold],
        held: Mapping[tuple[int, str], Hold],
        window: set[int],
        holders: int,
        now: datetime,
    ) -> None:
        losing = {
            person_id: each
            for person_id, each in foretold.items()
            if each.of(category) and not _covered(held.get((person_id, category)), each.of(category))
        }
        policy = platform.rules.policy.brake
        if not losing or not brake.exceeded(policy, losing=_people(losing, window), holders=holders):
            return
        leavers = {person_id: each for person_id, each in losing.items() if each.leaving}
        if not brake.exceeded(policy, losing=_people(leavers, window), holders=holders):
            losing = {person_id: each for person_id, each in losing.items() if not each.leaving}  # leavers do not wait
        count = _people(losing, window)
        cause = brake.cause_sentence(
            platform.name,
            category,
            count=count,
            allowed=brake.limit(policy, holders),
            holders=holders,
            causes=[cause for each in losing.values() for cause in each.causes],
        )
        with self._database.writing() as connection:
            asked = asked_by(connection, platform.name, [str(person_id) for person_id in losing])
            made = [
                Hold(platform.name, person_id, category, each.of(category), each.leaving, cause, now, asked.get(str(person_id)))
                for person_id, each in losing.items()
            ]
            holding.hold(connection, made)
            record(connection, [_held_entry(platform.name, cause, len(made))], now=now)


def _people(losing: Mapping[int, Foretold], window: set[int]) -> int:
    """How many people lose something, those of the window included."""
    return len(window) + sum(each.weight for person_id, each in losing.items() if person_id not in window)


def _covered(hold: Hold | None, items: frozenset[str]) -> bool:
    return hold is not None and items <= hold.items


def _held_entry(platform: str, cause: str, count: int) -> Entry:
    return Entry(
        "brake.held",
        platform,
        subject_kind="platform",
        initiator=BRIDGE,
        platform=platform,
        after={"people": count},
        outcome="held",
        detail=cause,
    )


def held_by(change: Change, holds: Iterable[Hold]) -> Hold | None:
    """The hold that a human has not released and that this change falls under."""
    for each in holds:
        if each.released_at is None and _falls_under(change, each):
            return each
    return None


def _falls_under(change: Change, hold: Hold) -> bool:
    if hold.category == "gains":
        return gain_item(change.place, change.role) in hold.items if _gives(change) else False
    found = brake.item_of(change)
    if found is None:
        return False
    if hold.leaving or found[0] == "keys":
        return hold.category in {"people", "keys"}
    return found[1] in hold.items or f"place:{change.place_id}:{change.was}" in hold.items


def _gives(change: Change) -> bool:
    return change.kind in {"invite", "create_account", "restore_account", "grant"} or (
        change.kind == "change_role" and not change.drop
    )
