"""A person as the rules see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Person:
    """One human of one source. `key` is the bridge's own and outlives renames, deletion and rehire."""

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
