"""The routes of OpenAI's admin API that concern roles and groups, in the organization and in projects."""

from __future__ import annotations

from tests.simulators import openai_wire as wire
from tests.simulators.openai_objects import Group, Refusal, Role
from tests.simulators.openai_request import Request, Route, identity
from tests.simulators.openai_roles import Place
from tests.simulators.openai_wire import Json


def _place(r: Request) -> Place:
    return r.org.project(r.path["project_id"]).id if "project_id" in r.path else None


def _writable_place(r: Request) -> Place:
    return r.org.writable(r.path["project_id"]).id if "project_id" in r.path else None


# the roles there are


def list_roles(r: Request) -> Json:
    return r.listing(wire.ROLES).following(r.org.roles.offered(_place(r)), identity, wire.role_json)


def get_role(r: Request) -> Json:
    return wire.role_json(r.org.roles.find(_place(r), r.path["role_id"]))


def _permissions(r: Request) -> list[str]:
    permissions = r.body.get("permissions")
    if not isinstance(permissions, list) or not all(isinstance(one, str) for one in permissions):
        raise Refusal(400, "permissions is a list of strings.", "invalid_type", param="permissions")
    return permissions


def create_role(r: Request) -> Json:
    r.nothing_else("role_name", "permissions", "description")
    name, description = r.text("role_name"), r.text("description", required=False)
    return wire.role_json(r.org.roles.create(_writable_place(r), name or "", _permissions(r), description))


def update_role(r: Request) -> Json:
    r.nothing_else("role_name", "permissions", "description")
    role = r.org.roles.changeable(_writable_place(r), r.path["role_id"])
    role.name = r.text("role_name", required=False) or role.name
    role.description = r.text("description", required=False) or role.description
    if r.body.get("permissions") is not None:
        role.permissions = _permissions(r)
    return wire.role_json(role)


def delete_role(r: Request) -> Json:
    return wire.deleted("role", r.org.roles.delete(_writable_place(r), r.path["role_id"]).id)


# roles that are held


Held = list[tuple[Role, list[tuple[str, str]] | None]]


def _held_by_user(r: Request) -> Held:
    """Their own roles and those of their groups, each once, with where it comes from; an implicit one names no source."""
    org, place, user = r.org, _place(r), r.org.user(r.path["user_id"])
    sources: dict[str, list[tuple[str, str]]] = {}
    for role in org.roles.held(place, user.id):
        sources.setdefault(role.id, []).append((user.id, "user"))
    for group in org.groups.of_user(user.id):
        for role in org.roles.held(place, group.id):
            sources.setdefault(role.id, []).append((group.id, "group"))
    held: Held = [(org.roles.all[role_id], found) for role_id, found in sources.items()]
    if place and org.is_owner(user.id) and org.roles.named(place, "owner").id not in sources:
        held.append((org.roles.named(place, "owner"), None))
    return held


def _held_by_group(r: Request) -> Held:
    group = r.org.groups.principal(_place(r), r.path["group_id"])
    return [(role, [(group.id, "group")]) for role in r.org.roles.held(_place(r), group.id)]


def _listed(r: Request, held: Held) -> Json:
    def cursor(one: tuple[Role, list[tuple[str, str]] | None]) -> str:
        return one[0].id

    return r.listing(wire.ROLES).following(held, cursor, lambda one: wire.held_role_json(*one))


def _single(r: Request, held: Held) -> Json:
    for role, sources in held:
        if role.id == r.path["role_id"]:
            return wire.held_role_json(role, sources)
    raise Refusal(404, f"Role {r.path['role_id']} is not assigned.", param="role_id")


def list_user_roles(r: Request) -> Json:
    return _listed(r, _held_by_user(r))


def get_user_role(r: Request) -> Json:
    return _single(r, _held_by_user(r))


def assign_user_role(r: Request) -> Json:
    r.nothing_else("role_id")
    user_id, role_id = r.path["user_id"], r.text("role_id") or ""
    if "project_id" in r.path:
        role = r.org.assign_project_role(r.path["project_id"], user_id, role_id)
    else:
        role = r.org.assign_role(user_id, role_id)
    return {"object": "user.role", "user": r.user(r.org.users[user_id]), "role": wire.role_json(role)}


def unassign_user_role(r: Request) -> Json:
    if "project_id" in r.path:
        r.org.unassign_project_role(r.path["project_id"], r.path["user_id"], r.path["role_id"])
    else:
        r.org.unassign_role(r.path["user_id"], r.path["role_id"])
    return wire.deleted("user.role")


def list_group_roles(r: Request) -> Json:
    return _listed(r, _held_by_group(r))


def get_group_role(r: Request) -> Json:
    return _single(r, _held_by_group(r))


def assign_group_role(r: Request) -> Json:
    r.nothing_else("role_id")
    role = r.org.groups.assign_role(_writable_place(r), r.path["group_id"], r.text("role_id") or "")
    group = r.org.groups.find(r.path["group_id"])
    return {"object": "group.role", "group": wire.group_summary_json(group), "role": wire.role_json(role)}


def unassign_group_role(r: Request) -> Json:
    r.org.groups.unassign_role(_writable_place(r), r.path["group_id"], r.path["role_id"])
    return wire.deleted("group.role")


# groups


def list_groups(r: Request) -> Json:
    return r.listing(wire.GROUPS).following(list(r.org.groups.all.values()), identity, wire.group_json)


def create_group(r: Request) -> Json:
    r.nothing_else("name")
    return wire.group_json(r.org.groups.create(r.text("name") or ""))


def get_group(r: Request) -> Json:
    return wire.group_json(r.org.groups.find(r.path["group_id"]))


def rename_group(r: Request) -> Json:
    """The vendor's answer to this one has no `group_type`."""
    r.nothing_else("name")
    shown = wire.group_json(r.org.groups.rename(r.path["group_id"], r.text("name") or ""))
    del shown["group_type"]
    return shown


def delete_group(r: Request) -> Json:
    return wire.deleted("group", r.org.groups.delete(r.path["group_id"]).id)


def list_group_users(r: Request) -> Json:
    group = r.org.groups.find(r.path["group_id"])
    users = [r.org.users[user_id] for user_id in group.members]
    listing = r.listing(wire.GROUP_USERS, scope=f"{group.id}/")
    return listing.following(users, identity, wire.group_user_json)


def add_group_user(r: Request) -> Json:
    r.nothing_else("user_id")
    group_id, user_id = r.path["group_id"], r.text("user_id") or ""
    r.org.groups.add_member(group_id, user_id)
    return {"object": "group.user", "user_id": user_id, "group_id": group_id}


def get_group_user(r: Request) -> Json:
    user = r.org.groups.member(r.path["group_id"], r.path["user_id"])
    return wire.group_member_json(user, r.org.groups.find(r.path["group_id"]))


def remove_group_user(r: Request) -> Json:
    r.org.groups.remove_member(r.path["group_id"], r.path["user_id"])
    return wire.deleted("group.user")


# groups in projects


def list_project_groups(r: Request) -> Json:
    place = r.org.writable(r.path["project_id"]).id
    found = [group for group in r.org.groups.all.values() if place in group.projects]

    def render(group: Group) -> Json:
        return wire.project_group_json(place, group)

    return r.listing(wire.PROJECT_GROUPS, scope=f"{place}/").following(found, identity, render)


def add_project_group(r: Request) -> Json:
    r.nothing_else("group_id", "role")
    place, group_id, role_id = r.path["project_id"], r.text("group_id") or "", r.text("role") or ""
    return wire.project_group_json(place, r.org.groups.let_in(place, group_id, role_id))


def get_project_group(r: Request) -> Json:
    group = r.org.groups.in_project(r.path["project_id"], r.path["group_id"])
    if (r.query.one("group_type") or "group") != group.group_type:
        raise Refusal(404, f"Group {group.id} was not found.", param="group_id")
    return wire.project_group_json(r.path["project_id"], group)


def remove_project_group(r: Request) -> Json:
    r.org.groups.keep_out(r.path["project_id"], r.path["group_id"])
    return wire.deleted("project.group")


PROJECT = "/organization/projects/{project_id}"
ROUTES: dict[str, dict[str, Route]] = {
    "/organization/groups": {"GET": list_groups, "POST": create_group},
    "/organization/groups/{group_id}": {"GET": get_group, "POST": rename_group, "DELETE": delete_group},
    "/organization/groups/{group_id}/users": {"GET": list_group_users, "POST": add_group_user},
    "/organization/groups/{group_id}/users/{user_id}": {"GET": get_group_user, "DELETE": remove_group_user},
    f"{PROJECT}/groups": {"GET": list_project_groups, "POST": add_project_group},
    f"{PROJECT}/groups/{{group_id}}": {"GET": get_project_group, "DELETE": remove_project_group},
}
for root in ("/organization", "/projects/{project_id}"):
    ROUTES |= {
        f"{root}/roles": {"GET": list_roles, "POST": create_role},
        f"{root}/roles/{{role_id}}": {"GET": get_role, "POST": update_role, "DELETE": delete_role},
        f"{root}/users/{{user_id}}/roles": {"GET": list_user_roles, "POST": assign_user_role},
        f"{root}/users/{{user_id}}/roles/{{role_id}}": {"GET": get_user_role, "DELETE": unassign_user_role},
        f"{root}/groups/{{group_id}}/roles": {"GET": list_group_roles, "POST": assign_group_role},
        f"{root}/groups/{{group_id}}/roles/{{role_id}}": {"GET": get_group_role, "DELETE": unassign_group_role},
    }
