"""The worker: one loop a platform, so that none waits for another, and one that takes up files and sweeps."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import structlog

from scim_bridge.errors import BridgeError
from scim_bridge.wiring import House

log = structlog.get_logger("scim_bridge.worker")

IDLE_SECONDS = 0.1
"""How long an idle loop sleeps between looks; a look is one indexed read."""
FILES_EVERY_SECONDS = 2.0
AFTER_FAILURE_SECONDS = 2.0


class Worker:
    """Runs a house's hand until it is told to stop."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._stop = threading.Event()
        self._loops: dict[str, threading.Thread] = {}

    def run(self) -> None:
        """Until SIGTERM or SIGINT; a batch that is under way is finished."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        self.run_until_stopped()

    def stop(self) -> None:
        self._stop.set()

    def run_until_stopped(self) -> None:
        waited = FILES_EVERY_SECONDS
        while not self._stop.is_set():
            if waited >= FILES_EVERY_SECONDS:
                waited = 0.0
                self._guarded("take up", self._house.take_up.look)
            self._guarded("loops", self._start_loops)
            self._guarded("sweep", self._house.sweep.look)
            self._stop.wait(0.5)
            waited += 0.5
        for loop in self._loops.values():
            loop.join(timeout=20)

    def _start_loops(self) -> None:
        for name in self._house.platforms.names():
            if name not in self._loops or not self._loops[name].is_alive():
                loop = threading.Thread(target=self._drain, args=(name,), name=f"hand {name}", daemon=True)
                self._loops[name] = loop
                loop.start()

    def _drain(self, name: str) -> None:
        while not self._stop.is_set():
            did_something = self._guarded(name, lambda: self._house.hand.step(name))
            if not did_something:
                self._guarded(name, lambda: self._house.inventory.look(name))
                self._stop.wait(IDLE_SECONDS if did_something is not None else AFTER_FAILURE_SECONDS)

    def _guarded(self, what: str, deed: Callable[[], object]) -> object:
        """A loop outlives whatever goes wrong in it; None after a failure."""
        try:
            return deed() or False
        except BridgeError as error:
            log.error("worker", part=what, problem=str(error))
        except Exception:
            log.exception("worker", part=what)
        return None
