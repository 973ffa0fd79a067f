"""Conditional requests (RFC 9110 section 13, RFC 7644 section 3.14): the headers in, `ETag` and 304 out."""

from __future__ import annotations

from flask import Request, Response, request

from scim_bridge.scim.versions import UNCONDITIONAL, Condition, is_current, tags_in

_WRITES = frozenset({"PUT", "PATCH", "DELETE"})


def condition_of(request: Request) -> Condition:
    """What the request asks of the version of what it changes.

    Of a POST nothing: it makes something, and `If-None-Match: *` is what creating means anyway. Where the name is taken
    the answer is 409 with or without it, and RFC 9110 section 13.2.1 has a condition ignored then.
    """
    if request.method not in _WRITES:
        return UNCONDITIONAL
    return Condition(tags_in(request.headers.get("If-Match")), tags_in(request.headers.get("If-None-Match")))


def tagged(response: Response, tag: str) -> Response:
    """The answer with the entity tag of the resource it is about."""
    response.headers["ETag"] = tag
    return response


def unchanged(tag: str, location: str) -> Response | None:
    """304 when this is a GET by somebody who has the resource with this tag already."""
    if request.method not in ("GET", "HEAD") or not is_current(tags_in(request.headers.get("If-None-Match")), tag):
        return None
    response = tagged(Response(status=304), tag)
    response.headers["Content-Location"] = location
    del response.headers["Content-Type"]
    return response
