"""Anthropic's roles, and what the platform can do, as data: read without loading the vendor's SDK."""

from __future__ import annotations

from datetime import timedelta

from scim_bridge.access.connector import Capabilities, Rate

ADMIN = "admin"
CHANGEABLE = ("user", "claude_code_user", "developer", "billing")
"""Organization roles that the API gives and takes, weakest first."""
PLACE_ROLES = ("workspace_restricted_developer", "workspace_user", "workspace_developer", "workspace_admin")
"""Weakest first."""
INHERITED = "workspace_billing"
"""Never given by itself: it follows from the organization role `billing` (docs, workspaces)."""
WORKSPACE_ADMIN = "workspace_admin"

CAPABILITIES = Capabilities(
    account_roles=CHANGEABLE,
    place_roles=PLACE_ROLES,
    administrative=frozenset({WORKSPACE_ADMIN}),
    joining="invite",
    account_endings=("remove", "keep"),
    default_ending="remove",
    personal_key_fates=("withdraw", "delete", "keep", "report"),
    shared_key_fates=("withdraw", "delete", "keep", "report"),
    read_only_account_roles=(ADMIN,),
    keys_restorable=True,
    batch=100,
    # Published: 100 requests a minute for the organization. A burst of 20 on top of 80 never exceeds it.
    rate=Rate(per_minute=80, burst=20),
    invitation_poll=timedelta(seconds=10),
)
