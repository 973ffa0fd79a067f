"""How Anthropic's Admin API looks on the wire: queries, pages (envelope A), objects in both generations, errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from tests.simulators.anthropic_organization import Invite, Key, Refusal, User, Workspace

NEW = "2026-10-21"
OLD = "2023-06-01"
DEFAULT_LIMIT = 20
MAX_LIMIT = 1000
ERROR_TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
    404: "not_found_error", 409: "conflict_error", 429: "rate_limit_error",
    504: "timeout_error", 529: "overloaded_error",
}
Item = TypeVar("Item")


@dataclass(frozen=True)
class Query:
    """Query parameters; `roles[]=a` and `roles=a` are the same."""

    values: Mapping[str, list[str]]

    @classmethod
    def parse(cls, text: str) -> Query:
        values: dict[str, list[str]] = {}
        for name, value in parse_qsl(text, keep_blank_values=True):
            values.setdefault(name.removesuffix("[]"), []).append(value)
        return cls(values)

    def many(self, name: str) -> list[str]:
        return list(self.values.get(name, ()))

    def one(self, name: str) -> str | None:
        return self.values[name][-1] if self.values.get(name) else None

    def flag(self, name: str) -> bool:
        return self.one(name) in ("true", "1")

    def limit(self) -> int:
        text = self.one("limit") or str(DEFAULT_LIMIT)
        if not text.isdigit() or not 1 <= int(text) <= MAX_LIMIT:
            raise Refusal(400, f"limit: must be between 1 and {MAX_LIMIT}.")
        return int(text)


def page(
    items: Sequence[Item], query: Query, positions: Mapping[str, int], cursor: Callable[[Item], str],
    render: Callable[[Item], dict[str, Any]], scope: str = "",
) -> dict[str, Any]:
    """Envelope A, newest first. A cursor keeps its place when its object is gone; an unknown one is refused."""
    limit, after, before = query.limit(), query.one("after_id"), query.one("before_id")
    if after and before:
        raise Refusal(400, "Only one of after_id and before_id can be given.")

    def position(name: str) -> int:
        if scope + name not in positions and name not in positions:
            raise Refusal(400, f"{name}: no such object to continue from.")
        return positions.get(scope + name, positions.get(name, 0))

    rows = sorted(items, key=lambda item: position(cursor(item)), reverse=True)
    if after:
        rows = [row for row in rows if position(cursor(row)) < position(after)]
    if before:
        rows = [row for row in rows if position(cursor(row)) > position(before)]
    shown = rows[-limit:] if before else rows[:limit]
    return {
        "data": [render(row) for row in shown], "has_more": len(rows) > len(shown),
        "first_id": cursor(shown[0]) if shown else None, "last_id": cursor(shown[-1]) if shown else None,
    }


def stamp(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None


def user_json(user: User) -> dict[str, Any]:
    return {
        "id": user.id, "type": "user", "email": user.email, "name": user.name, "role": user.role,
        "added_at": stamp(user.added_at),
    }


def invite_json(invite: Invite, now: datetime, generation: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": invite.id, "type": "invite", "email": invite.email, "role": invite.role, "status": invite.status(now),
        "invited_at": stamp(invite.invited_at), "expires_at": stamp(invite.expires_at),
    }
    if generation == NEW:
        shown |= {"accepted_at": stamp(invite.accepted_at), "rbac_group_ids": []}
    return shown


def workspace_json(workspace: Workspace, generation: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": workspace.id, "type": "workspace", "name": workspace.name, "created_at": stamp(workspace.created_at),
        "archived_at": stamp(workspace.archived_at), "display_color": "#6C5BB9",
    }
    if generation == NEW:
        residency = {"workspace_geo": "us", "default_inference_geo": "global", "allowed_inference_geos": "unrestricted"}
        shown |= {
            "tags": {}, "compartment_id": f"cmpt_{workspace.id}", "data_residency": residency,
            "external_key_id": None, "user_profile_id": None,
        }
    return shown


def member_json(workspace_id: str, user_id: str, role: str) -> dict[str, Any]:
    return {"type": "workspace_member", "user_id": user_id, "workspace_id": workspace_id, "workspace_role": role}


def key_json(key: Key, now: datetime, generation: str, default_workspace: str) -> dict[str, Any]:
    """The older generation names the workspace directly, and has null for the default one."""
    shown: dict[str, Any] = {
        "id": key.id, "type": "api_key", "name": key.name, "status": key.status(now),
        "created_at": stamp(key.created_at), "expires_at": stamp(key.expires_at),
        "partial_key_hint": f"sk-ant-api03-...{key.id[-4:]}", "created_by": None,
    }
    if key.created_by:
        shown["created_by"] = {"type": key.created_by[0], "id": key.created_by[1]}
    if generation == OLD:
        return shown | {"workspace_id": None if key.workspace_id == default_workspace else key.workspace_id}
    scope = {"type": "workspace", "workspace_id": key.workspace_id} if key.workspace_id else {"type": "organization"}
    acts_as = {"type": "user_actor", "user_id": key.created_by[1]} if key.bound and key.created_by else None
    return shown | {"scope": scope, "principal": acts_as}


def _error_type(status: int) -> str:
    return ERROR_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")


def error_json(refusal: Refusal, request_id: str) -> dict[str, Any]:
    error: dict[str, Any] = {"type": _error_type(refusal.status), "message": refusal.message}
    if refusal.error_code:
        error["details"] = {"error_code": refusal.error_code}
    return {"type": "error", "error": error, "request_id": request_id}
