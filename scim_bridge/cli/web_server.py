"""How gunicorn runs the door: `gunicorn -c python:scim_bridge.cli.web_server "scim_bridge.app:wsgi_app()"`.

A configuration file of gunicorn's: each name below is one of its settings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scim_bridge.logs import configure_logs, formatter
from scim_bridge.mapping.extensions import declare_from
from scim_bridge.settings import read_settings

_settings = read_settings()
declare_from(Path(_settings.mappings))  # workers are forked from here, and keep these schemas when one is started again

bind = [_settings.bind]
workers = _settings.web_workers
worker_class = "gthread"
threads = 8
"""Requests one process answers at once. Each waits for the database most of its time."""
timeout = 60
graceful_timeout = 20
keepalive = 30
"""Longer than the pauses between the requests of one provisioning cycle."""
preload_app = False  # a database belongs to the process that opened it
accesslog = None  # the application logs each request itself, without its query
control_socket_disable = True
forwarder_headers = ""  # nobody sets SCRIPT_NAME or PATH_INFO by a header
max_requests = 0
limit_request_line = 8190
"""A filter with many ids is long (RFC 7644 section 3.4.2.2 sets no bound)."""
logconfig_dict: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"bridge": {"()": lambda: formatter(_settings)}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "bridge"}},
    "root": {"level": "WARNING", "handlers": []},
    "loggers": {"gunicorn.error": {"level": "WARNING", "handlers": ["stderr"], "propagate": False}},
}


def post_fork(server: object, worker: object) -> None:
    """In each worker, before the application is loaded."""
    configure_logs(_settings)
