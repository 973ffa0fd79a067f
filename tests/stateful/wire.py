"""One identity provider on kept connections, a connection for each of its threads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from threading import local
from typing import Any
from urllib.parse import urlsplit

CLIENTS = 4


class Wire:
    def __init__(self, url: str) -> None:
        self.token = ""
        self._url = urlsplit(url)
        self._here = local()
        self._connections: list[HTTPConnection] = []
        self._pool = ThreadPoolExecutor(CLIENTS)

    def send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> tuple[int, Any, str | None]:
        """Status, body and version (the ETag)."""
        connection = self._connection()
        content = None if body is None else json.dumps(body)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json", **(headers or {})}
        try:
            connection.request(method, f"{self._url.path}{path}", content, sent)
            answer: HTTPResponse = connection.getresponse()
            text = answer.read()
        except BaseException:
            connection.close()  # half a conversation is left on it; the next request opens it anew
            raise
        return answer.status, json.loads(text) if text else None, answer.headers.get("ETag")

    def at_once(self, deeds: Sequence[Callable[[], Any]]) -> list[Any]:
        """What each came to, in their order."""
        return [future.result() for future in [self._pool.submit(deed) for deed in deeds]]

    def close(self) -> None:
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()

    def _connection(self) -> HTTPConnection:
        if not hasattr(self._here, "connection"):
            self._here.connection = HTTPConnection(self._url.hostname or "", self._url.port, timeout=30)
            self._connections.append(self._here.connection)
        return self._here.connection  # type: ignore[no-any-return]
