"""The sandbox as people handle it: what `scim-bridge sandbox` shows and does. Passes no gate, meets no fault."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scim_bridge.connectors.sandbox import faults, state
from scim_bridge.connectors.sandbox.file import SandboxFile
from scim_bridge.connectors.sandbox.platform import SandboxPlatform
from scim_bridge.errors import NotFoundError, UsageError


class SandboxStore:
    """People are named by e-mail address, whole and without case; places by name or id.

    `places` are opened if the file does not have them yet. Methods raise `NotFoundError` with what there is,
    `UsageError`, or `PlatformError` when the file cannot be used.
    """

    def __init__(
        self, path: Path, places: Sequence[str] = (), clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._file = SandboxFile(path)
        self._places = tuple(places)
        self._clock = clock

    def show(self) -> dict[str, list[dict[str, Any]]]:
        """The whole state, in the fixed shape of `scim-bridge sandbox show --json`."""
        with self._hands() as db:
            return {part: [dict(row) for row in db.execute(statement)] for part, statement in _SHOWN.items()}

    # people

    def accept(self, email: str) -> str:
        """The person accepts the open invitation. Returns the account id."""
        with self._hands() as db:
            invitation = state.pending_invitation(db, email)
            if invitation is None:
                pending = _column(db, "SELECT email FROM invitation WHERE state = 'pending' ORDER BY email")
                raise NotFoundError(f"No invitation of {email} is open; {_listed('open', pending)}.")
            return state.accept_invitation(db, invitation["id"])

    def expire(self, email: str) -> None:
        """The person's open invitation runs out now."""
        with self._hands() as db:
            db.execute(
                "UPDATE invitation SET state = 'expired' WHERE state = 'pending' AND folded = ?", (email.casefold(),)
            )

    def add_account(self, email: str, role: str = "user") -> str:
        """Somebody has an account, also where there was one. Returns its id."""
        _check_role(role, state.ACCOUNT_ROLES)
        _check_address(email)
        with self._hands() as db:
            found = state.account_by_email(db, email)
            if found is None:
                return state.add_account(db, email, role)
            db.execute("UPDATE account SET role = ? WHERE id = ?", (role, found["id"]))
            return str(found["id"])

    def lock(self, email: str, why: str = "locked by hand; no API call can change this account.") -> None:
        """No API call can change or remove this account any more, as administrators elsewhere."""
        with self._hands() as db:
            db.execute("UPDATE account SET locked = ? WHERE id = ?", (why, _account(db, email)["id"]))

    def remove_account(self, email: str) -> None:
        """Gone, with its places. Its keys stay."""
        with self._hands() as db:
            account_id = _account(db, email)["id"]
            db.execute("DELETE FROM membership WHERE account_id = ?", (account_id,))
            db.execute("DELETE FROM account WHERE id = ?", (account_id,))

    # places

    def add_member(self, email: str, place: str, role: str = "member") -> str:
        """As a human would by hand; makes the account where there is none. Returns the account id."""
        _check_role(role, state.PLACE_ROLES)
        _check_address(email)
        with self._hands() as db:
            place_id = _place_id(db, place)
            found = state.account_by_email(db, email)
            account_id = found["id"] if found else state.add_account(db, email, "user")
            state.put_member(db, account_id, place_id, role)
            return str(account_id)

    def remove_member(self, email: str, place: str) -> bool:
        """Whether the person was in."""
        with self._hands() as db:
            return state.take_member(db, _account(db, email)["id"], _place_id(db, place))

    def history(self, email: str, place: str) -> list[str | None]:
        """The roles this account has had there, one after the other; None where it had none."""
        with self._hands() as db:
            ids = (_account(db, email)["id"], _place_id(db, place))
            return _column(db, "SELECT role FROM history WHERE account_id = ? AND place_id = ? ORDER BY id", ids)

    # keys

    def add_key(
        self, email: str, place: str, *, shared: bool = False, service_account: str | None = None,
        expires_at: datetime | None = None,
    ) -> str:
        """The person makes a key there, for themselves, to be shared or for a service account. Returns its id."""
        with self._hands() as db:
            account = _account(db, email)
            kind = "shared" if shared or service_account else "personal"
            return self._put_key(db, _place_id(db, place), kind, account, service_account, expires_at)

    def add_shared_key(self, place: str, *, service_account: str | None = None) -> str:
        """A key of the place itself or of a service account, made by nobody known. Returns its id."""
        with self._hands() as db:
            return self._put_key(db, _place_id(db, place), "shared", None, service_account, None)

    def block_key(self, key_id: str) -> None:
        """Somebody sets the key inactive, by hand."""
        with self._hands() as db:
            db.execute("""UPDATE "key" SET status = 'inactive' WHERE id = ?""", (key_id,))

    def unblock_key(self, key_id: str) -> None:
        """Somebody sets the key active, by hand."""
        with self._hands() as db:
            db.execute("""UPDATE "key" SET status = 'active' WHERE id = ?""", (key_id,))

    def _put_key(
        self, db: sqlite3.Connection, place_id: str, kind: str, maker: sqlite3.Row | None, service_account: str | None,
        expires_at: datetime | None,
    ) -> str:
        key_id = state.new_id("key")
        owner = (maker["id"], maker["email"]) if maker else (None, None)
        ends = expires_at.isoformat() if expires_at is not None else None
        hint, now = f"sbx-...{state.new_id('')[-4:]}", self._clock().isoformat()
        db.execute(
            'INSERT INTO "key" (id, kind, owner_id, owner_email, place_id, status, hint, created_at, expires_at, service_account)'
            " VALUES (?, ?, ?, ?, ?, 'active', ?, ?, ?, ?)",
            (key_id, kind, *owner, place_id, hint, now, ends, service_account),
        )
        return key_id

    # faults and calls

    def set_fault(self, kind: str, value: str | float | None = None, *, only: str | None = None) -> None:
        """See `faults.KINDS`. `only`: `observe`, `apply`, or one request as the call log names it. `clear` ends all."""
        if kind == "clear":
            return self.clear_faults()
        _check_only(only)
        with self._hands() as db:
            return faults.set_fault(db, kind, None if value is None else str(value), only, self._clock())

    def clear_faults(self) -> None:
        with self._hands() as db:
            db.execute("DELETE FROM fault")

    def faults(self) -> list[dict[str, Any]]:
        """The faults that are set: `kind`, `value`, `only`, `remaining`."""
        with self._hands() as db:
            return [dict(row) for row in db.execute("SELECT kind, value, only, remaining FROM fault ORDER BY id")]

    def calls(self, method: str | None = None) -> list[dict[str, Any]]:
        """The requests received, oldest first, the newest 10,000: `method`, `args`, `at`. Hands make none."""
        with self._hands() as db:
            rows = db.execute("SELECT method, args, at FROM call ORDER BY id").fetchall()
        named = [row for row in rows if method in (None, row["method"])]
        return [{"method": row["method"], "args": json.loads(row["args"]), "at": row["at"]} for row in named]

    @contextmanager
    def _hands(self) -> Iterator[sqlite3.Connection]:
        with self._file.transaction() as db:
            state.make_places(db, self._places)
            state.expire(db, self._clock())
            yield db


_SHOWN = {
    "accounts": "SELECT email, role, state FROM account ORDER BY folded",
    "invitations": "SELECT email, state FROM invitation ORDER BY rowid",
    "memberships": "SELECT email, place.name AS place, membership.role FROM membership"
    " JOIN account ON account.id = account_id JOIN place ON place.id = place_id ORDER BY folded, place.name",
    "keys": 'SELECT "key".id, owner_email AS owner, place.name AS place, status FROM "key"'
    ' JOIN place ON place.id = place_id ORDER BY created_at, "key".id',
}
_ONLY = ("observe", "apply", *(name for name in vars(SandboxPlatform) if not name.startswith("_")))


def _account(db: sqlite3.Connection, email: str) -> sqlite3.Row:
    account = state.account_by_email(db, email)
    if account is None:
        emails = _column(db, "SELECT email FROM account ORDER BY folded")
        raise NotFoundError(f"{email} has no account in this sandbox; {_listed('accounts', emails)}.")
    return account


def _place_id(db: sqlite3.Connection, place: str) -> str:
    found = db.execute("SELECT id FROM place WHERE name = ? OR id = ?", (place, place)).fetchone()
    if found is None:
        names = _column(db, "SELECT name FROM place ORDER BY name")
        raise NotFoundError(f"This sandbox has no place {place!r}; {_listed('places', names)}.")
    return str(found["id"])


def _column(db: sqlite3.Connection, statement: str, values: Sequence[Any] = ()) -> list[Any]:
    return [row[0] for row in db.execute(statement, values)]


def _listed(what: str, names: Sequence[str], most: int = 20) -> str:
    """What there is, for somebody who misspelt it."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{what}: {', '.join(names[:most])}{more}" if names else f"{what}: none"


def _check_role(role: str, roles: Sequence[str]) -> None:
    if role not in roles:
        raise UsageError(f"There is no role {role!r} there; {_listed('roles', roles)}.")


def _check_address(email: str) -> None:
    if "@" not in email:
        raise UsageError(f"{email!r} is not an e-mail address.")


def _check_only(only: str | None) -> None:
    if only is not None and only not in _ONLY:
        raise UsageError(f"A fault cannot be limited to {only!r}; {_listed('it can be to', _ONLY)}.")
