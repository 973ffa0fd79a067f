"""`attributes` and `excludedAttributes` (RFC 7644 section 3.9), and what `returned` says of each attribute (RFC 7643 section 7).

`always` is shown whatever is asked for, `never` never, `request` only by its name in `attributes`; the others are shown
unless the client named what it wants, or left them out. The same holds for the sub-attributes of what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from scim_bridge.scim.attribute import Attribute, Schema
from scim_bridge.scim.errors import InvalidValue
from scim_bridge.scim.registry import Ref, ResourceType

Names: TypeAlias = dict[str, "Names | None"]
"""What was named, canonically and from the top: `{"name": {"givenName": None}}`. None: all of it. Extensions go by URN."""

_NOTHING: Names = {}


@dataclass(frozen=True, slots=True)
class Projection:
    """Which attributes an answer shows: those of `names` only, or all but those (`excluding`)."""

    resource: ResourceType
    names: Names
    excluding: bool = True
    mentioned: tuple[tuple[str, ...], ...] = ()
    """Attributes of `returned: request` that the client wrote, which are shown in the answer to that write."""

    @classmethod
    def parse(cls, attributes: str | None, excluded: str | None, resource: ResourceType) -> Projection:
        """From the query parameters, each a list with commas. Unknown names are passed over.

        InvalidValue when both are given. `attributes` with unknown names only shows what is always shown.
        """
        if attributes and excluded:
            raise InvalidValue("'attributes' and 'excludedAttributes' cannot be used together.")
        texts = (attributes or excluded or "").split(",")
        named = (path for text in texts for path in _named(text.strip(), resource))
        return cls(resource, _collected(named), excluding=not attributes)

    def after(self, body: object) -> Projection:
        """What the answer to a write shows: the same, and what is returned on request and the body speaks of."""
        requested = [place for place, attribute in _everything(self.resource) if attribute.returned == "request"]
        if not requested or not self.excluding:
            return self
        spoken = {path[: len(place)] for path in _spoken(body, self.resource) for place in requested}
        return replace(self, mentioned=tuple(place for place in requested if place in spoken))

    def wants(self, name: str) -> bool:
        """Whether any of an attribute is shown, so that what is not need not be read (lesson 12)."""
        ref = self.resource.find(name)
        if ref is None or ref.attribute.returned in ("never", "always"):
            return ref is not None and ref.attribute.returned == "always"
        place = _place(ref)
        held: Names | None = self.names
        for part in place[:-1]:
            held = held.get(part, _NOTHING) if held is not None else None
        if held is None:  # the whole extension was named
            return not self.excluding and ref.attribute.returned == "default"
        named = place[-1] in held
        if self.excluding:
            return ref.attribute.returned == "default" and not (named and held[place[-1]] is None)
        return named

    def apply(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """The resource with what is shown. `id` and `schemas` always are; a password never is."""
        shown = _shown(self.resource, resource, self.names, self.excluding)
        for place in self.mentioned:
            _restore(shown, resource, place, self.names)
        return shown


def _shown(holder: ResourceType | Schema | Attribute, value: Mapping[str, Any], names: Names, excluding: bool) -> dict[str, Any]:
    parts = ((key, _part(holder, key, part, names, excluding)) for key, part in value.items())
    return {key: part for key, part in parts if part is not None}


def _part(holder: ResourceType | Schema | Attribute, key: str, value: Any, names: Names, excluding: bool) -> Any:
    """What is shown of what stands under a key; None for nothing."""
    found = _find(holder, key)
    if isinstance(found, Schema):
        rest = names.get(key, _NOTHING)
        return _inside(found, value, *((_NOTHING, False) if rest is None and excluding else _rest(rest, excluding)))
    if found is None or found.returned == "never":
        return None
    if found.returned == "always" or (excluding and key not in names and found.returned == "default"):
        return _inside(found, value, _NOTHING, True)
    if key not in names or (excluding and (names[key] is None or found.returned == "request")):
        return None
    return _inside(found, value, *_rest(names[key], excluding))


def _rest(rest: Names | None, excluding: bool) -> tuple[Names, bool]:
    """What is asked within something that is shown; all of it leaves nothing out."""
    return (_NOTHING, True) if rest is None else (rest, excluding)


def _inside(holder: Schema | Attribute, value: Any, names: Names, excluding: bool) -> Any:
    if isinstance(holder, Attribute) and (not holder.is_complex or (names is _NOTHING and excluding and _is_plain(holder))):
        return value
    if isinstance(value, list):
        parts = [_shown(holder, each, names, excluding) for each in value if isinstance(each, Mapping)]
        return [part for part in parts if part] or (None if value else value)
    return (_shown(holder, value, names, excluding) or None) if isinstance(value, Mapping) else value


def _is_plain(attribute: Attribute) -> bool:
    return all(sub.returned in ("default", "always") for sub in attribute.sub_attributes)


def _find(holder: ResourceType | Schema | Attribute, key: str) -> Schema | Attribute | None:
    if isinstance(holder, Attribute):
        return holder.sub(key)
    if isinstance(holder, Schema):
        return holder.attribute(key)
    ref = None if ":" in key else holder.find(key)
    return holder.schema_named(key) if ref is None else ref.attribute


def _restore(shown: dict[str, Any], resource: Mapping[str, Any], place: tuple[str, ...], names: Names) -> None:
    """Show what stands at the place as well, unless it was excluded by name."""
    *above, last = place
    held, left_out = resource, names
    for part in above:
        held, left_out = held.get(part, _NOTHING), left_out.get(part, _NOTHING) or _NOTHING
        shown = shown.setdefault(part, {}) if last in held else shown
    if last in held and last not in left_out:
        shown[last] = held[last]


def _everything(resource: ResourceType) -> Iterator[tuple[tuple[str, ...], Attribute]]:
    """Every attribute of the resource's schemas, and where it stands."""
    yield from (((each.name,), each) for each in resource.schema.attributes)
    yield from (((schema.id, each.name), each) for schema in resource.extensions for each in schema.attributes)


def _spoken(body: object, resource: ResourceType) -> Iterator[tuple[str, ...]]:
    """Where the attributes stand that a body names: a resource's, or those of the operations of a PATCH."""
    for key, value in body.items() if isinstance(body, Mapping) else ():
        schema = resource.schema_named(key)
        if key.lower() == "operations" and isinstance(value, list):
            for each in value:
                operation = {name.lower(): part for name, part in each.items()} if isinstance(each, Mapping) else {}
                path = operation.get("path")
                named = isinstance(path, str) and path
                yield from _named(named.partition("[")[0], resource) if named else _spoken(operation.get("value"), resource)
        elif schema is not None and isinstance(value, Mapping):
            yield from (path for name in value for path in _named(f"{schema.id}:{name}", resource))
        else:
            yield from _named(key, resource)


def _named(text: str, resource: ResourceType) -> Iterator[tuple[str, ...]]:
    """What one entry of the list means: where it stands in a resource."""
    schema = resource.schema_named(text)
    if schema is not None:
        yield from [(schema.id,)] if schema is not resource.schema else ((each.name,) for each in schema.attributes)
        return
    urn, _, rest = text.rpartition(":")
    name, dot, sub = rest.partition(".")
    ref = resource.find(name, sub if dot else None, urn or None) if name else None
    if ref is not None:
        yield _place(ref) if ref.sub is None else (*_place(ref), ref.sub.name)


def _place(ref: Ref) -> tuple[str, ...]:
    """Where an attribute stands: its name, in an extension below the URN."""
    return (ref.schema_urn, ref.attribute.name) if ref.extension else (ref.attribute.name,)


def _collected(paths: Iterable[tuple[str, ...]]) -> Names:
    names: Names = {}
    for path in paths:
        held: Names | None = names
        for part in path[:-1]:
            held = held.setdefault(part, {}) if held is not None else None
        if held is not None:
            held[path[-1]] = None
    return names
