"""PatchOp messages (RFC 7644 section 3.5.2) as operations that each have one resolved path.

A path-less operation becomes one operation for each attribute it names, and so does one whose path is a schema's URN.
What follows then need not know in which of the dialects the identity provider spoke.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validate

from scim_bridge.scim.errors import InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget, UnknownAttribute
from scim_bridge.scim.fields import first_faults, kind_of
from scim_bridge.scim.paths import ExtensionPath, Path, parse_path
from scim_bridge.scim.registry import ResourceType

PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MAX_OPERATIONS = 1000
MAX_NAMES = 5_000
"""Paths, and keys that may be paths, in one message. Okta's largest has an operation for each of 256 people."""
MAX_NAMES_TEXT = 128 * 1024
"""Characters of all of them: each is read by the filter grammar."""

_VERBS: dict[str, Literal["add", "remove", "replace"]] = {"add": "add", "remove": "remove", "replace": "replace"}
_MISSING = object()
_TEXT: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "is required.",
    "invalid": "must be text.",
    "null": "must be text.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to do at one place. An ExtensionPath occurs with `remove` only.

    `value` is as the client sent it; None when it sent null or nothing (`add` and `replace` always have one).
    `pathless`: the attribute was a key of a value and not the path; read-only ones are then passed over.
    """

    op: Literal["add", "remove", "replace"]
    path: Path | ExtensionPath
    value: Any = None
    pathless: bool = False


class _Folded(Schema):
    """Takes `operations`, `Op` and the like: names in any case."""

    class Meta:
        unknown = EXCLUDE

    error_messages = {"type": "must be an object."}  # noqa: RUF012  # marshmallow's own name, merged by its metaclass

    @pre_load
    def fold_names(self, given: Any, **kwargs: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        spelled = {name.lower(): name for name in self.fields}
        return {spelled.get(str(key).lower(), key): value for key, value in given.items()}


class _Few(fields.List[Any]):
    """A list that is measured before anything in it is looked at."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > MAX_OPERATIONS:
            raise ValidationError(f"has {len(value)} values; at most {MAX_OPERATIONS} are read.")
        return super()._deserialize(value, attr, data, **kwargs)


class _OperationSchema(_Folded):
    op = fields.String(required=True, error_messages=_TEXT)
    path = fields.String(allow_none=True, load_default=None, error_messages=_TEXT)
    value = fields.Raw(allow_none=True, load_default=_MISSING)


class _PatchSchema(_Folded):
    schemas = _Few(fields.String(error_messages=_TEXT), load_default=None, allow_none=True)
    Operations = _Few(
        fields.Nested(_OperationSchema()),
        required=True,
        validate=validate.Length(1, error=f"must hold 1 to {MAX_OPERATIONS} operations."),
        error_messages={"required": "is required.", "invalid": "must be a list."},
    )


_PATCH = _PatchSchema()


def load_patch(body: object, resource: ResourceType) -> tuple[Operation, ...]:
    """The operations of a PATCH body, in order. Nothing is left of those on attributes that nothing defines.

    Microsoft sends custom URNs, and Okta passwords, which are not kept: such operations succeed and do nothing.
    InvalidSyntax for what is no PatchOp or has an operation that is not add, remove or replace; InvalidPath,
    InvalidFilter, NoTarget, InvalidValue as RFC 7644 table 9 has them.
    """
    if not isinstance(body, Mapping):
        raise InvalidSyntax(f"The body must be a PatchOp object, not {kind_of(body)}.")
    try:
        message = _PATCH.load(body)
    except ValidationError as error:
        raise InvalidSyntax(f"The body is not a PatchOp. {first_faults(error)}") from error
    urns = message["schemas"]
    if urns and PATCH_URN.lower() not in (urn.lower() for urn in urns):
        raise InvalidSyntax(f"'schemas' of a PATCH must hold {PATCH_URN}.")
    _refuse_many_names(message["Operations"])
    return tuple(each for given in message["Operations"] for each in _expanded(given, resource))


def _refuse_many_names(operations: Iterable[Mapping[str, Any]]) -> None:
    """Reading names as paths is the costly part of a PATCH, so it is measured first."""
    lengths = [len(name) for each in operations for name in (each["path"] or "", *_keys_in(each["value"]))]
    if len(lengths) > MAX_NAMES or sum(lengths) > MAX_NAMES_TEXT:
        raise InvalidSyntax(
            f"The operations name more than {MAX_NAMES} attributes, or in more than {MAX_NAMES_TEXT} characters; "
            "send them in several requests."
        )


def _keys_in(value: object, depth: int = 2) -> Iterator[str]:
    """The keys of a path-less value, and those below a schema's URN in it."""
    if depth and isinstance(value, Mapping):
        for key, part in value.items():
            yield key
            yield from _keys_in(part, depth - 1)


def _expanded(given: Mapping[str, Any], resource: ResourceType) -> Iterator[Operation]:
    verb = _VERBS.get(given["op"].strip().lower())
    if verb is None:
        raise InvalidSyntax(f"'{given['op'][:40]}' is not an operation of PATCH; use add, remove or replace.")
    value, path = given["value"], (given["path"] or "").strip()
    if value is _MISSING:
        if verb != "remove":
            raise InvalidValue(f"The operation '{verb}' needs a value.")
        value = None
    if path:
        yield from _at(verb, path, value, resource)
    elif verb == "remove":
        raise NoTarget("The operation 'remove' needs a path.")
    else:
        yield from _keys(verb, value, resource)


def _at(verb: Literal["add", "remove", "replace"], text: str, value: Any, resource: ResourceType) -> Iterator[Operation]:
    path = _known(text, resource)
    if isinstance(path, ExtensionPath):
        yield from _extension(verb, path, value, resource)
    elif path is not None:
        yield Operation(verb, path, value)


def _keys(
    verb: Literal["add", "remove", "replace"], value: Any, resource: ResourceType, urn: str = ""
) -> Iterator[Operation]:
    """An operation for each key: a name, a dotted path, a path after a URN, a URN with an object (entra-flags)."""
    if not isinstance(value, Mapping):
        raise InvalidValue(f"An operation without an attribute's path needs an object as its value, not {kind_of(value)}.")
    for key, part in value.items():
        path = _known(f"{urn}{key}", resource)
        if isinstance(path, ExtensionPath):
            yield from _extension(verb, path, part, resource)
        elif path is not None:
            yield Operation(verb, path, part, pathless=True)


def _extension(
    verb: Literal["add", "remove", "replace"], path: ExtensionPath, value: Any, resource: ResourceType
) -> Iterator[Operation]:
    if verb != "remove" and value is not None:
        yield from _keys(verb, value, resource, f"{path.schema.id}:")
    elif verb == "add":
        return
    elif path.schema is resource.schema:
        raise Mutability(f"A {resource.name} cannot lose everything it is made of.")
    else:
        yield Operation("remove", path)


def _known(text: str, resource: ResourceType) -> Path | ExtensionPath | None:
    """The path, or None when it names nothing we keep: unknown attributes, and passwords."""
    if not isinstance(text, str) or len(text) > 1024:
        raise InvalidPath("The path is too long.")
    try:
        path = parse_path(text, resource)
    except UnknownAttribute:
        return None
    forgotten = isinstance(path, Path) and path.ref.leaf.mutability == "writeOnly"
    return None if forgotten else path
