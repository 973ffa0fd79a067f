"""What the rules want for one person (or one group) on one platform, each wish with its reasons."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Reason:
    """Why something is wanted: the rule, where it stands, and the group that made it hold (None: the person's own attributes)."""

    file: str
    line: int
    rule: str
    group: str | None = None


@dataclass(frozen=True, order=True)
class PlaceName:
    """A place as the mapping file speaks of it. With neither `id` nor `name`, `alias` is the platform's exact name."""

    alias: str
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Grant:
    """One role wanted in one place."""

    place: PlaceName
    role: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Desired:
    """The whole wish for one person on one platform.

    `account_role` None means no account. `leaving` is true when the person is not active (or is gone), or not of a source
    this platform speaks of: everything bound to an account that is theirs then goes, hand-made things included.
    """

    email: str | None
    account_role: str | None = None
    account_reasons: tuple[Reason, ...] = ()
    grants: tuple[Grant, ...] = ()
    leaving: bool = False
