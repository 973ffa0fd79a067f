"""Bulk requests and their answers (RFC 7644 section 3.7): one message that holds many operations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

from scim_bridge.scim.bulk_references import names_in
from scim_bridge.scim.errors import InvalidSyntax, InvalidValue, MethodNotAllowed, NotFound, PayloadTooLarge, ScimError
from scim_bridge.scim.fields import kind_of
from scim_bridge.scim.registry import RESOURCE_TYPES, ResourceType

REQUEST_URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
RESPONSE_URN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
MAX_OPERATIONS = 1000
"""In one request, and said in /ServiceProviderConfig."""

Method = Literal["POST", "PUT", "PATCH", "DELETE"]
_METHODS: dict[str, Method] = {"POST": "POST", "PUT": "PUT", "PATCH": "PATCH", "DELETE": "DELETE"}
_PATH = re.compile(r"/?(?P<endpoint>[A-Za-z]+)(?:/(?P<id>[^/?#]+))?/?(?:\?.*)?")
_ENDPOINTS = {each.endpoint.strip("/"): each for each in RESOURCE_TYPES}


@dataclass(frozen=True, slots=True)
class Target:
    """What an operation is about: a kind of resource and, unless it makes one, an id, which may be `bulkId:` and a name."""

    method: Method
    kind: ResourceType
    scim_id: str | None


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """One operation, as far as it could be understood; `target` is what is wrong with it, when something is."""

    method: str
    bulk_id: str | None
    target: Target | ScimError
    version: str | None = None
    data: Any = None
    refers: tuple[str, ...] = ()
    """The bulkIds in its data and path, each once, in order."""

    @property
    def creates(self) -> str | None:
        """The bulkId under which others in the request may refer to what this makes."""
        return self.bulk_id if self.method == "POST" else None


@dataclass(frozen=True, slots=True)
class BulkRequest:
    operations: tuple[BulkOperation, ...]
    fail_on_errors: int | None = None
    """After how many errors the rest is left undone; None: never."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one operation. `error` is None when it was done."""

    operation: BulkOperation
    status: int
    location: str | None = None
    version: str | None = None
    error: ScimError | None = None


def load_bulk(body: object) -> BulkRequest:
    """The request of a body. A fault in one operation is that operation's own.

    InvalidSyntax for what is no BulkRequest; PayloadTooLarge for more operations than are taken; InvalidValue when two
    operations make something under one bulkId, so that nobody could tell what a reference means.
    """
    message = _folded(body, "The body must be a BulkRequest")
    urns = message.get("schemas")
    if urns is not None and REQUEST_URN.lower() not in _lowered(urns):
        raise InvalidSyntax(f"'schemas' of a bulk request must hold {REQUEST_URN}.")
    given = message.get("operations")
    if not isinstance(given, list) or not given:
        raise InvalidSyntax("'Operations' must be a list with at least one operation.")
    if len(given) > MAX_OPERATIONS:
        raise PayloadTooLarge(f"The request has {len(given)} operations; maxOperations is {MAX_OPERATIONS}. Nothing was done.")
    operations = tuple(_operation(each) for each in given)
    _refuse_doubles(operations)
    return BulkRequest(operations, _fail_on_errors(message.get("failonerrors")))


def bulk_response(results: Iterable[Result]) -> dict[str, Any]:
    """The answer's body."""
    return {"schemas": [RESPONSE_URN], "Operations": [_shown(each) for each in results]}


def _shown(result: Result) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "location": result.location,
        "method": result.operation.method,
        "bulkId": result.operation.bulk_id,
        "version": result.version,
        "status": str(result.status),
        "response": None if result.error is None else result.error.body(),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _operation(given: object) -> BulkOperation:
    try:
        parts = _folded(given, "An operation must be an object")
        method, bulk_id = _text(parts, "method"), _text(parts, "bulkid")
    except ScimError as error:
        return BulkOperation("", None, error)
    try:
        target = _target(method or "", _text(parts, "path") or "", bulk_id)
        version, data = _text(parts, "version"), _contents(target, parts)
        names = names_in(data) if target.scim_id is None else names_in([target.scim_id, data])
        return BulkOperation(target.method, bulk_id, target, version, data, names)
    except ScimError as error:
        return BulkOperation((method or "").upper(), bulk_id, error)


def _target(method: str, path: str, bulk_id: str | None) -> Target:
    known = _METHODS.get(method.strip().upper())
    if known is None:
        raise InvalidSyntax(f"'{method[:40]}' is not a method of a bulk operation; use POST, PUT, PATCH or DELETE.")
    found = _PATH.fullmatch(path.strip())
    kind = None if found is None else _ENDPOINTS.get(found["endpoint"])
    if found is None or kind is None:
        raise NotFound(f"'{path[:120]}' is not the path of anything here. Use /Users or /Groups, with an id unless it is a POST.")
    if (known == "POST") is not (found["id"] is None):
        raise MethodNotAllowed(f"{known} is not for '{path[:120]}': POST makes something at {kind.endpoint}, the others need an id.")
    if known == "POST" and not bulk_id:
        raise InvalidValue("A POST needs a bulkId.")
    return Target(known, kind, None if found["id"] is None else unquote(found["id"]))


def _contents(target: Target, parts: Mapping[str, Any]) -> Any:
    if target.method == "DELETE":
        return None
    if parts.get("data") is None:
        raise InvalidValue(f"A {target.method} needs 'data'.")
    if target.method == "PATCH" and isinstance(parts["data"], list):
        return {"Operations": parts["data"]}  # as the example of RFC 7644 section 3.7.3 has it
    return parts["data"]


def _folded(given: object, sentence: str) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise InvalidSyntax(f"{sentence}, not {kind_of(given)}.")
    return {str(name).lower(): value for name, value in given.items()}


def _text(parts: Mapping[str, Any], name: str) -> str | None:
    value = parts.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidSyntax(f"'{'bulkId' if name == 'bulkid' else name}' of an operation must be text, not {kind_of(value)}.")
    return value


def _lowered(urns: object) -> list[str]:
    return [str(urn).lower() for urn in urns] if isinstance(urns, list) else []


def _refuse_doubles(operations: Iterable[BulkOperation]) -> None:
    seen: set[str] = set()
    for name in (each.creates for each in operations):
        if name is not None and name in seen:
            raise InvalidValue(f"Two operations have the bulkId '{name[:64]}'. Nothing was done.")
        seen |= set() if name is None else {name}


def _fail_on_errors(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidValue("'failOnErrors' must be a whole number from 1.")
    return value
