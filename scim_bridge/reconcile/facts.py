"""What a look brought to light, written down before anything is changed: adopted, accepted, taken away by hand, already gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scim_bridge.access.change import Change, Principal
from scim_bridge.access.desired import Reason
from scim_bridge.access.former import ACCEPTED, RESTORED
from scim_bridge.access.standing import Intent, Slice
from scim_bridge.access.verdict import Verdict
from scim_bridge.audit.records import Entry, record
from scim_bridge.db import Connection, Database
from scim_bridge.ledger import accounts, formers, intents
from scim_bridge.reconcile.carry import remember
from scim_bridge.reconcile.confirm import is_gone
from scim_bridge.reconcile.entries import entry_of, note_of
from scim_bridge.reconcile.gather import Page
from scim_bridge.reconcile.membership import look_at_members
from scim_bridge.reconcile.platforms import Platform
from scim_bridge.work.claims import Claim, still_ours
from scim_bridge.work.marks import mark

_TAKES = {"revoke", "remove_account", "suspend_account", "cancel_invitation", "withdraw_key"}
LOST = "the answer was lost; found done on looking again"


@dataclass(frozen=True)
class Facts:
    """One person's, as they are to be written down."""

    platform: Platform
    page: Page
    seen: Slice
    verdict: Verdict

    def settled(self) -> list[Intent]:
        """Intents whose deed turns out to have been done, or is not wanted any more."""
        return [each for each in self.page.standing.intents if not _still_to_do(each, self.verdict)]

    def say_something(self) -> bool:
        standing, verdict = self.page.standing, self.verdict
        changed = set(verdict.holdings) != set(standing.holdings) or verdict.account != standing.account
        return bool(changed or verdict.forgotten or self.settled() or verdict.by_hand or verdict.returned)


def write_facts(database: Database, facts: Facts, claim: Claim, *, now: datetime) -> bool:
    """One transaction, and only when something differs from what the books say. False when the claim is no longer ours."""
    if not facts.say_something():
        return True
    with database.writing() as connection:
        if not still_ours(connection, claim, now=now):
            return False
        _write_ledger(connection, facts, now)
        if facts.verdict.returned:  # in the books now: the brake counts it before the next look takes it
            formers.looked(connection, facts.platform.name, [facts.page.person_id])
            mark(connection, [claim.key], now=now)
        found_done = _settle(connection, facts, now)
        record(connection, [*_entries(facts, claim), *(_found(each, facts, claim) for each in found_done)], now=now)
    return True


def _write_ledger(connection: Connection, facts: Facts, now: datetime) -> None:
    name, page, verdict, standing = facts.platform.name, facts.page, facts.verdict, facts.page.standing
    if verdict.account is None and standing.account is not None:
        accounts.forget_account(connection, name, page.person_id)
        remember(connection, name, page, standing.account, now=now)
    elif verdict.account is not None and verdict.account != standing.account:
        accounts.note_account(connection, name, page.person_id, verdict.account, now=now)
        look_at_members(connection, name, page, verdict.account, now=now)
        if standing.account is None and not page.wanted.leaving:
            formers.drop_formers(connection, name, page.person_id)
    for place_id, role in verdict.forgotten:
        accounts.forget_holding(connection, name, page.person_id, place_id, role)
    for held in verdict.holdings:
        if held not in standing.holdings or (held.place_id, held.role) in verdict.forgotten:
            accounts.note_holding(connection, name, page.person_id, held, now=now)


def _still_to_do(intent: Intent, verdict: Verdict) -> bool:
    return any(
        change.kind == intent.kind
        and (change.place_id, change.object_id) == (intent.place_id, intent.object_id)
        and (change.role == intent.role or change.kind in _TAKES)
        for change in verdict.changes
    )


def _settle(connection: Connection, facts: Facts, now: datetime) -> list[Change]:
    """Close what is settled. Returns the deeds that were done and of which nobody wrote down the answer."""
    closed = facts.settled()
    if not closed:
        return []
    person_id, unwritten = facts.page.person_id, []
    for change in (_change(facts, each) for each in closed):
        if not _was_done(change, facts.seen):
            continue  # never carried out, and not wanted any more
        number = intents.open_removal(connection, change, person_id)
        if number is None:  # the answer was lost with whoever waited for it
            unwritten.append(change)
            if intents.category_of(change) is not None:
                number, _ = intents.note_removal(connection, change, person_id, LOST, now=now)
        if number is not None:
            intents.confirm_removals(connection, [number], now=now)
    intents.close_intents(connection, [each.id for each in closed])
    return unwritten


def _was_done(change: Change, seen: Slice) -> bool:
    """Whether the observation shows it."""
    if change.kind in _TAKES:
        return is_gone(change, seen)
    if change.kind in {"invite", "create_account"}:
        pending = any(each.state == "pending" for each in seen.invitations)
        return seen.account is not None or (change.kind == "invite" and pending)
    if change.kind == "restore_account":
        return seen.account is not None and seen.account.state == "active"
    if change.place_id is None:
        return seen.account is not None and seen.account.role == change.role
    return any((each.place_id, each.role) == (change.place_id, change.role) for each in seen.memberships)


def _change(facts: Facts, intent: Intent) -> Change:
    page = facts.page
    ledger = {held.place_id: held.place for held in page.standing.holdings}
    names = {**ledger, **page.wanted.names}
    return Change(
        kind=intent.kind,  # type: ignore[arg-type]
        platform=facts.platform.name,
        principal=Principal(page.person.kind, None, intent.email or page.person.user_name),
        person=page.person.key,
        user_name=page.person.user_name,
        place=names.get(intent.place_id or "", intent.place_id),
        place_id=intent.place_id,
        role=intent.role,
        object_id=intent.object_id,
        because=_reasons(facts, intent),
    )


def _reasons(facts: Facts, intent: Intent) -> tuple[Reason, ...]:
    own = facts.verdict.account or facts.page.standing.account
    if intent.place_id is None:
        return own.reasons if own is not None else ()
    held = (*facts.verdict.holdings, *facts.page.standing.holdings)
    return next((each.reasons for each in held if each.place_id == intent.place_id), ())


def _found(change: Change, facts: Facts, claim: Claim) -> Entry:
    return entry_of(change, facts.page, claim.requested_by, detail=LOST)


def _entries(facts: Facts, claim: Claim) -> Sequence[Entry]:
    page, verdict, own = facts.page, facts.verdict, facts.verdict.account
    notes: list[Entry] = []
    if own is not None:
        rule = own.reasons[0].rule if own.reasons else None
        note = note_of("", page, facts.platform.name, claim.requested_by, role=own.role, rule=rule)
        before = page.standing.account
        if verdict.adopted:
            notes.append(replace(note, action="account.adopted", detail="existing: adopt"))
        if before is not None and before.state == "invited" and own.state == "active":
            notes.append(replace(note, action="invitation.accepted"))
    notes += [
        note_of("leaver.returned", page, facts.platform.name, claim.requested_by, detail=each)
        for each in (*verdict.returned, *_back_by_itself(facts))
    ]
    notes += [
        note_of("drift.removed_by_hand", page, facts.platform.name, claim.requested_by, detail=each)
        for each in verdict.by_hand
    ]
    return notes


def _back_by_itself(facts: Facts) -> list[str]:
    """What the file let a leaver keep, an open invitation or a suspended account, and that opens something now."""
    before, own, policy = facts.page.standing.account, facts.verdict.account, facts.platform.rules.policy.offboarding
    if not facts.page.wanted.leaving or before is None or own is None or own.state != "active":
        return []
    accepted = before.state == "invited" and policy.invitations == "keep"
    how = ACCEPTED if accepted else RESTORED if before.state == "suspended" else None
    return [f"{how}: {own.email}"] if how is not None else []
