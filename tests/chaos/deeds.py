"""Every deed at the platforms, as their logs show it and as the audit has it: to be the same, each once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from scim_bridge.access.change import ORDER
from scim_bridge.audit.records import records
from scim_bridge.db import Database
from tests.chaos.organizations import Organizations
from tests.chaos.people import Register

Deed = tuple[str, str, str, str | None]
"""Platform, kind of change, the person's first name or the group's, place or key."""
CANCELLED = "cancel_invitation"
KINDS = {
    "claude": {
        ("POST", "/v1/organizations/invites"): "invite",
        ("DELETE", "/v1/organizations/invites/{invite_id}"): CANCELLED,
        ("POST", "/v1/organizations/workspaces/{workspace_id}/members"): "grant",
        ("POST", "/v1/organizations/workspaces/{workspace_id}/members/{user_id}"): "change_role",
        ("DELETE", "/v1/organizations/workspaces/{workspace_id}/members/{user_id}"): "revoke",
        ("DELETE", "/v1/organizations/users/{user_id}"): "remove_account",
        ("POST", "/v1/organizations/api_keys/{api_key_id}"): "withdraw_key",
    },
    "openai": {
        ("POST", "/organization/invites"): "invite",
        ("DELETE", "/organization/invites/{invite_id}"): CANCELLED,
        ("POST", "/organization/projects/{project_id}/users"): "grant",
        ("DELETE", "/organization/projects/{project_id}/users/{user_id}"): "revoke",
        ("POST", "/organization/groups"): "create_account",
        ("POST", "/organization/projects/{project_id}/groups"): "grant",
        ("POST", "/organization/groups/{group_id}/users"): "grant",
        ("DELETE", "/organization/groups/{group_id}/users/{user_id}"): "revoke",
        ("DELETE", "/organization/users/{user_id}"): "remove_account",
        ("DELETE", "/organization/projects/{project_id}/api_keys/{api_key_id}"): "withdraw_key",
    },
}


def happened(organizations: Organizations) -> Counter[Deed]:
    """Every write that was answered with success, by the platforms' own logs. An unknown kind of write fails."""
    found: Counter[Deed] = Counter()
    for platform, simulator in organizations.simulators.items():
        for call in simulator.log:
            if call.method != "GET" and call.status == 200:
                who, where = _read(organizations, platform, call)
                found[platform, KINDS[platform][call.method, call.route], who, where] += 1
    return found


def _read(organizations: Organizations, platform: str, call: Any) -> tuple[str, str | None]:
    org: Any = organizations.simulators[platform].org
    body = json.loads(call.body) if call.body else {}
    parts = call.path.split("/")
    owners = {key: person.name for person in organizations.register.people() for key in person.keys}
    if "invites" in parts:
        email = body["email"] if call.method == "POST" else org.invites[parts[-1]].email
        return organizations.register.of(email).name, None
    if "api_keys" in parts:
        return owners[parts[-1]], parts[-1]
    if call.route == "/organization/groups":
        return body["name"], None
    place = _place(org, parts)
    if call.route.endswith("/groups"):
        return org.groups.all[body["group_id"]].name, place
    who = parts[-1] if parts[-2] in {"users", "members"} else body["user_id"]
    return organizations.accounts[who].name, place


def _place(org: Any, parts: list[str]) -> str | None:
    for kind in ("workspaces", "projects"):
        if kind in parts:
            name: str = getattr(org, kind)[parts[parts.index(kind) + 1]].name
            return name
    return f"group {org.groups.all[parts[parts.index('groups') + 1]].name}" if "groups" in parts else None


def recorded(database: Database, register: Register) -> Counter[Deed]:
    """Every change that the audit says was made at a platform."""
    with database.reading() as connection:
        found = [each for each in records(connection, limit=1_000_000) if each.action in ORDER and each.outcome == "done"]
    return Counter(deed for each in found for deed in _deeds(each, register))


def _deeds(record: Any, register: Register) -> Iterator[Deed]:
    who = register.of(record.subject).name if record.subject_kind == "person" else record.subject
    key = (record.after or {}).get("object")
    yield record.platform, record.action, who, key if record.action == "withdraw_key" else record.place
    if record.action == "invite" and key is not None:  # the earlier invitation, taken back in the same deed
        yield record.platform, CANCELLED, who, None
