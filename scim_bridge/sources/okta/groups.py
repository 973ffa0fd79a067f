"""Which groups the app pushes, and who is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scim_bridge.sources.okta.conversation import Conversation
from scim_bridge.sources.okta.errors import OktaAnswerUnclear

MAPPINGS_PAGE = "100"
MEMBERS_PAGE = "200"

PUSHED = frozenset({"ACTIVE", "ERROR"})
"""ERROR is a mapping that is switched on and whose last push failed: just what taking in afterwards is for."""


@dataclass(frozen=True)
class OktaGroup:
    """A pushed group. `members` are Okta user ids, those assigned to the app only: Okta pushes no others."""

    okta_id: str
    display_name: str
    members: frozenset[str]
    target_id: str | None = None
    """Okta's id of the group in the app, which is not the bridge's id of it."""


def read_mappings(okta: Conversation) -> Iterator[dict[str, Any]]:
    """The app's group-push mappings as Okta gives them, whatever their status."""
    for page in okta.pages(f"/api/v1/apps/{okta.connection.app_id}/group-push/mappings", {"limit": MAPPINGS_PAGE}):
        yield from page


def read_groups(okta: Conversation, assigned: Collection[str]) -> Iterator[OktaGroup]:
    """The pushed groups one by one, each with all pages of its members. Raises OktaError."""
    for mapping in read_mappings(okta):
        if mapping.get("status") in PUSHED:
            yield _group(okta, mapping, assigned)


def read_name(okta: Conversation, group_id: str) -> str:
    """The name of an Okta group or of a group in the app."""
    profile = okta.get(f"/api/v1/groups/{group_id}").get("profile")
    name = profile.get("name") if isinstance(profile, dict) else None
    if not isinstance(name, str) or not name:
        raise OktaAnswerUnclear(f"Okta gave no name for group {group_id}.")
    return name


def _group(okta: Conversation, mapping: Mapping[str, Any], assigned: Collection[str]) -> OktaGroup:
    source, target = mapping.get("sourceGroupId"), mapping.get("targetGroupId")
    if not isinstance(source, str):
        raise OktaAnswerUnclear(f"Okta's group-push mapping {mapping.get('id')} names no source group.")
    # A mapping that has never been pushed has no target yet; its name will be the source's.
    return OktaGroup(source, read_name(okta, target or source), _members(okta, source, assigned), target)


def _members(okta: Conversation, group_id: str, assigned: Collection[str]) -> frozenset[str]:
    members = set()
    for page in okta.pages(f"/api/v1/groups/{group_id}/users", {"limit": MEMBERS_PAGE}):
        for user in page:
            if not isinstance(user.get("id"), str):
                raise OktaAnswerUnclear(f"Okta listed a member of group {group_id} without an id.")
            members.add(user["id"])
    return frozenset(members.intersection(assigned))
