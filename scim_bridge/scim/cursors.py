"""Cursors of RFC 9865: where a walk stands, sealed, so that clients can neither read nor make one.

A cursor is the whole state of a walk: the server keeps nothing, so that walks cost nothing and outlive a restart. What it
says is encrypted and authenticated (AES-SIV, RFC 5297: one state has one cursor), in characters that need no escape in an
address.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from scim_bridge.scim.errors import ExpiredCursor, InvalidCount, InvalidCursor
from scim_bridge.scim.filters import And, Compare, Node, Not, Or, Present, ValuePath

TIMEOUT = 3600
"""Seconds for which a cursor is good; `cursorTimeout` of /ServiceProviderConfig."""

_LONGEST = 8000  # characters


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands. `place` is a row's, as the directory gave it; the page is what comes after it, or before."""

    place: tuple[Any, ...]
    backward: bool
    total: int
    """How many resources there were when the walk began."""
    count: int


def sealed(walk: Walk, question: str, *, secret: bytes, now: float) -> str:
    """The cursor for a walk through the answer to `question` (see `question_of`)."""
    state = [int(now) + TIMEOUT, question, walk.count, walk.total, int(walk.backward), *walk.place]
    text = json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode()
    return _written(AESSIV(secret).encrypt(text, None))


def unsealed(cursor: str, question: str, count: int, *, secret: bytes, now: float) -> Walk:
    """Where the walk stands. InvalidCursor when it is none of ours or of another question, ExpiredCursor when it is too
    old, InvalidCount when the page size is not that of the pages before."""
    expires, asked, counted, total, backward, *place = json.loads(_opened(cursor, secret))
    if asked != question:
        raise InvalidCursor("The cursor belongs to another query. Begin again with an empty cursor.")
    if now > expires:
        raise ExpiredCursor(f"The cursor is older than {TIMEOUT} seconds. Begin again with an empty cursor.")
    if counted != count:
        raise InvalidCount(f"The pages of this walk were asked for with a count of {counted}. Keep to it, or begin again.")
    return Walk(tuple(place), bool(backward), total, counted)


def question_of(source_id: int, endpoint: str, nodes: Sequence[Node | None], sort: str | None, descending: bool) -> str:
    """A short text that is equal for equal questions, however they are spelled, and for no others."""
    spelled = [source_id, endpoint, [None if node is None else _spelled(node) for node in nodes], sort, descending]
    return hashlib.sha256(json.dumps(spelled).encode()).hexdigest()[:24]


def _opened(cursor: str, secret: bytes) -> bytes:
    wrong = "The cursor is none that this server gave. Begin with an empty cursor, and go on with nextCursor."
    if len(cursor) > _LONGEST or not cursor.isascii():
        raise InvalidCursor(wrong)
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        if _written(content) == cursor:
            return AESSIV(secret).decrypt(content, None)
    except (binascii.Error, InvalidTag) as error:
        raise InvalidCursor(wrong) from error
    raise InvalidCursor(wrong)


def _written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _spelled(node: Node) -> list[Any]:
    match node:
        case And(terms):
            return ["and", *map(_spelled, terms)]
        case Or(terms):
            return ["or", *map(_spelled, terms)]
        case Not(term):
            return ["not", _spelled(term)]
        case Present(ref):
            return ["pr", ref.path]
        case ValuePath(ref, inner):
            return ["in", ref.path, _spelled(inner)]
        case Compare(ref, op, value):
            return [op, ref.path, value]
