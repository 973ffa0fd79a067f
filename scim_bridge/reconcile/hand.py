"""The hand: takes what is due on one platform and makes book and platform agree, a batch at a time.

Platforms do not wait for each other: each is stepped by itself. Whatever goes wrong ends in the slate, with a sentence.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from scim_bridge.access.errors import NotPermitted, PlatformError, Transient
from scim_bridge.audit.records import record
from scim_bridge.db import Connection, Database, utc_now
from scim_bridge.errors import BridgeError, DatabaseUnavailable
from scim_bridge.ledger.pauses import is_paused
from scim_bridge.reconcile.batch import Batch, Fate, back_off, unexpected
from scim_bridge.reconcile.fan import fan_out
from scim_bridge.reconcile.gate import Answers, answers
from scim_bridge.reconcile.key_deeds import carry_out_requests, nothing_is_written, out_of_force
from scim_bridge.reconcile.lease import kept
from scim_bridge.reconcile.platforms import Platform, Platforms
from scim_bridge.reconcile.review import Review
from scim_bridge.reconcile.translate import PlaceBook
from scim_bridge.work import claims as claiming
from scim_bridge.work import pace
from scim_bridge.work.claims import Claim
from scim_bridge.work.marks import Kind
from scim_bridge.work.slate import is_fanning_out

MOST_ATTEMPTS = 12
"""So many failures in a row, growing to minutes apart, and a person's work parks for somebody to look at."""

POISONED = 3
"""So many people in a row whom the platform fails to answer about, each alone, and it is not they who are the trouble."""

MOST_PATIENT = 5
"""A platform that is down is asked again every 2 ** 5 seconds at the latest: that is one request, and people wait."""

MOST_PATIENT_WITH_ANSWERS = 1
"""The same of one that answers some requests and fails at others: it is up, and whoever leaves must not wait for long."""

KINDS: tuple[Kind, ...] = ("key", "person")
"""What a step takes, in this order: what a named human asked for comes first."""

log = structlog.get_logger("scim_bridge.hand")


class Hand:
    """One process's hand over all platforms. `step` may be called from one thread a platform."""

    def __init__(self, database: Database, platforms: Platforms) -> None:
        self._database = database
        self._platforms = platforms
        self._review = Review(database)
        self._outages: dict[str, int] = {}
        """By platform, how many batches in a row came to nothing: the pause grows with them."""

    def step(self, name: str, kinds: Sequence[Kind] = KINDS) -> bool:
        """Take and run one batch of what is due on this platform, of the first of these kinds. False when nothing was, or it is
        paused."""
        with self._database.reading() as connection:
            if is_paused(connection, name):
                return False
        if self._fan_out(name):
            return True
        with self._database.reading() as connection:
            paused = pace.quiet_until(connection, name) > utc_now().timestamp()
            if paused or is_fanning_out(connection, name):
                return False
        claims = next(filter(None, (self._claim(name, kind) for kind in kinds)), [])
        if claims:
            self._run(name, claims)
        return bool(claims)

    def _fan_out(self, name: str) -> bool:
        with self._database.reading() as connection:
            if not is_fanning_out(connection, name):
                return False
        with self._database.writing() as connection:
            claims = claiming.claim(connection, name, ("everybody", "group"), now=utc_now(), limit=1)
        for claim in claims:
            fan_out(self._database, claim)
        return bool(claims)

    def _claim(self, name: str, kind: Kind) -> list[Claim]:
        rules = self._platforms.rules().platforms.get(name)
        limit = self._platforms.capabilities(rules).batch if rules is not None else 200
        with self._database.reading() as connection:
            if not claiming.is_anything_due(connection, name, (kind,), now=utc_now()):
                return []
        with self._database.writing() as connection:
            return claiming.claim(connection, name, (kind,), now=utc_now(), limit=limit)

    def _run(self, name: str, claims: Sequence[Claim]) -> None:
        rules = self._platforms.rules().platforms.get(name)
        if rules is None or rules.policy.mode == "plan":
            keys = [claim for claim in claims if claim.key.kind == "key"]
            if keys:
                self._let_go(name, out_of_force(self._database, name, keys, nothing_is_written(name, rules)))
            self._settle([claim for claim in claims if claim not in keys])  # orphaned, or only planned
            return
        with answers() as heard:
            try:
                with kept(self._database, claims):
                    fates = self._reconcile(name, claims, heard)
            except DatabaseUnavailable:
                raise
            except Transient as error:
                self._pause(name, claims, error, MOST_PATIENT_WITH_ANSWERS if heard.any else MOST_PATIENT)
            except BridgeError as error:
                self._pause(name, claims, error, MOST_PATIENT)
            except Exception as error:  # noqa: BLE001  a connector's bug must not end the loop; it is logged
                self._pause(name, claims, unexpected(error), MOST_PATIENT)
            else:
                self._outages.pop(name, None)
                self._let_go(name, fates)

    def _reconcile(self, name: str, claims: Sequence[Claim], heard: Answers) -> list[Fate]:
        platform = self._platforms.platform(name)
        if platform is None:  # its file went this moment; what somebody asked for by name is looked at once more, and parks
            return [Fate(claim, moved=claim.key.kind == "key") for claim in claims]
        self._platforms.check_alone(platform)
        if claims[0].key.kind == "key":
            return carry_out_requests(self._database, platform, claims)
        book = PlaceBook(platform.connector, platform.rules)
        self._review.weigh(platform, book, now=utc_now())
        try:
            return self._batch(platform, book, claims)
        except Transient as error:
            if error.everybody:
                raise
            if len(claims) == 1:
                return [Fate(claims[0], transient=error)]
            return self._one_by_one(platform, book, claims, heard)

    def _batch(self, platform: Platform, book: PlaceBook, claims: Sequence[Claim]) -> list[Fate]:
        """Raises `Transient` when nothing came of it, and what concerns the whole platform."""
        try:
            return list(Batch(self._database, platform, book, claims).run().values())
        except (Transient, NotPermitted):
            raise
        except PlatformError as error:
            raise Transient(str(error)) from error
        except BridgeError:
            raise
        except Exception as error:  # a connector's bug: whoever it concerns is found one by one
            raise unexpected(error) from error

    def _one_by_one(self, platform: Platform, book: PlaceBook, claims: Sequence[Claim], heard: Answers) -> list[Fate]:
        """One of them spoils the look at all: each is looked at alone, so that the others go on."""
        fates: list[Fate] = []
        for claim in claims:
            heard.begin()
            try:
                fates += self._batch(platform, book, [claim])
            except Transient as error:
                nothing_came = all(each.transient for each in fates)
                if nothing_came and (error.everybody or len(fates) + 1 == POISONED):
                    raise  # it is not one of them, it is the platform
                fates.append(Fate(claim, transient=error))
                if error.everybody:
                    return fates + [Fate(each, transient=error) for each in claims[len(fates) :]]  # they wait
        return fates

    def _settle(self, claims: Sequence[Claim]) -> None:
        with self._database.writing() as connection:
            for claim in claims:
                claiming.complete(connection, claim, now=utc_now())

    def _pause(self, name: str, claims: Sequence[Claim], error: BridgeError, most_patient: int) -> None:
        """The platform as a whole does not answer: everybody waits, nobody's attempts are counted, nothing parks."""
        outages, reason = min(self._outages.get(name, 0), most_patient), str(error)
        self._outages[name] = outages + 1
        wait = _wait(error, outages)
        until = utc_now() + wait
        log.warning("platform paused", platform=name, seconds=round(wait.total_seconds(), 1), reason=reason)
        with self._database.writing() as connection:
            pace.quiet(connection, name, until=until)
            for claim in claims:
                claiming.again(connection, claim, at=until, reason=reason)

    def _let_go(self, name: str, fates: Sequence[Fate]) -> None:
        outage = next((each.transient for each in fates if each.transient and each.transient.everybody), None)
        now = utc_now()
        with self._database.writing() as connection:
            if outage is not None:
                pace.quiet(connection, name, until=now + _wait(outage, 0))
            for fate in fates:
                _end(connection, fate, now)


def _end(connection: Connection, fate: Fate, now: datetime) -> None:
    claim = fate.claim
    if fate.moved:
        claiming.again(connection, claim, at=now + fate.wait)
    elif fate.transient is not None:
        _try_later(connection, fate, str(fate.transient), fate.transient, now)
    elif fate.still_there:
        _try_later(connection, fate, "; ".join(fate.still_there), Transient(""), now)
    elif fate.obstacles:
        _park(connection, fate, " ".join(fate.obstacles), now)
    else:
        claiming.complete(connection, claim, now=now)


def _try_later(connection: Connection, fate: Fate, reason: str, error: Transient, now: datetime) -> None:
    claim = fate.claim
    wait = _wait(error, claim.attempts)
    if error.everybody:
        claiming.again(connection, claim, at=now + wait, reason=reason)
    elif claim.attempts + 1 >= MOST_ATTEMPTS:
        _park(connection, fate, f"{reason} Given up after {claim.attempts + 1} tries; look at the platform, then retry.", now)
    else:
        claiming.delay(connection, claim, until=now + wait, reason=reason, now=now)


def _park(connection: Connection, fate: Fate, reason: str, now: datetime) -> None:
    """Somebody must act. What the audit knows already, since it parked for the same reason before, is not said again."""
    known = fate.claim.reason or ""
    if claiming.park(connection, fate.claim, reason=reason, now=now):
        record(connection, [entry for sentence, entry in fate.obstacles.items() if sentence not in known], now=now)


def _wait(error: BridgeError, attempts: int) -> timedelta:
    """As long as the platform says, else by our own back-off."""
    if isinstance(error, Transient) and error.retry_after is not None:
        return timedelta(seconds=error.retry_after)
    return _jittered(back_off(attempts))


def _jittered(wait: timedelta) -> timedelta:
    return wait * random.uniform(0.75, 1.25)  # noqa: S311  spreads retries; no secret depends on it
