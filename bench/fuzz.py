"""Random requests at every route of the application, in this process; what came back, by status. No 5xx is allowed among it.

    python -m bench.fuzz --requests 100000
    python -m bench.fuzz --requests 100000 --seed 7 --database postgresql
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from time import perf_counter

import structlog

from tests.databases import fresh
from tests.fuzz.requests import Sent
from tests.fuzz.world import World

SHOWN = 10
"""Faults that are printed in full, and of the slowest requests as many."""


def _quiet(*_: object) -> str:
    raise structlog.DropEvent


def fuzz(world: World, random: Random, requests: int) -> tuple[list[tuple[Sent, list[str]]], list[tuple[float, Sent]]]:
    """What was at fault, and the slowest requests with the seconds they took."""
    faults: list[tuple[Sent, list[str]]] = []
    slowest: list[tuple[float, Sent]] = []
    for _ in range(requests):
        sent, wrong = world.one(random)
        slowest = sorted([*slowest, (world.seconds, sent)], key=lambda each: -each[0])[:SHOWN]
        if wrong:
            faults.append((sent, wrong))
    return faults, slowest


def show(statuses: Counter[int], faults: list[tuple[Sent, list[str]]], slowest: list[tuple[float, Sent]]) -> None:
    print("status   answers")
    for status, count in sorted(statuses.items()):
        print(f"{status:>6} {count:>9,}")
    print(f"   5xx {sum(count for status, count in statuses.items() if status >= 500 and status != 501):>9,}   (501 apart)")
    print(f"faults {len(faults):>9,}")
    for sent, wrong in faults[:SHOWN]:
        print(f"\n{wrong}\n{sent.method} {sent.path}?{sent.query}\n{sent.headers}\n{(sent.body or b'')[:2000]!r}")
    print("\nslowest, in milliseconds")
    for seconds, sent in slowest[:3]:
        print(f"{seconds * 1000:>8.0f}  {sent.method} {sent.path[:60]} {len(sent.body or b''):,} bytes")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--requests", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = options.parse_args()
    structlog.configure(processors=[_quiet])
    began = perf_counter()
    with tempfile.TemporaryDirectory() as folder, fresh(chosen.database, Path(folder)) as database:
        world = World(database)
        faults, slowest = fuzz(world, Random(chosen.seed), chosen.requests)
    print(f"{chosen.requests:,} requests on {chosen.database}, seed {chosen.seed}, {perf_counter() - began:.0f} s\n")
    show(world.statuses, faults, slowest)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
