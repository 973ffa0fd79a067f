"""One observation cut into a slice for each person. Addresses are compared whole, without case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from scim_bridge.access.observed import Observation
from scim_bridge.access.standing import Slice

T = TypeVar("T")


class Slices:
    """An observation, indexed once, so that cutting a slice costs by the person's share."""

    def __init__(self, observation: Observation) -> None:
        self._accounts = {each.id: each for each in observation.accounts}
        self._by_email = {each.email.casefold(): each for each in observation.accounts if each.email}
        self._invitations = _grouped([(each.email.casefold(), each) for each in observation.invitations])
        people = [each for each in observation.memberships if each.principal_kind == "person"]
        self._memberships = _grouped([(each.principal_id, each) for each in people])
        self._credentials = _grouped([(each.owner_id, each) for each in observation.credentials])

    def of(self, *, email: str | None, account_id: str | None) -> Slice:
        """The slice of whoever has this account; by e-mail address only while no account is known."""
        address = (email or "").casefold()
        account = self._accounts.get(account_id) if account_id is not None else self._by_email.get(address)
        owner = account_id or (account.id if account is not None else None)
        invited = account.email.casefold() if account is not None else address
        return Slice(
            account=account,
            invitations=tuple(self._invitations.get(invited, ())) if invited else (),
            memberships=tuple(self._memberships.get(owner, ())) if owner is not None else (),
            credentials=tuple(self._credentials.get(owner, ())) if owner is not None else (),  # keys of nobody are nobody's
        )


def _grouped(pairs: Iterable[tuple[str | None, T]]) -> dict[str | None, list[T]]:
    found: dict[str | None, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)
