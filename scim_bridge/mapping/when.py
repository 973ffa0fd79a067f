"""Reads a rule's `when` and `parts`: patterns and filters are compiled here, their mistakes noted where they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from scim_bridge.mapping.model import When
from scim_bridge.mapping.patterns import Pattern, PatternError, compiled, pieces
from scim_bridge.mapping.problems import did_you_mean
from scim_bridge.mapping.schema import RULE_KEYS, WHEN_KEYS
from scim_bridge.mapping.spot import Spot
from scim_bridge.scim.errors import InvalidFilter
from scim_bridge.scim.filters import Node, parse_filter, refs_in
from scim_bridge.scim.fold import fold
from scim_bridge.scim.registry import USER

_POSITION = re.compile(r"position (\d+)")


def read_when(rule: Spot, sources: Sequence[str]) -> When:
    """The conditions, as far as they are right."""
    spot = rule["when"]
    if spot.value in (None, {}) and ("when" in rule or rule.lacks("when", known=RULE_KEYS)):
        message = "A rule needs `when`. For everybody, write `when: everybody`."
        spot.error("no_condition", message)
    tables = _tables(rule["parts"])
    pattern = _pattern(spot["group_pattern"], tables)
    _check_parts(rule["parts"], spot, pattern)
    person = _filter(spot["person"])
    _check_source(spot["source"], sources)
    return When(
        group=spot["group"].text,
        groups=tuple(item.text for item in spot["groups"].items() if item.text),
        pattern=pattern,
        person=person,
        person_text=spot["person"].text,
        source=spot["source"].text,
    )


def _tables(spot: Spot) -> dict[str, dict[str, str]]:
    return {part: {key: entry.text or "" for key, entry in table.entries()} for part, table in spot.entries()}


def _pattern(spot: Spot, tables: Mapping[str, Mapping[str, str]]) -> Pattern | None:
    if spot.text is None:
        return None
    try:
        pattern = compiled(spot.text, tables)
    except PatternError as error:
        spot.error("bad_pattern", str(error), offset=error.position)
        return None
    if not pattern.parts:
        star = " A star means nothing here." if "*" in spot.text else ""
        spot.warn("bad_pattern", f"This pattern has no {{part}}, so it fits one name only.{star} Was `group` meant?")
    return pattern


def _check_parts(spot: Spot, when: Spot, pattern: Pattern | None) -> None:
    """Tables are for parts that the pattern has, and no two of a table's keys are one."""
    if "group_pattern" not in when:
        if isinstance(spot.value, dict) and when.value is not None and lacks_pattern(when):
            spot.error("unknown_part", "`parts` belongs to a `group_pattern`, and this rule has none.", at_key=True)
        return
    for part, table in spot.entries():
        if pattern is not None and part not in pattern.parts:
            hint = did_you_mean(part, pattern.parts)
            table.error("unknown_part", f'The pattern has no part "{part}".{hint}', at_key=True)
        if table.value == {}:
            table.error("bad_value", "A table without entries fits no group. Leave it out, or fill it.", at_key=True)
        _check_keys(table)


def _check_keys(table: Spot) -> None:
    seen: dict[str, str] = {}
    for key, entry in table.entries():
        if not key:
            entry.error("bad_value", "A part is one or more characters; this key is blank.", at_key=True)
        if fold(key) in seen:
            message = f'"{seen[fold(key)]}" and "{key}" are the same: group names are compared without case.'
            entry.error("duplicate_key", message, at_key=True)
        seen.setdefault(fold(key), key)


def lacks_pattern(when: Spot) -> bool:
    """Whether there is no `group_pattern`, not even a misspelt one."""
    return bool(when.lacks("group_pattern", known=WHEN_KEYS))


def part_names(when: Spot) -> tuple[str, ...]:
    """The parts that a grant may use, also of a pattern that has another mistake."""
    try:
        return pieces(when["group_pattern"].text or "")[1]
    except PatternError:
        return ()


def _filter(spot: Spot) -> Node | None:
    if spot.text is None:
        return None
    try:
        node = parse_filter(spot.text, USER)
    except InvalidFilter as error:
        position = _POSITION.search(str(error))
        spot.error("bad_filter", str(error), offset=int(position[1]) - 1 if position else None)
        return None
    if any(ref.attribute.name == "groups" for ref in refs_in(node)):
        spot.error("bad_filter", "Membership is asked for with `group`, `groups` or `group_pattern`, not in a filter.")
    return node


def _check_source(spot: Spot, sources: Sequence[str]) -> None:
    if spot.text is not None and spot.text not in sources:
        hint = did_you_mean(spot.text, sources) or f" It speaks of: {', '.join(sources)}."
        spot.error("unknown_source", f'The file does not speak of the source "{spot.text}".{hint}')
