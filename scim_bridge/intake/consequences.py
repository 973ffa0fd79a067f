"""What a push leaves behind beside the directory, in the same transaction: marks for the hand and records for the audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from scim_bridge.audit.records import Entry, record
from scim_bridge.directory.members import MemberUser
from scim_bridge.directory.tables import Connection, Row
from scim_bridge.intake.push import Push
from scim_bridge.ledger.accounts import platforms_holding
from scim_bridge.mapping.revisions import platforms_of
from scim_bridge.work.marks import Key, mark

Attributes = Mapping[str, Any]
LEAVING = frozenset({"user.deactivated", "user.deleted"})
"""Pushes that take everything: the hand looks at them before anything else."""

log = structlog.get_logger("scim_bridge.intake")


def user_changed(
    connection: Connection, push: Push, user: Row, action: str, *, before: Attributes, after: Attributes
) -> None:
    """One record, and a look at the person on every platform that may give them something or still holds something."""
    difference = _difference(before, after)
    entry = _entry(push, action, user.user_name, person_id=user.person_id, before=difference[0], after=difference[1])
    record(connection, [entry], now=push.now)
    platforms = {*platforms_of(connection, push.source), *platforms_holding(connection, user.person_id)}
    keys = (Key(platform, "person", str(user.person_id)) for platform in platforms)
    _mark(connection, push, keys, urgent=action in LEAVING)


def group_changed(
    connection: Connection, push: Push, group: Row, action: str, *, before: Attributes, after: Attributes
) -> None:
    """One record. Whom it concerns is marked by `look_at_groups` or `look_at_people`."""
    difference = _difference(before, after)
    entry = _entry(push, action, group.display_name, kind="group", before=difference[0], after=difference[1])
    record(connection, [entry], now=push.now)


def principal_changed(connection: Connection, push: Push, group: Row, *, urgent: bool = False) -> None:
    """A look at the group itself, wherever groups may be given roles or this one holds something."""
    number = group.principal_id
    platforms = {*platforms_of(connection, push.source, to_groups=True), *platforms_holding(connection, number)}
    _mark(connection, push, (Key(platform, "person", str(number)) for platform in platforms), urgent)


def members_changed(
    connection: Connection, push: Push, group: Row, *, added: Iterable[MemberUser], removed: Iterable[MemberUser]
) -> None:
    """One record and one look for each person who came in or went out by name."""
    place = {"group": group.display_name}
    came, went = list(added), list(removed)
    entries = [_entry(push, "group.members_added", each.user_name, person_id=each.person_id, after=place) for each in came]
    entries += [
        _entry(push, "group.members_removed", each.user_name, person_id=each.person_id, before=place) for each in went
    ]
    record(connection, entries, now=push.now)
    if came:
        look_at_people(connection, push, [each.person_id for each in came])
    if went:
        look_at_people(connection, push, [each.person_id for each in went], urgent=True)


def nesting_changed(
    connection: Connection, push: Push, group: Row, *, added: Iterable[Row], removed: Iterable[Row]
) -> None:
    """One record, and one mark for everybody below it, for each group that was nested or taken out."""
    place = {"group": group.display_name}
    came, went = list(added), list(removed)
    entries = [_entry(push, "group.members_added", each.display_name, kind="group", after=place) for each in came]
    entries += [_entry(push, "group.members_removed", each.display_name, kind="group", before=place) for each in went]
    if entries:
        record(connection, entries, now=push.now)
        look_at_groups(connection, push, [each.id for each in came + went], urgent=bool(went))


def members_cleared(connection: Connection, push: Push, group: Row, retired_id: int, how_many: int) -> None:
    """One record for all of them, and one mark for the retired row that still knows who they were."""
    entry = _entry(push, "group.members_removed", group.display_name, kind="group", before={"members": how_many})
    record(connection, [entry], now=push.now)
    log.warning("group_emptied", source=push.source, group=group.scim_id, members=how_many, request_id=push.request_id)
    look_at_groups(connection, push, [retired_id], urgent=True)


def look_at_people(connection: Connection, push: Push, person_ids: Iterable[int], *, urgent: bool = False) -> None:
    """Mark these persons on every platform that the rules give the source."""
    platforms = platforms_of(connection, push.source)
    subjects = [str(person_id) for person_id in person_ids]
    _mark(connection, push, (Key(platform, "person", subject) for platform in platforms for subject in subjects), urgent)


def look_at_groups(connection: Connection, push: Push, group_ids: Iterable[int], *, urgent: bool = False) -> None:
    """Mark everybody in these groups (internal ids, retired ones too) with one mark a group and platform."""
    platforms = platforms_of(connection, push.source)
    subjects = [str(group_id) for group_id in group_ids]
    _mark(connection, push, (Key(platform, "group", subject) for platform in platforms for subject in subjects), urgent)


def _mark(connection: Connection, push: Push, keys: Iterable[Key], urgent: bool) -> None:
    mark(connection, keys, now=push.now, requested_by=push.request_id, urgent=urgent)


def _entry(
    push: Push,
    action: str,
    subject: str,
    *,
    kind: str = "person",
    person_id: int | None = None,
    before: Attributes | None = None,
    after: Attributes | None = None,
) -> Entry:
    return Entry(
        action,
        subject,
        subject_kind=kind,
        person_id=person_id,
        initiator=push.initiator,
        source=push.source,
        request_id=push.request_id,
        before=before,
        after=after,
    )


def _difference(before: Attributes, after: Attributes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what changed. `schemas` follows from the attributes and says nothing more."""
    names = [name for name in {**before, **after} if name != "schemas" and before.get(name) != after.get(name)]
    return {name: before[name] for name in names if name in before}, {name: after[name] for name in names if name in after}
