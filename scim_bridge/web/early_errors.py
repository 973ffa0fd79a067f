"""What gunicorn refuses before the application sees it: no HTTP, a header too long. Its page is HTML; ours is SCIM JSON."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import orjson

from scim_bridge.scim.errors import ERROR_URN
from scim_bridge.web.media import SCIM_JSON

_QUOTED = re.compile(r"['\"].*['\"]", re.DOTALL)
_REASONS = {
    400: "Bad Request",
    403: "Forbidden",
    414: "URI Too Long",
    417: "Expectation Failed",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
}
_SENTENCES = {
    414: "The request's address is too long. Send a shorter filter.",
    417: "The request expects what this server does not do.",
    431: "The request's headers are too many or too long.",
    500: "The bridge failed. Its log has more.",
    501: "The request's transfer coding is not spoken here.",
}


def speak_scim() -> None:
    """Make gunicorn, where it serves this process, answer so, and log so. It has no setting for either."""
    gunicorn: Any = sys.modules.get("gunicorn.util")
    if gunicorn is not None:
        logging.getLogger("gunicorn.error").addFilter(without_quotes)
        gunicorn.write_error = lambda sock, status, reason, message: gunicorn.write_nonblock(sock, page(status, reason))


def without_quotes(record: logging.LogRecord) -> bool:
    """A refused request in the log without what it said: that may be a token, or a filter with somebody's name."""
    if isinstance(record.msg, str) and record.msg.startswith("Invalid request from"):
        record.msg = _QUOTED.sub("(not shown)", record.msg)
    return True


def page(status: int, reason: str) -> bytes:
    """The whole answer. It repeats nothing of the request. gunicorn says 500 of a header that contradicts the address."""
    status = 400 if status == 500 and reason == "Bad Request" else status
    detail = _SENTENCES.get(status, "The request is not well-formed HTTP.")
    body = orjson.dumps({"schemas": [ERROR_URN], "status": str(status), "detail": detail})
    head = f"HTTP/1.1 {status} {_REASONS.get(status, reason)}\r\nConnection: close\r\nContent-Type: {SCIM_JSON}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body
