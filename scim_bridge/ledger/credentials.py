"""Keys as they were last seen, whose they are, and which of them the bridge withdrew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, and_, case, func, null, select, update

from scim_bridge.access.observed import Credential
from scim_bridge.db.statements import chunks, insert
from scim_bridge.ledger.tables import account, credential

_SEEN = (
    "kind", "owner_id", "owner_email", "person_id", "place_id", "status", "usable", "hint", "name", "created_at",
    "last_used_at", "expires_at", "service_account", "ours", "seen_at",
)  # fmt: skip


@dataclass(frozen=True)
class SeenKey(Credential):
    """A key in the inventory. `person_id` is the human it belongs to; None for nobody the bridge knows."""

    platform: str = ""
    person_id: int | None = None
    seen_at: datetime | None = None
    withdrawn_at: datetime | None = None
    """When the bridge withdrew it; None again once it was seen open after that, by whomever."""
    withdrawn_how: Literal["withdraw", "delete"] | None = None


def note_seen(
    connection: Connection, platform: str, keys: Iterable[Credential], owners: Mapping[str, int], *, now: datetime
) -> None:
    """The newest observation of each. `owners` are account ids to persons, beside those the ledger knows."""
    seen = list(keys)
    known = _owners(connection, platform, {key.owner_id for key in seen if key.owner_id}) | dict(owners)
    rows = [
        {
            "platform": platform,
            "id": key.id,
            "kind": key.kind,
            "owner_id": key.owner_id,
            "owner_email": key.owner_email,
            "person_id": known.get(key.owner_id or ""),
            "place_id": key.place_id,
            "status": key.status,
            "usable": key.usable,
            "hint": key.hint,
            "name": key.name,
            "created_at": key.created_at,
            "last_used_at": key.last_used_at,
            "expires_at": key.expires_at,
            "service_account": key.service_account,
            "ours": key.ours,
            "seen_at": now,
        }
        for key in seen
    ]
    for chunk in chunks(rows, 100):
        statement = insert(connection, credential).values(list(chunk))
        fresh = {name: statement.excluded[name] for name in _SEEN}
        # The owner of a key is remembered after their account is gone.
        fresh["person_id"] = func.coalesce(statement.excluded.person_id, credential.c.person_id)
        # Somebody gave it back: whoever blocks it next, it was not the bridge.
        given_back = and_(statement.excluded.usable, credential.c.withdrawn_at < statement.excluded.seen_at)
        fresh["withdrawn_at"] = case((given_back, null()), else_=credential.c.withdrawn_at)
        connection.execute(statement.on_conflict_do_update(index_elements=["platform", "id"], set_=fresh))


def note_withdrawn(
    connection: Connection,
    platform: str,
    key_id: str,
    *,
    status: str,
    now: datetime,
    how: Literal["withdraw", "delete"] = "withdraw",
) -> None:
    connection.execute(
        update(credential)
        .where(credential.c.platform == platform, credential.c.id == key_id)
        .values(usable=False, status=status, withdrawn_at=now, withdrawn_how=how)
    )


def note_restored(connection: Connection, platform: str, key_id: str) -> None:
    """It opens something again, and whoever blocks it next, it was not the bridge."""
    connection.execute(
        update(credential)
        .where(credential.c.platform == platform, credential.c.id == key_id)
        .values(usable=True, withdrawn_at=None, withdrawn_how=None)
    )


def note_gone(connection: Connection, platform: str, key_ids: Iterable[str], *, now: datetime) -> None:
    """A complete look at their maker does not show these keys any more."""
    connection.execute(
        update(credential)
        .where(credential.c.platform == platform, credential.c.id.in_(list(key_ids)))
        .values(usable=False, status="gone", seen_at=now)
    )


def keys(
    connection: Connection, *, platform: str | None = None, person_id: int | None = None, key_id: str | None = None
) -> list[SeenKey]:
    query = select(credential).order_by(credential.c.platform, credential.c.created_at, credential.c.id)
    if platform is not None:
        query = query.where(credential.c.platform == platform)
    if person_id is not None:
        query = query.where(credential.c.person_id == person_id)
    if key_id is not None:
        query = query.where(credential.c.id == key_id)
    return [SeenKey(**row._asdict()) for row in connection.execute(query)]


def open_keys(connection: Connection, person_ids: Sequence[int]) -> dict[int, list[SeenKey]]:
    """By person, the keys of theirs that opened something when seen last."""
    query = select(credential).where(credential.c.person_id.in_(person_ids), credential.c.usable)
    found: dict[int, list[SeenKey]] = defaultdict(list)
    for row in connection.execute(query.order_by(credential.c.platform, credential.c.created_at, credential.c.id)):
        found[row.person_id].append(SeenKey(**row._asdict()))
    return found


def _owners(connection: Connection, platform: str, owner_ids: set[str]) -> dict[str, int]:
    query = select(account.c.account_id, account.c.person_id).where(
        account.c.platform == platform, account.c.account_id.in_(owner_ids)
    )
    return {row.account_id: row.person_id for row in connection.execute(query)}
