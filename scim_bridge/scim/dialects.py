"""Shapes that identity providers send and no RFC knows. One function, one quirk, with whose it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def unwrapped(value: Any, name: str) -> Any:
    """A simple value out of `[value]`, `{"value": value}` or, for `active`, `{"active": value}`.

    Observed: entra-validator-bool (`[{"value": "False"}]`); the object form comes with a path and without.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        by_name = {str(key).lower(): part for key, part in value.items()}
        return by_name.get("value", by_name.get(name.lower(), value))
    return value


def as_object(value: Any, has_value: bool) -> Any:
    """A complex value given as its bare `value` (Entra's manager: "id"), or as a list of one (its legacy manager)."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return {"value": value} if has_value and isinstance(value, str) else value


def as_list(value: Any) -> Any:
    """Several values, given as the one there is (Okta's and Entra's templates may send a single object)."""
    return value if isinstance(value, list) else [value]


def role_from_json(role: dict[str, Any]) -> dict[str, Any]:
    """A role whose `value` is an object written as text (Entra's AppRoleAssignmentsComplex).

    `{"id": "06b0...", "value": "25", "displayName": "Role1234"}` becomes value 25, display Role1234.
    """
    text = role.get("value")
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        return role
    try:
        inner = json.loads(text)
    except (ValueError, RecursionError):
        return role
    value, display = inner.get("value") or inner.get("id"), inner.get("displayName")
    if not isinstance(value, str):
        return role
    shown = {"display": display} if isinstance(display, str) and display else {}
    return {**shown, **role, "value": value}
