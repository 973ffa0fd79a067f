"""A stateful TLS stand-in for Okta's Management API on 127.0.0.1, for the real `okta` SDK to talk to.

    with OktaSimulator() as okta:
        okta.org.add_person("ada@example.com")
        Client({"orgUrl": okta.url, "token": okta.api_token})     # trusting okta.ca_file

`org` is what the org holds, `access` who may ask, `faults` what goes wrong next (by route name: see okta_routes),
`page_size` makes every page shorter than asked, as Okta may, and `requests` counts by route.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.simulators.faults import Clock, Fault, Faults
from tests.simulators.okta_access import TOKEN_PATH, Access, Denied, error
from tests.simulators.okta_org import APP_ID, OktaOrg
from tests.simulators.okta_routes import Route, find, not_found
from tests.simulators.tls import loopback

RATE_LIMIT = 600
USUAL = {
    401: ("E0000011", "Invalid token provided"),
    403: ("E0000006", "You do not have permission to perform the requested action"),
    503: ("E0000169", "The service is temporarily unavailable."),
}


class OktaSimulator:
    """One org with one app and nobody in it yet."""

    app_id = APP_ID
    api_token = "00abcSimulatedToken"

    def __init__(self) -> None:
        self.clock = Clock()
        self.org = OktaOrg(self.clock)
        self.access = Access(self.clock)
        self.faults = Faults()
        self.page_size: int | None = None
        self.cut_off: set[str] = set()
        """Routes whose answers break off in the middle."""
        self.requests: Counter[str] = Counter()
        self._server = _Server(self)
        self.url = f"https://127.0.0.1:{self._server.server_port}"
        self.ca_file = str(loopback().ca_file)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail(self, route: str, status: int | None, *, skip: int = 0, times: int = 1, **more: Any) -> None:
        """The next calls to `route`, after `skip` good ones, are answered with `status`; None drops the connection."""
        self.faults.add(Fault(status, times=times, skip=skip, route=route, **more))

    def limit_rate(self, route: str, seconds: int, *, skip: int = 0, times: int = 1) -> None:
        """429 until `seconds` from now."""
        self.fail(route, 429, skip=skip, times=times, retry_after=str(seconds))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, simulator: OktaSimulator) -> None:
        self.simulator = simulator
        super().__init__(("127.0.0.1", 0), _Exchange)
        # The handshake happens in the connection's own thread, so that one that fails holds up nobody.
        self.socket = loopback().server_context().wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust the certificate, or that hangs up, is no error of the server's."""


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._answer_to("GET")

    def do_POST(self) -> None:
        self._answer_to("POST")

    def _answer_to(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        simulator = self.server.simulator
        with simulator.org.lock:
            try:
                route, entries, links = self._read(method, body)
            except Denied as denied:
                self._send(denied.status, denied.body, denied.headers)
            except ConnectionAbortedError:
                self.close_connection = True
            else:
                self._send(200, json.dumps(entries).encode(), {}, links, broken=route in simulator.cut_off)

    def _read(self, method: str, body: str) -> tuple[str, Any, list[str]]:
        simulator, split = self.server.simulator, urlsplit(self.path)
        url = f"{simulator.url}{split.path}"
        if method == "POST" and split.path == TOKEN_PATH:
            self._count("token")
            return "token", simulator.access.token(url, dict(self.headers.items()), body), []
        route, keys = find(split.path)
        self._count(route.name)
        simulator.access.check(method, url, dict(self.headers.items()), route.scope)
        if keys.get("app", simulator.app_id) != simulator.org.app["id"]:
            raise not_found(keys["app"], "AppInstance")
        query = dict(parse_qsl(split.query))
        content = route.read(simulator.org, query, unquote(keys.get("key", "")))
        page, links = (content, []) if route.limits is None else self._page(route, content, query, url)
        return route.name, page, links

    def _count(self, route: str) -> None:
        simulator = self.server.simulator
        simulator.requests[route] += 1
        fault = simulator.faults.take(self.command, route)
        if fault is None:
            return
        if fault.status is None:
            raise ConnectionAbortedError
        raise _failure(fault, simulator.clock)

    def _page(
        self, route: Route, entries: list[dict[str, Any]], query: Mapping[str, str], url: str
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """One page and its Link headers: `self`, and `next` on a line of its own where there is more."""
        low, high, usual = route.limits or (1, 1, 1)
        limit = int(query.get("limit", usual))
        if not low <= limit <= high:
            cause = f"limit: must be between {low} and {high}"
            raise Denied(400, error("E0000001", "Api validation failed: limit", cause))
        start = next((at for at, entry in enumerate(entries, 1) if _key(entry) == query.get("after")), 0)
        end = start + min(limit, self.server.simulator.page_size or limit)
        links = [f'<{url}?{urlencode(query)}>; rel="self"']
        if end < len(entries):
            links.append(f'<{url}?{urlencode({**query, "after": _key(entries[end - 1])})}>; rel="next"')
        return entries[start:end], links

    def _send(
        self, status: int, body: bytes, headers: Mapping[str, str], links: list[str] | None = None, broken: bool = False
    ) -> None:
        self.send_response(status)
        for link in links or ():
            self.send_header("link", link)
        for name, value in ({"Content-Type": "application/json", "X-Okta-Request-Id": "req-1"} | dict(headers)).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if broken else body)
        self.close_connection = self.close_connection or broken

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server.simulator.clock.now(), usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def _key(entry: Mapping[str, Any]) -> str:
    return str(entry.get("id") or entry.get("uuid") or entry.get("name"))


def _failure(fault: Fault, clock: Clock) -> Denied:
    if fault.raw is not None:
        return Denied(fault.status or 200, fault.raw, {"Content-Type": fault.content_type})
    status = fault.status or 500
    if status == 429:
        reset = int(clock.now().timestamp()) + int(fault.retry_after or 0)
        headers = {"X-Rate-Limit-Limit": f"{RATE_LIMIT}", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": f"{reset}"}
        return Denied(429, error("E0000047", "API call exceeded rate limit due to too many requests."), headers)
    code, summary = USUAL.get(status, ("E0000009", "Internal Server Error"))
    return Denied(status, error(fault.error_code or code, fault.message or summary))
