"""A person as the rules see them; a group that may hold roles itself is one too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Person:
    """One human of one source. `key` is the bridge's own and outlives renames, deletion and rehire.

    Of `kind` group: a group as one principal (`to: group`); `user_name` is its display name, `active` whether it is there.
    """

    key: str
    source: str
    user_name: str
    active: bool
    """False when deactivated, and when the user was deleted (the person is then a tombstone)."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """The SCIM User resource, canonical spelling, without `groups` (RFC 7643 section 4.1)."""
    groups: frozenset[str] = frozenset()
    """Display names of the groups this person is in, directly or through nested groups."""
    user_id: str | None = None
    """The SCIM `id` the identity provider knows; None for a tombstone."""
    external_id: str | None = None
    kind: Literal["person", "group"] = "person"
