"""How OpenAI's admin API looks on the wire: queries, three envelopes of pages, objects, errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qsl

from tests.simulators.openai_objects import (
    AdminKey,
    Group,
    Invite,
    Key,
    Project,
    Refusal,
    Role,
    ServiceAccount,
    User,
)

ERROR_TYPES = {401: "invalid_request_error", 403: "permission_error", 409: "conflict_error", 429: "requests"}
Item = TypeVar("Item")
Json = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """Query parameters; `emails[]=a` and `emails=a` are the same."""

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


# pages


@dataclass(frozen=True)
class Bounds:
    """What a listing's `limit` may be, and how it is ordered when nothing is said."""

    default: int
    least: int
    most: int
    order: Literal["asc", "desc"] = "asc"

    def limit(self, query: Query) -> int:
        text = query.one("limit") or str(self.default)
        if not text.isdigit() or not self.least <= int(text) <= self.most:
            raise Refusal(400, f"limit must be between {self.least} and {self.most}.", "invalid_value", param="limit")
        return int(text)


PLAIN = Bounds(20, 1, 100)
GROUPS = Bounds(100, 0, 1000)
GROUP_USERS = Bounds(100, 0, 1000, "desc")
PROJECT_GROUPS = Bounds(20, 0, 100)
ROLES = Bounds(1000, 0, 1000)


@dataclass(frozen=True)
class Listing:
    """How to list one kind of thing. `scope` goes before an id to find the place of something without an id of its own."""

    query: Query
    positions: Mapping[str, int]
    bounds: Bounds = PLAIN
    scope: str = ""
    ordered: bool = True
    """Whether the caller may say in which order."""

    def conversation(self, items: Sequence[Item], cursor: Callable[[Item], str], render: Callable[[Item], Json]) -> Json:
        """Goes on with `after=<last_id>`, or, where `last_id` is not looked at, with the id of the last item: the same."""
        shown, more = self._cut(items, cursor)
        return {
            "object": "list", "data": [render(item) for item in shown], "has_more": more,
            "first_id": cursor(shown[0]) if shown else None, "last_id": cursor(shown[-1]) if shown else None,
        }

    def following(self, items: Sequence[Item], cursor: Callable[[Item], str], render: Callable[[Item], Json]) -> Json:
        """Goes on with `after=<next>`."""
        shown, more = self._cut(items, cursor)
        following = cursor(shown[-1]) if shown and more else None
        return {"object": "list", "data": [render(item) for item in shown], "has_more": more, "next": following}

    def _cut(self, items: Sequence[Item], cursor: Callable[[Item], str]) -> tuple[list[Item], bool]:
        """A cursor keeps its place when what it names is gone; an unknown one is refused."""
        limit, after, backwards = self.bounds.limit(self.query), self.query.one("after"), self._backwards()
        rows = sorted(items, key=lambda item: self._position(cursor(item)), reverse=backwards)
        if after:
            start = self._position(after)
            rows = [row for row in rows if (self._position(cursor(row)) < start) == backwards and cursor(row) != after]
        return rows[:limit], len(rows) > limit

    def _position(self, name: str) -> int:
        found = self.positions.get(self.scope + name, self.positions.get(name))
        if found is None:
            raise Refusal(400, f"after: {name} is nothing to continue from.", "invalid_value", param="after")
        return found

    def _backwards(self) -> bool:
        order = (self.query.one("order") if self.ordered else None) or self.bounds.order
        if order not in ("asc", "desc"):
            raise Refusal(400, f"{order!r} is not one of 'asc', 'desc'.", "invalid_value", param="order")
        return order == "desc"


# objects


def stamp(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def deleted(kind: str, object_id: str | None = None) -> Json:
    return {"object": f"{kind}.deleted", "deleted": True} | ({"id": object_id} if object_id else {})


def user_json(user: User, role: str | None, projects: Sequence[tuple[Project, str]], last_used: datetime | None) -> Json:
    account = {
        "object": "user", "id": user.id, "email": user.email or None, "name": user.name, "picture": None,
        "enabled": True, "banned": False, "banned_at": None,
    }
    held = [{"id": project.id, "name": project.name, "role": name} for project, name in projects]
    return {
        "object": "organization.user", "id": user.id, "email": user.email or None, "name": user.name, "role": role,
        "added_at": stamp(user.added_at), "created": stamp(user.added_at), "is_default": False,
        "is_service_account": user.service_account, "is_scim_managed": user.scim_managed,
        "is_scale_tier_authorized_purchaser": None, "api_key_last_used_at": stamp(last_used),
        "technical_level": user.technical_level, "developer_persona": user.developer_persona,
        "user": account, "projects": {"object": "list", "data": held},
    }


def invite_json(invite: Invite, now: datetime) -> Json:
    return {
        "object": "organization.invite", "id": invite.id, "email": invite.email, "role": invite.role,
        "status": invite.status(now), "created_at": stamp(invite.created_at), "expires_at": stamp(invite.expires_at),
        "accepted_at": stamp(invite.accepted_at),
        "projects": [{"id": project, "role": role} for project, role in invite.projects],
    }


def project_json(project: Project) -> Json:
    return {
        "object": "organization.project", "id": project.id, "name": project.name,
        "created_at": stamp(project.created_at), "archived_at": stamp(project.archived_at),
        "status": "archived" if project.archived_at else "active", "external_key_id": None, "residency": "GLOBAL",
    }


def member_json(user: User, role: str, added_at: datetime) -> Json:
    return {
        "object": "organization.project.user", "id": user.id, "name": user.name, "email": user.email or None,
        "role": role, "added_at": stamp(added_at),
    }


def role_json(role: Role) -> Json:
    return {
        "object": "role", "id": role.id, "name": role.name, "description": role.description,
        "permissions": role.permissions, "resource_type": role.resource_type, "predefined_role": role.predefined,
    }


def held_role_json(role: Role, sources: Sequence[tuple[str, str]] | None) -> Json:
    """`sources` are principals, by id and kind; None where the vendor tells none."""
    named = None if sources is None else [{"principal_id": name, "principal_type": kind} for name, kind in sources]
    shown = role_json(role)
    del shown["object"]
    return shown | {
        "created_at": stamp(role.created_at), "updated_at": stamp(role.created_at), "created_by": None,
        "created_by_user_obj": None, "metadata": {}, "assignment_sources": named,
    }


def group_json(group: Group) -> Json:
    return {
        "id": group.id, "name": group.name, "created_at": stamp(group.created_at),
        "is_scim_managed": group.scim_managed, "group_type": group.group_type,
    }


def group_summary_json(group: Group) -> Json:
    return {
        "object": "group", "id": group.id, "name": group.name, "created_at": stamp(group.created_at),
        "scim_managed": group.scim_managed,
    }


def group_user_json(user: User) -> Json:
    return {"id": user.id, "name": user.name, "email": user.email or None}


def group_member_json(user: User, group: Group) -> Json:
    kind = "tenant_user" if group.group_type == "tenant_group" else "user"
    return group_user_json(user) | {"picture": None, "is_service_account": user.service_account, "user_type": kind}


def project_group_json(project_id: str, group: Group) -> Json:
    return {
        "object": "project.group", "project_id": project_id, "group_id": group.id, "group_name": group.name,
        "group_type": group.group_type, "created_at": stamp(group.projects[project_id]),
    }


def account_json(account: ServiceAccount) -> Json:
    return {
        "object": "organization.project.service_account", "id": account.id, "name": account.name,
        "role": account.role, "created_at": stamp(account.created_at),
    }


def redacted(value: str) -> str:
    return f"{value[:8]}...{value[-4:]}"


def key_json(key: Key, owner_role: str, access: str) -> Json:
    owner = key.owner
    if isinstance(owner, User):
        moment = stamp(owner.added_at)
        shown = {"id": owner.id, "email": owner.email, "name": owner.name, "created_at": moment, "role": owner_role}
    else:
        shown = {"id": owner.id, "name": owner.name, "created_at": stamp(owner.created_at), "role": owner_role}
    kind = "user" if isinstance(owner, User) else "service_account"
    return {
        "object": "organization.project.api_key", "id": key.id, "name": key.name,
        "redacted_value": redacted(key.value), "created_at": stamp(key.created_at),
        "last_used_at": stamp(key.last_used_at), "expires_at": stamp(key.expires_at),
        "owner_project_access": access, "owner": {"type": kind, kind: shown},
    }


def admin_key_json(key: AdminKey, owner_role: str) -> Json:
    owner = key.owner
    kind = "service_account" if owner.service_account else "user"
    return {
        "object": "organization.admin_api_key", "id": key.id, "name": key.name, "redacted_value": redacted(key.value),
        "created_at": stamp(key.created_at), "expires_at": None, "last_used_at": stamp(key.last_used_at),
        "owner": {
            "type": kind, "object": "organization.user", "id": owner.id, "name": owner.name,
            "created_at": stamp(owner.added_at), "role": owner_role,
        },
    }


def error_json(refusal: Refusal, bare: bool) -> Json:
    """All four keys, or the shape of early 2025."""
    if bare:
        return {"code": refusal.status, "message": refusal.message}
    kind = ERROR_TYPES.get(refusal.status, "server_error" if refusal.status >= 500 else "invalid_request_error")
    error = {"message": refusal.message, "type": kind, "param": refusal.param, "code": refusal.code}
    return {"error": error}
