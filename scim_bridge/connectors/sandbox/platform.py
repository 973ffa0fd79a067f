"""The sandbox as its API shows it: one method a request, each logged, each at the mercy of the faults."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from scim_bridge.access.errors import Conflict, Refused, Transient
from scim_bridge.connectors.sandbox import faults, state
from scim_bridge.connectors.sandbox.file import SandboxFile

INVITATION_LIFETIME = timedelta(days=21)

Rows = list[sqlite3.Row]


class SandboxPlatform:
    """Raises `PlatformError`s. `places` are the open ones: on first use others are archived.

    `clock` gives aware instants, `sleep` waits seconds.
    """

    def __init__(
        self,
        file: SandboxFile,
        places: Sequence[str],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._file = file
        self._undeclared: Sequence[str] | None = places
        self._clock = clock
        self._sleep = sleep

    # reading

    def retrieve(self) -> str:
        """The platform's own id."""
        with self._request("retrieve") as db:
            return str(db.execute("SELECT id FROM platform").fetchone()["id"])

    def list_places(self) -> Rows:
        with self._request("list_places") as db:
            return db.execute("SELECT * FROM place ORDER BY name").fetchall()

    def list_accounts(self, emails: Collection[str], ids: Collection[str]) -> Rows:
        """Accounts that have one of these addresses (case-folded), or one of these ids."""
        with self._request("list_accounts", people=len(emails)) as db:
            return db.execute(
                "SELECT * FROM account WHERE folded IN (SELECT value FROM json_each(?))"
                " OR id IN (SELECT value FROM json_each(?))", (_json(emails), _json(ids)),
            ).fetchall()

    def list_invitations(self, emails: Collection[str]) -> Rows:
        """Invitations of these addresses (case-folded) that are open, or ran out."""
        with self._request("list_invitations", people=len(emails)) as db:
            return db.execute(
                "SELECT * FROM invitation WHERE state IN ('pending', 'expired')"
                " AND folded IN (SELECT value FROM json_each(?))", (_json(emails),),
            ).fetchall()

    def list_memberships(self, account_ids: Collection[str]) -> Rows:
        with self._request("list_memberships", people=len(account_ids)) as db:
            return db.execute(
                "SELECT * FROM membership WHERE account_id IN (SELECT value FROM json_each(?))", (_json(account_ids),)
            ).fetchall()

    def list_administrators(self) -> Rows:
        """Rows of `account_id` and `place_id`; `place_id` is null for owners. Suspended accounts administer nothing."""
        with self._request("list_administrators") as db:
            return db.execute(
                "SELECT account_id, place_id FROM membership JOIN account ON account.id = account_id"
                " WHERE membership.role = 'admin' AND state = 'active'"
                " UNION ALL SELECT id, NULL FROM account WHERE role = 'owner' AND state = 'active'"
            ).fetchall()

    def list_keys(self, owner_ids: Collection[str] | None = None) -> Rows:
        """Keys of these owners or makers; None: every key."""
        with self._request("list_keys", owners=None if owner_ids is None else len(owner_ids)) as db:
            if owner_ids is None:
                return db.execute('SELECT * FROM "key" ORDER BY created_at, id').fetchall()
            return db.execute(
                'SELECT * FROM "key" WHERE owner_id IN (SELECT value FROM json_each(?)) ORDER BY created_at, id',
                (_json(owner_ids),),
            ).fetchall()

    # joining

    def invite(self, email: str, role: str, *, accepted_at_once: bool = False) -> tuple[str, str | None]:
        """The invitation's id, and the account's where it is accepted at once. `Conflict` when one is open."""
        with self._request("invite", writes=True, joins=True, email=email, role=role) as db:
            state.check_newcomer(db, email, role)
            if state.pending_invitation(db, email) is not None:
                raise Conflict(f"{email} is already invited.")
            invitation_id = state.new_id("inv")
            db.execute(
                "INSERT INTO invitation (id, email, folded, role, state, expires_at) VALUES (?, ?, ?, ?, 'pending', ?)",
                (invitation_id, email, email.casefold(), role, (self._clock() + INVITATION_LIFETIME).isoformat()),
            )
            return invitation_id, state.accept_invitation(db, invitation_id) if accepted_at_once else None

    def create_account(self, email: str, role: str) -> str:
        with self._request("create_account", writes=True, joins=True, email=email, role=role) as db:
            state.check_newcomer(db, email, role)
            return state.add_account(db, email, role)

    def cancel_invitation(self, invitation_id: str, email: str) -> bool:
        """Whether it was open. An accepted one is a `Conflict`: there is an account now."""
        with self._request("cancel_invitation", writes=True, email=email, id=invitation_id) as db:
            found = db.execute("SELECT state FROM invitation WHERE id = ?", (invitation_id,)).fetchone()
            if found is not None and found["state"] == "accepted":
                raise Conflict(f"The invitation of {email} was accepted meanwhile.")
            db.execute("UPDATE invitation SET state = 'cancelled' WHERE id = ?", (invitation_id,))
            return found is not None and found["state"] == "pending"

    # accounts

    def change_account_role(self, account_id: str, email: str, role: str) -> bool:
        """`Conflict` when there is no such account."""
        with self._request("change_account_role", writes=True, email=email, id=account_id, role=role) as db:
            state.check_role(role, state.ACCOUNT_ROLES)
            account = _account(db, account_id, email)
            if account["role"] == role:
                return False
            state.check_touchable(db, account, role, account["state"])
            db.execute("UPDATE account SET role = ? WHERE id = ?", (role, account_id))
            return True

    def suspend_account(self, account_id: str, email: str) -> bool:
        """An account that is gone opens nothing either: False."""
        with self._request("suspend_account", writes=True, email=email, id=account_id) as db:
            account = state.account_by_id(db, account_id)
            if account is None or account["state"] == "suspended":
                return False
            state.check_touchable(db, account, account["role"], "suspended")
            db.execute("UPDATE account SET state = 'suspended' WHERE id = ?", (account_id,))
            return True

    def restore_account(self, account_id: str, email: str) -> bool:
        """`Conflict` when there is no such account."""
        with self._request("restore_account", writes=True, email=email, id=account_id) as db:
            account = _account(db, account_id, email)
            if account["state"] == "active":
                return False
            state.check_touchable(db, account, account["role"], "active")
            db.execute("UPDATE account SET state = 'active' WHERE id = ?", (account_id,))
            return True

    def remove_account(self, account_id: str, email: str) -> bool:
        """Whether there was one. Its places go with it; its keys stay and go on opening what they open."""
        with self._request("remove_account", writes=True, email=email, id=account_id) as db:
            account = state.account_by_id(db, account_id)
            if account is None:
                return False
            state.check_touchable(db, account, None, None)
            db.execute("DELETE FROM membership WHERE account_id = ?", (account_id,))
            db.execute("DELETE FROM account WHERE id = ?", (account_id,))
            return True

    # places

    def add_member(self, account_id: str, email: str, place_id: str, role: str) -> bool:
        """False when the member has this role already; another role is a `Conflict`."""
        with self._request("add_member", writes=True, email=email, id=account_id, place=place_id, role=role) as db:
            state.check_role(role, state.PLACE_ROLES)
            state.check_open(db, place_id)
            _account(db, account_id, email)
            held = state.held_role(db, account_id, place_id)
            if held not in (None, role):
                raise Conflict(f"{email} is already {held} there.")
            if held is None:
                state.put_member(db, account_id, place_id, role)
            return held is None

    def update_member(self, account_id: str, email: str, place_id: str, role: str) -> bool:
        """`Conflict` when the account is no member there."""
        with self._request("update_member", writes=True, email=email, id=account_id, place=place_id, role=role) as db:
            state.check_role(role, state.PLACE_ROLES)
            state.check_open(db, place_id)
            held = state.held_role(db, account_id, place_id)
            if held is None:
                raise Conflict(f"{email} is not a member there.")
            if held != role:
                state.put_member(db, account_id, place_id, role)
            return held != role

    def remove_member(self, account_id: str, email: str, place_id: str) -> bool:
        with self._request("remove_member", writes=True, email=email, id=account_id, place=place_id) as db:
            return state.take_member(db, account_id, place_id)

    # keys

    def deactivate_key(self, key_id: str, email: str) -> bool:
        with self._request("deactivate_key", writes=True, email=email, id=key_id) as db:
            changed = """UPDATE "key" SET status = 'inactive' WHERE id = ? AND status = 'active'"""
            return db.execute(changed, (key_id,)).rowcount > 0

    def activate_key(self, key_id: str, email: str) -> bool:
        """False when it is active. One that ran out, or that is gone, is `Refused`."""
        with self._request("activate_key", writes=True, email=email, id=key_id) as db:
            found = db.execute('SELECT status FROM "key" WHERE id = ?', (key_id,)).fetchone()
            if found is None:
                raise Refused("There is no such key any more: whoever needs one makes a new one.")
            if found["status"] == "expired":
                raise Refused("The key has run out: whoever needs one makes a new one.")
            db.execute("""UPDATE "key" SET status = 'active' WHERE id = ?""", (key_id,))
            return bool(found["status"] != "active")

    def delete_key(self, key_id: str, email: str) -> bool:
        with self._request("delete_key", writes=True, email=email, id=key_id) as db:
            return db.execute('DELETE FROM "key" WHERE id = ?', (key_id,)).rowcount > 0

    # one request

    @contextmanager
    def _request(
        self, name: str, *, writes: bool = False, joins: bool = False, **args: Any
    ) -> Iterator[sqlite3.Connection]:
        """The effect is one transaction; the log another, before it: a request that fails was received all the same."""
        now = self._clock()
        with self._file.transaction() as db:
            if self._undeclared is not None:
                state.declare_places(db, self._undeclared)
            state.expire(db, now)
            state.log(db, name, args, now)
            fate = faults.fate_of(db, faults.Request(name, writes, args.get("email"), joins), now)
        self._undeclared = None
        if fate.stop is not None:
            raise fate.stop
        with self._file.transaction() as db:
            yield db
        self._sleep(fate.slow)
        if fate.lost:
            raise Transient("The sandbox's answer was lost, on request.", uncertain=True)


def _account(db: sqlite3.Connection, account_id: str, email: str) -> sqlite3.Row:
    account = state.account_by_id(db, account_id)
    if account is None:
        raise Conflict(f"The account of {email} is no longer there.")
    return account


def _json(values: Collection[str]) -> str:
    return json.dumps(sorted(values))
