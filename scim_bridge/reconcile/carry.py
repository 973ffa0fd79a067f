"""Carrying out one change: intent, call, record. Nothing here decides what is to be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scim_bridge.access.change import Change, Outcome
from scim_bridge.access.errors import PlatformError, Transient
from scim_bridge.access.standing import Holding, OwnAccount
from scim_bridge.access.verdict import Verdict
from scim_bridge.audit.records import record
from scim_bridge.db import Connection, Database, utc_now
from scim_bridge.ledger import accounts, formers, intents
from scim_bridge.ledger.credentials import note_withdrawn
from scim_bridge.reconcile.entries import entry_of
from scim_bridge.reconcile.gather import Page
from scim_bridge.reconcile.membership import look_at_members
from scim_bridge.reconcile.platforms import Platform
from scim_bridge.work.claims import Claim, still_ours


class Moved(Exception):
    """The lease is lost, or something was wanted meanwhile: what is left of this run is not to be done."""


@dataclass(frozen=True)
class Taken:
    """Something that was taken away and has not been read back."""

    change: Change
    intent_id: int
    removal_id: int


class Carrier:
    """Carries out changes of one claimed person on one platform. The verdict holds the books as they are before them."""

    def __init__(self, database: Database, platform: Platform, page: Page, claim: Claim, verdict: Verdict) -> None:
        self._database = database
        self._platform = platform
        self._page = page
        self._claim = claim
        self._held = verdict.holdings
        self.own = verdict.account
        self.taken: list[Taken] = []

    def carry_out(self, change: Change, *, released: bool) -> Outcome:
        """One change. Raises `Moved` before the call, `PlatformError` after a refusal."""
        intent_id = self._announce(change)
        try:
            outcome = self._platform.connector.apply(change)
        except PlatformError as error:
            self._refused(intent_id, error)
            raise
        self._record(change, outcome, intent_id, released=released)
        return outcome

    def _announce(self, change: Change) -> int:
        with self._database.writing() as connection:
            if not still_ours(connection, self._claim, now=utc_now()):
                raise Moved
            return intents.open_intent(connection, change, self._page.person_id, now=utc_now())

    def _refused(self, intent_id: int, error: PlatformError) -> None:
        if isinstance(error, Transient) and error.uncertain:
            return  # the intent stays open: what matches it later is ours
        with self._database.writing() as connection:
            intents.close_intents(connection, [intent_id])

    def _record(self, change: Change, outcome: Outcome, intent_id: int, *, released: bool) -> None:
        now, person_id = utc_now(), self._page.person_id
        tried_before = any(each.id == intent_id for each in self._page.standing.intents)
        written = not (outcome.changed or tried_before)  # it was so already: nothing of ours to write down
        with self._database.writing() as connection:
            if intents.category_of(change) is not None:
                number, fresh = intents.note_removal(
                    connection, change, person_id, outcome.answer, now=now, released=released
                )
                self.taken.append(Taken(change, intent_id, number))
                written = written or not fresh
            else:
                self._note(connection, change, outcome)
                intents.close_intents(connection, self._deeds(change, intent_id))
            if not written:
                entry = entry_of(change, self._page, self._claim.requested_by, detail=outcome.answer)
                record(connection, [entry], now=now)

    def confirm(self, taken: Taken) -> None:
        """Reading back shows it gone: now the books forget it."""
        now = utc_now()
        with self._database.writing() as connection:
            self._note(connection, taken.change, None)
            intents.close_intents(connection, self._deeds(taken.change, taken.intent_id))
            intents.confirm_removals(connection, [taken.removal_id], now=now)

    def _deeds(self, change: Change, intent_id: int) -> list[int]:
        """This intent and older ones of the same deed."""
        same = (change.kind, change.place_id, change.object_id)
        older = [
            each.id for each in self._page.standing.intents if (each.kind, each.place_id, each.object_id) == same
        ]
        return [intent_id, *older]

    def _note(self, connection: Connection, change: Change, outcome: Outcome | None) -> None:
        name, person_id, now = self._platform.name, self._page.person_id, utc_now()
        if change.kind in {"invite", "create_account"}:
            self.own = _joined(change, outcome)
            formers.drop_formers(connection, name, person_id)
        elif change.kind == "restore_account" and self.own is not None:
            self.own = replace(self.own, state="active")
        elif change.kind == "suspend_account" and self.own is not None:
            self.own = replace(self.own, state="suspended")
        elif change.kind == "change_role" and change.place_id is None and self.own is not None:
            self.own = replace(self.own, role=change.role or self.own.role, role_ours=True, reasons=change.because)
        elif change.kind == "remove_account" or (change.kind == "cancel_invitation" and _is_ours(change, self.own)):
            gone, self.own = self.own, None
            accounts.forget_account(connection, name, person_id)
            remember(connection, name, self._page, gone, now=now)
            return
        elif change.kind == "withdraw_key":
            note_withdrawn(connection, name, change.object_id or "", status="withdrawn", now=now, how=change.how)
            return
        else:
            self._note_place(connection, change)
            return
        if self.own is not None:
            accounts.note_account(connection, name, person_id, self.own, now=now)
            look_at_members(connection, name, self._page, self.own, now=now)

    def _note_place(self, connection: Connection, change: Change) -> None:
        if change.place_id is None:
            return
        name, person_id, place_id = self._platform.name, self._page.person_id, change.place_id
        before = change.was if change.kind == "change_role" else change.role
        exclusive = self._platform.capabilities.exclusive
        rivals = exclusive(change.role or "")
        here = [each for each in self._held if each.place_id == place_id and exclusive(each.role) == rivals]
        ours = next((each for each in here if each.role == before), None)
        if rivals:
            ours = ours or (here[0] if here else None)
        else:
            here = [each for each in here if each.role == before]
        for each in here:  # nothing else is true there any more
            accounts.forget_holding(connection, name, person_id, place_id, each.role)
        if change.kind == "revoke" or (ours is not None and ours.found_role == change.role):
            return  # gone, or back where a human had put it
        found = ours.found_role if ours is not None else None
        place, role = change.place or place_id, change.role or ""
        fresh = Holding(place_id, place, role, "created", found_role=found, reasons=change.because)
        accounts.note_holding(connection, name, person_id, fresh, now=utc_now())


def remember(connection: Connection, platform: str, page: Page, own: OwnAccount | None, *, now: datetime) -> None:
    """What a person had and lost: if they have left, or leave yet, a sweep asks whether it is there again."""
    if own is not None and page.person.kind == "person":
        formers.note_former(connection, platform, page.person_id, own, now=now)


def _joined(change: Change, outcome: Outcome | None) -> OwnAccount:
    account_id = outcome.account_id if outcome is not None else None
    return OwnAccount(
        email=change.principal.name,
        role=change.role or "",
        state="active" if account_id is not None else "invited",
        account_id=account_id,
        invitation_id=outcome.invitation_id if outcome is not None else None,
        reasons=change.because,
    )


def _is_ours(change: Change, own: OwnAccount | None) -> bool:
    return own is not None and own.state == "invited" and own.invitation_id in {None, change.object_id}
