"""What comes round by itself: accepted invitations, drift, leavers, intents nobody closed, retired groups, the audit's chain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from scim_bridge.audit.seal import has_unsealed, seal
from scim_bridge.db import Database, utc_now
from scim_bridge.directory import persons
from scim_bridge.ledger.accounts import count_holders, holders, invited
from scim_bridge.ledger.holds import retired_platforms, unretire
from scim_bridge.ledger.intents import stale_intents
from scim_bridge.mapping.exceptions import due_exceptions
from scim_bridge.reconcile.leavers import sweep_when_due
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.work.marks import Key, mark
from scim_bridge.work.slate import groups_waiting, platforms_waiting

STALE_INTENT = timedelta(minutes=3)

log = structlog.get_logger("scim_bridge.sweep")


class Sweep:
    """Does each of them when its time has come. Called every second or so by one loop of a worker."""

    def __init__(self, database: Database, platforms: Platforms, *, poll: timedelta, interval: timedelta) -> None:
        self._database = database
        self._platforms = platforms
        self._poll = poll
        self._interval = interval
        self._last: dict[str, datetime] = {}

    def look(self) -> None:
        for name, rules in self._platforms.rules().platforms.items():
            if rules.policy.mode != "apply":
                continue
            pace = max(self._poll, self._platforms.capabilities(rules).invitation_poll)
            if self._due(f"invitations {name}", pace):
                self._mark_people(name, self._invited(name))
            if self._due(f"drift {name}", self._interval, at_once=False):
                self._mark_people(name, self._holders(name))
            if self._due(f"leavers {name}", timedelta(minutes=1)):  # a look at the clock in the database
                sweep_when_due(self._database, self._platforms, name, now=utc_now())
        if self._due("intents", STALE_INTENT / 3):
            self._take_up_intents()
        if self._due("groups", timedelta(seconds=30)):
            self._purge_groups()
            self._end_retirements()
        if self._due("key exceptions", timedelta(days=1)):
            self._warn_of_exceptions()
        self.seal()

    def _warn_of_exceptions(self) -> None:
        """Once a day and at every start: a key that is kept after its exception has ended is somebody's decision to take."""
        for name, each in due_exceptions(self._platforms.rules(), utc_now().date()):
            log.warning("key exception ended", platform=name, key=each.id, ended=str(each.until), reason=each.reason)

    def _due(self, what: str, every: timedelta, *, at_once: bool = True) -> bool:
        now = utc_now()
        last = self._last.get(what)
        if last is None and not at_once:
            self._last[what] = now
            return False
        if last is not None and now - last < every:
            return False
        self._last[what] = now
        return True

    def _invited(self, name: str) -> list[int]:
        with self._database.reading() as connection:
            return invited(connection, name)

    def _holders(self, name: str) -> list[int]:
        with self._database.reading() as connection:
            return holders(connection, name)

    def _mark_people(self, name: str, people: Iterable[int]) -> None:
        keys = [Key(name, "person", str(person_id)) for person_id in people]
        if keys:
            with self._database.writing() as connection:
                mark(connection, keys, now=utc_now())

    def _take_up_intents(self) -> None:
        with self._database.reading() as connection:
            stale = stale_intents(connection, before=utc_now() - STALE_INTENT)
        rules = self._platforms.rules().platforms
        for platform, person_id in stale:
            if platform in rules and rules[platform].policy.mode == "apply":
                self._mark_people(platform, [person_id])

    def _purge_groups(self) -> None:
        with self._database.reading() as connection:
            retired = persons.retired_groups(connection)
            waiting = groups_waiting(connection) if retired else set()
        for group_id in retired:
            if str(group_id) not in waiting:
                with self._database.writing() as connection:
                    persons.purge_retired(connection, group_id)

    def _end_retirements(self) -> None:
        """A retired platform that nobody has anything on any more is none."""
        with self._database.reading() as connection:
            waiting = platforms_waiting(connection)
            empty = [
                name
                for name in retired_platforms(connection)
                if name not in waiting and not count_holders(connection, name)
            ]
        for name in empty:
            with self._database.writing() as connection:
                unretire(connection, name)

    def seal(self) -> None:
        """Chain what was recorded since; nothing is written when there is nothing."""
        with self._database.reading() as connection:
            if not has_unsealed(connection):
                return
        with self._database.writing() as connection:
            seal(connection)
