"""What led to what: the deeds that concern one person, and the pushes, changed files and releases behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, select

from scim_bridge.audit.records import Record, record_of
from scim_bridge.audit.tables import audit_record
from scim_bridge.scim.fold import fold

GIVING = ("invite", "create_account", "restore_account", "grant", "change_role", "account.adopted")
"""What an account or a role comes of."""
NOTES = ("work.parked", "drift.removed_by_hand", "invitation.accepted")
TURNS = ("mapping.taken_up", "brake.released")
"""What makes the hand look again without a push."""

MOST = 1000
"""So many records of one kind are looked at, the newest."""


@dataclass(frozen=True)
class Trail:
    """Records about one person, the newest first."""

    deeds: tuple[Record, ...]
    pushes: tuple[Record, ...]
    """About the person, and about groups where a request asked for one of the deeds."""
    turns: tuple[Record, ...]

    def push_behind(
        self, groups: Collection[str], *, request_id: str | None, source: str, before: int | None = None
    ) -> Record | None:
        """The newest push before the record `before` that is about the person or one of these groups (folded names).

        The one that was made by `request_id`, where its record is still to be found: several may have been on their way.
        """
        earlier = [each for each in self.pushes if each.source == source and (before is None or each.id < before)]
        asked = [each for each in earlier if request_id is not None and each.request_id == request_id]
        return _nearest(asked, groups) or _nearest([each for each in earlier if each.person_id is not None], groups)

    def turn(self, action: str, platform: str, *, after: int, before: int) -> Record | None:
        """The newest changed set of files, or release on this platform, between two records."""
        return next(
            (
                each
                for each in self.turns
                if each.action == action and after < each.id < before and each.platform in (None, platform)
            ),
            None,
        )


def trail(connection: Connection, person_id: int, *, asked_for: Iterable[str] = ()) -> Trail:
    """Four statements, however long the person's history. `asked_for` are requests of which the deeds are still to come."""
    mine = audit_record.c.person_id == person_id
    deeds = _newest(connection, mine, audit_record.c.action.in_((*GIVING, *NOTES)))
    requests = sorted({each.request_id for each in deeds if each.request_id is not None} | set(asked_for))
    of_groups = and_(audit_record.c.request_id.in_(requests[-MOST:]), audit_record.c.subject_kind == "group")
    pushed = audit_record.c.platform.is_(None)
    own = _newest(connection, mine, pushed)
    asked = _newest(connection, of_groups, pushed) if requests else []
    turns = _newest(connection, audit_record.c.person_id.is_(None), audit_record.c.action.in_(TURNS))
    pushes = sorted((each for each in (*own, *asked) if _is_push(each)), key=lambda each: -each.id)
    return Trail(tuple(deeds), tuple(pushes), tuple(turns))


def _newest(connection: Connection, *conditions: ColumnElement[bool]) -> list[Record]:
    query = select(audit_record).where(and_(*conditions)).order_by(audit_record.c.id.desc()).limit(MOST)
    return [record_of(row._asdict()) for row in connection.execute(query)]


def _is_push(record: Record) -> bool:
    return record.action.startswith(("user.", "group."))


def _nearest(pushes: Iterable[Record], groups: Collection[str]) -> Record | None:
    """Of these pushes, the newest about one of the groups; else about the person's own attributes; else the newest."""
    newest = list(pushes)
    through = next((each for each in newest if names_of(each) & set(groups)), None)
    itself = next((each for each in newest if each.action.startswith("user.")), None)
    return through or itself or next(iter(newest), None)


def names_of(push: Record) -> set[str]:
    """The groups that a push is about, folded."""
    told = [(change or {}).get("group") for change in (push.before, push.after)]
    names = {fold(str(name)) for name in told if name is not None}
    return names | ({fold(push.subject)} if push.subject_kind == "group" else set())
