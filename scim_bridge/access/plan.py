"""A plan is a value: ordered, hashed, printable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scim_bridge.access.change import ORDER, Change


@dataclass(frozen=True)
class Plan:
    """Changes in the order in which they would be made, and what holds some of them."""

    changes: tuple[Change, ...] = ()
    causes: tuple[str, ...] = ()
    held_digest: str | None = None
    """While something is held: the digest that `apply --digest` takes."""

    @property
    def held(self) -> bool:
        return self.held_digest is not None

    @property
    def digest(self) -> str:
        """Equal plans have equal digests, whatever order they were found in."""
        return self.held_digest or digest_of(_fingerprint(change) for change in self.changes)

    def as_json(self) -> dict[str, Any]:
        """The shape of `plan --json`."""
        return {
            "digest": self.digest,
            "held": self.held,
            "causes": list(self.causes),
            "changes": [change_json(change) for change in self.changes],
        }


def make_plan(changes: Iterable[Change], *, causes: Iterable[str] = (), held_digest: str | None = None) -> Plan:
    """A plan with its changes by platform, person and the order within one person."""
    ordered = sorted(changes, key=lambda each: (each.platform, each.principal.name, ORDER.index(each.kind), each.place or ""))
    return Plan(tuple(ordered), tuple(causes), held_digest)


def digest_of(lines: Iterable[str]) -> str:
    """Sixteen hexadecimal digits over the sorted lines."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]


def change_json(change: Change) -> dict[str, Any]:
    """One change as `plan --json` shows it."""
    return {
        "platform": change.platform,
        "principal": {"kind": change.principal.kind, "id": change.principal.id, "name": change.principal.name},
        "user_name": change.user_name,
        "kind": change.kind,
        "place": change.place,
        "role": change.role,
        "was": change.was,
        "object": change.object_id,
        "because": [
            {"rule": each.rule, "group": each.group, "file": each.file, "line": each.line} for each in change.because
        ],
    }


def _fingerprint(change: Change) -> str:
    return json.dumps(
        [change.platform, change.person, change.kind, change.place_id, change.role, change.was, change.object_id]
    )
