"""Keys in the ledger: the newest observation, who withdrew what, and what somebody asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from scim_bridge.access.observed import Credential
from scim_bridge.db import Database
from scim_bridge.ledger import key_requests
from scim_bridge.ledger.credentials import SeenKey, keys, note_restored, note_seen, note_withdrawn
from scim_bridge.ledger.key_requests import KeyRequest

NOW = datetime(2027, 1, 1, tzinfo=UTC)
LATER = timedelta(minutes=1)
ACTIVE = Credential(
    "key_1", "shared", "acct_1", "active", usable=True, expires_at=NOW + 9 * LATER, service_account="svc", ours="It is ours."
)
INACTIVE = replace(ACTIVE, status="inactive", usable=False)
ASKED = KeyRequest("lab", "key_1", "withdraw_key", "Grace", NOW)


def the_key(connection: Connection) -> SeenKey:
    (found,) = keys(connection, platform="lab", key_id="key_1")
    return found


def test_expiry_service_account_and_whether_it_is_ours_are_kept_and_follow_the_platform(database: Database) -> None:
    with database.writing() as connection:
        note_seen(connection, "lab", [ACTIVE], {}, now=NOW)
        seen = the_key(connection)
        assert (seen.expires_at, seen.service_account, seen.ours) == (ACTIVE.expires_at, "svc", "It is ours.")
        note_seen(connection, "lab", [replace(ACTIVE, expires_at=None, service_account=None, ours=None)], {}, now=NOW)
        seen = the_key(connection)
        assert (seen.expires_at, seen.service_account, seen.ours) == (None, None, None)


@pytest.mark.parametrize("how", ["withdraw", "delete"])
def test_what_the_bridge_withdrew_stays_known_as_such_while_it_opens_nothing(database: Database, how: str) -> None:
    with database.writing() as connection:
        note_seen(connection, "lab", [ACTIVE], {}, now=NOW)
        note_withdrawn(connection, "lab", "key_1", status="inactive", now=NOW, how=how)  # type: ignore[arg-type]
        note_seen(connection, "lab", [INACTIVE], {}, now=NOW + LATER)
        assert (the_key(connection).withdrawn_at, the_key(connection).withdrawn_how) == (NOW, how)


def test_a_key_that_somebody_gave_back_by_hand_was_not_withdrawn_by_us_when_it_is_blocked_again(database: Database) -> None:
    with database.writing() as connection:
        note_seen(connection, "lab", [ACTIVE], {}, now=NOW)
        note_withdrawn(connection, "lab", "key_1", status="inactive", now=NOW)
        note_seen(connection, "lab", [ACTIVE], {}, now=NOW + LATER)
        note_seen(connection, "lab", [INACTIVE], {}, now=NOW + 2 * LATER)
        assert the_key(connection).withdrawn_at is None


def test_a_look_from_before_the_withdrawal_does_not_take_it_back(database: Database) -> None:
    with database.writing() as connection:
        note_seen(connection, "lab", [ACTIVE], {}, now=NOW)
        note_withdrawn(connection, "lab", "key_1", status="inactive", now=NOW + LATER)
        note_seen(connection, "lab", [ACTIVE], {}, now=NOW)
        assert the_key(connection).withdrawn_at == NOW + LATER


def test_a_restored_key_opens_again_and_is_nobodys_withdrawal(database: Database) -> None:
    with database.writing() as connection:
        note_seen(connection, "lab", [ACTIVE], {}, now=NOW)
        note_withdrawn(connection, "lab", "key_1", status="inactive", now=NOW)
        note_restored(connection, "lab", "key_1")
        assert (the_key(connection).usable, the_key(connection).withdrawn_at) == (True, None)


def test_the_newest_request_for_a_key_is_the_one_that_counts(database: Database) -> None:
    other = KeyRequest("lab", "key_1", "restore_key", "Ada", NOW + LATER)
    with database.writing() as connection:
        key_requests.ask(connection, ASKED)
        key_requests.note_try(connection, ASKED, now=NOW)
        key_requests.ask(connection, other)
        key_requests.settle(connection, ASKED)  # whoever answers the old one takes nothing of the new one away
        key_requests.note_try(connection, ASKED, now=NOW)
        assert key_requests.find(connection, "lab", "key_1") == other
        key_requests.settle(connection, other)
        assert key_requests.find(connection, "lab", "key_1") is None


def test_requests_of_one_platform_are_not_those_of_another(database: Database) -> None:
    with database.writing() as connection:
        key_requests.ask(connection, ASKED)
        assert key_requests.find(connection, "other", "key_1") is None
        assert key_requests.find(connection, "lab", "key_2") is None
