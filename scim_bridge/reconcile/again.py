"""What one observation shows of accounts that leavers had: under the same id, at the same address, and the keys of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scim_bridge.access.former import Again, FormerAccount
from scim_bridge.access.observed import Account, Credential, Inquiry
from scim_bridge.access.slices import Slices
from scim_bridge.db import Database
from scim_bridge.directory.leavers import active_with
from scim_bridge.ledger import formers
from scim_bridge.ledger.accounts import claimed_by_others
from scim_bridge.reconcile.gather import Page


@dataclass(frozen=True)
class _Owners:
    """Whose accounts and addresses are: by the ledger (persons), and by the directory (userNames of active people)."""

    emails: Mapping[str, int]
    ids: Mapping[str, int]
    active: Mapping[str, str]

    def is_anothers(self, person_id: int, account_id: str | None, email: str | None) -> bool:
        owners = {self.ids.get(account_id or ""), self.emails.get((email or "").casefold())}
        return bool(owners - {None, person_id})


def found_again(database: Database, platform: str, pages: Sequence[Page], slices: Slices) -> dict[int, tuple[Again, ...]]:
    """By person, one for each former account that was asked about. Whose the things are is read now, after the look."""
    seen = {
        page.person_id: [_seen(former, slices) for former in page.standing.former] for page in pages if page.standing.former
    }
    if not seen:
        return {}
    everything = [each for found in seen.values() for each in found]
    emails = {thing.email for each in everything for thing in (each.account, each.invitation) if thing is not None}
    ids = {each.account.id for each in everything if each.account is not None}
    ids |= {each.former.account_id for each in everything if each.former.account_id is not None}
    with database.reading() as connection:
        by_email, by_id = claimed_by_others(connection, platform, emails, ids)
        active = active_with(connection, emails) if emails else {}
    owners = _Owners(by_email, by_id, active)
    return {
        person_id: tuple(_without_others(each, person_id, owners) for each in found) for person_id, found in seen.items()
    }


def note_looked(database: Database, platform: str, pages: Sequence[Page]) -> None:
    """These leavers' former accounts were asked for, and what came of it is written down."""
    asked = [page.person_id for page in pages if page.standing.former]
    if asked:
        with database.writing() as connection:
            formers.looked(connection, platform, asked)


def _seen(former: FormerAccount, slices: Slices) -> Again:
    by_id = slices.of(Inquiry(None, former.account_id)) if former.account_id is not None else None
    by_email = slices.of(Inquiry(former.email)) if former.email is not None else None
    account = next((each.account for each in (by_id, by_email) if each is not None and each.account is not None), None)
    invitations = by_email.invitations if by_email is not None else ()
    pending = next((each for each in invitations if each.state == "pending"), None)
    keys = {key.id: key for each in (by_id, by_email) if each is not None for key in each.credentials}
    return Again(former, account, pending, tuple(keys.values()))


def _without_others(again: Again, person_id: int, owners: _Owners) -> Again:
    """The ledger says of some things that they are somebody else's; the directory may say so of an address."""
    account, invitation = again.account, again.invitation
    if account is not None and owners.is_anothers(person_id, account.id, account.email):
        account = None
    if invitation is not None and owners.is_anothers(person_id, None, invitation.email):
        invitation = None
    thing = account or invitation
    active = owners.active.get(thing.email) if thing is not None else None
    keys = tuple(key for key in again.keys if _is_theirs(key, again.former, account if active is None else None, person_id, owners))
    return Again(again.former, account, invitation, keys, active)


def _is_theirs(key: Credential, former: FormerAccount, account: Account | None, person_id: int, owners: _Owners) -> bool:
    """Made by the account they had, or by the one they have again."""
    if owners.ids.get(key.owner_id or "", person_id) != person_id:
        return False
    return key.owner_id == former.account_id or (account is not None and key.owner_id == account.id)
