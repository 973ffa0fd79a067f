"""An Okta org with one app: its people, groups, assignments, group-push mappings and System Log, and the deeds of its
administrators."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.faults import Clock

APP_ID = "0oa1scimbridge"


@dataclass
class OktaOrg:
    """Everything by id, as the API gives it. A deed that pushes nothing here: this is the side that is asked."""

    clock: Clock = field(default_factory=Clock)
    lock: threading.RLock = field(default_factory=threading.RLock)
    app: dict[str, Any] = field(default_factory=lambda: _app())
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    app_users: dict[str, dict[str, Any]] = field(default_factory=dict)
    app_groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    mappings: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    provisioning: bool = True
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def add_user(self, login: str, first: str = "Ada", last: str = "Example", **profile: Any) -> str:
        user_id = self._id("00u")
        names = {"login": login, "email": login, "firstName": first, "lastName": last, "secondEmail": ""}
        self.users[user_id] = {
            "id": user_id, "status": "ACTIVE", "created": self._now(), "profile": names | profile,
            "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
        }
        return user_id

    def assign(self, user_id: str, status: str = "PROVISIONED", linked: str | None = None, **profile: Any) -> str:
        """Assign somebody to the app. Without `profile` the app profile is what Okta's default mapping gives."""
        person = self.users[user_id]["profile"]
        mapped = {
            "userName": person["login"], "givenName": person["firstName"], "familyName": person["lastName"],
            "email": person["email"], "emailType": "work",
        }
        self.app_users[user_id] = {
            "id": user_id, "externalId": linked, "scope": "USER", "status": status, "syncState": "SYNCHRONIZED",
            "created": self._now(), "credentials": {"userName": person["login"]}, "profile": mapped | profile,
        }
        return user_id

    def add_person(self, login: str, **profile: Any) -> str:
        """A user who is assigned to the app at once."""
        return self.assign(self.add_user(login), **profile)

    def unassign(self, user_id: str) -> None:
        del self.app_users[user_id]

    def add_group(self, name: str, *user_ids: str, kind: str = "OKTA_GROUP") -> str:
        group_id = self._id("00g")
        self.groups[group_id] = {"id": group_id, "type": kind, "profile": {"name": name, "description": None}}
        self.members[group_id] = set(user_ids)
        return group_id

    def assign_group(self, group_id: str) -> None:
        self.app_groups[group_id] = {"id": group_id, "priority": 0, "profile": {}}

    def push(self, group_id: str, target: str | None = None, status: str = "ACTIVE", error: str | None = None) -> str:
        """A group-push mapping to a group of the same or another name. In Okta the target is a group of the app."""
        target_id = self.add_group(target or self.groups[group_id]["profile"]["name"], kind="APP_GROUP")
        mapping_id = self._id("gPm")
        self.mappings[mapping_id] = {
            "id": mapping_id, "sourceGroupId": group_id, "targetGroupId": target_id, "status": status,
            "errorSummary": error, "created": self._now(), "lastPush": self._now(), "lastUpdated": self._now(),
        }
        return mapping_id

    def log(self, event_type: str, message: str, about: str, result: str = "SUCCESS", reason: str = "") -> None:
        """One event of the System Log that concerns the app and a user."""
        self.events.append({
            "uuid": self._id("evt"), "published": self._now(), "eventType": event_type, "displayMessage": message,
            "severity": "INFO", "outcome": {"result": result, "reason": reason or None},
            "target": [
                {"id": self.app["id"], "type": "AppInstance", "displayName": self.app["label"]},
                {"id": about, "type": "User", "alternateId": about, "displayName": about},
            ],
        })

    def _id(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers):06d}"

    def _now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _app() -> dict[str, Any]:
    """A catalog app: its record does not fit the SDK's own model (okta-mcp-server issue 48)."""
    return {
        "id": APP_ID, "name": "scim2headerauth", "label": "AI bridge", "status": "ACTIVE", "signOnMode": "AUTO_LOGIN",
        "features": ["PUSH_NEW_USERS", "PUSH_USER_DEACTIVATION", "GROUP_PUSH"], "visibility": {"appLinks": {"login": True}},
        "settings": {"app": {}, "signOn": {"loginUrl": None}},
    }
