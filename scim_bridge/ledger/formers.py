"""What people had and lost, to be looked for once they have left: an account may come back, a key may be made by one that is gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, exists, or_, select, update

from scim_bridge.access.former import FormerAccount
from scim_bridge.access.standing import OwnAccount
from scim_bridge.db.statements import chunks, insert
from scim_bridge.ledger.tables import account, former_account, leaver_sweep

KEPT = timedelta(days=90)
"""Longer than any invitation is open and than tokens of a signed-in session usually live, and long enough for the review of a
quarter. Not for ever: in time an address belongs to somebody else, and nobody's old one is asked for."""


def note_former(connection: Connection, platform: str, person_id: int, own: OwnAccount, *, now: datetime) -> None:
    """Somebody's account (or invitation) is gone. Its address and id are theirs who had them last, and nobody else's."""
    here, key = former_account.c.platform == platform, own.email.casefold()
    mine = former_account.c.person_id == person_id
    same = and_(former_account.c.email_key == key, former_account.c.account_id.is_not_distinct_from(own.account_id))
    connection.execute(delete(former_account).where(here, mine, same))
    others = (here, former_account.c.person_id != person_id)
    connection.execute(update(former_account).where(*others, former_account.c.email_key == key).values(email=None, email_key=None))
    if own.account_id is not None:
        same_id = former_account.c.account_id == own.account_id
        connection.execute(update(former_account).where(*others, same_id).values(account_id=None))
    values = {"account_id": own.account_id, "email": own.email, "email_key": key, "ended_at": now}
    connection.execute(insert(connection, former_account).values(platform=platform, person_id=person_id, **values))


def note_taken_by_hand(connection: Connection, platform: str, person_ids: Sequence[int], *, since: datetime) -> None:
    """Accounts of these persons that a human took away since then: they are looked for as well."""
    known = exists().where(
        former_account.c.platform == account.c.platform,
        former_account.c.person_id == account.c.person_id,
        former_account.c.account_id.is_not_distinct_from(account.c.account_id),
    )
    names = ["platform", "person_id", "account_id", "email", "email_key", "ended_at"]
    rows = [account.c.since if name == "ended_at" else account.c[name] for name in names]
    for ids in chunks(person_ids):
        taken = select(*rows).where(
            account.c.platform == platform,
            account.c.person_id.in_(ids),
            account.c.state == "removed_by_hand",
            account.c.since >= since,
            ~known,
        )
        connection.execute(insert(connection, former_account).from_select(names, taken))


def drop_formers(connection: Connection, platform: str, person_id: int) -> None:
    """They are back, and have an account of their own."""
    mine = former_account.c.platform == platform, former_account.c.person_id == person_id
    connection.execute(delete(former_account).where(*mine))


def remembered(connection: Connection, platform: str) -> list[int]:
    """Persons who had an account there that is gone."""
    return list(connection.scalars(select(former_account.c.person_id).where(former_account.c.platform == platform).distinct()))


def taken_by_hand(connection: Connection, platform: str) -> list[int]:
    """Persons whose account a human took away."""
    taken = account.c.platform == platform, account.c.state == "removed_by_hand"
    return list(connection.scalars(select(account.c.person_id).where(*taken)))


def seek(connection: Connection, platform: str, person_ids: Sequence[int], *, now: datetime) -> None:
    """The next look at these persons also asks for what they had. It stays so until somebody has looked."""
    for ids in chunks(person_ids):
        theirs = former_account.c.platform == platform, former_account.c.person_id.in_(ids)
        connection.execute(update(former_account).where(*theirs).values(sought_at=now))


def sought(connection: Connection, platform: str, person_ids: Sequence[int]) -> dict[int, tuple[FormerAccount, ...]]:
    """What is to be asked for, by person; nothing for people whom no sweep has asked about."""
    if not person_ids:
        return {}
    query = select(former_account).where(
        former_account.c.platform == platform,
        former_account.c.person_id.in_(person_ids),
        former_account.c.sought_at.is_not(None),
        or_(former_account.c.account_id.is_not(None), former_account.c.email.is_not(None)),
    )
    found: dict[int, list[FormerAccount]] = defaultdict(list)
    for row in connection.execute(query.order_by(former_account.c.ended_at.desc(), former_account.c.id.desc())):
        found[row.person_id].append(FormerAccount(row.email, row.account_id, row.ended_at))
    return {person_id: tuple(each) for person_id, each in found.items()}


def looked(connection: Connection, platform: str, person_ids: Sequence[int]) -> None:
    """It was asked for; what came of it is written down."""
    theirs = former_account.c.platform == platform, former_account.c.person_id.in_(person_ids)
    connection.execute(update(former_account).where(*theirs).values(sought_at=None))


def purge_formers(connection: Connection, *, before: datetime) -> list[tuple[str, int]]:
    """Forget what ended before then. Returns (platform, person) of each."""
    gone = delete(former_account).where(former_account.c.ended_at < before)
    rows = connection.execute(gone.returning(former_account.c.platform, former_account.c.person_id))
    return sorted({(row.platform, row.person_id) for row in rows})


def last_sweep(connection: Connection, platform: str) -> datetime | None:
    """When the leavers of this platform were last looked for."""
    at: datetime | None = connection.scalar(select(leaver_sweep.c.at).where(leaver_sweep.c.platform == platform))
    return at


def begin_sweep(connection: Connection, platform: str, *, now: datetime, unless_since: datetime | None = None) -> bool:
    """Write down that a sweep begins. False when another process began one after `unless_since`; nothing is written then."""
    statement = insert(connection, leaver_sweep).values(platform=platform, at=now)
    free = leaver_sweep.c.at <= unless_since if unless_since is not None else None
    begun = statement.on_conflict_do_update(index_elements=["platform"], set_={"at": now}, where=free)
    return connection.execute(begun.returning(leaver_sweep.c.platform)).first() is not None
