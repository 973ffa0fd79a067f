"""What a schema says about an attribute (RFC 7643 section 7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

AttributeType = Literal["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"]
Mutability = Literal["readOnly", "readWrite", "immutable", "writeOnly"]
Returned = Literal["always", "never", "default", "request"]
Uniqueness = Literal["none", "server", "global"]


@dataclass(frozen=True, slots=True)
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
    _by_name: dict[str, Attribute] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {sub.name.lower(): sub for sub in self.sub_attributes})

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


@dataclass(frozen=True, slots=True)
class Schema:
    """One schema document (RFC 7643 section 7), less what `/Schemas` adds when it is shown."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]
    _by_name: dict[str, Attribute] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {each.name.lower(): each for each in self.attributes})

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name in any case, or None."""
        return self._by_name.get(name.lower())
