"""gzip (RFC 9110 section 8.4.1): large answers in it where the client takes it, bodies out of it up to the limit of any body.

Answers hold no secret (no password, no token), and no browser brings a credential along by itself, so there is nothing that
the length of a compressed answer could betray to whoever chose a part of it (the attack named BREACH).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from flask import Request, Response

from scim_bridge.scim.errors import InvalidSyntax, PayloadTooLarge

WORTH_IT = 1400
"""Bytes. What is shorter fits into one packet either way."""
_FAST = 1
_WITH_HEADER = 16 + zlib.MAX_WBITS


def inflated(content: bytes, limit: int | None) -> bytes:
    """The body that was compressed. PayloadTooLarge beyond `limit` bytes, of which no more than these are ever made;
    InvalidSyntax when it is no gzip, or breaks off."""
    stream = zlib.decompressobj(_WITH_HEADER)
    try:
        made = stream.decompress(content, 0 if limit is None else limit + 1)
    except zlib.error as error:
        raise InvalidSyntax("The body is not the gzip that its Content-Encoding says.") from error
    if limit is not None and len(made) > limit:
        raise PayloadTooLarge(f"The body inflates to more than the {limit} bytes the bridge reads. Send less in one request.")
    if not stream.eof or stream.unused_data:
        raise InvalidSyntax("The body's gzip breaks off, or something follows it.")
    return made


def deflate(request: Request, response: Response) -> Response:
    """The answer, in gzip where that is wanted and worth it. `Vary` says so wherever it depends on the request."""
    if response.is_streamed or len(response.get_data()) >= WORTH_IT:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] > 0 and "Content-Encoding" not in response.headers:
            response.headers["Content-Encoding"] = "gzip"
            _compress(response)
    return response


def _compress(response: Response) -> None:
    if response.is_streamed:
        response.headers.pop("Content-Length", None)
        response.response = _deflated(response.iter_encoded())
    else:
        response.set_data(b"".join(_deflated([response.get_data()])))


def _deflated(parts: Iterable[bytes]) -> Iterator[bytes]:
    stream = zlib.compressobj(_FAST, zlib.DEFLATED, _WITH_HEADER)
    for part in parts:
        made = stream.compress(part)
        if made:
            yield made
    yield stream.flush()
