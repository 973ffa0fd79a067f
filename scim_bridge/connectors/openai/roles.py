"""OpenAI's roles, and what the platform can do, as data: read without loading the vendor's SDK."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from scim_bridge.access.connector import Capabilities, Rate

READER, OWNER, MEMBER = "reader", "owner", "member"
ACCOUNT_ROLES = (READER, OWNER)
"""Weakest first."""
PLACE_ROLES = (MEMBER, OWNER)
"""The predefined roles that a project user is documented to take, weakest first."""

VIEWER = "viewer"
"""A third predefined role of projects, that the API is not documented to give."""

CAPABILITIES = Capabilities(
    account_roles=ACCOUNT_ROLES,
    place_roles=PLACE_ROLES,
    administrative=frozenset({OWNER}),
    joining="invite",
    account_endings=("remove", "keep"),
    default_ending="remove",
    # Keys can be deleted and nothing less, so `withdraw` is `delete` here.
    personal_key_fates=("withdraw", "delete", "keep", "report"),
    shared_key_fates=("withdraw", "delete", "keep", "report"),
    roles_per_place="one_and_custom",
    read_only_place_roles=(VIEWER,),
    custom_roles=True,
    replaces_invitations=True,
    base_place_role=MEMBER,
    groups_as_principals=True,
    batch=100,
    # None is published for these endpoints. This one is ours: five requests a second, and a batch of people at once.
    rate=Rate(per_minute=300, burst=60),
    invitation_poll=timedelta(seconds=2),
)

POWERS = (
    "user", "invit", "role", "group", "member", "people", "owner", "admin", "service_account", "key", "assignment", "scim",
)
"""What a permission is about when writing it gives access to others or makes keys; parts of its words."""
SCOPES = frozenset({"api", "organization", "organizations", "project", "projects"})
"""Words that only say where. `projects` as what is written counts as a power all the same."""
READS = frozenset({"read", "list", "view", "get"})


def is_administrative(permissions: Iterable[str]) -> bool:
    """Whether a role with these permissions lets somebody change people, roles or keys.

    Only a few permissions are published (`api.groups.write`, `api.organization.projects.api_keys.write`), so whatever is
    not reading counts when it is about one of these.
    """
    return any(_gives_power(permission.casefold()) for permission in permissions)


def _gives_power(permission: str) -> bool:
    *subject, verb = permission.replace(":", ".").split(".")
    if verb in READS:
        return False
    if "*" in (*subject, verb) and set(subject) <= SCOPES | {"*"}:
        return True  # everything of an organization or a project
    return "projects" in subject or any(power in word for word in subject for power in POWERS)
