"""Paths of PATCH operations (RFC 7644 section 3.5.2, `PATH`): read by the filter grammar as `path + " pr"`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scim2_filter_parser import ast

from scim_bridge.scim import grammar
from scim_bridge.scim.attribute import Schema
from scim_bridge.scim.errors import InvalidFilter, InvalidPath, UnknownAttribute
from scim_bridge.scim.filters import Node, read_tree, spelled
from scim_bridge.scim.filters import ValuePath as FilterPath
from scim_bridge.scim.registry import Ref, ResourceType


@dataclass(frozen=True, slots=True)
class Path:
    """`emails`, `name.givenName`, `emails[type eq "work"]`, `emails[type eq "work"].value`, all perhaps after a URN.

    With a `value_filter` the attribute is multi-valued; the filter is for `match.matches_value`.
    `ref.sub` is the sub-attribute the path ends in, if it does.
    """

    ref: Ref
    value_filter: Node | None = None


@dataclass(frozen=True, slots=True)
class ExtensionPath:
    """A path that is nothing but a schema's URN: everything of that schema."""

    schema: Schema


def parse_path(text: str, resource: ResourceType) -> Path | ExtensionPath:
    """What a path points at.

    InvalidPath when it is malformed, InvalidFilter when the filter in it is; UnknownAttribute when it is well formed
    and nothing defines what it names.
    """
    schema = resource.schema_named(text.strip())
    if schema is not None:
        return ExtensionPath(schema)
    ref = resource.find(text)
    if ref is not None:
        return Path(ref)
    return _resolved(_tree(text), resource)


def _tree(text: str) -> Any:
    """The path in the library's tree. Whatever holds more than one path with nothing around it is no path."""
    try:
        tree = grammar.parse(f"{text} pr")
    except grammar.GrammarError as error:
        beyond = error.position is not None and error.position > len(text)  # at our own " pr"
        reason = "It ends too early, or is more than a path." if beyond else str(error)
        raise InvalidPath(f"The path '{text[:120]}' cannot be read. {reason}") from error
    if tree.negated or tree.namespace is not None or not isinstance(tree.expr, ast.AttrExpr):
        raise InvalidPath(f"'{text[:120]}' is an expression, not a path.")
    return tree.expr.attr_path


def _resolved(tree: Any, resource: ResourceType) -> Path:
    if isinstance(tree.attr_name, str):
        return Path(_found(tree, resource))
    brackets = tree.attr_name
    if not isinstance(brackets.namespace.attr_name, str):
        raise InvalidPath("A path has at most one pair of square brackets.")
    ref = _found(brackets.namespace, resource)
    if ref.sub is not None or not (ref.attribute.multi_valued and ref.attribute.is_complex):
        raise InvalidPath(f"'{ref.path}' does not have several values, so no square brackets can follow it.")
    sub = None if tree.sub_attr is None else ref.attribute.sub(tree.sub_attr.value)
    if tree.sub_attr is not None and sub is None:
        raise UnknownAttribute(f"'{ref.path}' has no sub-attribute '{tree.sub_attr.value}'.")
    return Path(ref.down_to(sub), _inner(brackets, resource))


def _inner(brackets: Any, resource: ResourceType) -> Node:
    node = read_tree(brackets, resource)
    if not isinstance(node, FilterPath):
        raise InvalidFilter("What stands in the square brackets is not a filter.")
    return node.inner


def _found(tree: Any, resource: ResourceType) -> Ref:
    sub = None if tree.sub_attr is None else tree.sub_attr.value
    ref = resource.find(tree.attr_name, sub, tree.uri)
    if ref is None:
        raise UnknownAttribute(f"A {resource.name} has no attribute '{spelled(tree)}'.")
    return ref
