"""What somebody asked to have done with single keys, carried out: the request is the intent, so that repeating is harmless.

A request is tried, read back by one look at all keys of the platform, and gone in the transaction that records its answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from scim_bridge.access.change import Outcome
from scim_bridge.access.errors import Conflict, PlatformError, Refused, Transient, Untouchable
from scim_bridge.audit.records import Entry, record
from scim_bridge.db import Database, utc_now
from scim_bridge.errors import DatabaseUnavailable
from scim_bridge.ledger import key_requests
from scim_bridge.ledger.credentials import note_restored, note_withdrawn
from scim_bridge.ledger.key_requests import KeyRequest
from scim_bridge.mapping.model import PlatformRules
from scim_bridge.reconcile.batch import Fate, unexpected
from scim_bridge.reconcile.inventory import take_inventory
from scim_bridge.reconcile.key_case import KeyCase, read_case
from scim_bridge.reconcile.platforms import Platform
from scim_bridge.work.claims import Claim, still_ours


def carry_out_requests(database: Database, platform: Platform, claims: Sequence[Claim]) -> list[Fate]:
    """Claimed keys of one platform. Raises nothing that concerns one of them alone."""
    deeds = [_Deed(database, platform, claim) for claim in claims]
    outage: Transient | None = None
    for deed in deeds:
        if outage is not None:
            deed.fate.transient = outage
            continue
        deed.carry_out()
        failed = deed.fate.transient
        outage = failed if failed is not None and failed.everybody else None
    done = [deed for deed in deeds if deed.outcome is not None]
    if done:
        _read_back(database, platform, done)
    return [deed.fate for deed in deeds]


def _read_back(database: Database, platform: Platform, done: Sequence[_Deed]) -> None:
    try:
        take_inventory(database, platform)
    except PlatformError as error:
        for deed in done:
            deed.fate.transient = error if isinstance(error, Transient) else Transient(str(error))
        return
    for deed in done:
        deed.finish()


class _Deed:
    """One request. `outcome` is what the platform answered; None when it was not reached, or said no."""

    def __init__(self, database: Database, platform: Platform, claim: Claim) -> None:
        self._database = database
        self._platform = platform
        self.fate = Fate(claim)
        self.outcome: Outcome | None = None
        with database.reading() as connection:
            self._request = key_requests.find(connection, platform.name, claim.key.subject)
            self._case = read_case(connection, platform.rules, claim.key.subject)

    def carry_out(self) -> None:
        if self._request is None:
            return  # answered already; only the mark was left
        if self._case is None:
            self._refused(self._request, None, Refused("No such key was ever seen on this platform."))
            return
        forbidden = self._case.forbidden(self._platform.rules.policy)
        if forbidden is not None:
            self._refused(self._request, self._case, Untouchable(forbidden))
        elif self._announce(self._request):
            self._call(self._request, self._case)
        else:
            self.fate.moved = True

    def _announce(self, request: KeyRequest) -> bool:
        """Whether it is still ours to do; if so, that it is about to be done is on disk."""
        with self._database.writing() as connection:
            if not still_ours(connection, self.fate.claim, now=utc_now()):
                return False
            key_requests.note_try(connection, request, now=utc_now())
            return True

    def _call(self, request: KeyRequest, case: KeyCase) -> None:
        try:
            self.outcome = self._platform.connector.apply(case.change(request.action, self._platform.capabilities))
        except Transient as error:
            self._without_effect(request, uncertain=error.uncertain)
            self.fate.transient = error
        except PlatformError as error:
            self._without_effect(request)
            if isinstance(error, Conflict):
                self.fate.transient = Transient(str(error))
            else:
                self._refused(request, case, error)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  a connector's bug; the try stays noted
            self.fate.transient = unexpected(error)

    def _without_effect(self, request: KeyRequest, *, uncertain: bool = False) -> None:
        if not uncertain and request.tried_at is None:
            with self._database.writing() as connection:
                key_requests.note_try(connection, request, now=None)

    def _refused(self, request: KeyRequest, case: KeyCase | None, error: PlatformError) -> None:
        self.fate.obstacles[str(error)] = request_entry(request, case, outcome=error.code, detail=str(error))

    def finish(self) -> None:
        """Read back: done, or still as it was."""
        request, outcome, now = self._request, self.outcome, utc_now()
        assert request is not None
        assert outcome is not None
        with self._database.writing() as connection:
            case = read_case(connection, self._platform.rules, request.key_id)
            opens = case is not None and case.key.usable
            if opens != (request.action == "restore_key"):
                state = "still opens something" if opens else "still opens nothing"
                self.fate.still_there.append(f"{words_of(request)}: it {state} after the platform said it was done")
                return
            if request.action == "restore_key":
                note_restored(connection, request.platform, request.key_id)
            elif case is not None and (outcome.changed or request.tried_at is not None):
                how = case.change(request.action, self._platform.capabilities).how
                note_withdrawn(connection, request.platform, request.key_id, status=case.key.status, now=now, how=how)
            key_requests.settle(connection, request)
            record(connection, [request_entry(request, case, detail=outcome.answer)], now=now)


def nothing_is_written(name: str, rules: PlatformRules | None) -> str | None:
    """Why nothing may be done at this platform; None when it may."""
    if rules is None:
        return f"No mapping file in force speaks of {name}: put {name}.yaml back, then retry."
    if rules.policy.mode == "plan":
        return f"{rules.file} is in mode plan, so nothing is written there. Set `mode: apply`, then retry."
    return None


def out_of_force(database: Database, name: str, claims: Sequence[Claim], why: str | None) -> list[Fate]:
    """Nothing is written at this platform now: requests wait for somebody, and say why."""
    fates = [Fate(claim) for claim in claims]
    with database.reading() as connection:
        for fate in fates:
            request = key_requests.find(connection, name, fate.claim.key.subject)
            if request is not None and why is not None:
                fate.obstacles[why] = request_entry(request, None, outcome="parked", detail=why)
    return fates


def words_of(request: KeyRequest) -> str:
    return request.action.replace("_", " ")


def request_entry(
    request: KeyRequest, case: KeyCase | None, *, action: str | None = None, outcome: str = "done", detail: str | None = None
) -> Entry:
    person = case.person if case is not None else None
    return Entry(
        action or request.action,
        case.whose if case is not None else request.key_id,
        subject_kind="person" if person is not None else "key",
        person_id=case.key.person_id if case is not None and person is not None else None,
        initiator=request.by,
        source=person.source if person is not None else None,
        platform=request.platform,
        place=case.place if case is not None else None,
        after={"object": request.key_id},
        outcome=outcome,
        detail=detail,
    )
