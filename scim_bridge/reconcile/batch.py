"""One batch: some claimed people of one platform, observed once, compared, carried out, read back, let go."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from scim_bridge.access.books import by_the_books
from scim_bridge.access.change import Change
from scim_bridge.access.diff import diff
from scim_bridge.access.errors import Conflict, PlatformError, Transient, Untouchable
from scim_bridge.access.former import Again
from scim_bridge.access.observed import Inquiry, Observation
from scim_bridge.access.slices import Slices
from scim_bridge.access.standing import Slice
from scim_bridge.access.verdict import Verdict
from scim_bridge.audit.records import Entry
from scim_bridge.db import Database, utc_now
from scim_bridge.errors import DatabaseUnavailable
from scim_bridge.ledger import holds as holding
from scim_bridge.ledger.credentials import note_gone, note_seen
from scim_bridge.reconcile.administrators import Administrators, turn_to_take
from scim_bridge.reconcile.again import found_again, note_looked
from scim_bridge.reconcile.carry import Carrier, Moved, Taken
from scim_bridge.reconcile.claimed import joins, without_claimed
from scim_bridge.reconcile.confirm import inquiries_after, is_gone
from scim_bridge.reconcile.entries import entry_of, note_of
from scim_bridge.reconcile.facts import Facts, write_facts
from scim_bridge.reconcile.gather import Page, gather
from scim_bridge.reconcile.platforms import Platform
from scim_bridge.reconcile.review import held_by
from scim_bridge.reconcile.translate import PlaceBook
from scim_bridge.work import claims as claiming
from scim_bridge.work import turns
from scim_bridge.work.claims import Claim
from scim_bridge.work.turns import Turn

log = structlog.get_logger("scim_bridge.hand")

MOST_LOOKS = 4
"""A person is looked at again within a batch when a deed opened the way to the next (invited and accepted at once)."""


@dataclass
class Fate:
    """How the run of one person ends."""

    claim: Claim
    obstacles: dict[str, Entry] = field(default_factory=dict)
    """Sentences for whoever must act, each with its audit record."""
    transient: Transient | None = None
    moved: bool = False
    wait: timedelta = timedelta()
    """With `moved`: how long to leave it before the next look."""
    again: bool = False
    still_there: list[str] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        return self.transient is None and not self.moved


class Batch:
    """Runs claimed person keys of one platform. Raises `PlatformError` when the platform as a whole cannot be worked with."""

    def __init__(self, database: Database, platform: Platform, book: PlaceBook, claims: Sequence[Claim]) -> None:
        self._database = database
        self._platform = platform
        self._book = book
        self._outage: Transient | None = None
        """Once the platform has said that it serves nobody now, nobody else of the batch is tried."""
        self._fates = {int(claim.key.subject): Fate(claim) for claim in claims}

    def run(self) -> dict[int, Fate]:
        """Look, compare, carry out; a person whose way was opened is looked at again."""
        people = list(self._fates)
        for _ in range(MOST_LOOKS):
            if not people or self._outage is not None:
                break
            self._renew()
            self._look(people)
            people = [person_id for person_id in people if self._opened_the_way(self._fates[person_id])]
        for person_id in people:
            self._fates[person_id].moved = True  # more to do than this batch has looks for
            self._fates[person_id].wait = timedelta(seconds=1)
        return self._fates

    def _opened_the_way(self, fate: Fate) -> bool:
        again, fate.again = fate.again and fate.goes_on, False
        return again

    def _renew(self) -> None:
        with self._database.writing() as connection:
            claiming.renew(connection, [fate.claim for fate in self._fates.values()], now=utc_now())

    def _look(self, people: Sequence[int]) -> None:
        found = gather(self._database, self._platform, self._book, people)
        pages = [replace(page, narrow=self._is_narrow(page)) for page in found if not page.needs_no_look]
        pages = [page for page in pages if not self._settled_by_the_books(page)]
        if not pages:
            return
        observation = self._observe([asked for page in pages for asked in page.inquiries(self._platform)])
        slices = Slices(observation)
        again = found_again(self._database, self._platform.name, pages, slices)
        seen = {page.person_id: replace(page.slice(self._platform, slices), again=again.get(page.person_id, ())) for page in pages}
        verdicts = {page.person_id: diff(page.case(self._platform, seen[page.person_id])) for page in pages}
        self._note_keys(pages, verdicts, observation, again)
        verdicts = without_claimed(self._database, self._platform.name, pages, verdicts)
        pages = [page for page in pages if self._write_facts(page, seen[page.person_id], verdicts[page.person_id])]
        note_looked(self._database, self._platform.name, pages)
        pages.sort(key=self._turn)
        carriers = self._carry_out_all(pages, verdicts, observation)
        self._read_back([(page, carriers[page.person_id]) for page in pages if page.person_id in carriers])
        for page in pages:
            self._drop_released(page)

    def _is_narrow(self, page: Page) -> bool:
        return not self._fates[page.person_id].claim.wide

    def _settled_by_the_books(self, page: Page) -> bool:
        """Whether a push changed nothing for this person here: then at most the reasons are written down, and nobody is asked."""
        verdict = by_the_books(page.wanted, page.standing, self._platform.rules.policy) if page.narrow else None
        if verdict is None:
            return False
        self._write_facts(page, Slice(), verdict)
        self._drop_released(page)
        return True

    def _observe(self, inquiries: Sequence[Inquiry]) -> Observation:
        return self._platform.connector.observe(inquiries) if inquiries else Observation()

    def _note_keys(
        self,
        pages: Sequence[Page],
        verdicts: Mapping[int, Verdict],
        observation: Observation,
        again: Mapping[int, Sequence[Again]],
    ) -> None:
        owners = {
            own.account_id: page.person_id
            for page in pages
            for own in (verdicts[page.person_id].account, page.standing.account)
            if own is not None and own.account_id is not None
        }
        owners |= {owner: page.person_id for page in pages for owner in page.standing.left_keys.values()}
        owners |= {
            key.owner_id: person_id
            for person_id, found in again.items()
            for each in found
            for key in each.keys
            if key.owner_id is not None
        }
        gone = _keys_gone(self._platform, pages, observation)
        if not observation.credentials and not gone:
            return
        with self._database.writing() as connection:
            note_seen(connection, self._platform.name, observation.credentials, owners, now=utc_now())
            note_gone(connection, self._platform.name, gone, now=utc_now())

    def _write_facts(self, page: Page, seen: Slice, verdict: Verdict) -> bool:
        """The facts are ours to write only while the claim is; false when it is not."""
        fate = self._fates[page.person_id]
        facts = Facts(self._platform, page, seen, verdict)
        fate.moved = not write_facts(self._database, facts, fate.claim, now=utc_now())
        fate.obstacles = {
            each: note_of(
                "work.parked", page, self._platform.name, fate.claim.requested_by, outcome="parked", detail=each
            )
            for each in verdict.obstacles
        }
        return not fate.moved

    def _carry_out_all(
        self, pages: Sequence[Page], verdicts: Mapping[int, Verdict], observation: Observation
    ) -> dict[int, Carrier]:
        """Whoever loses an administrative role comes first, and only while no other process does such a thing here."""
        administrators = Administrators(
            self._platform.connector,
            [change for page in pages for change in verdicts[page.person_id].changes],
            self._platform.capabilities.administrative,
            memberships=observation.memberships,
            names=self._book.names,
        )
        carriers = {page.person_id: self._carrier(page, verdicts[page.person_id]) for page in pages}
        losing = [page for page in pages if any(map(administrators.taken_by, verdicts[page.person_id].changes))]
        if losing:
            with turn_to_take(self._database, self._platform.name) as turn:
                for page in losing:
                    self._carry_out(page, verdicts[page.person_id], carriers[page.person_id], administrators, turn)
        for page in pages:
            if page not in losing and not self._makes_way(page):
                self._carry_out(page, verdicts[page.person_id], carriers[page.person_id], administrators, None)
        return carriers

    def _turn(self, page: Page) -> tuple[bool, bool]:
        """Whoever leaves, then whoever loses something, does not wait for whoever joins."""
        return not page.wanted.leaving, not self._fates[page.person_id].claim.urgent

    def _makes_way(self, page: Page) -> bool:
        """Whether this person's gains wait, because something that takes away has come due since the batch began."""
        fate = self._fates[page.person_id]
        if fate.claim.urgent or page.wanted.leaving:
            return False
        with self._database.reading() as connection:
            fate.moved = fate.moved or claiming.is_anything_urgent(connection, self._platform.name, now=utc_now())
        return fate.moved

    def _carrier(self, page: Page, verdict: Verdict) -> Carrier:
        return Carrier(self._database, self._platform, page, self._fates[page.person_id].claim, verdict)

    def _carry_out(
        self, page: Page, verdict: Verdict, carrier: Carrier, administrators: Administrators, turn: Turn | None
    ) -> None:
        fate = self._fates[page.person_id]
        for change in verdict.changes:
            if self._outage is not None:
                fate.transient = self._outage
            if not fate.goes_on:
                return
            if held_by(change, page.holds) is not None:
                continue
            if administrators.taken_by(change) and not self._has_turn(fate, turn):
                return
            refusal = self._attempt(page, change, carrier, administrators)
            if refusal is None:
                continue
            entry = entry_of(change, page, fate.claim.requested_by, outcome=refusal.code, detail=str(refusal))
            fate.obstacles.setdefault(str(refusal), entry)
            if joins(change):
                return

    def _has_turn(self, fate: Fate, turn: Turn | None) -> bool:
        if turn is not None:
            with self._database.writing() as connection:
                if turns.keep_turn(connection, turn, now=utc_now()):
                    return True
        fate.moved, fate.wait = True, timedelta(seconds=1)
        return False

    def _attempt(
        self, page: Page, change: Change, carrier: Carrier, administrators: Administrators
    ) -> PlatformError | None:
        """Carry it out. Returns why it was refused for good; what may pass later is the person's fate."""
        fate = self._fates[page.person_id]
        try:
            last = administrators.refusal(change)
            if last is not None:
                return Untouchable(last)
            released = any(each.released_at is not None for each in page.holds)
            outcome = carrier.carry_out(change, released=released)
        except Moved:
            fate.moved = True
        except Transient as error:
            self._not_now(fate, error)
        except Conflict as error:
            fate.transient = Transient(str(error))
        except PlatformError as error:
            return error
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  a connector's bug is one person's trouble; the intent stays open
            fate.transient = unexpected(error)
        else:
            administrators.gone(change)
            joined = outcome.account_id is not None and joins(change)
            fate.again = fate.again or joined or change.kind == "restore_account"
        return None

    def _not_now(self, fate: Fate, error: Transient) -> None:
        fate.transient = error
        if error.everybody:
            self._outage = error

    def _read_back(self, worked: Sequence[tuple[Page, Carrier]]) -> None:
        """What was taken away is asked for once more; only what is gone is forgotten."""
        losing = [(page, carrier) for page, carrier in worked if carrier.taken]
        if not losing or self._outage is not None:
            return
        try:
            slices = Slices(self._observe([asked for _, carrier in losing for asked in inquiries_after(carrier.taken)]))
        except PlatformError as error:
            for page, _ in losing:
                self._not_now(self._fates[page.person_id], _later(error))
            return
        for page, carrier in losing:
            for each in carrier.taken:
                self._confirm(carrier, page, each, slices)

    def _confirm(self, carrier: Carrier, page: Page, taken: Taken, slices: Slices) -> None:
        fate = self._fates[page.person_id]
        change = taken.change
        slice_ = slices.of(Inquiry(change.principal.name, change.principal.id, kind=change.principal.kind))
        if is_gone(change, slice_):
            carrier.confirm(taken)
            fate.again = fate.again or (change.kind == "cancel_invitation" and page.wanted.account_role is not None)
        else:
            fate.still_there.append(f"{change.kind.replace('_', ' ')}: still there after the platform said it was done")

    def _drop_released(self, page: Page) -> None:
        """What a human released is done; the same loss another time is counted anew."""
        fate = self._fates[page.person_id]
        released = [each.category for each in page.holds if each.released_at is not None]
        if released and fate.goes_on and not fate.still_there:
            with self._database.writing() as connection:
                holding.drop(connection, self._platform.name, page.person_id, released)


def _keys_gone(platform: Platform, pages: Sequence[Page], observation: Observation) -> list[str]:
    """Keys that the ledger believes to open something and that a complete look at their maker does not show."""
    seen = {each.id for each in observation.credentials}
    gone: list[str] = []
    for page in pages:
        asked = {each.account_id for each in page.inquiries(platform) if each.credentials and each.account_id is not None}
        gone += [key for key, owner in page.standing.left_keys.items() if owner in asked and key not in seen]
    return gone


def _later(error: PlatformError) -> Transient:
    return error if isinstance(error, Transient) else Transient(str(error))


def unexpected(error: Exception) -> Transient:
    """A connector raised what its contract does not have: a bug. Its text and its variables may hold a secret, its lines do not."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("the connector failed unexpectedly", error=type(error).__name__, where=where)
    return Transient(f"The connector failed unexpectedly ({type(error).__name__}); the log has the details.", uncertain=True)


def back_off(attempts: int) -> timedelta:
    """1, 2, 4 ... seconds, at most five minutes."""
    return timedelta(seconds=min(300.0, 2.0 ** min(attempts, 9)))
