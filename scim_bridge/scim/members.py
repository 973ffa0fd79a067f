"""Members of a Group. They never pass through marshmallow (40 times the cost) nor through a group's dict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from scim_bridge.scim.errors import InvalidValue
from scim_bridge.scim.fields import MAX_TEXT, kind_of

MAX_MEMBERS = 50_000  # in one request

_TYPES: dict[str, Literal["User", "Group"]] = {"user": "User", "group": "Group"}


@dataclass(frozen=True, slots=True)
class MemberRef:
    """Somebody named as a member. `type` is None when the client did not say (Okta and Entra do not): then a User,
    unless the id is a group's."""

    value: str
    type: Literal["User", "Group"] | None = None
    display: str | None = None


def members_of(body: Mapping[str, Any]) -> tuple[MemberRef, ...] | None:
    """The members a Group's body names; None when it does not speak of them (absent or null: PUT keeps the set)."""
    for name, value in body.items():
        if isinstance(name, str) and name.lower() == "members" and value is not None:
            return load_members(value)
    return None


def load_members(value: object) -> tuple[MemberRef, ...]:
    """Members in the order given, each id once. A list, one object, or bare ids as text (Postman collections).

    InvalidValue, with the place, for one without an id, of an unknown type, or when there are too many.
    """
    items = value if isinstance(value, list) else [value]
    if len(items) > MAX_MEMBERS:
        raise InvalidValue(f"members: has {len(items)} values; at most {MAX_MEMBERS} are taken in one request.")
    found: dict[str, MemberRef] = {}
    for index, item in enumerate(items):
        member = _member(item, index)
        found.setdefault(member.value, member)
    return tuple(found.values())


def _member(item: object, index: int) -> MemberRef:
    if isinstance(item, str):
        return MemberRef(_identifier(item, index))
    if not isinstance(item, dict):
        raise InvalidValue(f"members.{index}: must be an object with 'value', not {kind_of(item)}.")
    if "value" not in item:
        item = {str(key).lower(): part for key, part in item.items()}
    display = item.get("display")
    shown = display[:MAX_TEXT] if isinstance(display, str) and display else None
    return MemberRef(_identifier(item.get("value"), index), _type(item, index), shown)


def _identifier(value: object, index: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(f"members.{index}.value: must be the id of a user or group.")
    if len(value) > MAX_TEXT or not value.isprintable():
        raise InvalidValue(f"members.{index}.value: is not an id.")
    return value


def _type(item: dict[str, Any], index: int) -> Literal["User", "Group"] | None:
    kind = item.get("type", item.get("Type"))
    if kind is None or kind == "":
        return None
    found = _TYPES.get(kind.lower()) if isinstance(kind, str) else None
    if found is None:
        raise InvalidValue(f"members.{index}.type: must be User or Group.")
    return found
