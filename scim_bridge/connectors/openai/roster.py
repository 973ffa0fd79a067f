"""The accounts and invitations that a batch asks about, read with the fewest requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scim_bridge.access.observed import Account, Inquiry, Invitation
from scim_bridge.connectors.openai.catalogue import Catalogue
from scim_bridge.connectors.openai.client import AdminApi
from scim_bridge.connectors.openai.roles import OWNER
from scim_bridge.connectors.openai.rows import account, email_of, invitation, text

ADDRESSES = 50
"""How many addresses one request names, so that its URL stays within what servers and proxies take."""


class Roster:
    """The accounts of one batch. Addresses go together in one request, and only what they leave open is asked by id."""

    def __init__(self, api: AdminApi, catalogue: Catalogue, inquiries: Sequence[Inquiry]) -> None:
        self._api = api
        self._org = api.organization
        self._catalogue = catalogue
        self._asked = [each for each in inquiries if each.account_id or each.email]
        self._rows: dict[str, Any] = {}
        self._by_email: dict[str, Any] = {}
        self._whole = False
        """Whether `_rows` is the whole organization."""

    def read(self) -> None:
        groups = list(in_groups(self._spellings(), ADDRESSES))
        nameless = [each for each in self._asked if not each.email]
        if len(groups) + len(nameless) > self._api.page_count("users"):
            self._read_all()
            return
        for emails in groups:
            self._keep(self._api.filtered("users", self._org.users.list, emails=emails))
        self._read_by_id({each.account_id for each in self._asked if each.account_id} - self._rows.keys())
        if any(map(self._is_open, self._asked)) and self._catalogue.filter_minds_case():
            self._read_all()

    def _is_open(self, asked: Inquiry) -> bool:
        """Whether nobody was found of whom the filter may not have told: the address may be written otherwise there."""
        found = asked.account_id in self._rows or (asked.email or "").casefold() in self._by_email
        return bool(asked.email) and not found

    def _spellings(self) -> list[str]:
        """As written and in lower case, which will do for most, even if the filter minds case."""
        emails = [each.email for each in self._asked if each.email]
        return list(dict.fromkeys(each for email in emails for each in (email, email.lower())))

    def _read_by_id(self, ids: set[str]) -> None:
        """Those whose address is another one now, and those who are gone."""
        if len(ids) > self._api.page_count("users"):
            self._read_all()
            return
        self._keep(self._api.several("users", self._org.users.retrieve, ids, among=self._catalogue.user_rows))

    def _read_all(self) -> None:
        if not self._whole:
            self._keep(self._catalogue.user_rows())
            self._whole = True

    def _keep(self, rows: list[Any]) -> None:
        self._catalogue.note_users(rows)
        for row in rows:
            self._rows[text(row, "id", "users")] = self._by_email[email_of(row).casefold()] = row

    def of(self, inquiry: Inquiry) -> list[Account]:
        """By the ledger's id, by the whole address, or one of each when they differ."""
        found = [self._rows.get(inquiry.account_id or "")]
        found += [self._by_email.get(inquiry.email.casefold())] if inquiry.email else []
        return list({one.id: account(one) for one in found if one is not None}.values())

    def is_owner(self, account_id: str) -> bool:
        return account_id in self._rows and _is_owner(self._rows[account_id])

    def owners(self) -> frozenset[str]:
        """Everybody who owns the organization, and with it every project. There is no filter by role."""
        self._read_all()
        return frozenset(row.id for row in self._rows.values() if _is_owner(row))

    def invitations(self) -> tuple[Invitation, ...]:
        """Those to the addresses asked about: one whole listing, which takes no filter, and only if somebody needs it."""
        emails = {each.email.casefold() for each in self._asked if each.invitations and each.email}
        if not emails:
            return ()
        rows = self._api.pages("invitations", self._org.invites.list)
        return tuple(found for found in map(invitation, rows) if found and found.email.casefold() in emails)


def _is_owner(row: Any) -> bool:
    return bool(getattr(row, "role", None) == OWNER and getattr(row, "is_service_account", None) is not True)


def in_groups(those: Sequence[str], size: int) -> Iterable[list[str]]:
    return (list(those[start : start + size]) for start in range(0, len(those), size))
