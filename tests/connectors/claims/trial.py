"""One connector on one bench, and the few sentences that the claims are written in."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from scim_bridge.access.change import Change, ChangeKind, Outcome, Principal
from scim_bridge.access.errors import Conflict
from scim_bridge.access.observed import Account, Credential, Inquiry, Invitation, Observation
from tests.connectors.bench import Bench, CountingGate

ADA = "ada@example.com"
GRACE = "grace@example.com"
LINUS = "linus@example.com"


class Trial:
    """Changes and observes through the connector; `bench` is the platform itself."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.gate = CountingGate()
        self.connector = bench.connector(self.gate)
        self.can = self.connector.capabilities
        self.place, self.other_place = bench.places
        self.weak, self.strong = self.can.place_roles[0], self.can.place_roles[-1]

    # changing

    def change(self, kind: ChangeKind, email: str, account_id: str | None = None, **more: Any) -> Change:
        """A change about one person. `place` is a place id."""
        place_id = more.pop("place", None)
        return Change(
            kind, self.bench.platform, more.pop("principal", Principal("person", account_id, email)),
            person="1", user_name=email, place=place_id, place_id=place_id, **more,
        )

    def apply(self, kind: ChangeKind, email: str, account_id: str | None = None, **more: Any) -> Outcome:
        return self.connector.apply(self.change(kind, email, account_id, **more))

    def apply_again(self, kind: ChangeKind, email: str, account_id: str | None = None, **more: Any) -> None:
        """A repetition: it changes nothing, or cannot tell whether it would and says so."""
        with suppress(Conflict):
            assert not self.apply(kind, email, account_id, **more).changed

    def join(self, email: str, role: str | None = None) -> Outcome:
        """By the platform's own way of joining."""
        return self.apply(self.joining, email, role=role or self.can.account_roles[0])

    def join_again(self, email: str) -> None:
        self.apply_again(self.joining, email, role=self.can.account_roles[0])

    @property
    def joining(self) -> ChangeKind:
        if self.can.joining == "none":
            pytest.skip("nobody joins by this connector")
        return "invite" if self.can.joining == "invite" else "create_account"

    def invites(self) -> None:
        """The claim is about invitations."""
        if self.can.joining != "invite":
            pytest.skip("people join without an invitation")

    def joined(self, email: str) -> int:
        """How many invitations and accounts the platform has for an address."""
        return self.bench.pending(email) + self.bench.accounts(email)

    def admit(self, email: str, place: str | None = None, role: str | None = None) -> str:
        """Somebody has an account, and by hand a membership. Returns the account id."""
        account_id = self.bench.add_account(email)
        if place is not None:
            self.bench.add_member(email, place, role or self.weak)
        return account_id

    # observing

    def look(self, *emails: str, account_id: str | None = None) -> Observation:
        """Everything about these people, as somebody asks who means to take it all away."""
        inquiries = [Inquiry(email, account_id, places=None, credentials=True) for email in emails]
        return self.connector.observe(inquiries)

    def account(self, email: str) -> Account | None:
        return one(a for a in self.look(email).accounts if a.email.casefold() == email.casefold())

    def invitation(self, email: str) -> Invitation | None:
        found = [i for i in self.look(email).invitations if i.email.casefold() == email.casefold()]
        return one(i for i in found if i.state == "pending")

    def role(self, email: str, account_id: str, place: str | None = None) -> str | None:
        """The role that the connector sees in a place, None for no membership."""
        place_id = place or self.place
        held = self.look(email, account_id=account_id).memberships
        return one(m.role for m in held if m.principal_id == account_id and m.place_id == place_id)

    def key(self, key_id: str, email: str, account_id: str) -> Credential | None:
        return one(c for c in self.look(email, account_id=account_id).credentials if c.id == key_id)

    def key_seen_open(self, key_id: str, email: str, account_id: str) -> bool:
        key = self.key(key_id, email, account_id)
        return key is not None and key.usable


def one(found: Any) -> Any:
    """The only one of several, or None; two are a failure."""
    found = list(found)
    assert len(found) < 2, found
    return found[0] if found else None


class Claims:
    """What the classes of claims share: the trial, made of the bench that the subclass gives."""

    @pytest.fixture
    def trial(self, bench: Bench) -> Trial:
        return Trial(bench)
