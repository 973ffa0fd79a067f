"""What Okta's User says that the bridge's does not, and the two laid together. Pure.

Okta's update is read, modify, write (observed: okta-lab): what it does not mention stays. So silence is no difference,
and a cleared attribute is not seen here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOT_COMPARED = frozenset({"schemas"})
NOT_WRITTEN = frozenset({"meta", "groups", "password"})


def changes(said: Mapping[str, Any], kept: Mapping[str, Any], prefix: str = "") -> dict[str, tuple[Any, Any]]:
    """By dotted name, what the bridge has and what Okta says."""
    found: dict[str, tuple[Any, Any]] = {}
    for name, value in said.items():
        if name in NOT_COMPARED:
            continue
        have = kept.get(name)
        if isinstance(value, Mapping):
            found |= changes(value, have if isinstance(have, Mapping) else {}, f"{prefix}{_short(name)}.")
        elif not _says(value, have):
            found[f"{prefix}{name}"] = (have, value)
    return found


def laid_together(kept: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """The whole body of a PUT: what the bridge has, with what Okta says in its place."""
    body = {name: value for name, value in kept.items() if name not in NOT_WRITTEN}
    for name, value in said.items():
        body[name] = _joined(name, body.get(name), value)
    return body


def _joined(name: str, have: Any, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {**have, **value} if isinstance(have, Mapping) else dict(value)
    if name == "schemas":
        return [*value, *(urn for urn in have or () if urn not in value)]
    if isinstance(value, list) and isinstance(have, list):
        types = {entry.get("type") for entry in value}
        return [*value, *({**entry, "primary": False} for entry in have if entry.get("type") not in types)]
    return value


def _says(value: Any, have: Any) -> bool:
    if not isinstance(value, list):
        return bool(value == have)
    entries = have if isinstance(have, list) else []
    return all(any(_within(wanted, entry) for entry in entries) for wanted in value)


def _within(wanted: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    # `primary` and `type` are how Okta labels what it pushes, and may be spelled otherwise in what came before.
    return all(entry.get(name) == value for name, value in wanted.items() if name not in ("primary", "type"))


def _short(name: str) -> str:
    return "enterprise" if name.startswith("urn:") else name
