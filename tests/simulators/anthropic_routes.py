"""The routes of Anthropic's Admin API that the simulator serves, each one a function of a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.simulators import anthropic_wire as wire
from tests.simulators.anthropic_organization import Invite, Key, Organization, Refusal, User, Workspace, normalized

ROOT = "/v1/organizations"


@dataclass(frozen=True)
class Request:
    org: Organization
    path: Mapping[str, str]
    query: wire.Query
    body: Mapping[str, Any]
    generation: str

    def take(self, *names: str, required: bool = True) -> list[Any]:
        """These fields of the body as strings; anything beside them is refused, as the real API does."""
        extra = set(self.body) - set(names)
        if extra:
            raise Refusal(400, f"{sorted(extra)[0]}: Extra inputs are not permitted")
        for name in names:
            value = self.body.get(name)
            if not isinstance(value, str) and (required or value is not None):
                raise Refusal(400, f"{name}: Field required")
        return [self.body.get(name) for name in names]


Route = Callable[[Request], dict[str, Any]]


def me(r: Request) -> dict[str, Any]:
    return {"id": r.org.id, "type": "organization", "name": r.org.name}


def list_users(r: Request) -> dict[str, Any]:
    email, roles = r.query.one("email"), r.query.many("roles")
    found = [user for user in r.org.users.values() if not roles or user.role in roles]
    if email:
        found = [user for user in found if normalized(user.email) == normalized(email)]

    def cursor(user: User) -> str:
        return user.id

    return wire.page(found, r.query, r.org.positions, cursor, wire.user_json)


def get_user(r: Request) -> dict[str, Any]:
    return wire.user_json(r.org.user(r.path["user_id"]))


def update_user(r: Request) -> dict[str, Any]:
    [role] = r.take("role")
    return wire.user_json(r.org.update_user(r.path["user_id"], role))


def remove_user(r: Request) -> dict[str, Any]:
    return {"id": r.org.remove_user(r.path["user_id"]).id, "type": "user_deleted"}


def _invite(r: Request, invite: Invite) -> dict[str, Any]:
    return wire.invite_json(invite, r.org.clock.now(), r.generation)


def list_invites(r: Request) -> dict[str, Any]:
    now = r.org.clock.now()
    found = [invite for invite in r.org.invites.values() if not invite.deleted]
    if r.org.rules.invite_filters:
        email, roles, statuses = r.query.one("email"), r.query.many("roles"), r.query.many("statuses")
        found = [
            invite for invite in found
            if (not email or normalized(invite.email) == normalized(email))
            and (not roles or invite.role in roles)
            and (not statuses or invite.status(now) in statuses)
        ]

    def cursor(invite: Invite) -> str:
        return invite.id

    return wire.page(found, r.query, r.org.positions, cursor, lambda invite: _invite(r, invite))


def create_invite(r: Request) -> dict[str, Any]:
    email, role = r.take("email", "role")
    return _invite(r, r.org.create_invite(email, role))


def get_invite(r: Request) -> dict[str, Any]:
    return _invite(r, r.org.invite(r.path["invite_id"]))


def delete_invite(r: Request) -> dict[str, Any]:
    return {"id": r.org.delete_invite(r.path["invite_id"]).id, "type": "invite_deleted"}


def _workspace(r: Request, workspace: Workspace) -> dict[str, Any]:
    return wire.workspace_json(workspace, r.generation)


def list_workspaces(r: Request) -> dict[str, Any]:
    ids = r.query.many("ids")
    found = [
        workspace for workspace in r.org.workspaces.values()
        if (not workspace.archived_at or r.query.flag("include_archived"))
        and (not workspace.default or r.query.flag("include_default"))
        and (not ids or workspace.id in ids)
    ]

    def cursor(workspace: Workspace) -> str:
        return workspace.id

    return wire.page(found, r.query, r.org.positions, cursor, lambda workspace: _workspace(r, workspace))


def create_workspace(r: Request) -> dict[str, Any]:
    [name] = r.take("name")
    return _workspace(r, r.org.create_workspace(name))


def get_workspace(r: Request) -> dict[str, Any]:
    return _workspace(r, r.org.workspace(r.path["workspace_id"]))


def archive_workspace(r: Request) -> dict[str, Any]:
    return _workspace(r, r.org.archive_workspace(r.path["workspace_id"]))


def list_members(r: Request) -> dict[str, Any]:
    place = r.path["workspace_id"]

    def cursor(member: tuple[str, str]) -> str:
        return member[0]

    def render(member: tuple[str, str]) -> dict[str, Any]:
        return wire.member_json(place, *member)

    members = list(r.org.members(place).items())
    return wire.page(members, r.query, r.org.positions, cursor, render, scope=f"{place}/")


def add_member(r: Request) -> dict[str, Any]:
    user_id, role = r.take("user_id", "workspace_role")
    r.org.add_member(r.path["workspace_id"], user_id, role)
    return wire.member_json(r.path["workspace_id"], user_id, role)


def get_member(r: Request) -> dict[str, Any]:
    place, user_id = r.path["workspace_id"], r.path["user_id"]
    return wire.member_json(place, user_id, r.org.member(place, user_id))


def update_member(r: Request) -> dict[str, Any]:
    [role] = r.take("workspace_role")
    r.org.update_member(r.path["workspace_id"], r.path["user_id"], role)
    return get_member(r)


def remove_member(r: Request) -> dict[str, Any]:
    place, user_id = r.path["workspace_id"], r.path["user_id"]
    r.org.remove_member(place, user_id)
    return {"type": "workspace_member_deleted", "user_id": user_id, "workspace_id": place}


def _key(r: Request, key: Key) -> dict[str, Any]:
    default = next((place.id for place in r.org.workspaces.values() if place.default), "")
    return wire.key_json(key, r.org.clock.now(), r.generation, default)


def list_keys(r: Request) -> dict[str, Any]:
    maker, place, status = (r.query.one(name) for name in ("created_by_user_id", "workspace_id", "status"))
    now = r.org.clock.now()
    found = [
        key for key in r.org.keys.values()
        if (not maker or key.created_by == ("user", maker))
        and (not place or key.workspace_id == place)
        and (not status or key.status(now) == status)
    ]

    def cursor(key: Key) -> str:
        return key.id

    return wire.page(found, r.query, r.org.positions, cursor, lambda key: _key(r, key))


def get_key(r: Request) -> dict[str, Any]:
    return _key(r, r.org.key(r.path["api_key_id"]))


def update_key(r: Request) -> dict[str, Any]:
    status, name = r.take("status", "name", required=False)
    return _key(r, r.org.update_key(r.path["api_key_id"], status, name))


ROUTES: dict[str, dict[str, Route]] = {
    "/me": {"GET": me},
    "/users": {"GET": list_users},
    "/users/{user_id}": {"GET": get_user, "POST": update_user, "DELETE": remove_user},
    "/invites": {"GET": list_invites, "POST": create_invite},
    "/invites/{invite_id}": {"GET": get_invite, "DELETE": delete_invite},
    "/workspaces": {"GET": list_workspaces, "POST": create_workspace},
    "/workspaces/{workspace_id}": {"GET": get_workspace},
    "/workspaces/{workspace_id}/archive": {"POST": archive_workspace},
    "/workspaces/{workspace_id}/members": {"GET": list_members, "POST": add_member},
    "/workspaces/{workspace_id}/members/{user_id}": {
        "GET": get_member, "POST": update_member, "DELETE": remove_member,
    },
    "/api_keys": {"GET": list_keys},
    "/api_keys/{api_key_id}": {"GET": get_key, "POST": update_key},
}
CONSOLE_ONLY = ("/workspaces", "/api_keys")


def find(path: str) -> tuple[str, dict[str, str]] | None:
    """The route template a path belongs to, without the root, and the path's own values."""
    for template in ROUTES:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", ROOT + template)
        match = re.fullmatch(pattern, path)
        if match:
            return template, match.groupdict()
    return None
