"""Which user of the bridge is which person of Okta. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scim_bridge.sources.okta.people import OktaPerson

ScimUser = Mapping[str, Any]


def match(people: Sequence[OktaPerson], users: Iterable[ScimUser]) -> dict[str, ScimUser]:
    """By Okta id, the user of the bridge. Nobody is matched twice.

    First by the `id` that Okta keeps (its pushes go there), then by `externalId`, then by `userName` without case. An
    `externalId` that several users carry says nothing.
    """
    left = {str(user["id"]): user for user in users}
    matches: dict[str, ScimUser] = {}
    for index, key in ((_by_id, _linked), (_by_external_id, _okta_id), (_by_user_name, _user_name)):
        known = dict(index(left.values()))
        for person in people:
            wanted = key(person)
            if person.okta_id not in matches and wanted in known:
                user = known.pop(wanted)
                matches[person.okta_id] = user
                del left[str(user["id"])]
    return matches


def _by_id(users: Iterable[ScimUser]) -> Iterator[tuple[str | None, ScimUser]]:
    return ((str(user["id"]), user) for user in users)


def _by_external_id(users: Iterable[ScimUser]) -> Iterator[tuple[str | None, ScimUser]]:
    bearers: dict[str, list[ScimUser]] = {}
    for user in users:
        if user.get("externalId"):
            bearers.setdefault(str(user["externalId"]), []).append(user)
    return ((external_id, found[0]) for external_id, found in bearers.items() if len(found) == 1)


def _by_user_name(users: Iterable[ScimUser]) -> Iterator[tuple[str | None, ScimUser]]:
    return ((str(user["userName"]).casefold(), user) for user in users)


def _linked(person: OktaPerson) -> str | None:
    return person.linked_id


def _okta_id(person: OktaPerson) -> str | None:
    return person.okta_id


def _user_name(person: OktaPerson) -> str | None:
    return person.user_name.casefold()
