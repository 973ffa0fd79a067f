"""Media types (RFC 7644 section 3.8), compared without parameters: Okta's specification test adds a charset."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Request
from werkzeug.http import parse_options_header

from scim_bridge.scim.errors import NotAcceptable, UnsupportedMediaType

SCIM_JSON = "application/scim+json"
_READ = frozenset({SCIM_JSON, "application/json", ""})
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_PLAIN = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})
_JSON_RANGES = ("application/*+json", "application/*", "*/*")


class UnsupportedCoding(UnsupportedMediaType):
    """The body is compressed by something other than gzip. The answer names gzip (RFC 9110 section 15.5.16)."""


def refuse_other_content(request: Request) -> None:
    """UnsupportedMediaType unless the body is declared as SCIM JSON or JSON, or not at all, in UTF-8, plain or in gzip."""
    kind, parameters = parse_options_header(request.headers.get("Content-Type", ""))
    if kind.lower() not in _READ:
        raise UnsupportedMediaType(f"Send the body as {SCIM_JSON} or application/json.")
    if parameters.get("charset", "utf-8").lower().replace("_", "-") not in _UTF_8:
        raise UnsupportedMediaType("Send the body in UTF-8.")
    if _coding(request) not in _PLAIN | _GZIP:
        raise UnsupportedCoding("Send the body uncompressed, or compressed once by gzip.")


def is_gzip(request: Request) -> bool:
    """Whether the body is declared as compressed."""
    return _coding(request) in _GZIP


def refuse_other_answers(request: Request) -> None:
    """NotAcceptable when the client names what it takes and JSON is not among it."""
    accepted = {each.partition(";")[0].strip().lower(): quality for each, quality in request.accept_mimetypes}
    if accepted and not any(_quality(accepted, kind) > 0 for kind in (SCIM_JSON, "application/json")):
        raise NotAcceptable(f"Answers are {SCIM_JSON}. Accept that, application/json or */*.")


def _quality(accepted: Mapping[str, float], kind: str) -> float:
    """That of the range that is nearest to the media type (RFC 9110 section 12.5.1)."""
    return next((accepted[each] for each in (kind, *_JSON_RANGES) if each in accepted), 0.0)


def _coding(request: Request) -> str:
    return request.headers.get("Content-Encoding", "").strip().lower()
