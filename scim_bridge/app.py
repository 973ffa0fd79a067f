"""The web application: Flask with the door's blueprints, made once for each process."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import structlog
from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from scim_bridge import wiring
from scim_bridge.db import Database
from scim_bridge.logs import configure_logs
from scim_bridge.mapping.extensions import declare_from
from scim_bridge.settings import Settings, read_settings
from scim_bridge.web import early_errors
from scim_bridge.web.asking import admit
from scim_bridge.web.bulk import bulk
from scim_bridge.web.coding import deflate
from scim_bridge.web.discovery import discovery
from scim_bridge.web.groups import groups
from scim_bridge.web.health import Readiness, health
from scim_bridge.web.limits import STRANGER, Limits
from scim_bridge.web.me import me
from scim_bridge.web.options import PREFIX, Options
from scim_bridge.web.refusals import refuse
from scim_bridge.web.requests import OneSlash, request_id
from scim_bridge.web.search import search
from scim_bridge.web.state import Door, install, this_door
from scim_bridge.web.users import users

log = structlog.get_logger("scim_bridge.web")

PROBES = frozenset({"/healthz", "/readyz"})
"""Asked every few seconds by whoever watches the process; logged at level debug only."""


def create_app(database: Database, *, options: Options | None = None, readiness: Readiness | None = None) -> Flask:
    """The application on this database. `readiness` is what wiring knows for `/readyz`."""
    chosen = options or Options()
    app = Flask("scim_bridge", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = chosen.max_body_bytes
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect would be answered in HTML, and turn a POST into a GET
    limits, attempts = Limits(chosen.rate_limit), Limits(chosen.attempt_limit, sentence=STRANGER)
    install(app, Door(database, chosen, readiness or Readiness(), limits, attempts))
    for blueprint in (users, groups, bulk, discovery, search, me):
        app.register_blueprint(blueprint, url_prefix=PREFIX)
    app.register_blueprint(health(lambda: this_door().database, lambda: this_door().readiness))
    refuse(app)
    _watch(app)
    app.before_request(admit)
    app.wsgi_app = OneSlash(app.wsgi_app)  # type: ignore[method-assign]
    if chosen.trust_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)  # type: ignore[method-assign]
    return app


def options_of(settings: Settings) -> Options:
    """The door's part of the settings."""
    return Options(
        accept_bare_token=settings.accept_bare_token,
        trust_proxy=settings.trust_proxy,
        max_body_bytes=settings.max_body_bytes,
        rate_limit=settings.rate_limit,
        attempt_limit=settings.attempt_limit,
    )


def wsgi_app() -> Flask:
    """What gunicorn serves: settings from the environment, a database of this process's own (so: no preloading)."""
    settings = read_settings()
    configure_logs(settings)
    early_errors.speak_scim()
    mappings = Path(settings.mappings)
    declare_from(mappings)
    return create_app(Database(settings.database_url), options=options_of(settings), readiness=wiring.readiness(mappings))


def _watch(app: Flask) -> None:
    """A request id in and out, and one line in the log for each request. Its query may hold names, so it is not logged."""

    @app.before_request
    def begin() -> None:
        g.request_id = request_id(request)
        g.began = perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        if response.mimetype == "text/html":  # Flask's own answer to OPTIONS, which is empty
            response.status_code = 204
            del response.headers["Content-Type"]
        response = deflate(request, response)
        write = log.debug if request.path in PROBES else log.info
        write(
            "request",
            method=request.method,
            path=request.path,
            status=response.status_code,
            milliseconds=round((perf_counter() - g.began) * 1000, 1),
            source=g.get("source"),
            request_id=g.request_id,
        )
        return response
