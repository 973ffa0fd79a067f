"""The trees of filters, and which resources meet them (RFC 7644 section 3.4.2.2), on what GET shows."""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from tests.oracle.attributes import Leaf


@dataclass(frozen=True)
class Is:
    leaf: Leaf
    op: str
    value: Any
    """None stands for `null`."""


@dataclass(frozen=True)
class Has:
    """`pr`; with a leaf whose sub is "" of the whole complex attribute."""

    leaf: Leaf


@dataclass(frozen=True)
class Both:
    one: Tree
    other: Tree


@dataclass(frozen=True)
class Either:
    one: Tree
    other: Tree


@dataclass(frozen=True)
class Negated:
    term: Tree


@dataclass(frozen=True)
class OneValue:
    """`attribute[inner]`, perhaps with `.sub op value` behind it, which is about the same value."""

    leaf: Leaf
    inner: Tree
    behind: Is | None = None


Tree: TypeAlias = Is | Has | Both | Either | Negated | OneValue
Lookup: TypeAlias = Callable[[Leaf], list[Any]]


def meets(tree: Tree, resource: dict[str, Any]) -> bool:
    return _meets(tree, lambda leaf: _values(resource, leaf))


def _meets(tree: Tree, lookup: Lookup) -> bool:
    if isinstance(tree, Both):
        return _meets(tree.one, lookup) and _meets(tree.other, lookup)
    if isinstance(tree, Either):
        return _meets(tree.one, lookup) or _meets(tree.other, lookup)
    if isinstance(tree, Negated):
        return not _meets(tree.term, lookup)
    if isinstance(tree, Has):
        return any(_is_something(each) for each in lookup(tree.leaf))
    if isinstance(tree, OneValue):
        return _one_value(tree, lookup)
    return _compares(tree, lookup)


def _one_value(tree: OneValue, lookup: Lookup) -> bool:
    whole = Leaf(tree.leaf.urn, tree.leaf.name, None, "complex", False, tree.leaf.several)
    values = lookup(whole)
    if not tree.leaf.several:
        values = values or [{}]  # RULE: `name[x]` is x, also where there is no name
    terms = [tree.inner, *([tree.behind] if tree.behind else [])]
    return any(all(_meets(term, lambda leaf, each=each: _parts(each, leaf.sub)) for term in terms) for each in values)


def _compares(tree: Is, lookup: Lookup) -> bool:
    found = [each for each in lookup(tree.leaf) if each is not None]
    if tree.value is None:  # RULE: null is the absence of a value
        return any(map(_is_something, found)) is (tree.op == "ne")
    wanted = _comparable(tree.leaf, tree.value)
    if tree.op == "ne":  # RULE: the negation of eq, of absent and of multi-valued attributes too
        return not any(_comparable(tree.leaf, each) == wanted for each in found)
    test = _TESTS[tree.op]
    return any(test(_comparable(tree.leaf, each), wanted) for each in found)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
    "co": lambda text, part: part in text,
    "sw": lambda text, part: text[: len(part)] == part,
    "ew": lambda text, part: text[len(text) - len(part) :] == part if len(part) <= len(text) else False,
}  # fmt: skip


def _comparable(leaf: Leaf, value: Any) -> Any:
    if leaf.kind == "dateTime":
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=moment.tzinfo or UTC)
    if leaf.kind in ("integer", "decimal"):
        return float(value)
    if leaf.kind == "boolean":
        return value if isinstance(value, bool) else value.lower() == "true"
    return value if leaf.case_exact else _folded(value)


def _folded(text: str) -> str:
    """RULE: NFC, case folding, NFC."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _values(resource: dict[str, Any], leaf: Leaf) -> list[Any]:
    holder = resource if leaf.urn is None else resource.get(leaf.urn, {})
    value = holder.get(leaf.name)
    some = value if isinstance(value, list) else [] if value is None else [value]
    return some if leaf.sub is None else [part for each in some for part in _parts(each, leaf.sub)]


def _parts(value: dict[str, Any], sub: str | None) -> list[Any]:
    assert sub is not None
    if sub == "":
        return [value]
    return [value[sub]] if sub in value else []


def _is_something(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_is_something, value.values()))
    return value is not None and value != ""
