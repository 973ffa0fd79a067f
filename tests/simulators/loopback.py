"""What the vendors' stand-ins have in common: a server on 127.0.0.1, a clock, faults that a test asks for, and what was called."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.simulators.faults import Clock, Fault, Faults


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


class Loopback(ABC):
    """A stand-in that serves while it is entered. `calls` counts by (method, route), `log` has every request."""

    root = ""
    """What stands before every path of the vendor's API in the address that its SDK wants."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.calls: Counter[tuple[str, str]] = Counter()
        self.log: list[Any] = []
        self.down = False
        """While true, every connection is dropped unanswered and nothing is applied."""
        self._faults = Faults()
        self._server: ThreadingHTTPServer | None = None

    @abstractmethod
    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """The answer to one request; None drops the connection. Header names are in lower case."""

    # running

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """What the SDK wants for `base_url`."""
        assert self._server is not None, "the simulator runs inside `with`"
        return f"http://127.0.0.1:{self._server.server_port}{self.root}"

    # what tests ask for

    def drop(self, times: int = 1, **fault: Any) -> None:
        """The next calls lose their connection before, or with `applied=True` after, their effect."""
        self._arm(Fault(None, times, **fault))

    def heal(self) -> None:
        """No more faults, and not down."""
        with self.lock:
            self._faults.clear()
            self.down = False

    def _arm(self, fault: Fault) -> None:
        with self.lock:
            self._faults.add(fault)

    def forget_calls(self) -> None:
        with self.lock:
            self.calls.clear()
            self.log.clear()

    @property
    def writes(self) -> int:
        """How many requests were no reads."""
        return sum(count for (method, _), count in self.calls.items() if method != "GET")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, simulator: Loopback) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.simulator = simulator


class _Conversation(BaseHTTPRequestHandler):
    """One request a connection: whoever is dropped notices at once."""

    server: _Server

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.simulator.answer(self.command, self.path, headers, self.rfile.read(length))
        if answer is None:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - http.server looks for these names

    def log_message(self, *_: Any) -> None:
        """The simulator keeps its own log."""
