"""A platform's group that has come to be known: whoever is in the directory's group is looked at, to be put into it."""

from __future__ import annotations

from datetime import datetime

from scim_bridge.access.standing import OwnAccount
from scim_bridge.db import Connection
from scim_bridge.directory import principals
from scim_bridge.reconcile.gather import Page
from scim_bridge.work.marks import Key, mark


def look_at_members(connection: Connection, platform: str, page: Page, own: OwnAccount | None, *, now: datetime) -> None:
    """Mark everybody in this group, in the transaction that writes down its id at the platform. Nothing for a person."""
    before = page.standing.account
    if page.person.kind != "group" or own is None or own.account_id is None:
        return
    if before is not None and (before.account_id, before.role) == (own.account_id, own.role):
        return
    row = principals.row_of(connection, page.person_id)
    if row is not None:
        mark(connection, [Key(platform, "group", str(row))], now=now)
