"""Made-up filters over made-up people: the bridge's SQL and its `match` against an evaluator written from the RFC.

    python bench/filter_differential.py --count 100000 --database sqlite:///filters.db
    python bench/filter_differential.py --count 100000 --database postgresql+psycopg://localhost/filters

The database has to be empty; its tables are taken away afterwards. Prints counts and every disagreement, and ends with 1 where
there is one. What is asked and by which rules: tests/oracle.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scim_bridge.db import Database, metadata
from scim_bridge.logs import configure_logs
from scim_bridge.settings import Settings
from tests.databases import ROOMS_WITH_TABLES
from tests.oracle.world import Tally, World, lab_and_team

CHUNK = 2000
"""Filters of one seed, after which progress is said."""


def main() -> int:
    """Ask, and say what came of it."""
    arguments = _arguments()
    configure_logs(Settings(log_level="error"))
    for room in ROOMS_WITH_TABLES:
        importlib.import_module(room)
    database = Database(arguments.database)
    metadata.create_all(database.engine)
    try:
        with lab_and_team():
            tally = _asked(World(database, seed=arguments.seed), arguments.count, arguments.seed)
    finally:
        metadata.drop_all(database.engine)
        database.dispose()
    _say(database.engine.dialect.name, tally)
    return 1 if tally.disagreements else 0


def _asked(world: World, count: int, seed: int) -> Tally:
    tally, began = Tally(), time.monotonic()
    for number in range(0, count, CHUNK):
        before = len(tally.disagreements)
        world.compare(min(CHUNK, count - number), seed + number, tally)
        print("\n".join(tally.disagreements[before:]), end="")
        done = sum(tally.asked.values())
        print(f"{done:>8} filters  {len(tally.disagreements)} disagreements  {time.monotonic() - began:.0f} s", file=sys.stderr)
    return tally


def _say(name: str, tally: Tally) -> None:
    asked, answers = tally.asked, tally.answers
    print(f"{name}: {sum(asked.values())} filters ({asked['User']} of Users, {asked['Group']} of Groups),")
    print(f"  which found nobody {answers['nobody']}, some {answers['some']}, everybody {answers['everybody']} times.")
    print(f"  {len(tally.disagreements)} disagreements.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--database", required=True, help="SQLAlchemy URL of an empty database")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
