"""A bridge of real processes on loopback, to be killed: gunicorn with two workers, and one hand."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token-that-only-this-test-knows-0123456789"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Bridge:
    """Both processes, each in a process group of its own, so that -9 takes gunicorn's workers along.

    `environment` adds what mapping files and settings take from there. `hurry` says by connector how many times as fast as
    published a platform is asked; see `hurried_worker`.
    """

    def __init__(
        self,
        folder: Path,
        mappings: Path,
        environment: Mapping[str, str] | None = None,
        *,
        hurry: Mapping[str, float] | None = None,
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.database_url = f"sqlite:///{folder}/bridge.db"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SCIM_BRIDGE_")},
            "SCIM_BRIDGE_DATABASE_URL": self.database_url,
            "SCIM_BRIDGE_MAPPINGS": str(mappings),
            "SCIM_BRIDGE_LOG_LEVEL": "error",
            "PYTHONPATH": str(ROOT),
            **(environment or {}),
        }
        self._worker = [sys.executable, "-m", "tests.chaos.hurried_worker"]
        self._worker += [f"{connector}={factor}" for connector, factor in (hurry or {}).items()]
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, what: str) -> None:
        web = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "2"]
        web += ["--log-level", "error", "scim_bridge.app:wsgi_app()"]
        command = web if what == "web" else self._worker
        with (self.folder / f"{what}.log").open("ab") as log:
            self._running[what] = subprocess.Popen(
                command, cwd=self.folder, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, what: str) -> None:
        process = self._running.pop(what)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for what in list(self._running):
            with contextlib.suppress(ProcessLookupError):
                self.kill(what)

    def push(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """One request on a connection of its own; raises OSError or HTTPException when no answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
            content = json.dumps(body) if body is not None else None
            connection.request(method, f"/scim/v2{path}", content, headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def wait_until(self, holds: Callable[[], bool], seconds: float, *, every: float = 0.1) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return True
            time.sleep(every)
        return holds()

    def is_up(self) -> bool:
        try:
            return self.push("GET", "/Users?count=0")[0] == 200
        except (OSError, http.client.HTTPException):
            return False
