"""`sortBy` and `sortOrder` (RFC 7644 section 3.4.2.3): which attribute a listing goes by, and which way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scim_bridge.scim.errors import InvalidValue
from scim_bridge.scim.registry import Ref, ResourceType

_UNSORTED = frozenset({"groups", "members", "schemas"})
_UNSORTED_META = frozenset({"version", "location", "resourceType"})


@dataclass(frozen=True, slots=True)
class Sort:
    """`refs`: the attribute in each kind of resource that is listed; None where that kind has none.

    Descending is ascending read backwards, to the last row: who has no value is last in one and first in the other.
    """

    refs: tuple[Ref | None, ...]
    descending: bool = False

    @property
    def name(self) -> str:
        """The attribute's canonical path."""
        return next(ref.path for ref in self.refs if ref is not None)


def parse_sort(sort_by: str | None, sort_order: str | None, kinds: Sequence[ResourceType]) -> Sort | None:
    """What to sort by, or None. InvalidValue for an attribute that nobody has, or that has no order."""
    descending = _is_descending(sort_order)
    if not sort_by:
        return None
    refs = tuple(_ref(sort_by.strip(), kind) for kind in kinds)
    known = [ref for ref in refs if ref is not None]
    if not known:
        raise InvalidValue(f"sortBy: there is no attribute '{sort_by.strip()[:120]}' here.")
    for ref in known:
        _refuse_unsorted(ref)
    if len({ref.leaf.type for ref in known}) > 1:
        raise InvalidValue(f"sortBy: '{known[0].path}' is not of one type in all that is searched.")
    return Sort(refs, descending)


def _is_descending(sort_order: str | None) -> bool:
    word = (sort_order or "ascending").strip().lower()
    if word not in ("ascending", "descending"):
        raise InvalidValue("sortOrder: must be ascending or descending.")
    return word == "descending"


def _ref(text: str, kind: ResourceType) -> Ref | None:
    """The attribute; `emails` and `manager` mean their `value`."""
    urn, _, rest = text.rpartition(":")
    name, dot, sub = rest.partition(".")
    ref = kind.find(name, sub if dot else None, urn or None) if name else None
    if ref is None or ref.sub is not None or not ref.attribute.is_complex:
        return ref
    return ref.down_to(ref.attribute.sub("value"))


def _refuse_unsorted(ref: Ref) -> None:
    unsorted = ref.attribute.name in _UNSORTED or (
        ref.attribute.name == "meta" and ref.sub is not None and ref.sub.name in _UNSORTED_META
    )
    if ref.leaf.returned == "never" or (unsorted and not ref.extension):
        raise InvalidValue(f"sortBy: nothing is sorted by '{ref.path}'.")
    if ref.leaf.is_complex:
        example = ref.down_to(ref.attribute.sub_attributes[0]).path
        raise InvalidValue(f"sortBy: '{ref.path}' is complex; name one of its sub-attributes, such as '{example}'.")
