"""Keeping a lease while a batch runs: renewed in the background, so that it can be short and a killed worker is missed soon."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from scim_bridge.db import Database, utc_now
from scim_bridge.errors import DatabaseUnavailable
from scim_bridge.work import claims as claiming
from scim_bridge.work.claims import LEASE, Claim


@contextmanager
def kept(database: Database, claims: Sequence[Claim]) -> Iterator[None]:
    """While inside, these claims stay ours as long as this process runs. A process that is stopped for too long loses them."""
    over = threading.Event()
    loop = threading.Thread(target=_renew, args=(database, claims, over), name="lease", daemon=True)
    loop.start()
    try:
        yield
    finally:
        over.set()
        loop.join()


def _renew(database: Database, claims: Sequence[Claim], over: threading.Event) -> None:
    while not over.wait(LEASE.total_seconds() / 3):
        try:
            with database.writing() as connection:
                claiming.renew(connection, claims, now=utc_now())
        except DatabaseUnavailable:
            continue  # the next beat tries again; a lease that runs out meanwhile stops the run before its next call
