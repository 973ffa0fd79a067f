"""Which rules a group can make hold, without asking every rule for every group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from scim_bridge.mapping.patterns import Pattern
from scim_bridge.scim.fold import fold

_REMEMBERED = 8192


@dataclass(frozen=True)
class Hit:
    """One condition of one rule that a group fulfils. `parts` is filled for a pattern."""

    rule: int
    condition: Literal["group", "groups", "pattern"]
    group: str
    parts: Mapping[str, str]


class Index:
    """`conditions` holds, for each rule in order, its `group`, `groups` and `group_pattern`.

    Names are found in a dictionary, patterns tried one by one; what a group name fulfils is remembered for the next
    person in it.
    """

    def __init__(self, conditions: Sequence[tuple[str | None, Sequence[str], Pattern | None]]) -> None:
        self._named: dict[str, list[tuple[int, Literal["group", "groups"]]]] = defaultdict(list)
        self._patterns: list[tuple[int, Pattern]] = []
        without: list[int] = []
        for number, (group, groups, pattern) in enumerate(conditions):
            if group is not None:
                self._named[fold(group)].append((number, "group"))
            for name in {fold(each) for each in groups}:
                self._named[name].append((number, "groups"))
            if pattern is not None:
                self._patterns.append((number, pattern))
            if group is None and not groups and pattern is None:
                without.append(number)
        self.without_groups = tuple(without)
        self.hits = lru_cache(maxsize=_REMEMBERED)(self._hits)

    def _hits(self, group: str) -> tuple[Hit, ...]:
        named = [Hit(number, condition, group, {}) for number, condition in self._named.get(fold(group), ())]
        found = ((number, pattern.match(group)) for number, pattern in self._patterns)
        return (*named, *(Hit(number, "pattern", group, parts) for number, parts in found if parts is not None))
