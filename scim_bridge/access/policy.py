"""What one mapping file says beside its rules: accounts, leaving, moving, protection, brake, mode, drift."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

KeyFate = Literal["withdraw", "delete", "keep", "report"]
AccountEnding = Literal["remove", "suspend", "keep"]


@dataclass(frozen=True)
class Accounts:
    role: str
    existing: Literal["adopt", "leave"] = "leave"
    email: Literal["primary", "work", "userName"] = "primary"


@dataclass(frozen=True)
class KeyException:
    """One key that leaving and moving spare, with why and until when. `line` is where the file says so."""

    id: str
    reason: str
    until: date
    line: int = 1

    def is_due(self, today: date) -> bool:
        """Whether its last day is over: from then on it is reported. The key is spared all the same, until somebody decides."""
        return today > self.until


@dataclass(frozen=True)
class Offboarding:
    account: AccountEnding = "remove"
    invitations: Literal["cancel", "keep"] = "cancel"
    personal_keys: KeyFate = "withdraw"
    shared_keys: KeyFate = "report"
    keep: tuple[KeyException, ...] = ()

    def exception_for(self, key_id: str) -> KeyException | None:
        """The exception this key is under, due or not."""
        return next((each for each in self.keep if each.id == key_id), None)

    def fate_of(self, kind: Literal["personal", "shared"]) -> KeyFate:
        """What becomes of a leaver's keys of this kind, exceptions aside."""
        return self.personal_keys if kind == "personal" else self.shared_keys


@dataclass(frozen=True)
class Brake:
    """People who lose something, role drops and withdrawn keys are counted apart, each against these limits."""

    floor: int = 5
    share: float = 0.3
    number: int = 500
    gains: int = 200
    window: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class Policy:
    accounts: Accounts
    offboarding: Offboarding = field(default_factory=Offboarding)
    moving_keys: KeyFate = "report"
    protect: frozenset[str] = frozenset()
    """E-mail addresses (case-folded) or platform ids (as given, and case-folded) that are never changed."""
    brake: Brake = field(default_factory=Brake)
    mode: Literal["plan", "apply"] = "plan"
    drift: Literal["report", "repair"] = "report"

    def protects(self, email: str | None, principal_id: str | None) -> bool:
        """Whether this principal is one that the file says never to change."""
        return any(name and name.casefold() in self.protect for name in (email, principal_id))
