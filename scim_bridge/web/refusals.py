"""Every error of every path as SCIM JSON (RFC 7644 section 3.12), Flask's own included."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from scim_bridge.errors import DatabaseUnavailable
from scim_bridge.scim.errors import ERROR_URN, RetryLater, ScimError, Unauthorized, Unavailable
from scim_bridge.web.answers import scim_response
from scim_bridge.web.authentication import CHALLENGE

log = structlog.get_logger("scim_bridge.web")

_SENTENCES = {
    400: "The request is malformed.",
    404: "There is nothing at this address. SCIM is at /scim/v2/Users, /scim/v2/Groups and the discovery addresses.",
    405: "This address does not take this method.",
    413: "The body is larger than the bridge reads. Send fewer members in one request.",
}
RETRY_SECONDS = 5


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
    return response


def unavailable(error: DatabaseUnavailable) -> Response:
    """Nothing was stored; the same request may come again."""
    log.warning("database_unavailable", reason=_reason(error.__cause__), request_id=g.get("request_id"))
    return scim_refusal(Unavailable(str(error), retry_after=RETRY_SECONDS))


def http_refusal(error: HTTPException) -> Response:
    """What Flask or Werkzeug refuses: an unknown address, a method, a body that is too large."""
    status = error.code or 500
    sentence = _SENTENCES.get(status, "The request was refused.")
    response = _plain(status, sentence)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


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
