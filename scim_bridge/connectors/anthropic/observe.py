"""Who holds what at Anthropic, asked with the fewest requests.

A few people are asked for one by one (by id, or with the e-mail filter), many with the whole listing: whichever takes
fewer requests, by how many pages the listing had the last time. Nothing that no inquiry needs is asked for at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from scim_bridge.access.observed import Account, Credential, Inquiry, Invitation, Membership, Observation
from scim_bridge.connectors.anthropic.client import AdminApi, broken_off
from scim_bridge.connectors.anthropic.roles import ADMIN, CHANGEABLE, INHERITED, WORKSPACE_ADMIN
from scim_bridge.connectors.listings import Gone

OPEN_INVITATIONS = ("pending", "expired")


def text(row: Any, name: str, listing: str) -> str:
    """A field that must be there. The SDK builds objects without checking them."""
    value = getattr(row, name, None)
    if not isinstance(value, str) or not value:
        broken_off(listing)
    return value


def account(row: Any) -> Account:
    role = text(row, "role", "users")
    untouchable = None
    if role not in CHANGEABLE:
        untouchable = f"The organization role {role} can be changed or removed in the Claude Console only, not by API."
    return Account(text(row, "id", "users"), text(row, "email", "users"), role, untouchable=untouchable)


def invitation(row: Any) -> Invitation | None:
    """None for one that was accepted or deleted: older servers do not filter by status."""
    status = text(row, "status", "invites")
    if status not in OPEN_INVITATIONS:
        return None
    return Invitation(
        text(row, "id", "invites"), text(row, "email", "invites"), text(row, "role", "invites"),
        "pending" if status == "pending" else "expired", moment(row, "expires_at"),
    )


def credential(row: Any, emails: Mapping[str, str]) -> Credential:
    """A key; personal when a person made it and it does not act for a service account."""
    maker, principal = getattr(row, "created_by", None), getattr(row, "principal", None)
    made_by = maker.id if maker and maker.type == "user" else None
    robot = service_account(maker, principal)
    status = text(row, "status", "API keys")
    return Credential(
        id=text(row, "id", "API keys"), kind="personal" if made_by and not robot else "shared", owner_id=made_by,
        owner_email=emails.get(made_by or ""), status=status, usable=status == "active",
        hint=getattr(row, "partial_key_hint", None), name=getattr(row, "name", None), place_id=place_of(row),
        created_at=moment(row, "created_at"), expires_at=moment(row, "expires_at"), service_account=robot,
    )


def service_account(maker: Any, principal: Any) -> str | None:
    """The id of the service account that a key acts as, or that made it. Its name is not shown to an Admin API key."""
    acts_as = getattr(principal, "service_account_id", None)
    if acts_as is None and getattr(principal, "type", None) == "service_account_actor":
        acts_as = "service account"
    made_by = maker.id if maker and maker.type == "service_account" else None
    return acts_as or made_by


def place_of(key: Any) -> str | None:
    """A key's workspace, in both generations: `scope.workspace_id` (2026-10-21) and `workspace_id` (2023-06-01)."""
    scope = getattr(key, "scope", None)
    found = getattr(scope, "workspace_id", None) or getattr(key, "workspace_id", None)
    return found if isinstance(found, str) else None


def moment(row: Any, name: str) -> datetime | None:
    value = getattr(row, name, None)
    return value if isinstance(value, datetime) else None


def same(one: str | None, other: str | None) -> bool:
    """E-mail addresses are compared whole and without case: the API's own filter also finds plus-addresses."""
    return one is not None and other is not None and one.casefold() == other.casefold()


class Survey:
    """One observation under way."""

    def __init__(
        self, api: AdminApi, inquiries: Sequence[Inquiry], administrators_of: frozenset[str | None],
        every_place: Callable[[], frozenset[str]],
    ) -> None:
        self._api = api
        self._org = api.organization
        self._inquiries = inquiries
        self._administrators_of = administrators_of
        self._every_place = every_place
        self._accounts: dict[str, Account] = {}
        self._by_email: dict[str, Account] = {}
        self._whole = False
        """Whether `_accounts` is the whole organization."""

    def observation(self) -> Observation:
        invitations = self._read_invitations()
        self._read_accounts()
        asked = {found.id: found for inquiry in self._inquiries for found in self._accounts_of(inquiry)}
        admins = self._admins() if self._administrators_of else frozenset()
        memberships, place_admins = self._read_places(admins)
        if None in self._administrators_of:
            place_admins[None] = admins
        return Observation(
            accounts=tuple(asked.values()), invitations=invitations, memberships=memberships,
            credentials=self._read_credentials(), administrators=place_admins,
        )

    # accounts

    def _accounts_of(self, inquiry: Inquiry) -> list[Account]:
        """By the ledger's id, by the address, or one of each when they differ."""
        found = (
            self._accounts.get(inquiry.account_id or ""), self._by_email.get((inquiry.email or "").casefold()),
        )
        return list({one.id: one for one in found if one}.values())

    def _read_accounts(self) -> None:
        asked = [inquiry for inquiry in self._inquiries if inquiry.account_id or inquiry.email]
        if len(asked) > self._api.page_count("users"):
            self._keep(self._api.pages("users", self._org.users.list))
            self._whole = True
            return
        for inquiry in asked:
            self._read_account(inquiry)

    def _read_account(self, inquiry: Inquiry) -> None:
        known = self._api.find(self._org.users.retrieve, inquiry.account_id) if inquiry.account_id else None
        if known:
            self._keep([known])
        if inquiry.email and not same(inquiry.email, known.email if known else None):
            self._keep(self._api.filtered("users", self._org.users.list, email=inquiry.email))

    def _keep(self, rows: Iterable[Any]) -> None:
        for found in map(account, rows):
            self._accounts[found.id] = self._by_email[found.email.casefold()] = found

    def _admins(self) -> frozenset[str]:
        """The organization's admins; each of them is an admin of every workspace as well."""
        accounts: Iterable[Account] = self._accounts.values()
        if not self._whole:
            accounts = map(account, self._api.filtered("users", self._org.users.list, roles=[ADMIN]))
        return frozenset(found.id for found in accounts if found.role == ADMIN)

    # invitations

    def _read_invitations(self) -> tuple[Invitation, ...]:
        emails = {inquiry.email.casefold() for inquiry in self._inquiries if inquiry.invitations and inquiry.email}
        rows: list[Any] = []
        if len(emails) > self._api.page_count("invites"):
            rows = self._api.pages("invites", self._org.invites.list, statuses=list(OPEN_INVITATIONS))
        else:
            for email in sorted(emails):
                rows += self._api.filtered(
                    "invites", self._org.invites.list, email=email, statuses=list(OPEN_INVITATIONS)
                )
        return tuple(found for found in map(invitation, rows) if found and found.email.casefold() in emails)

    # places

    def _read_places(
        self, admins: frozenset[str]
    ) -> tuple[tuple[Membership, ...], dict[str | None, frozenset[str]]]:
        asked = self._asked_by_place()
        memberships: list[Membership] = []
        administrators: dict[str | None, frozenset[str]] = {}
        for place in sorted(asked):
            counted = place in self._administrators_of
            rows = self._members(place, asked[place], whole=counted)
            memberships += [row for row in rows if row.principal_id in asked[place]]
            memberships += [self._as_admin(place, who) for who in asked[place] if self._is_admin(who)]
            if counted:
                holding = {row.principal_id for row in rows if row.role == WORKSPACE_ADMIN}
                administrators[place] = admins | holding
        return tuple(memberships), administrators

    def _asked_by_place(self) -> dict[str, set[str]]:
        """The account ids asked for in each place; a place whose administrators are asked for is in it too."""
        asked: dict[str, set[str]] = {place: set() for place in self._administrators_of if place is not None}
        for inquiry in self._inquiries:
            ids = {found.id for found in self._accounts_of(inquiry)}
            if not ids:
                continue
            for place in self._every_place() if inquiry.places is None else inquiry.places:
                asked.setdefault(place, set()).update(ids)
        return asked

    def _members(self, place: str, ids: set[str], *, whole: bool) -> list[Membership]:
        """Without the organization's admins, who need no asking."""
        ids = {who for who in ids if not self._is_admin(who)}
        members, listing = self._org.workspaces.members, f"members of {place}"
        if whole or len(ids) > self._api.page_count(listing):
            rows = self._listed(listing, place)
        else:
            found = [self._api.find(members.retrieve, who, workspace_id=place) for who in sorted(ids)]
            rows = [row for row in found if row]
        read = [membership(row, place) for row in rows]
        return [row for row in read if not self._is_admin(row.principal_id)]

    def _listed(self, listing: str, place: str) -> list[Any]:
        """The members of a workspace; of one that is not there (404), none."""
        try:
            return self._api.pages(listing, self._org.workspaces.members.list, place)
        except Gone:
            return []

    def _is_admin(self, account_id: str) -> bool:
        return account_id in self._accounts and self._accounts[account_id].role == ADMIN

    def _as_admin(self, place: str, account_id: str) -> Membership:
        return Membership(account_id, place, WORKSPACE_ADMIN, inherited=True)

    # credentials

    def _read_credentials(self) -> tuple[Credential, ...]:
        """Keys by their maker, also of an account that is away: keys outlive it."""
        makers: set[str] = set()
        for inquiry in self._inquiries:
            if inquiry.credentials:
                makers |= {found.id for found in self._accounts_of(inquiry)}
                makers |= {inquiry.account_id} if inquiry.account_id else set()
        rows: list[Any] = []
        if len(makers) > self._api.page_count("API keys"):
            rows = self._api.pages("API keys", self._org.api_keys.list)
        else:
            for maker in sorted(makers):
                rows += self._api.filtered("API keys", self._org.api_keys.list, created_by_user_id=maker)
        emails = {found.id: found.email for found in self._accounts.values()}
        return tuple(found for row in rows if (found := credential(row, emails)).owner_id in makers)


def membership(row: Any, place: str) -> Membership:
    listing = f"members of {place}"
    role = text(row, "workspace_role", listing)
    return Membership(text(row, "user_id", listing), place, role, inherited=role == INHERITED)
