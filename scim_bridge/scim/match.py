"""Whether a resource meets a filter: the tree of `filters` on a plain dict with canonical spelling.

The directory's SQL gives the same answers; where the RFC is silent, this is the rule:

- a comparison of a multi-valued attribute holds when it holds for any of its values;
- `ne` is the negation of `eq`, always: true when the attribute is absent, and true of a multi-valued attribute only
  when none of its values is equal (within square brackets it is about the one value);
- every other operator is false when the attribute is absent;
- `pr` is false for "", [], {} and for a complex value that holds nothing else; `false` and 0 are present;
- text is compared folded (`fold`) unless the attribute is caseExact, in every operator; order is by code point;
- dateTimes are compared as instants, numbers as floating point of 64 bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt
from typing import Any, TypeAlias

from scim_bridge.scim.attribute import NUMBERS, Attribute
from scim_bridge.scim.filters import And, Compare, Node, Not, Or, Present, ValuePath
from scim_bridge.scim.fold import fold
from scim_bridge.scim.instant import parse_instant
from scim_bridge.scim.registry import Ref

Lookup: TypeAlias = Callable[[Ref], list[Any]]

_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": eq,
    "gt": gt,
    "ge": ge,
    "lt": lt,
    "le": le,
    "co": lambda text, part: part in text,
    "sw": lambda text, part: text.startswith(part),
    "ew": lambda text, part: text.endswith(part),
}


def matches(node: Node, resource: Mapping[str, Any]) -> bool:
    """Whether the resource meets the filter."""
    return _holds(node, lambda ref: values_of(resource, ref))


def matches_value(node: Node, value: object) -> bool:
    """Whether one value of a multi-valued attribute meets what stands in square brackets."""
    return _holds(node, lambda ref: _part(value, ref))


def values_of(resource: Mapping[str, Any], ref: Ref) -> list[Any]:
    """Every value the resource has for a Ref; empty when there is none."""
    holder = resource.get(ref.schema_urn) if ref.extension else resource
    value = holder.get(ref.attribute.name) if isinstance(holder, Mapping) else None
    values = value if isinstance(value, list) else [value]
    if ref.sub is not None:
        return [part for each in values for part in _part(each, ref)]
    return [each for each in values if each is not None]


def _part(value: object, ref: Ref) -> list[Any]:
    part = value.get(ref.sub.name) if ref.sub is not None and isinstance(value, Mapping) else None
    return [] if part is None else [part]


def _holds(node: Node, lookup: Lookup) -> bool:
    match node:
        case And(terms):
            return all(_holds(term, lookup) for term in terms)
        case Or(terms):
            return any(_holds(term, lookup) for term in terms)
        case Not(term):
            return not _holds(term, lookup)
        case Present(ref):
            return any(is_present(value) for value in lookup(ref))
        case ValuePath(ref, inner):
            return any(matches_value(inner, value) for value in lookup(ref))
        case Compare():
            return _compares(node, lookup)


def is_present(value: object) -> bool:
    """Whether a value counts as one (RFC 7643 section 2.5: null, "" and empty lists are no values)."""
    if isinstance(value, Mapping):
        return any(is_present(part) for part in value.values())
    if isinstance(value, list):
        return any(is_present(part) for part in value)
    return value is not None and value != ""


def _compares(node: Compare, lookup: Lookup) -> bool:
    leaf = node.ref.leaf
    test = _TESTS["eq" if node.op == "ne" else node.op]
    wanted = _comparable(leaf, node.value)
    found = (_comparable(leaf, value) for value in lookup(node.ref))
    some = any(value is not None and test(value, wanted) for value in found)
    return not some if node.op == "ne" else some


def _comparable(leaf: Attribute, value: object) -> Any:
    """The value as it is compared, or None when it is not of the attribute's type and so equals nothing."""
    if leaf.type == "boolean":
        return value if isinstance(value, bool) else None
    if leaf.type in NUMBERS:
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    if not isinstance(value, str):
        return None
    if leaf.type == "dateTime":
        return _instant(value)
    return value if leaf.case_exact else fold(value)


def _instant(value: str) -> object:
    try:
        return parse_instant(value)
    except ValueError:
        return None
