"""The sandbox as the conformance suite sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scim_bridge.access.connector import Connector, Gate, Surroundings
from scim_bridge.connectors.sandbox import SANDBOX, SandboxStore
from tests.connectors.bench import RETRY_AFTER, CountingGate, Fault, Plain

FAULTS: dict[Fault, tuple[Any, ...]] = {
    Fault.FAIL_ONCE: ("fail", 1),
    Fault.LOSE_ANSWER: ("lose-answer", 1),
    Fault.RATE_LIMIT: ("rate-limit", RETRY_AFTER),
    Fault.DOWN: ("down",),
    Fault.BREAK_LISTING: ("fail", 1, "list_memberships"),
    Fault.REJECT_CREDENTIAL: ("reject",),
    Fault.NO_SEATS: ("seats", 0),
}


class SandboxBench(Plain):
    """A sandbox of two open places and an archived one, in its own file."""

    type = SANDBOX
    platform = "sandbox"
    places = ("place_research", "place_production")
    closed_place: str | None = "place_attic"
    secret: str | None = None

    def __init__(self, folder: Path, **connection: Any) -> None:
        self.folder = folder
        self.connection = {"path": "sandbox.db", "places": ["research", "production"], "accept": "manual", **connection}
        self.store = SandboxStore(folder / "sandbox.db", ["research", "production", "attic"])
        self.store.show()
        self.connector(CountingGate()).places()
        self._before = len(self.store.calls())

    def connector(self, gate: Gate) -> Connector:
        return SANDBOX.make(self.connection, Surroundings(self.platform, gate, self.folder))

    def requests(self) -> int:
        return len(self.store.calls()) - self._before

    def requests_allowed(self, people: int, places: int) -> int:
        return 5

    def inject(self, fault: Fault) -> None:
        kind, *rest = FAULTS[fault]
        value, only = [*rest, None, None][:2]
        self.store.set_fault(kind, value, only=only)

    def heal(self) -> None:
        self.store.clear_faults()

    def add_account(self, email: str) -> str:
        return self.store.add_account(email)

    def add_untouchable(self, email: str) -> str:
        account_id = self.store.add_account(email, "owner")
        self.store.lock(email)
        return account_id

    def accept(self, email: str) -> str:
        return self.store.accept(email)

    def expire(self, email: str) -> None:
        self.store.expire(email)

    def pending(self, email: str) -> int:
        invitations = self.store.show()["invitations"]
        return sum(1 for i in invitations if (i["email"], i["state"]) == (email, "pending"))

    def accounts(self, email: str) -> int:
        return sum(1 for account in self.store.show()["accounts"] if account["email"] == email)

    def add_member(self, email: str, place_id: str, role: str) -> None:
        self.store.add_member(email, place_id, role)

    def times_removed(self, email: str, place_id: str) -> int:
        return self.store.history(email, place_id).count(None)

    def add_key(self, email: str, place_id: str) -> str:
        return self.store.add_key(email, place_id)

    def key_opens(self, key_id: str) -> bool:
        return any((key["id"], key["status"]) == (key_id, "active") for key in self.store.show()["keys"])
