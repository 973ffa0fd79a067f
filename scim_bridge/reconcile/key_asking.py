"""Asking for one key to be withdrawn or restored: a plan like any other, and doing it in somebody's name."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from scim_bridge.access.change import Change
from scim_bridge.access.plan import digest_of, make_plan
from scim_bridge.audit.records import record, records
from scim_bridge.db import Connection, Database, utc_now
from scim_bridge.errors import BridgeError, NotFoundError
from scim_bridge.ledger import key_requests
from scim_bridge.ledger.key_requests import Action, KeyRequest
from scim_bridge.ledger.pauses import is_paused
from scim_bridge.reconcile.hand import Hand
from scim_bridge.reconcile.key_case import KeyCase, read_case
from scim_bridge.reconcile.key_deeds import nothing_is_written, request_entry, words_of
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.views.keys import Key as SeenKey
from scim_bridge.reconcile.views.keys import keys
from scim_bridge.work import pace, slate
from scim_bridge.work.marks import Key, mark

PATIENCE = timedelta(seconds=2)
"""What is tried again within this time is waited for; what waits longer is left to the worker."""
LONGEST = timedelta(minutes=2)
IDLE_SECONDS = 0.05


@dataclass(frozen=True)
class KeyPlan:
    """What would be done with one key, and what stands in the way. Nothing is written by making it."""

    action: Action
    key: SeenKey
    case: KeyCase
    change: Change
    protected: bool
    refusal: str | None
    """Why it is not to be had."""
    nothing_to_do: str | None
    """How it is already."""
    notes: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Another one as soon as what a person decides by has changed: whose it is, whether it opens, what spares it."""
        exception = str(self.key.exception) if self.key.exception is not None else None
        seen = [self.key.person, self.key.left, self.key.usable, exception]
        return digest_of([make_plan([self.change]).digest, json.dumps(seen)])

    def as_json(self) -> dict[str, Any]:
        """`keys withdraw --json` and `keys restore --json` without a name: the shape of `plan --json`, and more."""
        free = self.refusal is None and self.nothing_to_do is None
        return {
            **make_plan([self.change] if free else []).as_json(),
            "digest": self.digest,
            "key": self.key.as_json(),
            "protected": self.protected,
            "refusal": self.refusal,
            "nothing_to_do": self.nothing_to_do,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Done:
    """What came of it. `state` is `done`, or the work's: `parked`, `delayed`, `due`, `running`."""

    state: str
    answer: str

    @property
    def done(self) -> bool:
        return self.state == "done"


def plan_key(database: Database, platforms: Platforms, action: Action, platform: str, key_id: str) -> KeyPlan:
    """By the books as they are. Raises `NotFoundError` when the key was never seen there, and what no file speaks of is refused."""
    found = keys(database, platforms, platform=platform, key_id=key_id)
    rules = platforms.rules().platforms.get(platform)
    silent = nothing_is_written(platform, rules)
    if not found:
        raise NotFoundError(f'No key "{key_id}" was ever seen on {platform}.')
    if rules is None:
        raise BridgeError(str(silent))
    with database.reading() as connection:
        case = read_case(connection, rules, key_id)
        asked = key_requests.find(connection, platform, key_id)
    assert case is not None
    case = replace(case, place=found[0].place)
    can, now = platforms.capabilities(rules), utc_now()
    forbidden = case.forbidden(rules.policy)
    already = _already(action, found[0])
    refusal = silent or forbidden or (case.impossible(action, can, now) if already is None else None)
    return KeyPlan(
        action,
        found[0],
        case,
        case.change(action, can),
        protected=forbidden is not None and case.key.ours is None,
        refusal=refusal,
        nothing_to_do=already if refusal is None and asked is None else None,  # an open request is overtaken by this one
        notes=_notes(action, found[0], rules.file, final=case.change(action, can).how == "delete" or not can.keys_restorable),
    )


def _already(action: Action, key: SeenKey) -> str | None:
    if key.usable == (action == "restore_key"):
        return f"The key is {key.status} already: it opens {'what it opened' if key.usable else 'nothing'}."
    return None


def _notes(action: Action, key: SeenKey, file: str, *, final: bool) -> tuple[str, ...]:
    """What somebody should know before they put their name to it."""
    notes = []
    if key.exception is not None:
        notes.append(f"{file}: {key.exception}.")
    if action == "restore_key":
        if key.left and key.exception is None:
            notes.append(
                f"{key.person} has left: the next look at them goes by `offboarding.keys` again. To keep it, give it an entry "
                f"under `offboarding.keys.keep` in {file} first."
            )
        return tuple(notes)
    if key.kind == "shared":
        notes.append("It is a shared key: what runs on it stops.")
    elif key.person is not None and not key.left:
        notes.append(f"{key.person} is active: what they run with it stops.")
    if final:
        notes.append("It cannot be given back: this platform has no way to.")
    return tuple(notes)


def ask(database: Database, plan: KeyPlan, by: str) -> datetime:
    """Write down who asked for it, and make it work for the hand, before all else that is due. Returns when."""
    now = utc_now()
    request = KeyRequest(plan.key.platform, plan.key.id, plan.action, by, now)

    def write(connection: Connection) -> None:
        key_requests.ask(connection, request)
        asked = f"{words_of(request)}, plan {plan.digest}"
        record(connection, [request_entry(request, plan.case, action="key.requested", detail=asked)], now=now)
        mark(connection, [Key(request.platform, "key", request.key_id)], now=now, urgent=True)
        slate.retry(connection, now=now, platform=request.platform, subjects=[request.key_id], kind="key")
        pace.resume(connection, request.platform)

    database.write(write)
    return now


def work_on(database: Database, hand: Hand, plan: KeyPlan, *, since: datetime) -> Done:
    """Work until it is answered, parked or put off for longer. A worker beside it may be the one who does it."""
    until = utc_now() + LONGEST
    while True:
        if hand.step(plan.key.platform, ("key",)):
            continue
        item = _item(database, plan)
        now = utc_now()
        if item is None:
            return Done("done", _answer(database, plan, since))
        with database.reading() as connection:
            paused = is_paused(connection, plan.key.platform)
        if paused:
            return Done(item.state, f"The platform is paused; it is done once somebody resumes {plan.key.platform}.")
        soon = item.state in {"due", "running"} or (item.state == "delayed" and item.due_at <= now + PATIENCE)
        if now >= until or not soon:
            return Done(item.state, item.reason or "It waits for its turn.")
        time.sleep(IDLE_SECONDS)


def _item(database: Database, plan: KeyPlan) -> slate.Item | None:
    with database.reading() as connection:
        items = slate.unsettled(connection, now=utc_now(), platform=plan.key.platform)
    return next((each for each in items if (each.key.kind, each.key.subject) == ("key", plan.key.id)), None)


def _answer(database: Database, plan: KeyPlan, since: datetime) -> str:
    """What the platform said, as the audit has it."""
    with database.reading() as connection:
        found = records(connection, since=since, limit=1000)
    mine = [each for each in found if each.platform == plan.key.platform and (each.after or {}).get("object") == plan.key.id]
    return next((each.detail or "" for each in mine if each.action == plan.action), "done")
