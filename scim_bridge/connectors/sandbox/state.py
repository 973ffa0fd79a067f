"""What requests and people's hands have in common: the sandbox's rows, and the rules that hold for both."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from scim_bridge.access.errors import Conflict, Refused, UnknownPlace, Untouchable

ACCOUNT_ROLES = ("user", "owner")
PLACE_ROLES = ("member", "admin")
CALLS_KEPT = 10_000


def new_id(prefix: str) -> str:
    return f"{prefix}_{uuid4().hex[:16]}"


def log(db: sqlite3.Connection, method: str, args: Mapping[str, Any], now: datetime) -> None:
    """Note a request. The newest 10,000 are kept."""
    made = db.execute(
        "INSERT INTO call (method, args, at) VALUES (?, ?, ?)", (method, json.dumps(args), now.isoformat())
    )
    db.execute("DELETE FROM call WHERE id <= ?", ((made.lastrowid or 0) - CALLS_KEPT,))


def expire(db: sqlite3.Connection, now: datetime) -> None:
    """Let the invitations and keys run out whose time is over."""
    db.execute(
        "UPDATE invitation SET state = 'expired' WHERE state = 'pending' AND expires_at <= ?", (now.isoformat(),)
    )
    db.execute("""UPDATE "key" SET status = 'expired' WHERE status <> 'expired' AND expires_at <= ?""", (now.isoformat(),))


def declare_places(db: sqlite3.Connection, names: Iterable[str]) -> None:
    """These places are open and all others archived."""
    declared = json.dumps(list(names))
    make_places(db, names)
    db.execute("UPDATE place SET open = name IN (SELECT value FROM json_each(?))", (declared,))


def make_places(db: sqlite3.Connection, names: Iterable[str]) -> None:
    """Make those that are missing. The id follows from the name."""
    for name in names:
        db.execute(
            "INSERT INTO place (id, name, open) VALUES (?, ?, 1) ON CONFLICT DO NOTHING", (f"place_{name}", name)
        )


def account_by_id(db: sqlite3.Connection, account_id: str | None) -> sqlite3.Row | None:
    return _one(db, "SELECT * FROM account WHERE id = ?", account_id)


def account_by_email(db: sqlite3.Connection, email: str) -> sqlite3.Row | None:
    """Compared whole, without case."""
    return _one(db, "SELECT * FROM account WHERE folded = ?", email.casefold())


def pending_invitation(db: sqlite3.Connection, email: str) -> sqlite3.Row | None:
    return _one(db, "SELECT * FROM invitation WHERE state = 'pending' AND folded = ?", email.casefold())


def held_role(db: sqlite3.Connection, account_id: str, place_id: str) -> str | None:
    found = db.execute(
        "SELECT role FROM membership WHERE account_id = ? AND place_id = ?", (account_id, place_id)
    ).fetchone()
    return found["role"] if found else None


def add_account(db: sqlite3.Connection, email: str, role: str) -> str:
    account_id = new_id("acct")
    db.execute(
        "INSERT INTO account (id, email, folded, role, state) VALUES (?, ?, ?, ?, 'active')",
        (account_id, email, email.casefold(), role),
    )
    return account_id


def accept_invitation(db: sqlite3.Connection, invitation_id: str) -> str:
    """The person takes it: returns the new account's id."""
    invitation = db.execute("SELECT * FROM invitation WHERE id = ?", (invitation_id,)).fetchone()
    db.execute("UPDATE invitation SET state = 'accepted' WHERE id = ?", (invitation_id,))
    return add_account(db, invitation["email"], invitation["role"])


def put_member(db: sqlite3.Connection, account_id: str, place_id: str, role: str) -> None:
    """One statement, so that a change of role has no moment without membership."""
    db.execute(
        "INSERT INTO membership (account_id, place_id, role) VALUES (?, ?, ?)"
        " ON CONFLICT (account_id, place_id) DO UPDATE SET role = excluded.role", (account_id, place_id, role),
    )


def take_member(db: sqlite3.Connection, account_id: str, place_id: str) -> bool:
    """Whether there was a membership. Keys made there stay."""
    gone = db.execute("DELETE FROM membership WHERE account_id = ? AND place_id = ?", (account_id, place_id))
    return gone.rowcount > 0


# What the platform forbids.


def check_newcomer(db: sqlite3.Connection, email: str, role: str) -> None:
    check_role(role, ACCOUNT_ROLES)
    if "@" not in email:
        raise Refused(f"{email!r} is not an e-mail address.")
    if account_by_email(db, email) is not None:
        raise Conflict(f"{email} already has an account.")


def check_role(role: str | None, roles: tuple[str, ...]) -> None:
    if role not in roles:
        raise Refused(f"The sandbox has no role {role!r} there; it has {' and '.join(roles)}.")


def check_open(db: sqlite3.Connection, place_id: str | None) -> None:
    place = _one(db, "SELECT * FROM place WHERE id = ?", place_id)
    if place is None:
        raise UnknownPlace(f"The sandbox has no place {place_id!r}. Add its name to `places` of the connection.")
    if not place["open"]:
        raise UnknownPlace(f"The place {place['name']} is archived. Add it to `places` of the connection to open it.")


def check_touchable(db: sqlite3.Connection, account: sqlite3.Row, role: str | None, state: str | None) -> None:
    """Nobody may change a locked account, nor take the last owner. `role` and `state` are the ones to be, None: gone."""
    if account["locked"]:
        raise Untouchable(f"{account['email']}: {account['locked']}")
    is_owner = (account["role"], account["state"]) == ("owner", "active")
    if is_owner and (role, state) != ("owner", "active") and _owners(db) == 1:
        raise Untouchable(f"{account['email']} is the last owner. Make somebody else an owner first.")


def _owners(db: sqlite3.Connection) -> int:
    counted = db.execute("SELECT count(*) FROM account WHERE role = 'owner' AND state = 'active'").fetchone()
    return int(counted[0])


def _one(db: sqlite3.Connection, statement: str, value: str | None) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute(statement, (value,)).fetchone()
    return found
