"""A principal at a platform belongs to one person. Whoever claims it second gets nothing, and their work parks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scim_bridge.access.change import Change
from scim_bridge.access.verdict import Verdict
from scim_bridge.db import Database
from scim_bridge.ledger.accounts import claimed_by_others
from scim_bridge.reconcile.gather import Page


def without_claimed(
    database: Database, platform: str, pages: Sequence[Page], verdicts: Mapping[int, Verdict]
) -> dict[int, Verdict]:
    """The verdicts, those aside whose account or address is somebody else's already: nothing is changed there."""
    claims = {page.person_id: _claims(page, verdicts[page.person_id]) for page in pages}
    new = {each.account.account_id for each in verdicts.values() if each.account and each.account.account_id}
    with database.reading() as connection:
        by_email, by_id = claimed_by_others(
            connection, platform, {name for names in claims.values() for name in names}, {each for each in new if each}
        )
    checked: dict[int, Verdict] = {}
    for page in pages:
        verdict = verdicts[page.person_id]
        own = verdict.account
        names = claims[page.person_id]
        owners = {by_email.get(name) for name in names} | {by_id.get(own.account_id or "") if own else None}
        others = owners - {None, page.person_id}
        checked[page.person_id] = _claimed(page) if others else verdict
        for name in names if not others else ():
            by_email.setdefault(name, page.person_id)  # two of one batch do not both get it
    return checked


def _claims(page: Page, verdict: Verdict) -> set[str]:
    """The addresses somebody who has no account yet wants one under, case-folded."""
    names = {change.principal.name.casefold() for change in verdict.changes if joins(change)}
    if page.standing.account is None:
        names |= {verdict.account.email.casefold()} if verdict.account is not None else set()
        names |= {page.wanted.email.casefold()} if page.wanted.email and page.wanted.account_role is not None else set()
    return names


def joins(change: Change) -> bool:
    """Whether it makes somebody known there who was not."""
    return change.kind in {"invite", "create_account"}


def _claimed(page: Page) -> Verdict:
    note = (
        f"claimed: the account or address {page.wanted.email} belongs to another person of the bridge already. "
        "Correct one of the two people at their identity provider, then retry."
    )
    return Verdict(account=page.standing.account, holdings=page.standing.holdings, obstacles=(note,))
