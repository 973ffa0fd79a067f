"""Keys that a file excepts from leaving and moving: as values, and those whose time is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from scim_bridge.access.policy import KeyException
from scim_bridge.mapping.model import RuleSet
from scim_bridge.mapping.problems import Problem
from scim_bridge.mapping.spot import Spot


def read_exceptions(spot: Spot, entries: Sequence[Mapping[str, Any]]) -> tuple[KeyException, ...]:
    """`entries` are those of the spot, checked. Blanks around an id would make it name no key."""
    return tuple(
        KeyException(entry["id"].strip(), entry["reason"].strip(), entry["until"], item["until"].line)
        for item, entry in zip(spot.items(), entries, strict=True)
    )


def due_exceptions(rules: RuleSet, today: date) -> Iterator[tuple[str, KeyException]]:
    """(platform, exception) of each whose last day is over, by platform and as the file has them."""
    for name, platform in sorted(rules.platforms.items()):
        yield from ((name, each) for each in platform.policy.offboarding.keep if each.is_due(today))


def due_warnings(rules: RuleSet, today: date) -> tuple[Problem, ...]:
    """What `mapping check` says of them."""
    return tuple(
        Problem(
            rules.platforms[name].file,
            each.line,
            1,
            "exception_due",
            f'The exception for the key "{each.id}" ended on {each.until} ({each.reason}). The key is still kept: decide, then '
            "give a later `until`, or take the entry away.",
        )
        for name, each in due_exceptions(rules, today)
    )
