"""The real web server under bytes that are no request, or half of one: SCIM JSON, a 4xx, and at once."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from scim_bridge.db import Database, utc_now
from scim_bridge.db.migrate import migrate
from scim_bridge.directory import tokens
from tests.chaos.processes import TOKEN, Bridge

LINE = b"GET /scim/v2/Users HTTP/1.1\r\nHost: bridge\r\n"
POST = b"POST /scim/v2/Users HTTP/1.1\r\nHost: bridge\r\nContent-Type: application/scim+json\r\n"
KEY = f"Authorization: Bearer {TOKEN}\r\nConnection: close\r\n".encode()
CHUNKED = POST + KEY + b"Transfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(b" " * 50_000_000)
REFUSED = {
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "no version": (b"GET /\r\n\r\n", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "no method": (b"G<T / HTTP/1.1\r\nHost: bridge\r\n\r\n", 400),
    "bytes in the address": (b"GET /scim/v2/Users/\xff\xfe\x80 HTTP/1.1\r\nHost: bridge\r\n\r\n", 400),
    "an address of 16,000 characters": (b"GET /scim/v2/Users?filter=" + b"a" * 16_000 + b" HTTP/1.1\r\nHost: bridge\r\n\r\n", 414),
    "a header of 16,000 characters": (LINE + KEY + b"X: " + b"a" * 16_000 + b"\r\n\r\n", 431),
    "two hundred headers": (LINE + KEY + b"".join(b"X%d: a\r\n" % number for number in range(200)) + b"\r\n", 431),
    "two hosts": (LINE + b"Host: other\r\n" + KEY + b"\r\n", 400),
    "U+0000 in a header": (LINE + KEY + b"X: a\x00b\r\n\r\n", 400),
    "a folded header": (LINE + KEY + b"X: a\r\n b\r\n\r\n", 400),
    "a header that contradicts the address": (LINE + KEY + b"SCRIPT_NAME: /x\r\n\r\n", 400),
    "two schemes": (LINE + KEY + b"X-Forwarded-Proto: https\r\nX-Forwarded-Protocol: http\r\n\r\n", 400),
    "two lengths": (POST + KEY + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400),
    "a length and chunks": (POST + KEY + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "a negative length": (POST + KEY + b"Content-Length: -1\r\n\r\n", 400),
    "an endless length": (POST + KEY + b"Content-Length: 99999999999999999999\r\n\r\n", 413),
    "an unknown coding": (POST + KEY + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
    "an expectation": (POST + KEY + b"Expect: 200-maybe\r\nContent-Length: 2\r\n\r\n{}", 417),
    "a chunk without a size": (CHUNKED + b"zz\r\n", 400),
    "a chunk of another size": (CHUNKED + b"5\r\n{}\r\n0\r\n\r\n", 400),
    "a chunk of negative size": (CHUNKED + b"-5\r\n{}\r\n0\r\n\r\n", 400),
    "chunks without end": (CHUNKED + b"10000\r\n%s\r\n" % (b" " * 65_536) * 92 + b"0\r\n\r\n", 413),
    "a body that inflates without end": (
        POST + KEY + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s" % (len(BOMB), BOMB), 413,
    ),
    "an address for all": (b"OPTIONS * HTTP/1.1\r\nHost: bridge\r\n\r\n", 404),
    "a tunnel": (b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: bridge\r\n\r\n", 404),
    "a whole address without a token": (b"GET http://elsewhere/scim/v2/Users HTTP/1.1\r\nHost: bridge\r\n\r\n", 401),
    "a body that breaks off": (POST + KEY + b'Content-Length: 500\r\n\r\n{"userName": "cut@example.com"}', 400),
}


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    folder: Path = tmp_path_factory.mktemp("network")
    running = Bridge(folder, folder)
    database = Database(running.database_url)
    migrate(database)
    database.write(lambda connection: tokens.bootstrap(connection, TOKEN, now=utc_now()))
    database.dispose()
    running.start("web")
    try:
        assert running.wait_until(running.is_up, 30)
        yield running
    finally:
        running.stop()


def answered(bridge: Bridge, request: bytes) -> tuple[int, http.client.HTTPMessage, bytes]:
    """The answer to these bytes, after which nothing more is sent."""
    with socket.create_connection(("127.0.0.1", bridge.port), timeout=5) as connection:
        with contextlib.suppress(OSError):  # it may answer and close before all is sent
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.headers, answer.read()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_request_is_refused_in_scim_json(bridge: Bridge, name: str) -> None:
    request, status = REFUSED[name]
    got, headers, body = answered(bridge, request)
    assert (got, headers["Content-Type"]) == (status, "application/scim+json"), body
    assert json.loads(body)["status"] == str(status)
    assert b"html" not in body
    assert bridge.push("GET", "/Users?count=0")[1]["totalResults"] == 0


def test_a_body_in_chunks_and_one_after_100_continue_are_read(bridge: Bridge) -> None:
    content = b'{"userName": "ada@example.com"}'
    status, _, body = answered(bridge, CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content))
    assert status == 201
    assert bridge.push("DELETE", f"/Users/{json.loads(body)['id']}")[0] == 204
    expecting = POST + KEY + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)
    status, _, body = answered(bridge, expecting)
    assert status == 201
    assert bridge.push("DELETE", f"/Users/{json.loads(body)['id']}")[0] == 204
