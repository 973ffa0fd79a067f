"""What the brake holds back, person by person, until a named human releases it; and platforms that are being retired."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, select, update

from scim_bridge.db.statements import insert
from scim_bridge.ledger.tables import held_back, retired


@dataclass(frozen=True)
class Hold:
    """One category of one person on one platform. `items` are spelled as `access.brake.foretell` spells them."""

    platform: str
    person_id: int
    category: str
    items: frozenset[str]
    leaving: bool
    cause: str
    since: datetime
    requested_by: str | None = None
    """The push that asked for it, to which what follows from a release is put down."""
    released_by: str | None = None
    released_at: datetime | None = None

    def line(self) -> str:
        """What a digest covers."""
        return "|".join([self.platform, str(self.person_id), self.category, *sorted(self.items)])


def hold(connection: Connection, holds: Iterable[Hold]) -> None:
    """Hold these; what was held or released before under the same key is replaced."""
    for each in holds:
        statement = insert(connection, held_back).values(
            platform=each.platform,
            person_id=each.person_id,
            category=each.category,
            items=orjson.dumps(sorted(each.items)).decode(),
            leaving=each.leaving,
            cause=each.cause[:1024],
            since=each.since,
            requested_by=each.requested_by,
        )
        fresh = {name: statement.excluded[name] for name in ("items", "leaving", "cause", "since")}
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["platform", "person_id", "category"],
                set_={
                    **fresh,
                    "requested_by": func.coalesce(statement.excluded.requested_by, held_back.c.requested_by),
                    "released_by": None,
                    "released_at": None,
                },
            )
        )


def holds(
    connection: Connection,
    *,
    platform: str | None = None,
    person_ids: Sequence[int] | None = None,
    released: bool | None = None,
) -> list[Hold]:
    """Holds by platform and person; `released` narrows to those a human has (True) or has not (False) released."""
    query = select(held_back).order_by(held_back.c.platform, held_back.c.person_id, held_back.c.category)
    if platform is not None:
        query = query.where(held_back.c.platform == platform)
    if person_ids is not None:
        query = query.where(held_back.c.person_id.in_(person_ids))
    if released is not None:
        query = query.where(held_back.c.released_at.is_not(None) if released else held_back.c.released_at.is_(None))
    return [_hold(row) for row in connection.execute(query)]


def holds_by_person(connection: Connection, platform: str, person_ids: Sequence[int]) -> dict[int, list[Hold]]:
    found: dict[int, list[Hold]] = defaultdict(list)
    for each in holds(connection, platform=platform, person_ids=person_ids):
        found[each.person_id].append(each)
    return found


def release(connection: Connection, *, by: str, now: datetime) -> list[Hold]:
    """Release everything that is held now, in somebody's name. Returns exactly what was released."""
    statement = update(held_back).where(held_back.c.released_at.is_(None)).values(released_by=by[:256], released_at=now)
    return sorted((_hold(row) for row in connection.execute(statement.returning(held_back))), key=Hold.line)


def drop(connection: Connection, platform: str, person_id: int, categories: Iterable[str]) -> None:
    """The reason to hold is gone."""
    connection.execute(
        delete(held_back).where(
            held_back.c.platform == platform,
            held_back.c.person_id == person_id,
            held_back.c.category.in_(list(categories)),
        )
    )


def drop_gains(connection: Connection, platforms: Iterable[str]) -> None:
    """What changed mapping files would have given and nobody released: it is weighed anew with each set of files."""
    connection.execute(
        delete(held_back).where(
            held_back.c.platform.in_(list(platforms)),
            held_back.c.category == "gains",
            held_back.c.released_at.is_(None),
        )
    )


def retire(connection: Connection, platform: str, *, by: str, now: datetime) -> None:
    """Somebody asks for the holdings of a platform without a file to be withdrawn."""
    statement = insert(connection, retired).values(platform=platform, by=by[:256], at=now)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["platform"], set_={"by": by[:256], "at": now})
    )


def retired_platforms(connection: Connection) -> dict[str, str]:
    """Platforms being retired, and by whom."""
    return {row.platform: row.by for row in connection.execute(select(retired))}


def unretire(connection: Connection, platform: str) -> None:
    """The file is back, or nothing is left there."""
    connection.execute(delete(retired).where(retired.c.platform == platform))


def _hold(row: Any) -> Hold:
    return Hold(**{**row._asdict(), "items": frozenset(orjson.loads(row.items))})
