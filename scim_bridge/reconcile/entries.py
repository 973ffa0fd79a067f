"""What the hand writes into the audit."""

from __future__ import annotations

from typing import Any

from scim_bridge.access.change import Change
from scim_bridge.audit.records import BRIDGE, Entry
from scim_bridge.reconcile.gather import Page


def entry_of(
    change: Change, page: Page, request_id: str | None, *, outcome: str = "done", detail: str | None = None
) -> Entry:
    """One change: carried out, found done, or refused."""
    reason = change.because[0] if change.because else None
    return Entry(
        change.kind,
        page.person.user_name,
        **_subject(page),
        initiator=BRIDGE,
        source=page.person.source,
        request_id=request_id,
        platform=change.platform,
        place=change.place,
        role=change.role,
        rule=reason.rule if reason is not None else None,
        before={"role": change.was} if change.was else None,
        after={"object": change.object_id} if change.object_id else None,
        outcome=outcome,
        detail=detail,
    )


def note_of(
    action: str,
    page: Page,
    platform: str,
    request_id: str | None,
    *,
    role: str | None = None,
    rule: str | None = None,
    outcome: str = "done",
    detail: str | None = None,
) -> Entry:
    """Something about the person that is no change of ours: adopted, accepted, taken by hand, in the way."""
    return Entry(
        action,
        page.person.user_name,
        **_subject(page),
        initiator=BRIDGE,
        source=page.person.source,
        request_id=request_id,
        platform=platform,
        role=role,
        rule=rule,
        outcome=outcome,
        detail=detail,
    )


def _subject(page: Page) -> dict[str, Any]:
    """A group is named; only people have a number that `--person` finds."""
    return {"person_id": page.person_id} if page.person.kind == "person" else {"subject_kind": "group"}
