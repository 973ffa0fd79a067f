"""What a schema says about an attribute (RFC 7643 section 7). Equality is identity: a schema is read once, and is a cache's key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

AttributeType = Literal["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"]
Mutability = Literal["readOnly", "readWrite", "immutable", "writeOnly"]
Returned = Literal["always", "never", "default", "request"]
Uniqueness = Literal["none", "server", "global"]

NUMBERS = frozenset({"integer", "decimal"})
MAX_PATH = 160
"""Characters of an attribute's name with its schema's URN."""
MAX_NAME = 64
"""Characters of a sub-attribute's name."""


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """One attribute or sub-attribute. Names are compared without case (RFC 7643 section 2.1)."""

    name: str
    type: AttributeType = "string"
    multi_valued: bool = False
    case_exact: bool = False
    mutability: Mutability = "readWrite"
    returned: Returned = "default"
    uniqueness: Uniqueness = "none"
    required: bool = False
    description: str = ""
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    sub_attributes: tuple[Attribute, ...] = ()
    _by_name: dict[str, Attribute] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {sub.name.lower(): sub for sub in self.sub_attributes})

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Attribute:
        """From an entry of a schema document's `attributes`. What it leaves out has section 2.2's default."""
        kind = entry.get("type", "string")
        return cls(
            name=entry["name"],
            type=kind,
            multi_valued=entry.get("multiValued", False),
            case_exact=entry.get("caseExact", kind in ("reference", "binary")),
            mutability=entry.get("mutability", "readWrite"),
            returned=entry.get("returned", "default"),
            uniqueness=entry.get("uniqueness", "none"),
            required=entry.get("required", False),
            description=entry.get("description", ""),
            canonical_values=tuple(entry.get("canonicalValues", ())),
            reference_types=tuple(entry.get("referenceTypes", ())),
            sub_attributes=tuple(map(cls.read, entry.get("subAttributes", ()))),
        )

    def sub(self, name: str) -> Attribute | None:
        """The sub-attribute of that name in any case, or None."""
        return self._by_name.get(name.lower())

    @property
    def is_complex(self) -> bool:
        return self.type == "complex"

    @property
    def writable(self) -> bool:
        """Whether a client's value is kept. A password is accepted and forgotten: the bridge signs nobody in."""
        return self.mutability in ("readWrite", "immutable")


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """One schema document (RFC 7643 section 7), less what `/Schemas` adds when it is shown."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]
    _by_name: dict[str, Attribute] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {each.name.lower(): each for each in self.attributes})

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Schema:
        """From a schema document that is known to be well formed."""
        attributes = tuple(map(Attribute.read, document["attributes"]))
        return cls(document["id"], document.get("name", ""), document.get("description", ""), attributes)

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name in any case, or None."""
        return self._by_name.get(name.lower())
