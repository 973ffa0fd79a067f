"""The SCIM User that Okta would push for an app user, built from flat profiles (identity-providers.md 1.3). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

TOP = ("displayName", "nickName", "profileUrl", "title", "userType", "preferredLanguage", "locale", "timezone")
NAME = ("givenName", "familyName", "middleName", "honorificPrefix", "honorificSuffix")
EXTENSION = ("employeeNumber", "costCenter", "organization", "division", "department")
ADDRESS = ("formatted", "streetAddress", "locality", "region", "postalCode", "country")

SPELLINGS = {"firstName": "givenName", "lastName": "familyName"}
"""Okta's own profile, and the profiles of apps that are no SCIM template, say it so."""

FROM_THE_USER = ("displayName", "givenName", "familyName", "email")
"""What the Okta user stands in for where the app profile lacks it. All else is pushed only when the app maps it."""

Flat = Mapping[str, Any]


def pushed_user(app_profile: Flat, user_profile: Flat, *, user_name: str, okta_id: str, active: bool) -> dict[str, Any]:
    """A complete User body. Unset attributes are left out, as Okta does; there is no password and no `groups`."""
    flat = _flat(app_profile, user_profile)
    extension = _extension(flat)
    body: dict[str, Any] = {"schemas": [CORE, ENTERPRISE] if extension else [CORE], "userName": user_name}
    body |= {name: value for name, value in _parts(flat).items() if value}
    body |= {"externalId": okta_id, "active": active}
    return body | ({ENTERPRISE: extension} if extension else {})


def _parts(flat: Flat) -> dict[str, Any]:
    parts: dict[str, Any] = {"name": _picked(flat, NAME), "emails": _valued(flat, "email", "emailType")}
    parts |= _picked(flat, TOP)
    parts["phoneNumbers"] = _valued(flat, "primaryPhone", "primaryPhoneType")
    address = _picked(flat, ADDRESS)
    parts["addresses"] = [{"primary": True, "type": flat.get("addressType", "work")} | address] if address else []
    return parts


def _extension(flat: Flat) -> dict[str, Any]:
    manager = {"value": flat.get("managerValue"), "displayName": flat.get("managerDisplayName")}
    manager = {name: value for name, value in manager.items() if value}
    return _picked(flat, EXTENSION) | ({"manager": manager} if manager else {})


def _flat(app_profile: Flat, user_profile: Flat) -> dict[str, Any]:
    """One flat set in SCIM's spelling; the app profile decides, the user fills in who they are."""
    return _picked(_respelled(user_profile), FROM_THE_USER) | _respelled(app_profile)


def _respelled(profile: Flat) -> dict[str, Any]:
    return {SPELLINGS.get(name, name): value for name, value in profile.items() if value not in (None, "", [])}


def _picked(flat: Flat, names: Iterable[str]) -> dict[str, Any]:
    return {name: flat[name] for name in names if name in flat}


def _valued(flat: Flat, name: str, type_name: str) -> list[dict[str, Any]]:
    return [{"primary": True, "value": flat[name], "type": flat.get(type_name, "work")}] if name in flat else []
