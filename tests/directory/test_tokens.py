"""Tokens: shown once, kept as a hash, worth nothing when expired, revoked or of a disabled source."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scim_bridge.audit.records import records
from scim_bridge.db import Database
from scim_bridge.directory import sources, tokens
from scim_bridge.directory.tables import token
from scim_bridge.errors import NotFoundError, UsageError
from tests.intake.books import NOW

SECRET = "a-secret-of-at-least-32-characters"


@pytest.fixture
def okta(database: Database) -> Database:
    database.write(lambda connection: sources.add(connection, "okta", kind="okta", initiator="ada", now=NOW))
    return database


def create(database: Database, **options: Any) -> tuple[tokens.Token, str]:
    named = {"name": "first", "initiator": "ada", "now": NOW} | options
    return database.write(lambda connection: tokens.create(connection, "okta", **named))


def opens(database: Database, text: str, *, now: Any = NOW) -> str | None:
    with database.reading() as connection:
        found = tokens.authenticate(connection, text, now=now)
    return None if found is None else found.source


def test_lesson_48_a_token_is_kept_as_a_hash_and_shown_once(okta: Database) -> None:
    made, text = create(okta)
    assert len(text) >= 32
    assert opens(okta, text) == "okta"
    assert opens(okta, text + "x") is None
    with okta.reading() as connection:
        row = connection.execute(select(token)).one()
        (shown,) = tokens.list_all(connection, "okta")
    assert shown == made
    assert text not in repr((tuple(row), shown))
    assert shown.hint == text[-4:]


def test_lesson_48_two_tokens_overlap_while_one_is_replaced(okta: Database) -> None:
    (old, old_text), (_, new_text) = create(okta), create(okta, name="second")
    assert opens(okta, old_text) == opens(okta, new_text) == "okta"
    okta.write(lambda connection: tokens.revoke(connection, old.id, initiator="ada", now=NOW))
    assert opens(okta, old_text) is None
    assert opens(okta, new_text) == "okta"


def test_lesson_48_an_expired_token_opens_nothing(okta: Database) -> None:
    _, text = create(okta, expires_at=NOW + timedelta(days=1))
    assert opens(okta, text, now=NOW + timedelta(hours=23)) == "okta"
    assert opens(okta, text, now=NOW + timedelta(days=1)) is None


def test_lesson_48_its_use_is_noted_at_most_once_a_minute(okta: Database) -> None:
    made, text = create(okta)
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (100, 60)):
        now = NOW + timedelta(seconds=seconds)
        okta.write(lambda connection, now=now: tokens.touch(connection, made.id, now=now))
        with okta.reading() as connection:
            assert tokens.list_all(connection)[0].last_used_at == NOW + timedelta(seconds=noted)
            found = tokens.authenticate(connection, text, now=now)
        assert found is not None
        assert not found.wants_touch(now)


def test_lesson_52_a_disabled_source_opens_nothing(okta: Database) -> None:
    _, text = create(okta)
    okta.write(lambda connection: sources.disable(connection, "okta", initiator="ada", now=NOW))
    assert opens(okta, text) is None


def test_the_bootstrap_token_works_only_while_there_is_no_other(database: Database) -> None:
    assert database.write(lambda connection: tokens.bootstrap(connection, SECRET, now=NOW)) is True
    assert opens(database, SECRET) == "default"
    assert database.write(lambda connection: tokens.bootstrap(connection, "b" * 40, now=NOW)) is False
    assert opens(database, "b" * 40) is None
    database.write(lambda connection: tokens.revoke(connection, 1, initiator="ada", now=NOW))
    assert database.write(lambda connection: tokens.bootstrap(connection, SECRET, now=NOW)) is False
    assert opens(database, SECRET) is None


@pytest.mark.parametrize("secret", ["short", "x" * 31, "x" * 513, "x" * 20 + " " + "x" * 20, "ü" * 40, "x" * 40 + "\n"])
def test_a_token_of_ones_own_must_be_long_and_plain(okta: Database, secret: str) -> None:
    with pytest.raises(UsageError):
        create(okta, secret=secret)


def test_making_and_revoking_is_recorded_without_the_token(okta: Database) -> None:
    made, text = create(okta)
    for _ in range(2):
        okta.write(lambda connection: tokens.revoke(connection, made.id, initiator="ada", now=NOW))
    with okta.reading() as connection:
        found = records(connection)
    assert [each.action for each in found] == ["token.revoked", "token.created", "source.added"]
    assert text not in repr(found)
    assert {each.initiator for each in found} == {"ada"}


def test_what_does_not_exist_is_said_to_be_unknown(okta: Database) -> None:
    with pytest.raises(NotFoundError), okta.writing() as connection:
        tokens.revoke(connection, 99, initiator="ada", now=NOW)
    with pytest.raises(NotFoundError), okta.writing() as connection:
        tokens.create(connection, "nowhere", name="x", initiator="ada", now=NOW)
    with pytest.raises(UsageError), okta.writing() as connection:
        sources.add(connection, "okta", kind="okta", initiator="ada", now=NOW)
    with pytest.raises(UsageError), okta.writing() as connection:
        sources.add(connection, " ", kind="okta", initiator="ada", now=NOW)
