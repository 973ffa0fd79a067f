"""In which order the operations of a bulk request are carried out: as listed, except that what is referred to comes first.

Ids are promised beforehand, so a user may name any other as manager, also in a circle: such operations are one unit, done
together or not at all. A group's members must be there, so its references set an order; groups that would contain one
another in a circle have none, and cannot be made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from scim_bridge.scim.bulk import BulkOperation, Target
from scim_bridge.scim.registry import USER

Edges = Mapping[int, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Unit:
    """Operations, by their place in the request, that are carried out in this order in one transaction.

    `circular`: they refer to one another as members, so there is no order.
    """

    places: tuple[int, ...]
    circular: bool = False


def units(operations: Sequence[BulkOperation]) -> Iterator[Unit]:
    """Every operation in exactly one unit, each after those it refers to."""
    makers = {each.creates: place for place, each in enumerate(operations) if each.creates is not None}
    edges = {place: [makers[name] for name in each.refers if name in makers] for place, each in enumerate(operations)}
    for together in _components(edges):
        yield _ordered(together, edges, operations)


def _ordered(together: list[int], edges: Edges, operations: Sequence[BulkOperation]) -> Unit:
    inside = set(together)
    strict = {place: [] if _may_wait(operations[place]) else inside & set(edges[place]) for place in sorted(together)}
    try:
        return Unit(tuple(TopologicalSorter(strict).static_order()))
    except CycleError:
        return Unit(tuple(sorted(together)), circular=True)


def _may_wait(operation: BulkOperation) -> bool:
    """Whether what it refers to need not be there yet: a new user's manager."""
    target = operation.target
    return isinstance(target, Target) and target.kind is USER and target.scim_id is None


def _components(edges: Edges) -> Iterator[list[int]]:
    """Tarjan's strongly connected components, those that are pointed at first. Without recursion: a chain may be long."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: list[int] = []
    closed: set[int] = set()
    for start in edges:
        walk = [] if start in number else [(start, iter(edges[start]))]
        while walk:
            node, rest = walk[-1]
            if node not in number:
                number[node] = low[node] = len(number)
                open_.append(node)
            following = next((each for each in rest if each not in closed), None)
            if following is not None and following not in number:
                walk.append((following, iter(edges[following])))
            elif following is not None:
                low[node] = min(low[node], number[following])
            else:
                walk.pop()
                yield from _closed(node, number, low, open_, closed)
                if walk and node not in closed:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[node])


def _closed(
    node: int, number: dict[int, int], low: dict[int, int], open_: list[int], closed: set[int]
) -> Iterator[list[int]]:
    """The component that ends with this node, if one does."""
    if low[node] == number[node]:
        component = open_[open_.index(node):]
        del open_[-len(component):]
        closed.update(component)
        yield component
