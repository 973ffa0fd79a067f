"""Okta's people and pushed groups against what the bridge has of them. Pure: nothing is read or changed here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scim_bridge.errors import BridgeError
from scim_bridge.sources.attributes import changes, laid_together
from scim_bridge.sources.difference import ORDER, Book, Difference, Member, Progress
from scim_bridge.sources.matching import ScimUser, match
from scim_bridge.sources.membership import group_differences
from scim_bridge.sources.okta.groups import OktaGroup
from scim_bridge.sources.okta.people import OktaPerson

__all__ = ["Book", "Difference", "EmptyListing", "Member", "compare"]


class EmptyListing(BridgeError):
    """Okta listed nobody while the bridge knows active people. That is never a wish to remove everybody."""


def compare(
    people: Iterable[OktaPerson], groups: Iterable[OktaGroup], book: Book, progress: Progress | None = None
) -> tuple[Difference, ...]:
    """In the order in which they can be taken in.

    `people` and `groups` are read to their ends first: if that fails, its error passes and there is no difference at
    all. Raises EmptyListing too.
    """
    everybody, pushed = tuple(people), tuple(groups)
    _refuse_emptiness(everybody, book)
    matches = match(everybody, book.users)
    found: list[Difference] = []
    for difference in (
        *_users(everybody, matches), *_leavers(matches, book), *group_differences(everybody, pushed, matches, book)
    ):
        found.append(difference)
        if progress:
            progress("differences", len(found))
    ranks = {kind: rank for rank, kind in enumerate(ORDER)}
    return tuple(sorted(found, key=lambda difference: ranks.get(difference.kind, len(ranks))))


def _refuse_emptiness(people: Sequence[OktaPerson], book: Book) -> None:
    active = sum(bool(user.get("active")) for user in book.users)
    if active and not any(person.active for person in people):
        raise EmptyListing(
            f"Okta lists nobody as assigned to the app, while the bridge knows {active} active people of this source. "
            "Nothing was compared. Check SCIM_BRIDGE_OKTA_APP_ID; if everybody really left, unassign them in Okta, "
            "which pushes it."
        )


def _users(people: Sequence[OktaPerson], matches: Mapping[str, ScimUser]) -> Iterator[Difference]:
    for person in people:
        user = matches.get(person.okta_id)
        if person.linked_id and (user is None or user["id"] != person.linked_id):
            yield _stale_link(person)
        difference = _new(person) if user is None else _changed(person, user)
        if difference:
            yield difference


def _stale_link(person: OktaPerson) -> Difference:
    return Difference(
        "stale_link", person.user_name,
        f"Okta pushes this person to the SCIM id {person.linked_id}, which the bridge does not have; such pushes fail "
        "with 404. After taking them in, unassign and assign them again in Okta.", okta_id=person.okta_id,
    )


def _new(person: OktaPerson) -> Difference | None:
    if not person.active:
        return None
    detail = "assigned in Okta, unknown to the bridge"
    return Difference("create_user", person.user_name, detail, okta_id=person.okta_id, body=person.scim)


def _changed(person: OktaPerson, user: ScimUser) -> Difference | None:
    active = bool(user.get("active"))
    if not person.active:
        return _leaver(user, person.okta_id, "no longer active for the app in Okta") if active else None
    differing = changes(person.scim, user)
    if not differing:
        return None
    detail = "; ".join(f"{name}: {_shown(have)} becomes {_shown(said)}" for name, (have, said) in differing.items())
    body = laid_together(user, person.scim)
    if active:
        # Left out, it stays as it is: a deactivation pushed after the listing must not be undone by an older `true`.
        del body["active"]
    return Difference(
        "update_user", person.user_name, detail, id=str(user["id"]), okta_id=person.okta_id, body=body,
        returns=not active,
    )


def _leavers(matches: Mapping[str, ScimUser], book: Book) -> Iterator[Difference]:
    matched = {user["id"] for user in matches.values()}
    for user in book.users:
        if user["id"] in matched or not user.get("active"):
            continue
        if user.get("externalId"):
            yield _leaver(user, str(user["externalId"]), "no longer assigned in Okta")
        else:
            yield _unknown(user)


def _leaver(user: ScimUser, okta_id: str, detail: str) -> Difference:
    return Difference("deactivate_user", str(user["userName"]), detail, id=str(user["id"]), okta_id=okta_id)


def _unknown(user: ScimUser) -> Difference:
    return Difference(
        "unknown_to_okta", str(user["userName"]),
        "active in the bridge without an Okta id, and not assigned in Okta; left alone, because Okta cannot be asked "
        "about them. Deactivate them by the client that created them.", id=str(user["id"]),
    )


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown_entry, value)) or "nothing"
    return "nothing" if value is None else str(value)


def _shown_entry(entry: Any) -> str:
    return str(entry.get("value", entry)) if isinstance(entry, Mapping) else str(entry)
