"""Filters as SQL: the tree that `scim.filters` gives, compiled to an expression with bound values.

Every expression is true or false, never NULL, so that `not` finds exactly the rest. `ne` is `not eq`: somebody without
the attribute does not have that value. Nothing here drops a term: what a resolver does not know it answers with false.
"""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import ColumnElement, and_, not_, or_

from scim_bridge.scim.filters import And, Compare, Node, Not, Or, Present, Ref, ValuePath


class Terms(Protocol):
    """What the leaves of a filter mean in one table."""

    def compare(self, ref: Ref, op: str, value: object) -> ColumnElement[bool]:
        """`ref op value`, for every op but `ne`."""

    def present(self, ref: Ref) -> ColumnElement[bool]:
        """`ref pr`."""

    def value_path(self, ref: Ref, inner: Node) -> ColumnElement[bool]:
        """`ref[inner]`: one value of the attribute meets all of it."""


def compiled(node: Node, terms: Terms) -> ColumnElement[bool]:
    """The filter as a condition. Its depth is capped by the parser."""
    if isinstance(node, And):
        return and_(*(compiled(term, terms) for term in node.terms))
    if isinstance(node, Or):
        return or_(*(compiled(term, terms) for term in node.terms))
    if isinstance(node, Not):
        return not_(compiled(node.term, terms))
    if isinstance(node, Present):
        return terms.present(node.ref)
    if isinstance(node, ValuePath):
        return terms.value_path(node.ref, node.inner)
    return _comparison(node, terms)


def _comparison(node: Compare, terms: Terms) -> ColumnElement[bool]:
    if node.op == "ne":
        return not_(terms.compare(node.ref, "eq", node.value))
    return terms.compare(node.ref, node.op, node.value)
