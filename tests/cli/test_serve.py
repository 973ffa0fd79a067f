"""`serve`, as a process: from an empty folder to access on a platform, and back to nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.worlds import GROUP, SANDBOX, USER

TOKEN = "t" * 40
SECONDS = 60.0


class Served:
    """One `serve` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "mappings").mkdir(exist_ok=True)
        (folder / "mappings" / "sandbox.yaml").write_text(SANDBOX)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[str] | None = None
        self.out = folder / "out"
        self.err = folder / "err"

    def start(self) -> Served:
        with self.out.open("w") as out, self.err.open("w") as err:
            self.process = subprocess.Popen(
                self._words("serve"), cwd=self.folder, env=self._environment(), stdout=out, stderr=err, text=True
            )
        return self

    def command(self, *words: str) -> Any:
        done = subprocess.run(self._words(*words), cwd=self.folder, env=self._environment(), capture_output=True, text=True)
        return json.loads(done.stdout)

    def _words(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "scim_bridge", *words]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SCIM_BRIDGE_")}
        root = str(Path(__file__).parents[2])
        return kept | {
            "PYTHONPATH": root,
            "SCIM_BRIDGE_DATABASE_URL": f"sqlite:///{self.folder}/bridge.db",
            "SCIM_BRIDGE_BIND": f"127.0.0.1:{self.port}",
            "SCIM_BRIDGE_WEB_WORKERS": "1",
            "SCIM_BRIDGE_BOOTSTRAP_TOKEN": TOKEN,
        }

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
        content = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", content, headers, method=method)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read() or b"null")

    def is_ready(self) -> bool:
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except (urllib.error.URLError, OSError):
            return False

    def children(self) -> list[int]:
        """Every process below `serve`, grandchildren too."""
        assert self.process is not None
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    stat = (entry / "stat").read_text()
                except OSError:
                    continue
                parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
        found, level = [], [self.process.pid]
        while level:
            level = [pid for pid, parent in parents.items() if parent in level]
            found += level
        return found

    def is_port_free(self) -> bool:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                return False
        return True


def until(true: Callable[[], bool]) -> None:
    """Wait for it; fail when it does not come."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    if made.process is not None:
        left = made.children()
        made.process.kill()
        made.process.wait()
        for pid in left:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)


linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")


@linux
def test_a_push_becomes_access_and_sigterm_ends_everything(served: Served) -> None:
    served.start()
    until(served.is_ready)
    user = {"schemas": [USER], "userName": "ada@example.com", "emails": [{"value": "ada@example.com"}], "active": True}
    status, ada = served.ask("POST", "/scim/v2/Users", user)
    assert status == 201
    group = {"schemas": [GROUP], "displayName": "Research", "members": [{"value": ada["id"]}]}
    assert served.ask("POST", "/scim/v2/Groups", group)[0] == 201
    assert served.command("work", "wait", "--timeout", "30", "--json")["work"] == []
    rows = served.command("holdings", "--json")["holdings"]
    assert [(row["place"], row["state"]) for row in rows] == [(None, "held"), ("research", "held")]
    until(lambda: "is running" in served.out.read_text())
    assert f"http://127.0.0.1:{served.port}/scim/v2" in served.out.read_text()
    assert TOKEN not in served.out.read_text() + served.err.read_text()

    children = served.children()
    assert len(children) >= 3
    assert served.process is not None
    served.process.terminate()
    assert served.process.wait(timeout=SECONDS) == 0
    assert [pid for pid in children if is_alive(pid)] == []
    assert served.is_port_free()
    assert "Traceback" not in served.err.read_text()


@linux
def test_a_dead_worker_is_started_again_and_a_dead_web_server_ends_it_all(served: Served) -> None:
    served.start()
    until(served.is_ready)

    def worker() -> int | None:
        for pid in served.children():
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") if is_alive(pid) else []
            if b"worker" in words:
                return pid
        return None

    until(lambda: worker() is not None)
    first = worker()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: worker() not in (None, first))
    web = next(pid for pid in served.children() if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes())
    children = served.children()
    os.kill(web, signal.SIGKILL)
    assert served.process is not None
    assert served.process.wait(timeout=SECONDS) == 1
    assert [pid for pid in children if is_alive(pid)] == []
    assert served.is_port_free()
    assert "The web server ended" in served.err.read_text()


@linux
def test_when_serve_itself_is_killed_nothing_is_left_behind(served: Served) -> None:
    served.start()
    until(served.is_ready)
    children = served.children()
    assert served.process is not None
    served.process.kill()
    served.process.wait()
    until(lambda: not any(is_alive(pid) for pid in children))
    assert served.is_port_free()


def test_a_taken_port_is_a_sentence(served: Served) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", served.port))
        other.listen()
        served.start()
        assert served.process is not None
        assert served.process.wait(timeout=SECONDS) == 2
    said = served.err.read_text()
    assert "cannot be listened on" in said
    assert "Traceback" not in said


@linux
def test_a_token_is_made_up_and_shown_once_where_none_is_given(served: Served) -> None:
    environment = served._environment()
    del environment["SCIM_BRIDGE_BOOTSTRAP_TOKEN"]
    said = []
    for _ in range(2):
        with served.out.open("w") as out, served.err.open("w") as err:
            served.process = subprocess.Popen(
                [*served._words("serve"), "--json"], cwd=served.folder, env=environment, stdout=out, stderr=err, text=True
            )
        until(lambda: served.out.read_text().endswith("}\n"))
        said.append(json.loads(served.out.read_text()))
        served.process.terminate()
        assert served.process.wait(timeout=SECONDS) == 0
    assert len(said[0]["token"]) >= 32
    assert said[1]["token"] is None
    assert said[1]["token_hint"].startswith("…" + said[0]["token"][-4:])
    assert said[0]["platforms"] == [{"platform": "sandbox", "mode": "apply"}]
