"""The simulated organization as a reader of tests wants it: names and addresses instead of ids."""

from __future__ import annotations

from typing import Any

from tests.simulators.openai_organization import Organization


def state(org: Organization) -> dict[str, Any]:
    """What is assigned by hand or by API; what follows from it (an owner's implicit projects) is not said.

    `users` roles by address · `invites` (address, status) · `members` predefined project roles by (address, project) ·
    `roles` custom role names by (address, project or None) · `groups` addresses by group · `project_groups` role
    names by (group, project) · `keys` the owner's access by key id · `admin_keys` the owner's name by key id.
    """
    now = org.clock.now()
    return {
        "users": {user.email: org.roles.predefined(None, user.id) for user in org.users.values()},
        "invites": [(invite.email, invite.status(now)) for invite in org.invites.values() if not invite.deleted],
        "members": {
            (org.users[user].email, org.projects[place].name): org.roles.predefined(place, user)
            for place, user in org.joined
        },
        "roles": _custom_roles(org),
        "groups": {
            group.name: sorted(org.users[user].email for user in group.members) for group in org.groups.all.values()
        },
        "project_groups": {
            (group.name, org.projects[place].name): sorted(role.name for role in org.roles.held(place, group.id))
            for group in org.groups.all.values() for place in group.projects
        },
        "keys": {key.id: org.keys.owner_access(key) for key in org.keys.project.values()},
        "admin_keys": {key.id: key.owner.email or key.owner.name for key in org.keys.admin.values()},
    }


def _custom_roles(org: Organization) -> dict[tuple[str, str | None], list[str]]:
    found = {}
    for place, principal in org.roles.assigned:
        names = sorted(role.name for role in org.roles.held(place, principal) if not role.predefined)
        if principal in org.users and names:
            found[org.users[principal].email, org.projects[place].name if place else None] = names
    return found
