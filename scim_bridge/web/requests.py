"""What a request says beside its body: address, request id, query parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import uuid4

from flask import Request
from werkzeug.datastructures import MultiDict

from scim_bridge.scim.errors import InvalidValue
from scim_bridge.web.options import PREFIX, ROOT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_SLASHES = re.compile(r"/{2,}")


class OneSlash:
    """Takes the slashes of `/scim/v2//Users` for one: the base URL was typed with one at its end. A redirect would not do,
    clients that post do not follow it."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(f"{ROOT}/"):
            environ["PATH_INFO"] = _SLASHES.sub("/", path)
        return self._app(environ, start_response)


def request_id(request: Request) -> str:
    """The client's `X-Request-Id` where it is a harmless word, else one of our own."""
    given = request.headers.get("X-Request-Id", "")
    return given if _ID.fullmatch(given) else str(uuid4())


def location_of(request: Request) -> str:
    """The address of SCIM as this client reached it, without a slash at the end."""
    return request.url_root.rstrip("/") + PREFIX


def parameter(arguments: MultiDict[str, str], name: str) -> str | None:
    """A query parameter, its name in any case; None when it is not there.

    Given twice it is InvalidValue: to take one of two filters might find more than the client asked for.
    """
    found = [value for key, value in arguments.items(multi=True) if key.lower() == name.lower()]
    if len(found) > 1:
        raise InvalidValue(f"The query parameter '{name}' is there more than once.")
    return found[0] if found else None
