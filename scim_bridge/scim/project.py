"""`attributes` and `excludedAttributes` (RFC 7644 section 3.9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scim_bridge.scim.errors import InvalidValue
from scim_bridge.scim.registry import Ref, ResourceType, Schema


@dataclass(frozen=True, slots=True)
class Projection:
    """Which attributes an answer shows. `names` is {} for everything.

    A key is an attribute's name, or an extension's URN; its value holds the sub-attributes (of an extension: the
    attributes) that are meant, and None when all of it is meant.
    """

    resource: ResourceType
    names: Mapping[str, frozenset[str] | None]
    excluding: bool = False

    @classmethod
    def parse(cls, attributes: str | None, excluded: str | None, resource: ResourceType) -> Projection:
        """From the query parameters, each a list with commas. Unknown names are passed over.

        InvalidValue when both are given. `attributes` with unknown names only shows what is always shown.
        """
        if attributes and excluded:
            raise InvalidValue("'attributes' and 'excludedAttributes' cannot be used together.")
        text = attributes or excluded or ""
        names = _collected(filter(None, (_named(each.strip(), resource) for each in text.split(","))))
        if attributes and not names:
            names = {"id": None}
        return cls(resource, names, excluding=bool(excluded))

    def wants(self, name: str) -> bool:
        """Whether any of an attribute is shown, so that what is not need not be read (lesson 12)."""
        ref = self.resource.find(name)
        if ref is None or ref.attribute.returned == "never":
            return False
        if not self.names or ref.attribute.returned == "always":
            return True
        key = ref.schema_urn if ref.extension else ref.attribute.name
        return self._shows(key, ref.attribute.name if ref.extension else None)

    def _shows(self, key: str, part: str | None = None) -> bool:
        if key not in self.names:
            return self.excluding
        parts = self.names[key]
        if part is None:
            return parts is not None or not self.excluding
        return not self.excluding if parts is None else (part in parts) is not self.excluding

    def apply(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """The resource with what is shown. `id` and `schemas` always are; a password never is."""
        return {key: shown for key, value in resource.items() if (shown := self._shown(key, value)) is not None}

    def _shown(self, key: str, value: Any) -> Any:
        extension = self.resource.schema_named(key)
        if extension is None:
            ref = self.resource.find(key)
            if ref is None or ref.attribute.returned == "never":
                return None
            if not self.names or ref.attribute.returned == "always":
                return value
        if not self.names:
            return value
        return self._parts(key, value) if self._shows(key) else None

    def _parts(self, key: str, value: Any) -> Any:
        parts = self.names.get(key)
        if parts is None:
            return value
        if isinstance(value, list):
            return [self._kept(each, parts) for each in value]
        return self._kept(value, parts)

    def _kept(self, value: Any, parts: frozenset[str]) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {name: part for name, part in value.items() if (name in parts) is not self.excluding}


def _named(text: str, resource: ResourceType) -> list[tuple[str, str | None]] | None:
    """What one entry of the list means: keys of a resource, each with the part of it that is meant."""
    schema = resource.schema_named(text)
    if schema is not None:
        return [(name, None) for name in _top(schema, resource)]
    urn, _, rest = text.rpartition(":")
    name, _, sub = rest.partition(".")
    ref = resource.find(name, sub or None, urn or None) if name else None
    return None if ref is None else [_place(ref)]


def _top(schema: Schema, resource: ResourceType) -> list[str]:
    return [schema.id] if schema is not resource.schema else [each.name for each in schema.attributes]


def _place(ref: Ref) -> tuple[str, str | None]:
    """An extension is shown by attribute, not by sub-attribute: `manager.value` shows the manager."""
    if ref.extension:
        return ref.schema_urn, ref.attribute.name
    return ref.attribute.name, None if ref.sub is None else ref.sub.name


def _collected(entries: Iterable[list[tuple[str, str | None]]]) -> dict[str, frozenset[str] | None]:
    names: dict[str, frozenset[str] | None] = {}
    for key, part in (pair for entry in entries for pair in entry):
        known = names.get(key, frozenset())
        names[key] = None if part is None or known is None else known | {part}
    return names
