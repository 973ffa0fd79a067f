"""One batch: some claimed people of one platform, observed once, compared, carried out, read back, let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from scim_bridge.access.diff import diff
from scim_bridge.access.errors import Conflict, PlatformError, Transient
from scim_bridge.access.observed import Inquiry, Observation
from scim_bridge.access.slices import Slices
from scim_bridge.access.standing import Slice
from scim_bridge.access.verdict import Verdict
from scim_bridge.db import Database, utc_now
from scim_bridge.ledger import holds as holding
from scim_bridge.ledger.credentials import note_seen
from scim_bridge.reconcile.administrators import Administrators
from scim_bridge.reconcile.carry import Carrier, Moved, Taken
from scim_bridge.reconcile.claimed import joins, without_claimed
from scim_bridge.reconcile.confirm import inquiry_after, is_gone
from scim_bridge.reconcile.facts import write_facts
from scim_bridge.reconcile.gather import Page, gather
from scim_bridge.reconcile.platforms import Platform
from scim_bridge.reconcile.review import held_by
from scim_bridge.reconcile.translate import PlaceBook
from scim_bridge.work import claims as claiming
from scim_bridge.work.claims import Claim

MOST_LOOKS = 4
"""A person is looked at again within a batch when a deed opened the way to the next (invited and accepted at once)."""


@dataclass
class Fate:
    """How the run of one person ends."""

    claim: Claim
    obstacles: list[str] = field(default_factory=list)
    transient: Transient | None = None
    moved: bool = False
    again: bool = False
    still_there: list[str] = field(default_factory=list)


class Batch:
    """Runs claimed person keys of one platform. Raises `PlatformError` when the platform as a whole cannot be worked with."""

    def __init__(self, database: Database, platform: Platform, book: PlaceBook, claims: Sequence[Claim]) -> None:
        self._database = database
        self._platform = platform
        self._book = book
        self._fates = {int(claim.key.subject): Fate(claim) for claim in claims}

    def run(self) -> dict[int, Fate]:
        """Look, compare, carry out; a person whose way was opened is looked at again."""
        people = list(self._fates)
        for _ in range(MOST_LOOKS):
            if not people:
                break
            self._renew()
            self._look(people)
            people = [person_id for person_id in people if self._goes_on(self._fates[person_id])]
        return self._fates

    def _goes_on(self, fate: Fate) -> bool:
        goes_on, fate.again = fate.again and fate.transient is None and not fate.moved, False
        return goes_on

    def _renew(self) -> None:
        with self._database.writing() as connection:
            claiming.renew(connection, [fate.claim for fate in self._fates.values()], now=utc_now())

    def _look(self, people: Sequence[int]) -> None:
        pages = [page for page in gather(self._database, self._platform, self._book, people) if not page.needs_no_look]
        if not pages:
            return
        observation = self._observe([page.inquiry(self._platform) for page in pages])
        slices = Slices(observation)
        verdicts = {page.person_id: self._verdict(page, slices) for page in pages}
        self._note_keys(pages, verdicts, observation)
        verdicts = without_claimed(self._database, self._platform.name, pages, verdicts)
        pages = [page for page in pages if self._write_facts(page, verdicts[page.person_id])]
        wanted = [change for page in pages for change in verdicts[page.person_id].changes]
        administrators = Administrators(self._platform.connector, wanted, self._platform.capabilities.administrative)
        carriers = {page.person_id: self._carry_out(page, verdicts[page.person_id], administrators) for page in pages}
        self._read_back({page.person_id: page for page in pages}, carriers)

    def _observe(self, inquiries: Sequence[Inquiry]) -> Observation:
        return self._platform.connector.observe(inquiries) if inquiries else Observation()

    def _slice(self, page: Page, slices: Slices) -> Slice:
        inquiry = page.inquiry(self._platform)
        return slices.of(email=inquiry.email, account_id=inquiry.account_id)

    def _verdict(self, page: Page, slices: Slices) -> Verdict:
        return diff(page.case(self._platform, self._slice(page, slices)))

    def _note_keys(self, pages: Sequence[Page], verdicts: dict[int, Verdict], observation: Observation) -> None:
        if not observation.credentials:
            return
        owners = {
            own.account_id: page.person_id
            for page in pages
            for own in (verdicts[page.person_id].account, page.standing.account)
            if own is not None and own.account_id is not None
        }
        with self._database.writing() as connection:
            note_seen(connection, self._platform.name, observation.credentials, owners, now=utc_now())

    def _write_facts(self, page: Page, verdict: Verdict) -> bool:
        """The facts are ours to write only while the claim is; false when it is not."""
        fate = self._fates[page.person_id]
        with self._database.reading() as connection:
            fate.moved = not claiming.still_ours(connection, fate.claim, now=utc_now())
        if fate.moved:
            return False
        request_id = fate.claim.requested_by
        write_facts(self._database, self._platform, page, verdict, request_id=request_id, now=utc_now())
        fate.obstacles = list(verdict.obstacles)
        return True

    def _carry_out(self, page: Page, verdict: Verdict, administrators: Administrators) -> Carrier:
        fate = self._fates[page.person_id]
        carrier = Carrier(self._database, self._platform, page, fate.claim, verdict.account)
        released = any(each.released_at is not None for each in page.holds)
        for change in verdict.changes:
            if held_by(change, page.holds) is not None:
                continue
            refusal = administrators.refusal(change)
            if refusal is not None:
                fate.obstacles.append(refusal)
                continue
            try:
                outcome = carrier.carry_out(change, released=released)
            except Moved:
                fate.moved = True
                break
            except Transient as error:
                fate.transient = error
                break
            except Conflict as error:
                fate.transient = Transient(str(error))
                break
            except PlatformError as error:
                fate.obstacles.append(str(error))
                if joins(change):
                    break
                continue
            administrators.gone(change)
            fate.again = fate.again or (outcome.account_id is not None and joins(change)) or change.kind == "restore_account"
        return carrier

    def _read_back(self, pages: dict[int, Page], carriers: dict[int, Carrier]) -> None:
        """What was taken away is asked for once more; only what is gone is forgotten."""
        taken = [(carriers[person_id], page, each) for person_id, page in pages.items() for each in carriers[person_id].taken]
        if not taken:
            return
        losing = [(page, carriers[person_id].taken) for person_id, page in pages.items() if carriers[person_id].taken]
        inquiries = [inquiry_after(page, gone) for page, gone in losing]
        slices = Slices(self._observe(inquiries))
        for carrier, page, each in taken:
            self._confirm(carrier, page, each, slices)
        for person_id, page in pages.items():
            self._drop_released(page, carriers[person_id])

    def _confirm(self, carrier: Carrier, page: Page, taken: Taken, slices: Slices) -> None:
        fate = self._fates[page.person_id]
        change = taken.change
        slice_ = slices.of(email=change.principal.name, account_id=change.principal.id)
        if is_gone(change, slice_):
            carrier.confirm(taken)
            fate.again = fate.again or (change.kind == "cancel_invitation" and page.wanted.account_role is not None)
        else:
            fate.still_there.append(f"{change.kind.replace('_', ' ')}: still there after the platform said it was done")

    def _drop_released(self, page: Page, carrier: Carrier) -> None:
        fate = self._fates[page.person_id]
        released = [each.category for each in page.holds if each.released_at is not None]
        if released and carrier.taken and not fate.still_there and fate.transient is None:
            with self._database.writing() as connection:
                holding.drop(connection, self._platform.name, page.person_id, released)


def back_off(attempts: int) -> timedelta:
    """1, 2, 4 ... seconds, at most five minutes."""
    return timedelta(seconds=min(300.0, 2.0 ** min(attempts, 9)))
