"""Conditional requests (RFC 9110 section 13, RFC 7644 section 3.14): the headers in, `ETag` and 304 out."""

from __future__ import annotations

from flask import Request, Response, request

from scim_bridge.scim.versions import ANY, UNCONDITIONAL, Condition, is_current, tags_in

_WRITES = frozenset({"PUT", "PATCH", "DELETE"})


def condition_of(request: Request) -> Condition:
    """What the request asks of the version of what it changes; of what it makes, that it is not there (`If-None-Match: *`)."""
    match, none_match = tags_in(request.headers.get("If-Match")), tags_in(request.headers.get("If-None-Match"))
    if request.method == "POST" and none_match is not None and ANY in none_match:
        return Condition(none_match=none_match)
    return Condition(match, none_match) if request.method in _WRITES else UNCONDITIONAL


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
