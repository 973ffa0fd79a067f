"""The door's ratios, in one run: a group of ten against one of 100,000, a directory of 1,000 against a million, and everyday
requests against a bare handler that does one durable commit.

    python -m bench.door [--people 1000000] [--members 100000] [--rounds 200]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from bench import crowd
from scim_bridge.db import Database, utc_now
from scim_bridge.db.migrate import migrate
from scim_bridge.directory import tokens

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "a-token-for-benches-only-0123456789abcdef"
GROUP_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
out = Console(highlight=False, width=110)


class Client:
    """One connection that stays open, as an identity provider keeps one."""

    def __init__(self, port: int, root: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._root = root

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[float, Any]:
        """Seconds, and the answer."""
        sent = json.dumps(body) if body is not None else None
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
        began = time.perf_counter()
        self._connection.request(method, self._root + path, sent, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        took = time.perf_counter() - began
        assert answer.status < 300, (method, path, answer.status, text[:200])
        return took, json.loads(text) if text else None


@contextmanager
def gunicorn(application: str, root: str, **environment: str) -> Iterator[Client]:
    """Two workers of eight threads, as `scim-bridge web` has them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--workers", "2", "--threads", "8", "--bind", f"127.0.0.1:{port}",
               "--keep-alive", "75", "--log-level", "error", application]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **environment})
    try:
        _wait_for(port)
        yield Client(port, root)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not come up")


@contextmanager
def bridge(folder: Path) -> Iterator[Client]:
    (folder / "mappings").mkdir(exist_ok=True)
    with gunicorn("wsgi:app", "/scim/v2", SCIM_BRIDGE_DATABASE_URL=f"sqlite:///{folder}/bridge.db",
                  SCIM_BRIDGE_MAPPINGS=str(folder / "mappings"), SCIM_BRIDGE_LOG_LEVEL="error") as client:  # fmt: skip
        yield client


def prepared(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder}/bridge.db")
    migrate(database)
    database.write(lambda connection: tokens.bootstrap(connection, TOKEN, now=utc_now()))
    return database


def interleaved(rounds: int, *calls: Callable[[int], float]) -> list[float]:
    """Medians of several, taken turn by turn: whatever else the machine does befalls all of them alike."""
    taken: list[list[float]] = [[] for _ in calls]
    for number in range(10 + rounds):
        for place, call in enumerate(calls):
            took = call(number)
            if number >= 10:
                taken[place].append(took)
    return [median(each) for each in taken]


def member_patch(number: int, user: str) -> dict[str, Any]:
    if number % 2:
        operation: dict[str, Any] = {"op": "remove", "path": f'members[value eq "{user}"]'}
    else:
        operation = {"op": "add", "path": "members", "value": [{"value": user}]}
    return {"schemas": [GROUP_PATCH], "Operations": [operation]}


def joining(client: Client, group: str, stranger: str) -> Callable[[int], float]:
    """Somebody who is not in the group comes in, and goes out the next time."""
    return lambda number: client("PATCH", f"/Groups/{group}?excludedAttributes=members", member_patch(number, stranger))[0]


def lookup(client: Client, people: int) -> Callable[[int], float]:
    def look(number: int) -> float:
        name = f"u{(number * 7919) % people:07}@example.com"
        took, found = client("GET", "/Users?filter=" + quote(f'userName eq "{name}"'))
        assert found["totalResults"] == 1, name
        return took

    return look


def last_cursor(client: Client, people: int) -> tuple[str, str] | None:
    """Cursors of the second page and of one near the end; None where the server pages by index only."""
    if "cursor" not in json.dumps(client("GET", "/ServiceProviderConfig")[1].get("pagination", {})):
        return None
    second = cursor = client("GET", "/Users?cursor=&count=200")[1]["nextCursor"]
    seen = 200
    while seen < people - 400:
        page = client("GET", f"/Users?cursor={quote(cursor)}&count=200&attributes=id")[1]
        cursor, seen = page["nextCursor"], seen + 200
    return second, cursor


def everyday(folder: Path, rounds: int, client: Client) -> list[tuple[str, float, float]]:
    """(what, the bare handler, the bridge)."""
    known = crowd.user_id(3)

    def body(number: int) -> dict[str, Any]:
        return {"schemas": [crowd.USER_URN], "userName": f"new{time.time_ns()}{number}@example.com", "active": True}

    def patch(number: int) -> dict[str, Any]:
        value = {"active": bool(number % 2)}
        return {"schemas": [GROUP_PATCH], "Operations": [{"op": "replace", "value": value}]}

    with gunicorn("bench.bare:app", "", BARE_DATABASE=str(folder / "bare.db")) as bare:
        there = bare("POST", "/Users", body(0))[1]["id"]
        pairs = {
            "POST /Users": (lambda n: bare("POST", "/Users", body(n))[0], lambda n: client("POST", "/Users", body(n))[0]),
            "GET by id": (lambda n: bare("GET", f"/Users/{there}")[0], lambda n: client("GET", f"/Users/{known}")[0]),
            "PATCH active": (
                lambda n: bare("PATCH", f"/Users/{there}", patch(n))[0], lambda n: client("PATCH", f"/Users/{known}", patch(n))[0],
            ),
        }  # fmt: skip
        return [(what, *interleaved(rounds, *calls)) for what, calls in pairs.items()]  # type: ignore[misc]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=1_000_000)
    asked.add_argument("--members", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=200)
    options = asked.parse_args()
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("what", "this", "against", "ratio", "at most"):
        made.add_column(column, justify="left" if column == "what" else "right")

    def row(what: str, one: float, other: float, most: float) -> None:
        made.add_row(what, f"{one * 1000:.2f} ms", f"{other * 1000:.2f} ms", f"1 : {other / one:.2f}", f"{most:g}")

    with tempfile.TemporaryDirectory() as name:
        small, large = Path(name) / "small", Path(name) / "large"
        for folder in (small, large):
            folder.mkdir()
        few, many = prepared(small), prepared(large)
        crowd.fill(few, 1_000)
        began = time.perf_counter()
        crowd.fill(many, options.people)
        out.print(f"{options.people:,} people written in {time.perf_counter() - began:.0f} s")
        stranger = crowd.user_id(options.people - 1)
        sizes = (10, min(options.members, options.people - 1))
        groups = [crowd.group_of(many, f"group of {size}", size) for size in sizes]
        with bridge(small) as of_few, bridge(large) as of_many:
            one, other = interleaved(options.rounds, *(joining(of_many, group, stranger) for group in groups))
            row(f"PATCH one member: {sizes[0]} members against {sizes[1]:,}", one, other, 1.3)
            one, other = interleaved(options.rounds, lookup(of_few, 1_000), lookup(of_many, options.people))
            row(f"userName eq: 1,000 people against {options.people:,}", one, other, 1.3)
            cursors = last_cursor(of_many, options.people)
            if cursors is not None:
                pages = [f"/Users?cursor={quote(each)}&count=200&attributes=id" for each in cursors]
                one, other = interleaved(options.rounds // 4, *(lambda n, page=page: of_many("GET", page)[0] for page in pages))
                row("cursor: an early page against the last", one, other, 1.3)
            for what, one, other in everyday(Path(name), options.rounds, of_few):
                row(f"{what}: a bare durable handler against the bridge", one, other, 2.0)
        few.dispose()
        many.dispose()
    out.print(made)


if __name__ == "__main__":
    main()
