"""Misfortunes of the sandbox, on request: kept in its file, so that every process has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from scim_bridge.access.errors import NotPermitted, OutOfSeats, PlatformError, Refused, Transient
from scim_bridge.errors import UsageError

KINDS = {
    "down": None,
    "fail": "N",
    "lose-answer": "N",
    "rate-limit": "SECONDS",
    "slow": "SECONDS",
    "refuse": "EMAIL",
    "seats": "N",
    "reject": None,
}
"""Every kind of fault with what its value is; docs/connectors/sandbox.md says what each does."""
_COUNTED = {"fail", "lose-answer"}
_WRITES_ONLY = {"lose-answer", "refuse", "seats"}


@dataclass(frozen=True)
class Request:
    """One request as faults see it: `name` as the call log has it, `writes` when it changes something."""

    name: str
    writes: bool
    email: str | None = None
    joins: bool = False

    def meant_by(self, kind: str, only: str | None) -> bool:
        if kind in _WRITES_ONLY and not self.writes:
            return False
        return only in (None, self.name, "apply" if self.writes else "observe")


@dataclass(frozen=True)
class Fate:
    """What befalls one request: `stop` instead of its effect, or after it `slow` seconds and a lost answer."""

    stop: PlatformError | None = None
    slow: float = 0.0
    lost: bool = False

    def and_then(self, other: Fate) -> Fate:
        return Fate(self.stop or other.stop, self.slow + other.slow, self.lost or other.lost)


def set_fault(connection: sqlite3.Connection, kind: str, value: str | None, only: str | None, now: datetime) -> None:
    """Replaces a fault of the same kind (for `refuse`: of the same address). Raises `UsageError`."""
    checked = _checked(kind, value)
    remaining = int(checked) if kind in _COUNTED else None
    until = (now + timedelta(seconds=float(checked))).isoformat() if kind == "rate-limit" else None
    same = "kind = ? AND (kind <> 'refuse' OR value = ?)"
    connection.execute(f"DELETE FROM fault WHERE {same}", (kind, checked))  # noqa: S608  no outside text in it
    connection.execute(
        "INSERT INTO fault (kind, value, only, remaining, until) VALUES (?, ?, ?, ?, ?)",
        (kind, checked, only, remaining, until),
    )


def fate_of(connection: sqlite3.Connection, request: Request, now: datetime) -> Fate:
    """What befalls this request, counted down where the fault counts. The first that stops it is the last that counts."""
    fate = Fate()
    for fault in connection.execute("SELECT * FROM fault ORDER BY id").fetchall():
        if fate.stop is None and request.meant_by(fault["kind"], fault["only"]):
            fate = fate.and_then(_befall(connection, fault, request, now))
    return fate


def _befall(connection: sqlite3.Connection, fault: sqlite3.Row, request: Request, now: datetime) -> Fate:
    kind, value = fault["kind"], fault["value"]
    if kind in _COUNTED:
        _count_down(connection, fault)
    if kind == "lose-answer":
        return Fate(lost=True)
    if kind == "slow":
        return Fate(slow=float(value))
    if kind == "rate-limit":
        return Fate(_limited(connection, fault, now))
    if kind == "seats":
        return Fate(_full(connection, int(value)) if request.joins else None)
    if kind == "refuse":
        return Fate(_refused(value) if request.email is not None and request.email.casefold() == value else None)
    return Fate(_STOPS[kind]())


_STOPS: dict[str, Callable[[], PlatformError]] = {
    "down": lambda: Transient("The sandbox is down, on request. Try again later.", everybody=True),
    "fail": lambda: Transient("The sandbox answered with a passing error, on request. Try again."),
    "reject": lambda: NotPermitted("The sandbox rejects the bridge's credential, on request. Clear the fault."),
}


def _count_down(connection: sqlite3.Connection, fault: sqlite3.Row) -> None:
    connection.execute("UPDATE fault SET remaining = remaining - 1 WHERE id = ?", (fault["id"],))
    connection.execute("DELETE FROM fault WHERE remaining <= 0")


def _limited(connection: sqlite3.Connection, fault: sqlite3.Row, now: datetime) -> Transient | None:
    left = (datetime.fromisoformat(fault["until"]) - now).total_seconds()
    if left <= 0:
        connection.execute("DELETE FROM fault WHERE id = ?", (fault["id"],))
        return None
    return Transient("The sandbox limits requests, on request.", retry_after=left, everybody=True)


def _full(connection: sqlite3.Connection, seats: int) -> OutOfSeats | None:
    taken = connection.execute(
        "SELECT (SELECT count(*) FROM account) + (SELECT count(*) FROM invitation WHERE state = 'pending')"
    ).fetchone()[0]
    if taken < seats:
        return None
    return OutOfSeats(f"The sandbox has {seats} seats and all are taken; open invitations count. Free one or add seats.")


def _refused(email: str) -> Refused:
    return Refused(f"The sandbox refuses {email}, on request. Clear the fault to let the change through.")


def _checked(kind: str, value: str | None) -> str:
    if kind not in KINDS:
        raise UsageError(f"There is no fault {kind!r}. There are: {', '.join(kinds_with_values())}, clear.")
    wanted = KINDS[kind]
    if (wanted is None) != (value is None):
        raise UsageError(f"Write the fault as: {_written(kind)}.")
    if value is None:
        return ""
    if not _fits(wanted, value):
        raise UsageError(f"{value!r} does not fit: write the fault as {_written(kind)}.")
    return value.casefold()


def _fits(wanted: str | None, value: str) -> bool:
    if wanted == "EMAIL":
        return "@" in value
    try:
        number = int(value) if wanted == "N" else float(value)
    except ValueError:
        return False
    return 0 <= number < 1e6


def _written(kind: str) -> str:
    return f"{kind} {KINDS[kind] or ''}".strip()


def kinds_with_values() -> Iterable[str]:
    """Every fault as one writes it."""
    return [_written(kind) for kind in KINDS]
