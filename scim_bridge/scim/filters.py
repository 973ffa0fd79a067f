"""Filters (RFC 7644 section 3.4.2.2): text to a frozen tree whose attributes are resolved and whose values are typed.

The tree is what `match` evaluates on a dict and what the directory compiles to SQL. Clients ask by few shapes and many
values (`userName eq "..."`), so the tree of a shape is made once; its values are put in and checked each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from scim2_filter_parser import ast

from scim_bridge.scim import grammar
from scim_bridge.scim.attribute import Attribute
from scim_bridge.scim.errors import InvalidFilter
from scim_bridge.scim.literals import coerced
from scim_bridge.scim.registry import Ref, ResourceType

__all__ = ["And", "Compare", "Node", "Not", "Or", "Present", "Ref", "ValuePath", "comparisons", "parse_filter", "refs_in"]

Operator = Literal["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
Value: TypeAlias = str | bool | int | float | grammar.Literal


@dataclass(frozen=True, slots=True)
class Compare:
    """`ref op value`. The value has the attribute's type; `null` never gets here (see Present), and a Literal only in `_SHAPES`.

    boolean: bool. integer, decimal: int or float. dateTime: canonical text of `instant.format_instant`. Else: str.
    `ref` always names something simple: `emails eq "x"` has become `emails.value eq "x"`.
    """

    ref: Ref
    op: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Present:
    """`ref pr`. A complex attribute is present when it has anything in it. `eq null` is Not(Present)."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class And:
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    term: Node


@dataclass(frozen=True, slots=True)
class ValuePath:
    """`ref[inner]`: one and the same value of a multi-valued complex attribute meets all of `inner`.

    `ref.sub` is None; every Ref in `inner` is of the same attribute with `sub` set. There is no ValuePath in `inner`,
    and none on a single-valued attribute (`name[familyName eq "x"]` is simply the inner comparison).
    """

    ref: Ref
    inner: Node


Node: TypeAlias = Compare | Present | And | Or | Not | ValuePath

_NOT_ASKED_FOR = frozenset({"meta.version"})
"""An entity tag is for If-Match. A user's changes with the groups, so no stored value could be searched."""
_ORDERING = frozenset({"gt", "ge", "lt", "le"})
_TEXTUAL = frozenset({"co", "sw", "ew"})
_OPERATORS = frozenset(get_args(Operator))


MAX_SHAPES = 1024
_SHAPES: dict[tuple[object, ...], Node] = {}
"""By resource type, its extensions and `grammar.shape_of`: trees whose comparisons hold a Literal, read by `_filled`."""


def parse_filter(text: str, resource: ResourceType) -> Node:
    """The filter as a tree. InvalidFilter, with a sentence, for everything that cannot be answered in full.

    Within the caps of `grammar` (length, depth, terms). Unknown attributes are refused, never ignored: a filter that
    lost a term would find more than it should.
    """
    try:
        tokens = grammar.tokens_of(text)
        return _filled(_shaped(tokens, resource), grammar.literals_of(tokens))
    except grammar.GrammarError as error:
        raise InvalidFilter(f"The filter cannot be read. {error}") from error


def _shaped(tokens: grammar.Tokens, resource: ResourceType) -> Node:
    key = (resource, resource.extensions, grammar.shape_of(tokens))
    found = _SHAPES.get(key)
    if found is None:
        found = _Reader(resource).node(grammar.tree_of(tokens))
        if len(_SHAPES) >= MAX_SHAPES:  # somebody makes shapes up; the few that matter are back at once
            _SHAPES.clear()
        _SHAPES[key] = found
    return found


def _filled(node: Node, literals: Sequence[grammar.Literal] | None = None) -> Node:
    """The tree with typed values: these, or those that stand in it. InvalidFilter when one is not of its attribute's type."""
    match node:
        case And(terms):
            return And(tuple(_filled(term, literals) for term in terms))
        case Or(terms):
            return Or(tuple(_filled(term, literals) for term in terms))
        case Not(term):
            return Not(_filled(term, literals))
        case ValuePath(ref, inner):
            return ValuePath(ref, _filled(inner, literals))
        case Compare(ref, op, grammar.Literal() as literal):
            return Compare(ref, op, coerced(ref, literal if literals is None else literals[literal.number]))
    return node


def comparisons(node: Node) -> int:
    """How many of them the tree holds: what asking it of one value costs."""
    match node:
        case And(terms) | Or(terms):
            return sum(map(comparisons, terms))
        case Not(inner) | ValuePath(_, inner):
            return comparisons(inner)
    return 1


def refs_in(node: Node) -> Iterator[Ref]:
    """Every attribute that the tree names."""
    match node:
        case And(terms) | Or(terms):
            for term in terms:
                yield from refs_in(term)
        case Not(inner):
            yield from refs_in(inner)
        case ValuePath(ref, inner):
            yield ref
            yield from refs_in(inner)
        case Compare(ref) | Present(ref):
            yield ref


def read_tree(tree: Any, resource: ResourceType) -> Node:
    """The library's tree as ours; `paths` uses it too."""
    return _filled(_Reader(resource).node(tree))


def at(position: int) -> str:
    """The end of a sentence that says where."""
    return f" (position {position})"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Resolves names against a resource type; inside brackets, against the attribute before them."""

    resource: ResourceType
    within: Ref | None = None

    def node(self, tree: Any) -> Node:
        if isinstance(tree, ast.LogExpr):
            return self._joined(tree)
        if isinstance(tree, ast.AttrExpr):
            return self._expression(tree)
        if tree.namespace is not None:
            return self._value_path(tree)
        return Not(self.node(tree.expr)) if tree.negated else self.node(tree.expr)

    def _joined(self, tree: Any) -> Node:
        """A chain of one operator as one node. The chain leans left and may be long, so it is walked, not recursed."""
        op, terms = tree.op.lower(), []
        while isinstance(tree, ast.LogExpr) and tree.op.lower() == op:
            terms.append(self.node(tree.expr2))
            tree = _unwrapped(tree.expr1)
        nodes = (self.node(tree), *reversed(terms))
        return And(nodes) if op == "and" else Or(nodes)

    def _value_path(self, tree: Any) -> Node:
        ref, inner = self.bracket(tree)
        return ValuePath(ref, inner) if ref.attribute.multi_valued else inner

    def bracket(self, tree: Any) -> tuple[Ref, Node]:
        """What stands before the brackets and what is in them."""
        path = tree.namespace
        if self.within is not None or not isinstance(path.attr_name, str):
            where = at(path.index + 1)
            raise InvalidFilter(f"Square brackets within square brackets are not part of SCIM{where}.")
        ref = self.resolve(path)
        if ref.sub is not None or not ref.attribute.is_complex:
            where = at(path.index + 1)
            raise InvalidFilter(f"'{ref.path}' has no sub-attributes, so no square brackets can follow it{where}.")
        return ref, _Reader(self.resource, ref).node(tree.expr)

    def _expression(self, tree: Any) -> Node:
        path = tree.attr_path
        if isinstance(path.attr_name, str):
            return _term(self.resolve(path), tree)
        ref, inner = self.bracket(path.attr_name)
        if path.sub_attr is None and tree.value.lower() == "pr":
            return ValuePath(ref, inner) if ref.attribute.multi_valued else inner
        both = And((inner, _term(ref.down_to(_sub_named(ref, path)), tree)))
        return ValuePath(ref, both) if ref.attribute.multi_valued else both

    def resolve(self, path: Any) -> Ref:
        """The attribute a path names. InvalidFilter when nothing defines it, or nobody may ask for it."""
        sub = None if path.sub_attr is None else path.sub_attr.value
        if self.within is None:
            ref = self.resource.find(path.attr_name, sub, path.uri)
        else:
            found = None if sub or path.uri else self.within.attribute.sub(path.attr_name)
            ref = None if found is None else self.within.down_to(found)
        if ref is None:
            raise InvalidFilter(f"{self._subject()} has no attribute '{spelled(path)}' (position {path.index + 1}).")
        if "never" in (ref.leaf.returned, ref.attribute.returned) or ref.path in _NOT_ASKED_FOR:
            raise InvalidFilter(f"'{ref.path}' cannot be asked for{at(path.index + 1)}.")
        return ref

    def _subject(self) -> str:
        return f"A {self.resource.name}" if self.within is None else f"'{self.within.path}'"


def spelled(path: Any) -> str:
    """A path of the library's tree as it was written, shortened."""
    name = path.attr_name if path.sub_attr is None else f"{path.attr_name}.{path.sub_attr.value}"
    text = name if path.uri is None else f"{path.uri}:{name}"
    return text if len(text) <= 120 else f"{text[:120]}..."


def _sub_named(ref: Ref, path: Any) -> Attribute | None:
    if path.sub_attr is None:
        return None
    found = ref.attribute.sub(path.sub_attr.value)
    if found is None:
        raise InvalidFilter(f"'{ref.path}' has no sub-attribute '{path.sub_attr.value}'{at(path.index + 1)}.")
    return found


def _unwrapped(tree: Any) -> Any:
    """The expression in a Filter that adds nothing to it."""
    while isinstance(tree, ast.Filter) and not tree.negated and tree.namespace is None:
        tree = tree.expr
    return tree


def _term(ref: Ref, tree: Any) -> Node:
    op, position = tree.value.lower(), tree.attr_path.index + 1
    if op == "pr":
        return Present(ref)
    ref = _comparable(ref, position)
    literal: grammar.Literal = tree.comp_value.value
    if literal.value is None:
        return _null(ref, op, position)
    return Compare(ref, _checked(ref, op, position), literal)


def _comparable(ref: Ref, position: int) -> Ref:
    """`emails` means `emails.value` (Ping's `emails eq "x"`); `manager` and `members` likewise (Entra)."""
    if ref.sub is not None or not ref.attribute.is_complex:
        return ref
    value = ref.attribute.sub("value")
    if value is None:
        such = ref.down_to(ref.attribute.sub_attributes[0]).path
        raise InvalidFilter(f"'{ref.path}' is complex; compare one of its sub-attributes, such as '{such}'{at(position)}.")
    return ref.down_to(value)


def _null(ref: Ref, op: str, position: int) -> Node:
    if op == "eq":
        return Not(Present(ref))
    if op == "ne":
        return Present(ref)
    raise InvalidFilter(f"'{op}' cannot compare '{ref.path}' with null; use 'eq', 'ne' or 'pr'{at(position)}.")


def _checked(ref: Ref, op: str, position: int) -> Operator:
    kind = ref.leaf.type
    refused = kind in ("boolean", "binary") and op in _ORDERING
    refused |= kind in ("boolean", "integer", "decimal", "dateTime") and op in _TEXTUAL
    if refused or op not in _OPERATORS:
        raise InvalidFilter(f"'{op}' cannot compare '{ref.path}', which is of type {kind}{at(position)}.")
    return op  # type: ignore[return-value]  # one of the literals: just tested
