"""Versions of resources (RFC 7644 section 3.14): weak entity tags, and what a client may ask of them.

A tag is `W/"3"`, the number of the stored version. A user's shows the groups as well, which change without the user:
`W/"3.9c1f6f0a5f2e"` is version 3 with those groups. So an unchanged answer is recognized by the whole tag, and a write is
guarded by the number, because nothing but the stored version can be overwritten by it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from scim_bridge.scim.errors import PreconditionFailed

_TAG = re.compile(r'"([^"]*)"')
ANY = "*"


def tag(version: int, groups: Sequence[Any] = ()) -> str:
    """The entity tag of a resource, which is its `meta.version` too. `groups` are those that a user is shown with."""
    if not groups:
        return f'W/"{version}"'
    return f'W/"{version}.{blake2b(repr(groups).encode(), digest_size=6).hexdigest()}"'


def tags_in(header: str | None) -> frozenset[str] | None:
    """What stands between the quotes of each tag of a header, or `*`. None when there is no header.

    Compared weakly: SCIM's are weak, also in `If-Match` (RFC 7644 section 3.14). What is no tag equals none.
    """
    if header is None:
        return None
    return frozenset([ANY] if header.strip() == ANY else _TAG.findall(header))


@dataclass(frozen=True)
class Condition:
    """What must be true of a resource for a write to go on. `match` is `If-Match`, `none_match` is `If-None-Match`."""

    match: frozenset[str] | None = None
    none_match: frozenset[str] | None = None

    def require(self, version: int) -> None:
        """PreconditionFailed unless a resource of this version may be changed. Ask while nobody else can change it."""
        if self.match is not None and not _names(self.match, version):
            raise PreconditionFailed("The resource has changed since the version you name. Read it again. Nothing was changed.")
        if self.none_match is not None and _names(self.none_match, version):
            raise PreconditionFailed("The resource is there, in a version that If-None-Match excludes. Nothing was changed.")


UNCONDITIONAL = Condition()


def is_current(tags: frozenset[str] | None, current: str) -> bool:
    """Whether the client has what it would be sent (`If-None-Match` of a GET)."""
    return tags is not None and (ANY in tags or current.removeprefix("W/").strip('"') in tags)


def _names(tags: frozenset[str], version: int) -> bool:
    return ANY in tags or str(version) in {each.partition(".")[0] for each in tags}
