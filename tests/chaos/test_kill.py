"""kill -9 of web and worker, ten times, while pushes reach two platforms: nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from scim_bridge.db import Database, utc_now
from scim_bridge.db.migrate import migrate
from scim_bridge.directory import tokens
from scim_bridge.ledger.tables import intent, removal
from scim_bridge.work.marks import Key, mark
from scim_bridge.work.slate import unsettled
from tests.chaos.clients import Client, Provider
from tests.chaos.deeds import happened, recorded
from tests.chaos.organizations import ROOT, Organizations, mapping
from tests.chaos.people import Register, as_should_be
from tests.chaos.processes import TOKEN, Bridge

VICTIMS = [("worker",)] * 4 + [("web",)] * 2 + [("web", "worker")] * 4
CLIENTS = 3
PLATFORMS = ("claude", "openai")


class Trial:
    """A company of three departments, a bridge, two platforms, and a seed that says who does what."""

    def __init__(self, folder: Path, organizations: Organizations, seed: int) -> None:
        self.seed = seed
        self.organizations = organizations
        self.register = organizations.register
        self.over, self.asleep = threading.Event(), threading.Event()
        mappings = folder / "mappings"
        mappings.mkdir()
        for platform in PLATFORMS:
            (mappings / f"{platform}.yaml").write_text(mapping(platform))
        settings = {"SCIM_BRIDGE_INVITATION_POLL": "1", **organizations.environment()}
        self.bridge = Bridge(folder, mappings, settings)
        self.database = Database(self.bridge.database_url)
        migrate(self.database)
        self.database.write(lambda connection: tokens.bootstrap(connection, TOKEN, now=utc_now()))

    def start(self) -> list[threading.Thread]:
        self.bridge.start("web")
        self.bridge.start("worker")
        assert self.bridge.wait_until(self.bridge.is_up, 30)
        provider = Provider(self.bridge, self.over)
        groups = {name: provider.new_group(name) for name in ("Research", "Evals", "Lab")}
        self.clients = [
            Client(self.bridge, self.over, number, self.seed, groups, self.register, self.organizations)
            for number in range(CLIENTS)
        ]
        mail = (Random(f"{self.seed}/mail"), self.asleep)
        threading.Thread(target=self.organizations.open_mailboxes, args=mail, daemon=True).start()
        loads = [threading.Thread(target=each.run, daemon=True) for each in self.clients]
        for load in loads:
            load.start()
        return loads

    def wait_for_writes(self, number: int) -> None:
        """So many more at each platform: whatever dies next dies while pushes reach both."""
        reached = {platform: self.organizations.writes(platform) + number for platform in PLATFORMS}
        assert self.bridge.wait_until(
            lambda: all(self.organizations.writes(platform) >= least for platform, least in reached.items()), 40, every=0.003
        ), self.told()

    def told(self) -> str:
        logs = [(self.bridge.folder / f"{what}.log").read_text()[-1500:] for what in ("web", "worker")]
        return f"seed {self.seed}\n" + "\n".join(logs)

    def state(self, platform: str) -> dict[str, Any]:
        """As `as_should_be` says it, of the platform."""
        simulator = self.organizations.simulators[platform]
        state = simulator.state()
        who = {name: self.register.of(name).name for name in {*state["users"], *(email for email, _ in state["invites"])} - {ROOT}}
        lab = next(iter(state.get("groups", {}).values()), [])
        return {
            "accounts": sorted(who[email] for email in state["users"] if email != ROOT),
            "invitations": sorted(who[email] for email, status in state["invites"] if status == "pending"),
            "members": {(who[email], place): role for (email, place), role in state["members"].items()},
            "lab": sorted(who[email] for email in lab),
            "keys": {key for key in state["keys"] if simulator.key_works(key)},
        }

    def is_settled(self) -> bool:
        with self.database.reading() as connection:
            return not unsettled(connection, now=utc_now())

    def is_as_it_should_be(self) -> bool:
        people = self.register.people()
        return self.is_settled() and all(self.state(each) == as_should_be(people, each) for each in PLATFORMS)

    def look_at_everybody(self) -> None:
        keys = [Key(platform, "everybody", "*") for platform in PLATFORMS]
        self.database.write(lambda connection: mark(connection, keys, now=utc_now()))
        assert self.bridge.wait_until(self.is_settled, 30), self.told()

    def left_open(self) -> tuple[int, int]:
        """Intents, and removals that were not read back."""
        open_removals = select(func.count()).select_from(removal).where(removal.c.confirmed_at.is_(None))
        with self.database.reading() as connection:
            intents = connection.scalar(select(func.count()).select_from(intent)) or 0
            return intents, connection.scalar(open_removals) or 0

    def stop(self) -> None:
        self.over.set()
        self.asleep.set()
        self.bridge.stop()
        self.database.dispose()


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    seed = int(os.environ.get("CHAOS_SEED") or int.from_bytes(os.urandom(4), "big"))
    with Organizations(Register()) as organizations:
        made = Trial(tmp_path, organizations, seed)
        yield made
        made.stop()


@pytest.mark.timeout(300)
def test_lesson_22_ten_kills_lose_no_acknowledged_write_and_double_no_deed_on_either_platform(trial: Trial) -> None:
    """Moments and victims are the seed's, what is under way at them is not: CHAOS_SEED repeats the plan, not the interleaving."""
    chance = Random(f"{trial.seed}/kills")
    loads = trial.start()
    trial.wait_for_writes(12)
    for victims in chance.sample(VICTIMS, len(VICTIMS)):
        trial.wait_for_writes(chance.randint(1, 5))
        for victim in victims:
            trial.bridge.kill(victim)
        for victim in victims:
            trial.bridge.start(victim)
    trial.wait_for_writes(1)
    trial.over.set()
    for load in loads:
        load.join(timeout=30)
        assert not load.is_alive(), trial.told()
    trial.bridge.wait_until(trial.is_as_it_should_be, 60)

    people = trial.register.people()
    for platform in PLATFORMS:
        assert (platform, trial.state(platform)) == (platform, as_should_be(people, platform)), trial.told()
    assert trial.is_settled(), trial.told()
    assert trial.left_open() == (0, 0), trial.told()
    deeds = happened(trial.organizations)
    kinds = {(platform, kind) for platform, kind, _, _ in deeds}
    assert kinds >= {(each, kind) for each in PLATFORMS for kind in ("invite", "grant", "remove_account")}, trial.told()
    assert recorded(trial.database, trial.register) == deeds, trial.told()
    assert twice_invited(trial) == [], trial.told()
    there = trial.bridge.push("GET", "/Users?count=0")[1]["totalResults"]
    assert there == len([each for each in people if not each.deleted]), trial.told()

    trial.look_at_everybody()
    assert happened(trial.organizations) == deeds, trial.told()  # and nothing is left to do


def twice_invited(trial: Trial) -> list[tuple[str, str]]:
    """Addresses that a platform was asked more than once to invite, with success."""
    sent: Counter[tuple[str, str]] = Counter()
    for platform, simulator in trial.organizations.simulators.items():
        sent += Counter((platform, each.email) for each in simulator.org.invites.values())
    return [invitation for invitation, times in sent.items() if times > 1]
