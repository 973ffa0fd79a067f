"""What the bridge has, what Okta sees differently, and what taking it in would send."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal[
    "deactivate_user", "create_user", "update_user",
    "create_group", "rename_group", "add_members", "remove_members",
    "stale_link", "unknown_to_okta", "group_not_pushed", "same_name",
]
ORDER: tuple[Kind, ...] = (
    "deactivate_user", "create_user", "update_user",
    "create_group", "rename_group", "add_members", "remove_members",
)
"""What can be taken in, in this order: who leaves first, members before their group. The other kinds are only told."""

Progress = Callable[[str, int], None]
"""Called with what is being done ("people", "groups", "differences", "taken in") and how many so far."""


@dataclass(frozen=True)
class Book:
    """What the bridge has of one source, taken BEFORE Okta is read: who is pushed in between must not look gone.

    `users` are SCIM Users with `id`; `groups` SCIM Groups with `id` and `members` whose `value` is a user's `id`.
    """

    users: Sequence[Mapping[str, Any]]
    groups: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Member:
    """`id` is the bridge's, None for somebody who is yet to be created."""

    name: str
    okta_id: str | None
    id: str | None


@dataclass(frozen=True)
class Difference:
    """One thing that Okta and the bridge see differently."""

    kind: Kind
    subject: str
    """The userName, or the group's displayName."""
    detail: str
    id: str | None = None
    """The bridge's id of the user or group."""
    okta_id: str | None = None
    body: Mapping[str, Any] | None = None
    members: tuple[Member, ...] = ()
    returns: bool = False
    """An update that makes an inactive user active again."""

    @property
    def can_be_taken_in(self) -> bool:
        return self.kind in ORDER

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
