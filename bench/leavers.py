"""How long it takes that people leave both platforms, beyond the time that the platforms' own rates take. See bench/README.md.

    python -m bench.leavers                                 1,000 at once, then 20 one by one
    python -m bench.leavers --leavers 200 --claude 30       fewer, and Anthropic's rate 30 times as fast instead of 60 times
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from bench.least import LEAST, Crowd
from bench.measure import Figures, Timed, TimedAnthropic, TimedOpenAI, figures, reading_back
from bench.showing import show_at_once, show_calls, show_intro, show_trickle
from bench.stage import CONNECTORS, GROUPS, KEYS_EACH, PLACES, environment, furnish, mapping
from scim_bridge import wiring
from scim_bridge.db import Database, utc_now
from scim_bridge.db.migrate import migrate
from scim_bridge.directory import tokens
from scim_bridge.ledger.accounts import count_holders
from scim_bridge.reconcile.views.leavers import leavers
from scim_bridge.settings import Settings
from scim_bridge.work.tables import work
from tests.chaos.processes import TOKEN, Bridge

TRICKLE = 20
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LONGEST = 600.0
"""Seconds after which something that should end does not."""


class Bench:
    """A bridge of real processes, and two organizations in this one."""

    def __init__(self, folder: Path, platforms: dict[str, Timed], hurry: dict[str, float]) -> None:
        self.platforms = platforms
        self.hurry = hurry
        mappings = folder / "mappings"
        mappings.mkdir()
        for name in platforms:
            (mappings / f"{name}.yaml").write_text(mapping(name))
        self._variables = environment(platforms["claude"], platforms["openai"])  # type: ignore[arg-type]
        factors = {CONNECTORS[name]: factor for name, factor in hurry.items()}
        self.bridge = Bridge(folder, mappings, self._variables, hurry=factors)
        self.database = Database(self.bridge.database_url)
        migrate(self.database)
        self.database.write(lambda connection: tokens.bootstrap(connection, TOKEN, now=utc_now()))

    def push(self, method: str, path: str, body: dict[str, object]) -> str:
        status, answer = self.bridge.push(method, path, body)
        assert status in {200, 201, 204}, answer
        return str(answer["id"]) if answer else ""

    def settle(self, *, every: float = 0.5) -> None:
        """Looks seldom and cheaply: this process answers for both platforms, too."""
        assert self.bridge.wait_until(self._is_settled, LONGEST, every=every), "nothing comes to its end"

    def _is_settled(self) -> bool:
        with self.database.reading() as connection:
            return connection.execute(select(work.c.subject).where(work.c.wanted > work.c.done).limit(1)).first() is None

    def employ(self, names: Sequence[str]) -> list[str]:
        """Everybody is pushed and adopted. Returns SCIM ids."""
        with ThreadPoolExecutor(4) as pool:
            users = list(pool.map(lambda name: self.push("POST", "/Users", {"userName": name, "active": True}), names))
        for group in GROUPS:
            self.push("POST", "/Groups", {"displayName": group, "members": [{"value": user} for user in users]})
        self.bridge.start("worker")
        assert self.bridge.wait_until(lambda: self._holders() == 2 * len(names), LONGEST), "not everybody was adopted"
        self.settle()
        return users

    def _holders(self) -> int:
        with self.database.reading() as connection:
            return sum(count_holders(connection, name) for name in self.platforms)

    def dismiss(self, user: str) -> None:
        self.push("PATCH", f"/Users/{user}", {"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"active": False}}]})

    def measured(self, since: datetime, people: int) -> dict[str, Figures]:
        """What came of everybody who left since, by platform, by `offboarding`'s own records."""
        settings = Settings(database_url=self.bridge.database_url, mappings=str(self.bridge.folder / "mappings"))
        house = wiring.build(settings, environment=self._variables)
        found = leavers(house.database, house.platforms, since=since)
        house.database.dispose()
        assert len(found.leavers) == people, f"{len(found.leavers)} of {people} left"
        return {
            name: figures(found.leavers, name, each, self.hurry[name], reading_back(self.database, name, since))
            for name, each in self.platforms.items()
        }


@contextmanager
def staged(names: Sequence[str], hurry: dict[str, float]) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as folder, TimedAnthropic() as claude, TimedOpenAI() as openai:
        furnish(claude, openai, names)
        claude.clock.hurry(hurry["claude"])
        openai.clock.hurry(hurry["openai"])
        bench = Bench(Path(folder), {"claude": claude, "openai": openai}, hurry)
        bench.bridge.start("web")
        try:
            assert bench.bridge.wait_until(bench.bridge.is_up, 60), "the web server does not start"
            yield bench
        finally:
            bench.bridge.stop()
            bench.database.dispose()


def at_once(bench: Bench, users: Sequence[str], people: int) -> None:
    _forget(bench)
    since = utc_now()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(bench.dismiss, users))
    bench.settle()
    measured = bench.measured(since, len(users))
    crowd = Crowd(len(users), people, len(PLACES), KEYS_EACH)
    print(f"\n{len(users):,} leavers at once")
    for name, each in measured.items():
        show_calls(name, each, LEAST[name](crowd))
    show_at_once(measured)


def one_by_one(bench: Bench, users: Sequence[str]) -> None:
    _forget(bench)
    since = utc_now()
    for user in users:
        bench.dismiss(user)
        bench.settle(every=0.02)
    print(f"\n{len(users)} leavers one by one")
    show_trickle(bench.measured(since, len(users)))


def _forget(bench: Bench) -> None:
    for platform in bench.platforms.values():
        platform.forget_calls()
        platform.times.clear()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--leavers", type=int, default=1000)
    options.add_argument("--claude", type=float, default=45.0, help="how many times as fast Anthropic's rate is")
    options.add_argument("--openai", type=float, default=11.0, help="the same of OpenAI's")
    chosen = options.parse_args()
    hurry = {"claude": chosen.claude, "openai": chosen.openai}
    names = [f"p{number:04}@example.com" for number in range(chosen.leavers + TRICKLE)]
    began = time.monotonic()
    with staged(names, hurry) as bench:
        users = bench.employ(names)
        show_intro(len(names), hurry, time.monotonic() - began)
        one_by_one(bench, users[:TRICKLE])
        at_once(bench, users[TRICKLE:], len(users) - TRICKLE + 1)
    print(f"\n{time.monotonic() - began:.0f} s in all")


if __name__ == "__main__":
    main()
