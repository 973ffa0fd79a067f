"""Every error of every path as SCIM JSON (RFC 7644 section 3.12), Flask's own included."""

from __future__ import annotations

import re

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from scim_bridge.errors import DatabaseUnavailable
from scim_bridge.scim.errors import ERROR_URN, InvalidVers, RetryLater, ScimError, Unauthorized, Unavailable
from scim_bridge.web.answers import scim_response
from scim_bridge.web.authentication import CHALLENGE
from scim_bridge.web.media import UnsupportedCoding
from scim_bridge.web.options import PREFIX, ROOT

log = structlog.get_logger("scim_bridge.web")

_SENTENCES = {
    400: "The request is malformed.",
    404: "There is nothing at this address. SCIM is at /scim/v2/Users, /scim/v2/Groups and the discovery addresses.",
    405: "This address does not take this method.",
    413: "The body is larger than the bridge reads. Send fewer members in one request.",
}
RETRY_SECONDS = 5
_VERSION = re.compile(rf"{ROOT}/v[0-9][^/]*(/|$)")


def refuse(app: Flask) -> None:
    """Make the application answer errors so."""
    app.register_error_handler(ScimError, scim_refusal)
    app.register_error_handler(DatabaseUnavailable, unavailable)
    app.register_error_handler(HTTPException, http_refusal)
    app.register_error_handler(Exception, failure)


def scim_refusal(error: ScimError) -> Response:
    """A refusal on purpose."""
    response = scim_response(error.body(), error.status)
    if isinstance(error, RetryLater):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthorized):
        response.headers["WWW-Authenticate"] = CHALLENGE
    if isinstance(error, UnsupportedCoding):
        response.headers["Accept-Encoding"] = "gzip"
    return response


def unavailable(error: DatabaseUnavailable) -> Response:
    """Nothing was stored; the same request may come again."""
    log.warning("database_unavailable", reason=_reason(error.__cause__), request_id=g.get("request_id"))
    return scim_refusal(Unavailable(str(error), retry_after=RETRY_SECONDS))


def http_refusal(error: HTTPException) -> Response:
    """What Flask or Werkzeug refuses: an unknown address, a method, a body that is too large."""
    status = error.code or 500
    if status == 404 and _is_other_version(request.path):
        return scim_refusal(InvalidVers(f"SCIM is spoken here in version 2.0 only, at {PREFIX}."))
    sentence = _SENTENCES.get(status, "The request was refused.")
    response = _plain(status, sentence)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _is_other_version(path: str) -> bool:
    """RFC 7644 section 3.13: the version stands in the address."""
    return _VERSION.match(path) is not None and not f"{path}/".startswith(f"{PREFIX}/")


def failure(error: Exception) -> Response:
    """A fault of ours. The log has the trace, the answer only where to find it."""
    log.exception("request_failed", request_id=g.get("request_id"))
    return _plain(500, f"The bridge failed. Its log has more, under request id {g.get('request_id')}.")


def _reason(cause: BaseException | None) -> str | None:
    """What the driver said, without the statement: `OperationalError: database is locked`."""
    cause = getattr(cause, "orig", None) or cause
    return None if cause is None else f"{type(cause).__name__}: {str(cause)[:200]}"


def _plain(status: int, detail: str) -> Response:
    return scim_response({"schemas": [ERROR_URN], "status": str(status), "detail": detail}, status)
