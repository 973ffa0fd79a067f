"""The application behind a real socket on loopback, for clients that speak HTTP and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class _Silent(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """The application logs each request itself."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Its base URL, `http://127.0.0.1:PORT/scim/v2`, while the block runs. A thread answers each connection."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/scim/v2"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
