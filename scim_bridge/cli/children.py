"""The processes that `serve` starts: told to end together, and never left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

import structlog

log = structlog.get_logger("scim_bridge.serve")

GRACE_SECONDS = 25.0
"""Longer than gunicorn's graceful timeout and than one batch of the worker."""
LONGEST_PAUSE = 60.0
_PR_SET_PDEATHSIG = 1

WEB = ("-m", "gunicorn", "-c", "python:scim_bridge.cli.web_server", "scim_bridge.app:wsgi_app()")
WORKER = ("-m", "scim_bridge", "worker")


class Child:
    """One child with everything it starts, in a process group of its own, so that Ctrl-C reaches it through `serve` alone."""

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        self.name = name
        self.started_at = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter with our own arguments
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=_end_with_parent,  # noqa: PLW1509  `serve` has one thread; the call is a single system call
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def ended(self) -> int | None:
        """Its exit code, once it has ended."""
        return self._process.poll()

    def terminate(self) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    def finish(self, until: float) -> None:
        """Wait for it, and put an end to whatever of its group is left then."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=max(0.0, until - time.monotonic()))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


class Worker:
    """The worker, started again when it dies: after 1, 2, 4 ... seconds, at once again when it had lived for a while."""

    def __init__(self) -> None:
        self._child: Child | None = Child("worker", WORKER)
        self._pause = 0.5
        self._again_at = 0.0

    def look(self) -> None:
        """Called every moment: start it again when it is time."""
        now = time.monotonic()
        if self._child is not None and self._child.ended() is not None:
            lived = now - self._child.started_at
            self._pause = 1.0 if lived > LONGEST_PAUSE else min(LONGEST_PAUSE, self._pause * 2)
            log.error("worker died, starting it again", code=self._child.ended(), pause=self._pause)
            self._child.finish(now)
            self._child, self._again_at = None, now + self._pause
        if self._child is None and now >= self._again_at:
            self._child = Child("worker", WORKER)

    def children(self) -> list[Child]:
        return [self._child] if self._child is not None else []


def end(children: Sequence[Child]) -> None:
    """All at once, gracefully; whoever is not gone in time is killed."""
    for child in children:
        child.terminate()
    until = time.monotonic() + GRACE_SECONDS
    for child in children:
        child.finish(until)


def _end_with_parent() -> None:
    """Linux tells this process to end when `serve` is killed outright. Elsewhere nothing does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
