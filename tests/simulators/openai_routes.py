"""The routes of OpenAI's admin API that concern people, projects and keys, each one a function of a request.

Roles and groups are in `openai_role_routes`. Templates are the vendor document's own.
"""

from __future__ import annotations

from tests.simulators import openai_wire as wire
from tests.simulators.openai_objects import AdminKey, Invite, Key, Project, Refusal, ServiceAccount, User
from tests.simulators.openai_request import Request, Route, identity
from tests.simulators.openai_wire import Json

# users


def list_users(r: Request) -> Json:
    emails = r.query.many("emails")
    if not r.org.rules.case_sensitive_filter:
        emails = [email.casefold() for email in emails]

    def wanted(user: User) -> bool:
        email = user.email if r.org.rules.case_sensitive_filter else user.email.casefold()
        return not emails or email in emails

    found = [user for user in r.org.users.values() if wanted(user)]
    return r.listing(ordered=False).conversation(found, identity, r.user)


def get_user(r: Request) -> Json:
    return r.user(r.org.user(r.path["user_id"]))


def update_user(r: Request) -> Json:
    role, role_id, level, persona = (
        r.text(name, required=False) for name in ("role", "role_id", "technical_level", "developer_persona")
    )
    r.nothing_else("role", "role_id", "technical_level", "developer_persona")
    user = r.org.update_user(r.path["user_id"], role, role_id)
    user.technical_level = level or user.technical_level
    user.developer_persona = persona or user.developer_persona
    return r.user(user)


def remove_user(r: Request) -> Json:
    return wire.deleted("organization.user", r.org.remove_user(r.path["user_id"]).id)


# invitations


def _invite(r: Request, invite: Invite) -> Json:
    return wire.invite_json(invite, r.org.clock.now())


def list_invites(r: Request) -> Json:
    def render(invite: Invite) -> Json:
        shown = _invite(r, invite)
        if not r.org.rules.invites_listed_with_projects:
            del shown["projects"]
        return shown

    there = [invite for invite in r.org.invites.values() if not invite.deleted]
    return r.listing(ordered=False).conversation(there, identity, render)


def create_invite(r: Request) -> Json:
    r.nothing_else("email", "role", "projects")
    email, role, projects = r.text("email"), r.text("role"), r.body.get("projects")
    if "projects" not in r.body:
        return _invite(r, r.org.create_invite(email or "", role or "", None))
    if not isinstance(projects, list) or any(set(one) != {"id", "role"} for one in projects):
        raise Refusal(400, "projects is a list of objects with id and role.", "invalid_type", param="projects")
    wanted = [(str(one["id"]), str(one["role"])) for one in projects]
    return _invite(r, r.org.create_invite(email or "", role or "", wanted))


def get_invite(r: Request) -> Json:
    return _invite(r, r.org.invite(r.path["invite_id"]))


def delete_invite(r: Request) -> Json:
    return wire.deleted("organization.invite", r.org.delete_invite(r.path["invite_id"]).id)


# projects and their users


def list_projects(r: Request) -> Json:
    archived = r.query.flag("include_archived")
    found: list[Project] = [one for one in r.org.projects.values() if archived or not one.archived_at]
    return r.listing(ordered=False).conversation(found, identity, wire.project_json)


def get_project(r: Request) -> Json:
    return wire.project_json(r.org.project(r.path["project_id"]))


def _member(r: Request, user_id: str, role: str) -> Json:
    user = r.org.users[user_id]
    return wire.member_json(user, role, r.org.joined.get((r.path["project_id"], user_id), user.added_at))


def list_members(r: Request) -> Json:
    members = list(r.org.listed_members(r.path["project_id"]).items())

    def cursor(member: tuple[str, str]) -> str:
        return member[0]

    listing = r.listing(scope=f"{r.path['project_id']}/", ordered=False)
    return listing.conversation(members, cursor, lambda member: _member(r, *member))


def get_member(r: Request) -> Json:
    return _member(r, r.path["user_id"], r.org.member(r.path["project_id"], r.path["user_id"]))


def add_member(r: Request) -> Json:
    r.nothing_else("role", "user_id", "email")
    user_id, email = r.text("user_id", required=False), r.text("email", required=False)
    if (user_id is None) == (email is None):
        raise Refusal(400, "One of user_id and email is needed.", param="user_id")
    user = r.org.add_member(r.path["project_id"], user_id, email, r.text("role") or "")
    return _member(r, user.id, r.org.members(r.path["project_id"])[user.id])


def update_member(r: Request) -> Json:
    r.nothing_else("role")
    r.org.update_member(r.path["project_id"], r.path["user_id"], r.text("role") or "")
    return get_member(r)


def remove_member(r: Request) -> Json:
    r.org.remove_member(r.path["project_id"], r.path["user_id"])
    return wire.deleted("organization.project.user", r.path["user_id"])


# keys and service accounts


def _key(r: Request, key: Key) -> Json:
    org, owner = r.org, key.owner
    if isinstance(owner, ServiceAccount):
        role = owner.role
    else:
        role = "owner" if org.is_owner(owner.id) else org.roles.predefined(key.project_id, owner.id) or "none"
    return wire.key_json(key, role, org.keys.owner_access(key))


def list_keys(r: Request) -> Json:
    found = r.org.keys.of_project(r.path["project_id"], r.query.one("owner_project_access"))
    return r.listing(ordered=False).conversation(found, identity, lambda key: _key(r, key))


def get_key(r: Request) -> Json:
    return _key(r, r.org.keys.find(r.path["project_id"], r.path["api_key_id"]))


def update_key(r: Request) -> Json:
    r.nothing_else("scopes", "expires_in_seconds")
    scopes, expires_in = r.body.get("scopes"), r.body.get("expires_in_seconds")
    return _key(r, r.org.keys.update(r.path["project_id"], r.path["api_key_id"], scopes, expires_in))


def delete_key(r: Request) -> Json:
    key = r.org.keys.delete(r.path["project_id"], r.path["api_key_id"])
    return wire.deleted("organization.project.api_key", key.id)


def list_accounts(r: Request) -> Json:
    place = r.org.writable(r.path["project_id"])
    found = [account for account in r.org.keys.accounts.values() if account.project_id == place.id]
    return r.listing(ordered=False).conversation(found, identity, wire.account_json)


def get_account(r: Request) -> Json:
    return wire.account_json(r.org.keys.account(r.path["project_id"], r.path["service_account_id"]))


def _admin_key(r: Request, key: AdminKey) -> Json:
    return wire.admin_key_json(key, r.org.roles.predefined(None, key.owner.id) or "owner")


def list_admin_keys(r: Request) -> Json:
    return r.listing().conversation(list(r.org.keys.admin.values()), identity, lambda key: _admin_key(r, key))


def get_admin_key(r: Request) -> Json:
    return _admin_key(r, r.org.keys.find_admin(r.path["key_id"]))


def delete_admin_key(r: Request) -> Json:
    return wire.deleted("organization.admin_api_key", r.org.keys.delete_admin(r.path["key_id"]).id)


PROJECT = "/organization/projects/{project_id}"
ROUTES: dict[str, dict[str, Route]] = {
    "/organization/users": {"GET": list_users},
    "/organization/users/{user_id}": {"GET": get_user, "POST": update_user, "DELETE": remove_user},
    "/organization/invites": {"GET": list_invites, "POST": create_invite},
    "/organization/invites/{invite_id}": {"GET": get_invite, "DELETE": delete_invite},
    "/organization/projects": {"GET": list_projects},
    PROJECT: {"GET": get_project},
    f"{PROJECT}/users": {"GET": list_members, "POST": add_member},
    f"{PROJECT}/users/{{user_id}}": {"GET": get_member, "POST": update_member, "DELETE": remove_member},
    f"{PROJECT}/api_keys": {"GET": list_keys},
    f"{PROJECT}/api_keys/{{api_key_id}}": {"GET": get_key, "POST": update_key, "DELETE": delete_key},
    f"{PROJECT}/service_accounts": {"GET": list_accounts},
    f"{PROJECT}/service_accounts/{{service_account_id}}": {"GET": get_account},
    "/organization/admin_api_keys": {"GET": list_admin_keys},
    "/organization/admin_api_keys/{key_id}": {"GET": get_admin_key, "DELETE": delete_admin_key},
}
