"""What led to what: the deeds that concern one person, and the pushes, changed files and releases behind them."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from scim_bridge.audit.records import Record, record_of
from scim_bridge.audit.tables import audit_record
from scim_bridge.scim.fold import fold

GIVING = ("invite", "create_account", "restore_account", "grant", "change_role", "account.adopted")
"""What an account or a role comes of."""
TAKING = ("cancel_invitation", "revoke", "suspend_account", "remove_account")
"""What it goes by."""
SIGNALS = ("user.deactivated", "user.deleted")
"""Pushes by which somebody leaves."""
BACK = ("user.reactivated", "user.created")
"""Pushes by which somebody is here, or here again."""
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

        Several may have been on their way: what `request_id` pushed counts first where it is about them, and last where it is
        about something else.
        """
        earlier = [each for each in self.pushes if each.source == source and (before is None or each.id < before)]
        asked = [each for each in earlier if request_id is not None and each.request_id == request_id]
        own = [each for each in earlier if each.person_id is not None]
        return (
            _about_groups(asked, groups)
            or _about_user(asked)
            or _into_groups(own, groups)
            or next(iter(asked), None)
            or _about_groups(own, groups)
            or _about_user(own)
            or next(iter(own), None)
        )

    def loss_behind(self, groups: Collection[str], *, request_id: str | None, source: str, after: int) -> Record | None:
        """The newest push after the record `after` that took what one of these groups gave; else the one of `request_id`."""
        later = [each for each in self.pushes if each.source == source and each.id > after]
        asked = [each for each in later if request_id is not None and each.request_id == request_id]
        return _about_groups(later, groups) or _about_user(asked) or next(iter(asked), None)

    def signal(self, source: str) -> Record | None:
        """The push by which they left; None for somebody who is here. A deletion after a deactivation is none."""
        told = [each for each in self.pushes if each.source == source and each.action in (*SIGNALS, *BACK)]
        leaving = itertools.takewhile(lambda each: each.action in SIGNALS, told)
        return next(reversed(list(leaving)), None)

    def turn(self, action: str, platform: str, *, after: int, before: int | None = None) -> Record | None:
        """The newest changed set of files, or release on this platform, between two records."""
        return next(
            (
                each
                for each in self.turns
                if each.action == action
                and after < each.id
                and (before is None or each.id < before)
                and each.platform in (None, platform)
            ),
            None,
        )


def trail(connection: Connection, person_id: int, *, asked_for: Iterable[str] = ()) -> Trail:
    """Four statements, however long the person's history. `asked_for` are requests of which the deeds are still to come."""
    mine = audit_record.c.person_id == person_id
    deeds = _newest(connection, mine, audit_record.c.action.in_((*GIVING, *TAKING, *NOTES)))
    requests = sorted({each.request_id for each in deeds if each.request_id is not None} | set(asked_for))
    of_groups = and_(audit_record.c.request_id.in_(requests[-MOST:]), audit_record.c.subject_kind == "group")
    pushed = audit_record.c.platform.is_(None)
    own = _newest(connection, mine, pushed)
    asked = _newest(connection, of_groups, pushed) if requests else []
    turns = _newest(connection, audit_record.c.person_id.is_(None), audit_record.c.action.in_(TURNS))
    pushes = sorted((each for each in (*own, *asked) if _is_push(each)), key=lambda each: -each.id)
    return Trail(tuple(deeds), tuple(pushes), tuple(turns))


@dataclass(frozen=True)
class Restoring:
    """A key that somebody gave back by name."""

    platform: str
    key_id: str
    by: str
    at: datetime


def restorings(
    connection: Connection, person_ids: Iterable[int], *, since: datetime | None = None
) -> dict[int, list[Restoring]]:
    """By person, the oldest first."""
    done = and_(audit_record.c.action == "restore_key", audit_record.c.outcome == "done")
    query = select(audit_record).where(done, audit_record.c.person_id.in_(list(person_ids))).order_by(audit_record.c.id)
    if since is not None:
        query = query.where(audit_record.c.at >= since)
    found: dict[int, list[Restoring]] = defaultdict(list)
    for row in connection.execute(query):
        key_id = str((record_of(row._asdict()).after or {}).get("object"))
        found[row.person_id].append(Restoring(row.platform, key_id, row.initiator, row.at))
    return found


def _newest(connection: Connection, *conditions: ColumnElement[bool]) -> list[Record]:
    query = select(audit_record).where(and_(*conditions)).order_by(audit_record.c.id.desc()).limit(MOST)
    return [record_of(row._asdict()) for row in connection.execute(query)]


def _is_push(record: Record) -> bool:
    return record.action.startswith(("user.", "group."))


def _about_groups(pushes: Iterable[Record], groups: Collection[str]) -> Record | None:
    return next((each for each in pushes if names_of(each) & set(groups)), None)


def _about_user(pushes: Iterable[Record]) -> Record | None:
    """The newest about the person's own attributes."""
    return next((each for each in pushes if each.action.startswith("user.")), None)


def _into_groups(pushes: Iterable[Record], groups: Collection[str]) -> Record | None:
    """The newest about one of the groups, unless it took them out: then they are in it by another one."""
    newest = _about_groups(pushes, groups)
    return newest if newest is not None and newest.action != "group.members_removed" else None


def group_of(push: Record) -> str | None:
    """The group that somebody was put into or taken out of, else the one that was pushed itself."""
    told = [(change or {}).get("group") for change in (push.after, push.before)]
    named = next((str(name) for name in told if name is not None), None)
    return named or (push.subject if push.subject_kind == "group" else None)


def names_of(push: Record) -> set[str]:
    """The groups that a push is about, folded."""
    names = {push.subject if push.subject_kind == "group" else None, group_of(push)}
    return {fold(name) for name in names if name is not None}
