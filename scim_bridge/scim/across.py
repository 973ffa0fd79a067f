"""A filter over several kinds of resources at once (RFC 7644 section 3.4.2.1): what a kind does not have, has no value there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from scim_bridge.scim.attribute import Schema
from scim_bridge.scim.filters import And, Compare, Node, Not, Or, Present, ValuePath, parse_filter
from scim_bridge.scim.registry import Ref, ResourceType


def parse_across(text: str, kinds: Sequence[ResourceType]) -> tuple[Node, ...]:
    """The filter as each kind is asked it. InvalidFilter as `parse_filter` has it; a name must be known to one of them."""
    if len(kinds) == 1:
        return (parse_filter(text, kinds[0]),)
    return tuple(_own(parse_filter(text, cast("ResourceType", _among(kind, kinds))), kind) for kind in kinds)


@dataclass(frozen=True, slots=True)
class _Among:
    """A kind that knows the others' attributes too, where it has none of that name. Equal ones share the parser's cache."""

    kinds: tuple[ResourceType, ...]

    @property
    def name(self) -> str:
        return " or ".join(sorted(kind.name for kind in self.kinds))

    @property
    def extensions(self) -> tuple[Schema, ...]:
        return tuple(schema for kind in self.kinds for schema in kind.extensions)

    def find(self, name: str, sub: str | None = None, urn: str | None = None) -> Ref | None:
        return next((ref for kind in self.kinds if (ref := kind.find(name, sub, urn)) is not None), None)

    def schema_named(self, urn: str) -> Schema | None:
        return next((schema for kind in self.kinds if (schema := kind.schema_named(urn)) is not None), None)


def _among(kind: ResourceType, kinds: Sequence[ResourceType]) -> _Among:
    return _Among((kind, *(each for each in kinds if each is not kind)))


def _own(node: Node, kind: ResourceType) -> Node:
    """The filter without what the kind does not have. `ne` holds of no value, everything else does not."""
    match node:
        case And(terms):
            return And(tuple(_own(term, kind) for term in terms))
        case Or(terms):
            return Or(tuple(_own(term, kind) for term in terms))
        case Not(term):
            return Not(_own(term, kind))
        case Compare(ref) | Present(ref) | ValuePath(ref):
            return node if _has(kind, ref) else _never(kind, unless=isinstance(node, Compare) and node.op == "ne")


def _has(kind: ResourceType, ref: Ref) -> bool:
    own = kind.find(ref.attribute.name, None, ref.schema_urn)
    return own is not None and own.attribute is ref.attribute


def _never(kind: ResourceType, *, unless: bool) -> Node:
    """Every resource has an id."""
    identifier = kind.find("id")
    assert identifier is not None
    return Present(identifier) if unless else Not(Present(identifier))
