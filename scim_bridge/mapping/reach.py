"""Rules that can never hold, and whether one rule holds whenever another does. Pure; says only what is certain.

Groups never exclude each other, since somebody may be in any number of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from scim_bridge.mapping.contradiction import EVERYBODY, follows, impossible
from scim_bridge.mapping.model import PlatformRules, Rule, When
from scim_bridge.mapping.patterns import Pattern
from scim_bridge.scim.filters import And, Compare, Node, Not
from scim_bridge.scim.fold import fold
from scim_bridge.scim.registry import USER

_ACTIVE = USER.find("active")
assert _ACTIVE is not None
IS_ACTIVE = Not(Compare(_ACTIVE, "eq", False))
"""Whoever is not active is asked no rule, so that a filter on it is not about anybody."""


def unreachable(rules: PlatformRules) -> dict[int, str]:
    """By number, the rules that hold for nobody, each with the reason as a sentence."""
    found = {number: _never(rule) for number, rule in enumerate(rules.rules)}
    return {number: why for number, why in found.items() if why is not None}


def _never(rule: Rule) -> str | None:
    if rule.when.person is None:
        return None
    if impossible(rule.when.person):
        return "Nobody can meet this filter: its conditions contradict each other. The rule never holds."
    if impossible(_people(rule.when)):
        return "Nobody who is active can meet this filter, and whoever is not is given nothing. The rule never holds."
    return None


def holds_whenever(weaker: When, when: When, sources: Sequence[str]) -> bool:
    """Whether `weaker` holds for everybody for whom `when` does."""
    return (
        (weaker.source is None or when.source == weaker.source or tuple(sources) == (weaker.source,))
        and (weaker.group is None or fold(weaker.group) in sure_groups(when))
        and (not weaker.groups or _is_in_one(when, {fold(name) for name in weaker.groups}))
        and (weaker.pattern is None or _fits(when, weaker.pattern))
        and (weaker.person is None or follows(weaker.person, _people(when)))
    )


def sure_groups(when: When) -> dict[str, str]:
    """The groups that everybody is in for whom it holds, as written, by their folded names."""
    found = {fold(name): name for name in when.groups}
    return ({fold(when.group): when.group} if when.group is not None else {}) | (found if len(found) == 1 else {})


def _people(when: When) -> Node:
    return And((when.person or EVERYBODY, IS_ACTIVE))


def _is_in_one(when: When, names: set[str]) -> bool:
    listed = {fold(name) for name in when.groups}
    return bool(sure_groups(when).keys() & names) or bool(listed and listed <= names)


def _fits(when: When, pattern: Pattern) -> bool:
    if any(parts_in(pattern, name) is not None for name in sure_groups(when).values()):
        return True
    if when.groups and all(parts_in(pattern, name) is not None for name in when.groups):
        return True
    return when.pattern is not None and _fits_all(pattern, when.pattern)


def parts_in(pattern: Pattern, name: str) -> dict[str, str] | None:
    """The parts of a group written so, as far as they do not depend on how it is spelled when it is pushed.

    None when it does not fit, and for names beyond ASCII, of which spellings differ in more than case.
    """
    found = pattern.match(name) if name.isascii() else None
    return None if found is None else {part: text for part, text in found.items() if part in pattern.tables}


def _fits_all(wider: Pattern, pattern: Pattern) -> bool:
    """Whether every name that fits `pattern` fits `wider` too: the same text, and no fewer entries in its tables."""
    if [fold(text) for text in wider.literals] != [fold(text) for text in pattern.literals]:
        return False
    for part, same in zip(wider.parts, pattern.parts, strict=True):
        known, needed = wider.tables.get(part), pattern.tables.get(same)
        if known is not None and (needed is None or not {fold(key) for key in needed} <= {fold(key) for key in known}):
            return False
    return True
