"""Parallel writers on one group, from several processes: every change that was acknowledged is there, and nothing else.

    python -m bench.group_race                                          10,000 members, ten rounds, on SQLite
    python -m bench.group_race postgresql+psycopg://user@host/name      the same on an empty PostgreSQL database
    python -m bench.group_race --members 1000 --rounds 3

In each round 50 PATCHes of one member each, half of them removing and half adding, reach one group through four processes
at once. Then four writers, one a process, send a change with the same If-Match: exactly one may win. Exits with 1 when a
round ends in anything but the exact result.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import func, insert, select

from scim_bridge.app import create_app
from scim_bridge.audit.tables import audit_record
from scim_bridge.db import Database, utc_now
from scim_bridge.db.migrate import migrate
from scim_bridge.directory import sources, tokens
from scim_bridge.directory.tables import member, person, scim_group, scim_user
from scim_bridge.intake.groups import create_group
from scim_bridge.intake.push import Push

PROCESSES = 4
THREADS = 8
PATCHES = 50
CHUNK = 2_000

Sent = tuple[dict[str, Any], str | None]
"""A PATCH's only operation, and its If-Match."""


def web_process(url: str, token: str, address: str, orders: Any, answers: Any) -> None:
    """What one web process does: it answers requests on several threads. An order is a list of PATCHes, None the end."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    database = Database(url)
    app = create_app(database)

    def patch(sent: Sent) -> int:
        operation, version = sent
        headers = {"Authorization": f"Bearer {token}", **({} if version is None else {"If-Match": version})}
        return app.test_client().patch(address, json={"Operations": [operation]}, headers=headers).status_code

    answers.put([])
    with ThreadPoolExecutor(THREADS) as pool:
        while (order := orders.get()) is not None:
            answers.put(list(pool.map(patch, order)))
    database.dispose()


@dataclass
class Race:
    """One group, who is in it and who is not, and the processes that write."""

    database: Database
    group: str
    inside: set[str]
    outside: set[str]
    token: str
    orders: list[Any]
    answers: Any

    def send(self, all_of_them: Sequence[Sent]) -> Counter[int]:
        """Deal the PATCHes out to the processes; how many answers of each kind came back."""
        for number, queue in enumerate(self.orders):
            queue.put(list(all_of_them[number :: len(self.orders)]))
        return Counter(code for _ in self.orders for code in self.answers.get(timeout=300))

    def members(self) -> set[str]:
        query = select(scim_user.c.scim_id).join(member, member.c.user_id == scim_user.c.id)
        query = query.join(scim_group, scim_group.c.id == member.c.group_id).where(scim_group.c.scim_id == self.group)
        with self.database.reading() as connection:
            return set(connection.scalars(query))

    def records(self) -> Counter[str]:
        query = select(audit_record.c.action, func.count().label("number")).group_by(audit_record.c.action)
        with self.database.reading() as connection:
            return Counter({row.action: row.number for row in connection.execute(query)})

    def version(self) -> int:
        with self.database.reading() as connection:
            return int(connection.scalar(select(scim_group.c.version).where(scim_group.c.scim_id == self.group)) or 0)


def changes(race: Race, chance: random.Random) -> list[Sent]:
    """Half removals, half additions, mixed; `inside` and `outside` say what must come of them."""
    gone, come = chance.sample(sorted(race.inside), PATCHES // 2), chance.sample(sorted(race.outside), PATCHES // 2)
    sent: list[Sent] = [({"op": "remove", "path": f'members[value eq "{each}"]'}, None) for each in gone]
    sent += [({"op": "add", "path": "members", "value": [{"value": each}]}, None) for each in come]
    chance.shuffle(sent)
    race.inside, race.outside = (race.inside - set(gone)) | set(come), (race.outside - set(come)) | set(gone)
    return sent


def round_of_changes(race: Race, number: int, chance: random.Random) -> bool:
    before, version, began = race.records(), race.version(), time.monotonic()
    answers = race.send(changes(race, chance))
    seconds, found = time.monotonic() - began, race.members()
    new = race.records() - before
    exact = found == race.inside and answers == {204: PATCHES} and race.version() - version == PATCHES
    exact = exact and new == {"group.members_added": PATCHES // 2, "group.members_removed": PATCHES // 2}
    print(
        f"round {number:2}: answers {dict(answers)}, {len(found):,} members, {len(race.inside - found)} missing, "
        f"{len(found - race.inside)} too many, {sum(new.values())} records, {race.version() - version} versions: "
        f"{'exact' if exact else 'WRONG'} ({seconds:.1f} s)"
    )
    return exact


def round_of_versions(race: Race, number: int) -> bool:
    version = race.version()
    writers: list[Sent] = [
        ({"op": "replace", "path": "externalId", "value": f"{number}-{writer}"}, f'W/"{version}"') for writer in range(PROCESSES)
    ]
    answers = race.send(writers)
    exact = answers == {204: 1, 412: PROCESSES - 1} and race.version() == version + 1
    print(f"          {PROCESSES} writers with one version: {dict(answers)}: {'exact' if exact else 'WRONG'}")
    return exact


@contextmanager
def race_on(url: str, size: int) -> Iterator[Race]:
    """A group of this size in a source of its own, and the processes, ready."""
    database = Database(url)
    migrate(database)
    name, token = f"race-{uuid4().hex[:8]}", uuid4().hex + uuid4().hex
    database.write(lambda connection: _source(connection, name, token))
    group, everybody = database.write(lambda connection: _furnished(connection, name, size))
    spawn = multiprocessing.get_context("spawn")
    orders, answers = [spawn.Queue() for _ in range(PROCESSES)], spawn.Queue()
    address = f"/scim/v2/Groups/{group}"
    processes = [spawn.Process(target=web_process, args=(url, token, address, each, answers)) for each in orders]
    for process in processes:
        process.start()
    for _ in processes:
        answers.get(timeout=120)
    try:
        yield Race(database, group, set(everybody[:size]), set(everybody[size:]), token, orders, answers)
    finally:
        for each in orders:
            each.put(None)
        for process in processes:
            process.join(timeout=30)
        database.dispose()


def _source(connection: Any, name: str, token: str) -> None:
    sources.add(connection, name, kind="entra", initiator="bench", now=utc_now())
    tokens.create(connection, name, name=name, initiator="bench", now=utc_now(), secret=token)


def _furnished(connection: Any, source: str, size: int) -> tuple[str, list[str]]:
    """The group's id, and the ids of its members and of as many more as a round adds."""
    now, source_id = utc_now(), sources.find(connection, source).id
    names = [f"p{number:06}@example.com" for number in range(size + PATCHES)]
    stamps = {"source_id": source_id, "created_at": now}
    for some in _cut(names):
        connection.execute(insert(person), [{"user_name": name, "user_name_key": name, **stamps} for name in some])
    made = connection.execute(
        select(person.c.id, person.c.user_name).where(person.c.source_id == source_id, person.c.kind == "person").order_by(person.c.id)
    ).all()
    for rows in _cut(made):
        connection.execute(insert(scim_user), [
            {"scim_id": str(uuid4()), "person_id": row.id, "user_name": row.user_name, "user_name_key": row.user_name, "active": True,
             "payload": f'{{"active":true,"userName":"{row.user_name}"}}', "version": 1, "modified_at": now, **stamps}
            for row in rows
        ])  # fmt: skip
    users = connection.execute(
        select(scim_user.c.id, scim_user.c.scim_id).where(scim_user.c.source_id == source_id).order_by(scim_user.c.id)
    ).all()
    push = Push(source_id, source, "bench", now, "http://localhost/scim/v2")
    group = create_group(connection, push, {"displayName": "Everybody"})
    for rows in _cut(users[:size]):
        connection.execute(insert(member), [{"group_id": group.id, "user_id": row.id} for row in rows])
    return group.scim_id, [row.scim_id for row in users]


def _cut(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("url", nargs="?", help="a database of its own; left out: SQLite in a temporary folder")
    options.add_argument("--members", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    if chosen.members < PATCHES or chosen.rounds < 1:
        options.error(f"at least {PATCHES} members and one round")
    with tempfile.TemporaryDirectory() as folder, race_on(chosen.url or f"sqlite:///{folder}/bridge.db", chosen.members) as race:
        chance = random.Random(chosen.seed)  # a race that can be run again
        name = race.database.engine.dialect.name
        print(f"{name}: {PATCHES} PATCHes a round on a group of {chosen.members:,}, {PROCESSES} processes")
        done = [(round_of_changes(race, number, chance), round_of_versions(race, number)) for number in range(1, chosen.rounds + 1)]
    wrong = sum(not result for both in done for result in both)
    print(f"{len(done)} rounds: {'every result exact' if not wrong else f'{wrong} results WRONG'}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
