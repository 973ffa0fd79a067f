"""A bridge as a customer has it: `python -m scim_bridge serve` in a folder, pushes over HTTP, the commands with --json."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from scim_bridge.cli import cli

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token-that-only-this-test-knows-0123456789"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Bridge:
    """`files` are mapping files by name. The database is a file in the folder, unless a URL names another."""

    def __init__(self, folder: Path, files: Mapping[str, str], *, database_url: str | None = None) -> None:
        self.folder = folder
        self.database_url = database_url or f"sqlite:///{folder}/bridge.db"
        self.port = _free_port()
        self.groups: dict[str, str] = {}
        self.people: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "mappings").mkdir(exist_ok=True)
        for name, text in files.items():
            self.write(name, text)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("SCIM_BRIDGE_")},
            "SCIM_BRIDGE_DATABASE_URL": self.database_url,
            "SCIM_BRIDGE_MAPPINGS": str(self.folder / "mappings"),
            "SCIM_BRIDGE_BIND": f"127.0.0.1:{self.port}",
            "SCIM_BRIDGE_BOOTSTRAP_TOKEN": TOKEN,
            "SCIM_BRIDGE_INVITATION_POLL": "1",
            "SCIM_BRIDGE_LOG_LEVEL": "warning",
            "PYTHONPATH": str(ROOT),
        }

    def write(self, name: str, text: str) -> None:
        (self.folder / "mappings" / name).write_text(text)

    # the processes

    def start(self) -> Bridge:
        with (self.folder / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scim_bridge", "serve"], cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        assert self.until(self.is_ready, seconds=40), (self.folder / "serve.log").read_text()
        return self

    def is_ready(self) -> bool:
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def children(self) -> list[int]:
        """Every process below `serve`."""
        assert self._process is not None
        found, wanted = [], [self._process.pid]
        while wanted:
            of = wanted.pop()
            listed = Path(f"/proc/{of}/task/{of}/children")
            below = [int(each) for each in listed.read_text().split()] if listed.exists() else []
            found += below
            wanted += below
        return found

    def stop(self) -> int:
        """SIGTERM, as an operating system does; the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(timeout=40)

    # what a customer does

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def push(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        status, answer = self.ask(method, f"/scim/v2{path}", body)
        assert status in (200, 201, 204), (status, answer)
        return answer

    def hire(self, name: str, *groups: str) -> str:
        body = {"schemas": [USER], "userName": name, "active": True, "emails": [{"value": name, "primary": True}]}
        self.people[name] = self.push("POST", "/Users", body)["id"]
        for group in groups:
            self.put_into(group, self.people[name])
        return self.people[name]

    def put_into(self, group: str, *users: str) -> None:
        members = [{"value": user} for user in users]
        if group not in self.groups:
            body = {"schemas": [GROUP], "displayName": group, "members": members}
            self.groups[group] = self.push("POST", "/Groups", body)["id"]
        else:
            self.patch(f"/Groups/{self.groups[group]}", {"op": "add", "path": "members", "value": members})

    def patch(self, path: str, *operations: Mapping[str, Any]) -> None:
        self.push("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def deactivate(self, name: str) -> None:
        self.patch(f"/Users/{self.people[name]}", {"op": "replace", "value": {"active": False}})

    def run(self, *words: str) -> tuple[int, Any]:
        """A command with --json: exit code and document. In this process, since starting one takes longer than most commands."""
        done = CliRunner().invoke(cli, [*words, "--json"], env=self.environment, catch_exceptions=False)
        return done.exit_code, json.loads(done.stdout)

    def holdings(self, *words: str) -> dict[tuple[str, str, str | None], str]:
        """(platform, who, place) to state."""
        code, told = self.run("holdings", *words)
        assert code == 0
        return {(each["platform"], each["user_name"], each["place"]): each["state"] for each in told["holdings"]}

    def sandbox(self, platform: str) -> dict[str, Any]:
        state: dict[str, Any] = self.run("sandbox", "show", "--platform", platform)[1]
        return state

    def until(self, holds: Callable[[], bool], *, seconds: float) -> bool:
        """Whether it holds before the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return True
            time.sleep(0.05)
        return holds()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
