"""Accounts and holdings: what is whose, and how it came to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, func, select, union, update

from scim_bridge.access.desired import Reason
from scim_bridge.access.standing import Holding, Intent, OwnAccount, Standing
from scim_bridge.db.statements import insert
from scim_bridge.ledger.tables import account, credential, holding, intent


def standings(connection: Connection, platform: str, person_ids: Sequence[int]) -> dict[int, Standing]:
    """Everything the ledger knows of these persons on one platform, in four statements. Unknown persons have an empty page."""
    accounts = {
        row.person_id: _account(row)
        for row in connection.execute(
            select(account).where(account.c.platform == platform, account.c.person_id.in_(person_ids))
        )
    }
    holdings = defaultdict(list)
    for row in connection.execute(
        select(holding)
        .where(holding.c.platform == platform, holding.c.person_id.in_(person_ids))
        .order_by(holding.c.place_id, holding.c.role)
    ):
        holdings[row.person_id].append(_holding(row))
    intents = defaultdict(list)
    for row in connection.execute(
        select(intent).where(intent.c.platform == platform, intent.c.person_id.in_(person_ids)).order_by(intent.c.id)
    ):
        intents[row.person_id].append(Intent(row.id, row.kind, row.email, row.place_id, row.role, row.object_id))
    keys = _usable_keys(connection, platform, person_ids)
    return {
        person_id: Standing(
            accounts.get(person_id),
            tuple(holdings[person_id]),
            tuple(intents[person_id]),
            keys=sum(1 for key in keys[person_id] if key.kind == "personal"),
            left_keys={key.id: key.owner_id for key in keys[person_id]},
        )
        for person_id in person_ids
    }


def _usable_keys(connection: Connection, platform: str, person_ids: Sequence[int]) -> dict[int, list[Any]]:
    query = select(credential.c.person_id, credential.c.id, credential.c.kind, credential.c.owner_id).where(
        credential.c.platform == platform,
        credential.c.usable,
        credential.c.owner_id.is_not(None),
        credential.c.person_id.in_(person_ids),
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query.order_by(credential.c.id)):
        found[row.person_id].append(row)
    return found


def note_account(connection: Connection, platform: str, person_id: int, own: OwnAccount, *, now: datetime) -> None:
    """Write down the account as it is now; `since` stays while the state does."""
    values = {
        "account_id": own.account_id,
        "invitation_id": own.invitation_id,
        "email": own.email,
        "email_key": own.email.casefold(),
        "role": own.role,
        "role_ours": own.role_ours,
        "state": own.state,
        "provenance": own.provenance,
        "reasons": reasons_json(own.reasons),
    }
    where = (account.c.platform == platform, account.c.person_id == person_id)
    known = connection.scalar(select(account.c.state).where(*where))
    if known is None:
        connection.execute(
            insert(connection, account).values(platform=platform, person_id=person_id, since=now, **values)
        )
        return
    since = {} if known == own.state else {"since": now}
    connection.execute(update(account).where(*where).values(**values, **since))


def forget_account(connection: Connection, platform: str, person_id: int) -> None:
    """The account is gone. What a human had taken away stays remembered, so that rehire does not give it back."""
    connection.execute(delete(account).where(account.c.platform == platform, account.c.person_id == person_id))
    connection.execute(
        delete(holding).where(
            holding.c.platform == platform, holding.c.person_id == person_id, holding.c.state != "removed_by_hand"
        )
    )


def note_holding(connection: Connection, platform: str, person_id: int, held: Holding, *, now: datetime) -> None:
    statement = insert(connection, holding).values(
        platform=platform,
        person_id=person_id,
        place_id=held.place_id,
        role=held.role,
        place=held.place,
        found_role=held.found_role,
        provenance=held.provenance,
        state=held.state,
        reasons=reasons_json(held.reasons),
        since=now,
    )
    fresh = {name: statement.excluded[name] for name in ("place", "found_role", "provenance", "state", "reasons")}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["platform", "person_id", "place_id", "role"], set_=fresh)
    )


def forget_holding(connection: Connection, platform: str, person_id: int, place_id: str, role: str) -> None:
    connection.execute(
        delete(holding).where(
            holding.c.platform == platform,
            holding.c.person_id == person_id,
            holding.c.place_id == place_id,
            holding.c.role == role,
        )
    )


def claimed_by_others(
    connection: Connection, platform: str, emails: Iterable[str], account_ids: Iterable[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Which of these e-mail addresses (case-folded) and account ids belong to whom already."""
    keys = [email.casefold() for email in emails]
    by_email = connection.execute(
        select(account.c.email_key, account.c.person_id).where(
            account.c.platform == platform, account.c.email_key.in_(keys)
        )
    )
    by_id = connection.execute(
        select(account.c.account_id, account.c.person_id).where(
            account.c.platform == platform, account.c.account_id.in_(list(account_ids))
        )
    )
    return {row[0]: row[1] for row in by_email}, {row[0]: row[1] for row in by_id}


def account_ids(connection: Connection, platform: str, person_ids: Iterable[int], *, role: str) -> dict[int, str]:
    """The accounts of these persons that are active there and have this role."""
    query = select(account.c.person_id, account.c.account_id).where(
        account.c.platform == platform,
        account.c.person_id.in_(list(person_ids)),
        account.c.state == "active",
        account.c.role == role,
    )
    return {row.person_id: row.account_id for row in connection.execute(query) if row.account_id is not None}


def since(connection: Connection, person_id: int) -> dict[tuple[str, str | None, str], datetime]:
    """Since when things are as they are, by platform, place id (None: the account) and role."""
    accounts = connection.execute(select(account).where(account.c.person_id == person_id))
    found: dict[tuple[str, str | None, str], datetime] = {(row.platform, None, row.role): row.since for row in accounts}
    places = connection.execute(select(holding).where(holding.c.person_id == person_id))
    return found | {(row.platform, row.place_id, row.role): row.since for row in places}


def place_names(connection: Connection, platform: str) -> dict[str, str]:
    """Place ids to the names that the mapping files gave them, as far as anybody holds something there."""
    query = select(holding.c.place_id, holding.c.place).where(holding.c.platform == platform).distinct()
    return {row.place_id: row.place for row in connection.execute(query)}


_HELD = union(*(select(table.c.platform).where(table.c.person_id == bindparam("person")) for table in (account, holding, intent)))
"""Made once: it is asked with every push about a person."""


def platforms_holding(connection: Connection, person_id: int) -> tuple[str, ...]:
    """Platforms where something is, or is about to be, this person's."""
    return tuple(sorted(connection.scalars(_HELD, {"person": person_id})))


def platforms(connection: Connection) -> tuple[str, ...]:
    """Platforms that anybody holds anything on."""
    found = set(connection.scalars(select(account.c.platform).distinct()))
    return tuple(sorted(found | set(connection.scalars(select(holding.c.platform).distinct()))))


def holders(connection: Connection, platform: str, *, after: int = 0, limit: int | None = None) -> list[int]:
    """Persons who have an account, an invitation or a role there, in order."""
    having = select(account.c.person_id).where(account.c.platform == platform, account.c.state != "removed_by_hand")
    placed = select(holding.c.person_id).where(holding.c.platform == platform, holding.c.state == "held")
    union = having.union(placed).subquery()
    query = select(union.c.person_id).where(union.c.person_id > after).order_by(union.c.person_id)
    return list(connection.scalars(query.limit(limit) if limit is not None else query))


def count_holders(connection: Connection, platform: str) -> int:
    having = select(account.c.person_id).where(account.c.platform == platform, account.c.state != "removed_by_hand")
    placed = select(holding.c.person_id).where(holding.c.platform == platform, holding.c.state == "held")
    return connection.scalar(select(func.count()).select_from(having.union(placed).subquery())) or 0


def invited(connection: Connection, platform: str) -> list[int]:
    """Persons whose invitation has not been seen accepted."""
    query = select(account.c.person_id).where(account.c.platform == platform, account.c.state == "invited")
    return list(connection.scalars(query))


def reasons_json(reasons: Iterable[Reason]) -> str:
    return orjson.dumps([[each.file, each.line, each.rule, each.group] for each in reasons]).decode()


def reasons_of(text: str) -> tuple[Reason, ...]:
    return tuple(Reason(*each) for each in orjson.loads(text))


def _account(row: Any) -> OwnAccount:
    return OwnAccount(
        email=row.email,
        role=row.role,
        state=row.state,
        provenance=row.provenance,
        account_id=row.account_id,
        invitation_id=row.invitation_id,
        role_ours=row.role_ours,
        reasons=reasons_of(row.reasons),
    )


def _holding(row: Any) -> Holding:
    return Holding(
        place_id=row.place_id,
        place=row.place,
        role=row.role,
        provenance=row.provenance,
        state=row.state,
        found_role=row.found_role,
        reasons=reasons_of(row.reasons),
    )
