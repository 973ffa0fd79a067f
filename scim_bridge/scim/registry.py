"""The one source of what exists: types, caseExact, mutability, returned. Payloads, filters, PATCH and /Schemas read it.

Every lookup takes names and URNs in any case and is a dictionary access. What a deployment adds of its own is declared once,
when a process starts (docs/extensions.md), and stays so while it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scim_bridge.scim.attribute import Attribute, Schema
from scim_bridge.scim.schemas import (
    COMMON_ATTRIBUTES,
    ENTERPRISE_SCHEMA,
    ENTERPRISE_URN,
    GROUP_SCHEMA,
    GROUP_URN,
    USER_SCHEMA,
    USER_URN,
)

__all__ = [
    "ENTERPRISE_SCHEMA",
    "ENTERPRISE_URN",
    "GROUP",
    "GROUP_SCHEMA",
    "GROUP_URN",
    "RESOURCE_TYPES",
    "USER",
    "USER_SCHEMA",
    "USER_URN",
    "Attribute",
    "Ref",
    "ResourceType",
    "Schema",
    "all_schemas",
    "declare",
]


@dataclass(frozen=True, slots=True)
class Ref:
    """An attribute that something names, resolved: `emails.value`, `urn:...:enterprise:2.0:User:department`.

    `schema_urn` is the extension's URN when `extension` is true, else the resource's own schema's.
    """

    schema_urn: str
    attribute: Attribute
    sub: Attribute | None = None
    extension: bool = False

    @property
    def path(self) -> str:
        """The canonical spelling. Attributes of the resource's own schema are not qualified."""
        name = self.attribute.name if self.sub is None else f"{self.attribute.name}.{self.sub.name}"
        return f"{self.schema_urn}:{name}" if self.extension else name

    @property
    def leaf(self) -> Attribute:
        """What carries the type and caseExact: the sub-attribute where there is one."""
        return self.sub or self.attribute

    def down_to(self, sub: Attribute | None) -> Ref:
        """The same attribute with another sub-attribute."""
        return Ref(self.schema_urn, self.attribute, sub, self.extension)


@dataclass(slots=True, eq=False)
class ResourceType:
    """A kind of resource, its own schema and the extensions it may carry (RFC 7643 section 6)."""

    id: str
    name: str
    endpoint: str
    schema: Schema
    built_in: tuple[Schema, ...] = ()
    description: str = ""
    extensions: tuple[Schema, ...] = field(init=False)
    """The built-in ones, then those that the deployment declares."""
    immutable: tuple[Ref, ...] = field(init=False, repr=False)
    """The immutable attributes, and the immutable parts of those that have one complex value."""
    _refs: dict[str, Ref] = field(init=False, repr=False)
    _schemas: dict[str, Schema] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.extend(())

    def extend(self, declared: Iterable[Schema]) -> None:
        """Carry these extensions beside the built-in ones, in place of those declared before."""
        extensions = (*self.built_in, *declared)
        refs: dict[str, Ref] = {}
        for extension in reversed(extensions):
            refs |= {each.name.lower(): Ref(extension.id, each, None, True) for each in extension.attributes}
        own = self.schema.attributes + COMMON_ATTRIBUTES
        refs |= {each.name.lower(): Ref(self.schema.id, each) for each in own}
        self._refs, self._schemas = refs, {each.id.lower(): each for each in (self.schema, *extensions)}
        self.extensions = extensions
        self.immutable = tuple(self._immutable())

    def _immutable(self) -> Iterator[Ref]:
        for schema in (self.schema, *self.extensions):
            for attribute in schema.attributes:
                ref = Ref(schema.id, attribute, None, schema is not self.schema)
                if attribute.mutability == "immutable":
                    yield ref
                elif attribute.is_complex and not attribute.multi_valued:
                    yield from (ref.down_to(sub) for sub in attribute.sub_attributes if sub.mutability == "immutable")

    def schema_named(self, urn: str) -> Schema | None:
        """The resource's schema or extension with this URN, or None."""
        return self._schemas.get(urn.lower())

    def find(self, name: str, sub: str | None = None, urn: str | None = None) -> Ref | None:
        """What the name means here, or None when nothing defines it.

        A name without URN is looked for in the resource's schema, the common attributes and then the extensions:
        Entra filters by a bare `manager` and patches it by the same name.
        """
        ref = self._refs.get(name.lower()) if urn is None else self._qualified(name, urn)
        if ref is None or sub is None:
            return ref
        found = ref.attribute.sub(sub)
        return None if found is None else ref.down_to(found)

    def _qualified(self, name: str, urn: str) -> Ref | None:
        schema = self.schema_named(urn)
        if schema is None:
            return None
        if schema is self.schema:
            ref = self._refs.get(name.lower())
            return None if ref is None or ref.extension else ref
        attribute = schema.attribute(name)
        return None if attribute is None else Ref(schema.id, attribute, None, True)


USER = ResourceType("User", "User", "/Users", USER_SCHEMA, (ENTERPRISE_SCHEMA,), "A person's account")
GROUP = ResourceType("Group", "Group", "/Groups", GROUP_SCHEMA, (), "A group of people and groups")

RESOURCE_TYPES = (USER, GROUP)


def all_schemas() -> tuple[Schema, ...]:
    """Every schema there is: each resource's own, then its extensions."""
    return tuple(schema for each in RESOURCE_TYPES for schema in (each.schema, *each.extensions))


def declare(extensions: Mapping[str, Iterable[Schema]]) -> None:
    """The deployment's own extensions, by the id of the resource type, in place of all that were declared before."""
    for each in RESOURCE_TYPES:
        each.extend(extensions.get(each.id, ()))
