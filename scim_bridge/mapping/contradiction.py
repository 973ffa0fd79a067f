"""Whether a filter on a person can be true of anybody at all, and whether one filter follows from another. Pure.

Sound and not complete: "impossible" is said only when no resource meets the filter, by the rules of `scim.match`; what
cannot be decided here counts as possible. A filter is spread into alternatives of literals; an alternative is impossible
when two of its literals exclude each other, which is decided for one and the same value alone: of a multi-valued attribute
only within its square brackets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Any

from scim_bridge.scim.filters import And, Compare, Node, Not, Or, Present, ValuePath
from scim_bridge.scim.fold import fold
from scim_bridge.scim.match import matches, matches_value
from scim_bridge.scim.registry import Ref

MOST_ALTERNATIVES = 256
"""A filter that has more is not looked into."""

EVERYBODY = And(())

_Atom = Compare | Present | ValuePath
_CONTAINED = {
    ("sw", "sw"): str.startswith,
    ("ew", "ew"): str.endswith,
    ("sw", "co"): str.__contains__,
    ("ew", "co"): str.__contains__,
    ("co", "co"): str.__contains__,
}
_LOWER, _UPPER = {"gt", "ge"}, {"lt", "le"}


@dataclass(frozen=True, slots=True)
class Literal:
    """One condition, or that it does not hold."""

    atom: _Atom
    holds: bool = True


def impossible(node: Node, *, one_value: bool = False) -> bool:
    """Whether nothing meets the filter. `one_value`: it stands in square brackets and is about one value."""
    for count, literals in enumerate(_alternatives(node, True)):
        if count == MOST_ALTERNATIVES or not _contradictory(literals, one_value):
            return False
    return True


def follows(weaker: Node, stronger: Node, *, one_value: bool = False) -> bool:
    """Whether `weaker` holds of everything that `stronger` holds of."""
    return impossible(And((stronger, Not(weaker))), one_value=one_value)


def _alternatives(node: Node, holds: bool) -> Iterator[tuple[Literal, ...]]:
    """The filter (or its negation) as alternatives, each a conjunction of literals."""
    match node:
        case Not(term):
            yield from _alternatives(term, not holds)
        case And(terms) | Or(terms) if isinstance(node, And) == holds:
            # Cut short where there are too many: then there are too many altogether, and nothing is said.
            choices = (tuple(islice(_alternatives(term, holds), MOST_ALTERNATIVES + 1)) for term in terms)
            yield from (sum(chosen, ()) for chosen in product(*choices))
        case And(terms) | Or(terms):
            for term in terms:
                yield from _alternatives(term, holds)
        case Compare(ref, "ne", value):
            yield (Literal(Compare(ref, "eq", value), not holds),)
        case _:
            yield (Literal(node, holds),)


def _contradictory(literals: tuple[Literal, ...], one_value: bool) -> bool:
    if any(_never(each) for each in literals):
        return True
    return any(_exclude(a, b, one_value) or _exclude(b, a, one_value) for a, b in combinations(literals, 2))


def _never(literal: Literal) -> bool:
    """Square brackets that no value fits."""
    atom = literal.atom
    return literal.holds and isinstance(atom, ValuePath) and impossible(atom.inner, one_value=True)


def _exclude(a: Literal, b: Literal, one_value: bool) -> bool:
    """Whether `a`, which holds, leaves no room for `b`."""
    if not a.holds or a.atom.ref != b.atom.ref:
        return False
    if isinstance(a.atom, ValuePath) or isinstance(b.atom, ValuePath):
        both = isinstance(a.atom, ValuePath) and isinstance(b.atom, ValuePath)
        return both and not b.holds and follows(b.atom.inner, a.atom.inner, one_value=True)  # type: ignore[union-attr]
    if not b.holds and _same(a.atom, b.atom):
        return True
    if not (one_value or _is_single(a.atom.ref)):
        return False
    return _apart(a.atom, b.atom) if b.holds else _entails(a.atom, b.atom)


def _is_single(ref: Ref) -> bool:
    """Whether there is one value at most, whatever the person."""
    return not (ref.attribute.multi_valued or (ref.sub is not None and ref.sub.multi_valued))


def _same(a: Compare | Present, b: Compare | Present) -> bool:
    if isinstance(a, Compare) and isinstance(b, Compare):
        return a.op == b.op and _key(a) == _key(b)
    return isinstance(a, Present) and isinstance(b, Present)


def _apart(a: Compare | Present, b: Compare | Present) -> bool:
    """Whether no value meets both."""
    if not isinstance(a, Compare):
        return False
    if a.op == "eq":
        return not _meets(a, b)
    if not isinstance(b, Compare):
        return False
    if a.op == b.op == "sw":
        return not (_text(a).startswith(_text(b)) or _text(b).startswith(_text(a)))
    if a.op == b.op == "ew":
        return not (_text(a).endswith(_text(b)) or _text(b).endswith(_text(a)))
    if a.op in _LOWER and b.op in _UPPER:
        return bool(_key(a) > _key(b) or (_key(a) == _key(b) and {a.op, b.op} != {"ge", "le"}))
    return False


def _entails(a: Compare | Present, b: Compare | Present) -> bool:
    """Whether every value that meets `a` meets `b` too."""
    if not isinstance(a, Compare):
        return False
    if a.op == "eq":
        return _meets(a, b)
    if isinstance(b, Present):
        return a.ref.leaf.type not in _TEXTS or a.op == "gt" or (a.op not in _UPPER and a.value != "")
    if a.op in _LOWER and b.op in _LOWER:
        return bool(_key(a) > _key(b) or (_key(a) == _key(b) and (a.op, b.op) != ("ge", "gt")))
    if a.op in _UPPER and b.op in _UPPER:
        return bool(_key(a) < _key(b) or (_key(a) == _key(b) and (a.op, b.op) != ("le", "lt")))
    contained = _CONTAINED.get((a.op, b.op))
    return contained is not None and bool(contained(_text(a), _text(b)))


_TEXTS = ("string", "reference", "binary")


def _meets(known: Compare, other: Compare | Present) -> bool:
    """Whether the one value that equals `known.value` meets the other condition."""
    if known.ref.sub is not None and known.ref.attribute.multi_valued:
        return matches_value(other, {known.ref.sub.name: known.value})
    value: Any = known.value
    if known.ref.sub is not None:
        value = {known.ref.sub.name: value}
    holder: dict[str, Any] = {known.ref.attribute.name: value}
    return matches(other, {known.ref.schema_urn: holder} if known.ref.extension else holder)


def _key(compare: Compare) -> Any:
    """The value as it is compared. A dateTime's canonical text is ordered as the instants are."""
    value, leaf = compare.value, compare.ref.leaf
    return fold(value) if isinstance(value, str) and leaf.type in _TEXTS and not leaf.case_exact else value


def _text(compare: Compare) -> str:
    return str(_key(compare))
