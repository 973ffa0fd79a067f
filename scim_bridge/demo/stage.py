"""The stage: the real bridge as `make run` starts it, in a temporary folder, reached only by HTTP and by its own commands."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scim_bridge.demo.rules import FILES
from scim_bridge.errors import BridgeError

START_SECONDS = 60
SETTLE_SECONDS = 30


class Stage:
    """A bridge of its own, on a free port of loopback, gone when the demo ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = _free_port()
        self.okta_token = secrets.token_urlsafe(32)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SCIM_BRIDGE_")}
        self._environment = {
            **inherited,
            "SCIM_BRIDGE_DATABASE_URL": f"sqlite:///{folder}/bridge.db",
            "SCIM_BRIDGE_MAPPINGS": str(folder / "mappings"),
            "SCIM_BRIDGE_BIND": f"127.0.0.1:{self.port}",
            "SCIM_BRIDGE_BOOTSTRAP_TOKEN": self.okta_token,
            "SCIM_BRIDGE_INVITATION_POLL": "1",
            "SCIM_BRIDGE_LOG_LEVEL": "warning",
            "COLUMNS": "110",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        mappings = self._folder / "mappings"
        mappings.mkdir()
        for name, text in FILES.items():
            (mappings / name).write_text(text)
        with (self._folder / "serve.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scim_bridge", "serve"], env=self._environment, stdout=log, stderr=log
            )
        self._wait_until_ready()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self._process is not None and self._process.poll() is not None:
                break
            try:
                ready, body = self.request("GET", "/readyz", token=None)
            except OSError:
                ready, body = 0, None
            if ready == 200 and body["mapping"]["revision"] is not None:
                return
            time.sleep(0.1)
        raise BridgeError(f"The bridge did not start:\n{(self._folder / 'serve.log').read_text()[-2000:]}")

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, token: str | None) -> tuple[int, Any]:
        """One request as an identity provider sends it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Accept": "application/scim+json", "Content-Type": "application/scim+json; charset=utf-8"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, path.replace(" ", "%20").replace('"', "%22"), json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(text) if text else None

    def command(self, *words: str) -> str:
        """What a command prints for a person."""
        return self._run(words).stdout

    def asked(self, *words: str) -> Any:
        """What a command says with --json."""
        return json.loads(self._run([*words, "--json"]).stdout)

    def settle(self) -> bool:
        """Wait until nothing is due."""
        return self._run(["work", "wait", "--timeout", str(SETTLE_SECONDS)]).returncode == 0

    def _run(self, words: list[str] | tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  our own interpreter, our own words
            [sys.executable, "-m", "scim_bridge", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
