"""Two users that the tables of filters are about."""

from __future__ import annotations

from typing import Any

from scim_bridge.scim.registry import ENTERPRISE_URN, USER_URN

ADA: dict[str, Any] = {
    "schemas": [USER_URN, ENTERPRISE_URN],
    "id": "11111111-0000-4000-8000-00000000000A",
    "externalId": "Ext-Ada",
    "userName": "Ada@example.com",
    "name": {"givenName": "Ada", "familyName": "O'Neil"},
    "displayName": "Zoë Krüger",
    "title": '50% of "all" \\ tours_guide',
    "userType": "Employee",
    "active": True,
    "emails": [
        {"type": "work", "value": "ada@example.com", "primary": True},
        {"type": "home", "value": "ada@home.example.org"},
    ],
    "roles": [{"value": "Admin", "primary": True}, {"value": "Reader"}],
    "meta": {
        "resourceType": "User",
        "created": "2026-01-31T09:30:00Z",
        "lastModified": "2026-03-01T12:00:00.500000Z",
        "location": "https://bridge.example.com/scim/v2/Users/1",
    },
    ENTERPRISE_URN: {"department": "Lab", "employeeNumber": "42", "manager": {"value": "Boss-1"}},
}

GRACE: dict[str, Any] = {
    "schemas": [USER_URN],
    "id": "22222222-0000-4000-8000-00000000000b",
    "userName": "grace",
    "userType": "Intern",
    "active": False,
    "emails": [{"type": "work", "value": "grace@example.org"}],
    "meta": {"resourceType": "User", "created": "2026-02-28T00:00:00Z", "lastModified": "2026-02-28T00:00:00Z"},
}
