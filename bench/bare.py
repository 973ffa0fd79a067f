"""The least that a durable web handler can cost: Flask under gunicorn, one SQLite row a request, committed to the disk.

The same server settings and the same database settings as the bridge, and nothing else: no token, no schema, no audit.
"""

from __future__ import annotations

import os
import sqlite3
from threading import local
from uuid import uuid4

from flask import Flask, request

app = Flask(__name__)
_mine = local()


def database() -> sqlite3.Connection:
    """One connection a thread, in the bridge's mode: write-ahead log, a commit waits for the disk."""
    if not hasattr(_mine, "connection"):
        _mine.connection = sqlite3.connect(os.environ["BARE_DATABASE"], isolation_level=None, timeout=30)
        _mine.connection.execute("pragma journal_mode=wal")
        _mine.connection.execute("pragma synchronous=full")
        _mine.connection.execute("create table if not exists resource (id text primary key, body blob)")
    return _mine.connection  # type: ignore[no-any-return]


def _write(statement: str, *values: object) -> None:
    connection = database()
    connection.execute("begin immediate")
    connection.execute(statement, values)
    connection.execute("commit")


@app.post("/Users")
def create() -> tuple[bytes, int, dict[str, str]]:
    key = str(uuid4())
    _write("insert into resource (id, body) values (?, ?)", key, request.get_data())
    return b'{"id": "%s"}' % key.encode(), 201, {"Content-Type": "application/json"}


@app.get("/Users/<key>")
def read(key: str) -> tuple[bytes, int, dict[str, str]]:
    row = database().execute("select body from resource where id = ?", (key,)).fetchone()
    return (row[0], 200, {"Content-Type": "application/json"}) if row else (b"{}", 404, {})


@app.patch("/Users/<key>")
def change(key: str) -> tuple[bytes, int, dict[str, str]]:
    _write("update resource set body = ? where id = ?", request.get_data(), key)
    return request.get_data(), 200, {"Content-Type": "application/json"}
