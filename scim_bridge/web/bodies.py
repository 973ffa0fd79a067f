"""Bodies of requests: bytes to a JSON value, strictly and cheaply, before anything else looks at them."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import orjson
from flask import Request
from werkzeug.exceptions import HTTPException

from scim_bridge.scim.errors import InvalidSyntax, InvalidValue, PayloadTooLarge
from scim_bridge.web.coding import inflated
from scim_bridge.web.media import is_gzip

MAX_DEPTH = 64
"""Objects and lists within one another. A resource needs five."""
MAX_BRACKETS = 200_000
"""Opening brackets, those in texts included. The most members that one request may name need 50,000."""

_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)  # never steps back: its time follows the length
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def received(request: Request) -> bytes:
    """The whole body, inflated. InvalidSyntax when it broke off; PayloadTooLarge when it came in chunks, or in gzip, and did
    not end in time.

    (Werkzeug reads chunks up to its limit and takes what it has for the whole; it refuses a declared length by itself.)
    """
    content = _read(request)
    length, limit = request.content_length, request.max_content_length
    if length is None and limit is not None and len(content) >= limit:
        raise PayloadTooLarge(f"The body is larger than the {limit} bytes the bridge reads. Send fewer members in one request.")
    if length is not None and len(content) != length:
        raise InvalidSyntax("The body is shorter than its Content-Length says.")
    return inflated(content, limit) if is_gzip(request) else content


def _read(request: Request) -> bytes:
    try:
        return request.get_data(cache=False)
    except HTTPException:
        raise
    except Exception as error:  # the server's own, different for each: a chunk that is none, a client that is gone
        raise InvalidSyntax("The body broke off, or its chunks are malformed.") from error


def parsed(content: bytes) -> Any:
    """The JSON value.

    InvalidSyntax for anything but one well-formed JSON text in UTF-8: cut off, too deep, NaN, half a surrogate pair, a
    name twice in one object. InvalidValue for U+0000, which no database keeps in text.
    """
    if not content.strip():
        raise InvalidSyntax("The body is empty; a JSON object was expected.")
    if content.count(b"{") + content.count(b"[") > MAX_BRACKETS:
        raise InvalidSyntax(f"The body holds more than {MAX_BRACKETS} objects and lists.")
    try:
        # Refuses NaN and half surrogate pairs, which the standard library lets through, and whatever nests without end.
        # First, so that the searches below meet no text that never ends: from each quote in it they would look anew.
        orjson.loads(content)
        _refuse_deep(content)
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidSyntax("The body is not well-formed JSON in UTF-8.") from error
    if _NUL.search(content):
        raise InvalidValue("The body holds the character U+0000, which no text can have.")
    return value


def _refuse_deep(content: bytes) -> None:
    """Takes away the innermost brackets, layer by layer. For well-formed bodies only."""
    brackets = _TEXT.sub(b"", content).translate(None, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    if brackets:
        raise InvalidSyntax(f"The body nests more than {MAX_DEPTH} objects and lists.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name.lower() for name, _ in pairs}) != len(pairs):  # SCIM's names have no case (RFC 7643 section 2.1)
        raise InvalidSyntax("The body has an object with the same name twice, so what it means cannot be told.")
    return dict(pairs)


def _constant(name: str) -> NoReturn:
    raise InvalidSyntax(f"The body holds {name}, which is not JSON.")
