"""Media types (RFC 7644 section 3.8), compared without parameters: Okta's specification test adds a charset."""

from __future__ import annotations

from flask import Request
from werkzeug.http import parse_options_header

from scim_bridge.scim.errors import NotAcceptable, UnsupportedMediaType

SCIM_JSON = "application/scim+json"
_READ = frozenset({SCIM_JSON, "application/json", ""})


def refuse_other_content(request: Request) -> None:
    """UnsupportedMediaType unless the body is declared as SCIM JSON or JSON, or not at all, in UTF-8 and not compressed."""
    kind, parameters = parse_options_header(request.headers.get("Content-Type", ""))
    if kind.lower() not in _READ:
        raise UnsupportedMediaType(f"Send the body as {SCIM_JSON} or application/json.")
    if parameters.get("charset", "utf-8").lower().replace("_", "-") not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("Send the body in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body uncompressed.")


def refuse_other_answers(request: Request) -> None:
    """NotAcceptable when the client names what it takes and JSON is not among it."""
    accepted = request.accept_mimetypes
    if accepted and not any(accepted[kind] > 0 for kind in (SCIM_JSON, "application/json")):
        raise NotAcceptable(f"Answers are {SCIM_JSON}. Accept that, application/json or */*.")
