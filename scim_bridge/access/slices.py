"""One observation cut into a slice for each person. Addresses are compared whole, without case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from scim_bridge.access.group import as_account
from scim_bridge.access.observed import Inquiry, Observation
from scim_bridge.access.standing import Slice

K = TypeVar("K")
T = TypeVar("T")


class Slices:
    """An observation, indexed once, so that cutting a slice costs by the person's share."""

    def __init__(self, observation: Observation) -> None:
        self._accounts = {each.id: each for each in observation.accounts}
        self._by_email = {each.email.casefold(): each for each in observation.accounts if each.email}
        self._invitations = _grouped([(each.email.casefold(), each) for each in observation.invitations])
        self._groups = {each.id: each for each in map(as_account, observation.groups)}
        self._memberships = _grouped([((each.principal_kind, each.principal_id), each) for each in observation.memberships])
        self._credentials = _grouped([(each.owner_id, each) for each in observation.credentials])

    def of(self, asked: Inquiry) -> Slice:
        """The slice of whoever was asked about."""
        return self._of_group(asked) if asked.kind == "group" else self._of_person(asked)

    def _of_person(self, asked: Inquiry) -> Slice:
        """By e-mail address only while no account is known."""
        address, account_id = (asked.email or "").casefold(), asked.account_id
        account = self._accounts.get(account_id) if account_id is not None else self._by_email.get(address)
        owner = account_id or (account.id if account is not None else None)
        invited = account.email.casefold() if account is not None else address
        return Slice(
            account=account,
            invitations=tuple(self._invitations.get(invited, ())) if invited else (),
            memberships=tuple(self._memberships.get(("person", owner), ())) if owner is not None else (),
            credentials=tuple(self._credentials.get(owner, ())) if owner is not None else (),  # keys of nobody are nobody's
        )

    def _of_group(self, asked: Inquiry) -> Slice:
        """By its exact name only while its id is not known."""
        named = (each for each in self._groups.values() if each.email == asked.email)
        found = self._groups.get(asked.account_id) if asked.account_id is not None else next(named, None)
        return Slice(account=found, memberships=tuple(self._memberships.get(("group", found.id), ())) if found is not None else ())


def _grouped(pairs: Iterable[tuple[K, T]]) -> dict[K, list[T]]:
    found: dict[K, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)
