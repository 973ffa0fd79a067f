"""OpenAI's objects in the core's words. The SDK builds them without checking, so what must be there is asked for here."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from scim_bridge.access.observed import Account, Credential, CustomRole, Group, Invitation, Membership, Place
from scim_bridge.connectors.openai.client import broken_off
from scim_bridge.connectors.openai.roles import ACCOUNT_ROLES, is_administrative

NATIVE_ACCOUNT = (
    "OpenAI's own SCIM manages this account: change or remove it in the identity provider's OpenAI app. Projects, roles there "
    "and keys are managed here."
)
NATIVE_GROUP = "OpenAI's own SCIM manages this group: change its name and members at the identity provider."
OURS = "It is the Admin API key that the bridge itself works with, as far as the hint shows: it is never touched."


def text(row: Any, name: str, listing: str) -> str:
    """A field that must be there."""
    value = getattr(row, name, None)
    if not isinstance(value, str) or not value:
        broken_off(listing)
    return value


def flag(row: Any, name: str, listing: str) -> bool:
    value = getattr(row, name, None)
    if not isinstance(value, bool):
        broken_off(listing)
    return value


def moment(row: Any, name: str) -> datetime | None:
    """A Unix time in seconds."""
    value = getattr(row, name, None)
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else None


def same(one: str | None, other: str | None) -> bool:
    """E-mail addresses are compared whole and without case, whatever a filter lets through."""
    return one is not None and other is not None and one.casefold() == other.casefold()


def email_of(user: Any) -> str:
    """Empty for a service account, which has none; the address may stand in the nested `user` alone."""
    found = getattr(user, "email", None) or getattr(getattr(user, "user", None), "email", None)
    return found if isinstance(found, str) else ""


def account(row: Any) -> Account:
    role, untouchable = text(row, "role", "users"), None
    if getattr(row, "is_service_account", None) is True:
        untouchable = "It is a service account, not a person's: an owner can change it in OpenAI's dashboard."
    elif role not in ACCOUNT_ROLES:
        untouchable = f"The organization role {role} is none that this connector knows: change it in OpenAI's dashboard."
    native = NATIVE_ACCOUNT if getattr(row, "is_scim_managed", None) is True else None
    return Account(text(row, "id", "users"), email_of(row), role, untouchable=untouchable, native=native)


def invitation(row: Any) -> Invitation | None:
    """None for one that was accepted. The status is the platform's, not computed from `expires_at`."""
    status = text(row, "status", "invitations")
    if status not in ("pending", "expired"):
        return None
    return Invitation(
        text(row, "id", "invitations"), text(row, "email", "invitations"), text(row, "role", "invitations"),
        "pending" if status == "pending" else "expired", moment(row, "expires_at"),
    )


def place(row: Any) -> Place:
    """A project. They are archived, never deleted; the name may be missing."""
    identifier = text(row, "id", "projects")
    is_open = getattr(row, "archived_at", None) is None and getattr(row, "status", None) != "archived"
    return Place(identifier, getattr(row, "name", None) or identifier, open=is_open)


def group(row: Any) -> Group:
    kind, untouchable = getattr(row, "group_type", None), None
    if kind != "group":  # tenants stand above organizations, and more kinds may come
        untouchable = f"It is a group of the kind {kind}, which is not kept in this organization: change it where it is."
    native = NATIVE_GROUP if flag(row, "is_scim_managed", "groups") else None
    return Group(text(row, "id", "groups"), text(row, "name", "groups"), untouchable, native)


def custom_role(row: Any) -> CustomRole:
    permissions = row.permissions if isinstance(row.permissions, list) else broken_off("roles")
    return CustomRole(text(row, "name", "roles"), is_administrative(permissions))


def assigned(row: Any, who: str, place_id: str, kind: Any = "person") -> Membership:
    """One role that somebody was assigned; inherited when all its sources are others (a group they are in)."""
    sources = [source.principal_id for source in getattr(row, "assignment_sources", None) or ()]
    return Membership(who, place_id, text(row, "name", "role assignments"), kind, bool(sources) and who not in sources)


def project_key(row: Any, place_id: str, now: datetime) -> Credential:
    """A key of a project, of a person or of a service account. It outlives its owner, and goes on naming them."""
    owner = getattr(row, "owner", None)
    user, robot = getattr(owner, "user", None), getattr(owner, "service_account", None)
    person = user if getattr(owner, "type", None) == "user" or robot is None else None
    expires_at = moment(row, "expires_at")
    expired = expires_at is not None and expires_at <= now
    access = "inactive" if getattr(row, "owner_project_access", None) == "inactive" else "active"
    return Credential(
        id=text(row, "id", "API keys"), kind="personal" if person else "shared",
        owner_id=text(person, "id", "API keys") if person else None,
        owner_email=getattr(person, "email", None), status="expired" if expired else access, usable=not expired,
        hint=getattr(row, "redacted_value", None), name=getattr(row, "name", None), place_id=place_id,
        created_at=moment(row, "created_at"), last_used_at=moment(row, "last_used_at"), expires_at=expires_at,
        service_account=None if person else getattr(robot, "name", None) or getattr(robot, "id", None),
    )


def admin_key(row: Any, own_key: str, now: datetime) -> Credential:
    """A key of the whole organization."""
    owner, hint = getattr(row, "owner", None), text(row, "redacted_value", "Admin API keys")
    kind, owner_id = getattr(owner, "type", None), getattr(owner, "id", None)
    is_person = kind == "user" and isinstance(owner_id, str)
    expires_at = moment(row, "expires_at")
    expired = expires_at is not None and expires_at <= now
    return Credential(
        id=text(row, "id", "Admin API keys"), kind="personal" if is_person else "shared",
        owner_id=owner_id if is_person else None, status="expired" if expired else "active", usable=not expired,
        hint=hint, name=getattr(row, "name", None), created_at=moment(row, "created_at"),
        last_used_at=moment(row, "last_used_at"), expires_at=expires_at,
        service_account=None if is_person else getattr(owner, "name", None) or owner_id,
        ours=OURS if is_hint_of(hint, own_key) else None,
    )


def is_hint_of(hint: str, key: str) -> bool:
    """Whether a redacted value (`sk-admin...def`, `sk-admin-***def`) may be this key's. One that shows nothing may be any's."""
    start, *rest = re.split(r"\*+|\.{2,}|…", hint.strip())
    return bool(rest) and key.startswith(start) and key.endswith(rest[-1])
