"""Answers: JSON from plain values, and the headers that go with a resource."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from scim_bridge.web.media import SCIM_JSON


def json_response(body: Any, status: int = 200, *, kind: str = "application/json") -> Response:
    return Response(orjson.dumps(body), status, content_type=kind)


def scim_response(body: Any, status: int = 200) -> Response:
    """An answer in SCIM JSON."""
    return json_response(body, status, kind=SCIM_JSON)


def resource_response(resource: dict[str, Any], location: str, status: int = 200) -> Response:
    """A resource, with its address also where `meta` was not asked for."""
    return located(scim_response(resource, status), location)


def located(response: Response, location: str) -> Response:
    """The answer with the address of the resource that it shows: `Location`, as the examples of RFC 7644 print it, and where
    nothing was made also `Content-Location`, to which RFC 7643 section 3.1 holds `meta.location`."""
    response.headers["Location"] = location
    if response.status_code != 201:
        response.headers["Content-Location"] = location
    return response


def no_content() -> Response:
    """Done, and nothing to show."""
    response = Response(status=204)
    del response.headers["Content-Type"]  # Flask's own is HTML; there is no content
    return response
