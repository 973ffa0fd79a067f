"""Who is assigned to the app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from scim_bridge.sources.okta.conversation import Conversation
from scim_bridge.sources.okta.errors import OktaAnswerUnclear, OktaNotFound
from scim_bridge.sources.okta.pushed import pushed_user

PAGE = "200"

GONE = frozenset({"DEPROVISIONED", "INACTIVE", "REVOKED", "SUSPENDED", "UNASSIGNED"})
"""The app-user statuses that take access away. Any other, an unknown one too, is an assignment that stands."""


@dataclass(frozen=True)
class OktaPerson:
    """Somebody assigned to the app."""

    okta_id: str
    user_name: str
    active: bool
    scim: Mapping[str, Any]
    """The User resource as Okta would push it."""
    linked_id: str | None = None
    """The SCIM `id` that Okta keeps from creating or matching this user in the bridge. Its pushes go there only."""


def read_people(okta: Conversation) -> Iterator[OktaPerson]:
    """Everybody assigned to the app, page by page; the Okta user comes along (`expand=user`). Raises OktaError."""
    seen: set[str] = set()
    for page in okta.pages(_path(okta), {"limit": PAGE, "expand": "user"}):
        for entry in page:
            person = person_of(entry)
            if person.okta_id in seen:
                raise OktaAnswerUnclear(f"Okta listed {person.user_name} twice: the list moved meanwhile. Try again.")
            seen.add(person.okta_id)
            yield person


def read_person(okta: Conversation, okta_id: str) -> OktaPerson | None:
    """One person, afresh; None when Okta itself says that they are not assigned. Raises OktaError for all else."""
    try:
        return person_of(okta.get(f"{_path(okta)}/{quote(okta_id, safe='')}", {"expand": "user"}))
    except OktaNotFound:
        # A wrong app id is a 404 too, and must not look like everybody's leaving.
        okta.get(f"/api/v1/apps/{okta.connection.app_id}")
        return None


def person_of(entry: Mapping[str, Any]) -> OktaPerson:
    """From an application user object. Raises OktaAnswerUnclear when it has no id or no user name."""
    profile, user = _object(entry, "profile"), _object(_object(_object(entry, "_embedded"), "user"), "profile")
    okta_id = entry.get("id")
    user_name = _object(entry, "credentials").get("userName") or profile.get("userName") or user.get("login")
    if not isinstance(okta_id, str) or not isinstance(user_name, str):
        raise OktaAnswerUnclear(f"Okta listed an app user without an id or a user name (id {okta_id}).")
    active = str(entry.get("status", "")).upper() not in GONE
    linked = entry.get("externalId")
    scim = pushed_user(profile, user, user_name=user_name, okta_id=okta_id, active=active)
    return OktaPerson(okta_id, user_name, active, scim, linked if isinstance(linked, str) and linked else None)


def _path(okta: Conversation) -> str:
    return f"/api/v1/apps/{okta.connection.app_id}/users"


def _object(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = entry.get(name)
    return value if isinstance(value, dict) else {}
