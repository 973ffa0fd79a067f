"""Taking in through the real doors, into a real database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scim_bridge.db import Database
from scim_bridge.directory import sources
from scim_bridge.intake.push import Push
from scim_bridge.sources.backfill import compare
from scim_bridge.sources.book import read_book
from scim_bridge.sources.okta import OktaSource
from scim_bridge.sources.pushes import IntakePusher
from scim_bridge.sources.take_in import Outcome, take_in
from tests.simulators.okta import OktaSimulator

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Bridge:
    """The bridge's book of one source, and `take_in` as a command does it."""

    def __init__(self, database: Database) -> None:
        made = database.write(lambda link: sources.add(link, "default", kind="okta", initiator="test", now=NOW))
        push = Push(made.id, made.name, "okta backfill by grace", NOW, "https://bridge.example.com/scim/v2")
        self.database, self.source_id, self.push = database, made.id, push
        self.pusher = IntakePusher(database, lambda: push)

    def take_in(self, okta: OktaSource) -> tuple[Outcome, ...]:
        book = read_book(self.database, self.source_id)
        return take_in(compare(okta.people(), okta.groups(), book), self.pusher, okta.standing)

    def active(self) -> dict[str, bool]:
        return {user["userName"]: user["active"] for user in read_book(self.database, self.source_id).users}

    def members(self) -> dict[str, set[str]]:
        book = read_book(self.database, self.source_id)
        names = {user["id"]: user["userName"] for user in book.users}
        return {group["displayName"]: {names[member["value"]] for member in group["members"]} for group in book.groups}


@pytest.fixture
def bridge(database: Database) -> Bridge:
    return Bridge(database)


def test_people_and_groups_of_the_org_come_in_and_a_second_look_finds_nothing(
    okta: OktaSimulator, source: OktaSource, bridge: Bridge
) -> None:
    ada = okta.org.add_person("ada@example.com", displayName="Ada", department="Lab", primaryPhone="+1 555", region="X")
    okta.org.add_person("grace@example.com", title="Admiral", managerValue="1")
    okta.org.push(okta.org.add_group("AI Engineers", ada))
    assert [outcome.problem for outcome in bridge.take_in(source)] == [None, None, None]
    assert bridge.active() == {"ada@example.com": True, "grace@example.com": True}
    assert bridge.members() == {"AI Engineers": {"ada@example.com"}}
    assert bridge.take_in(source) == ()


def test_a_leaver_a_mover_and_a_returner_come_in(okta: OktaSimulator, source: OktaSource, bridge: Bridge) -> None:
    ada, grace, alan = (okta.org.add_person(f"{name}@example.com") for name in ("ada", "grace", "alan"))
    engineers = okta.org.add_group("AI Engineers", ada, grace)
    okta.org.push(engineers)
    bridge.take_in(source)

    okta.org.unassign(grace)
    okta.org.members[engineers] = {alan, grace}
    okta.org.app_users[ada]["profile"]["title"] = "Dean"
    assert [outcome.problem for outcome in bridge.take_in(source)] == [None] * 4
    assert bridge.active() == {"ada@example.com": True, "grace@example.com": False, "alan@example.com": True}
    assert bridge.members() == {"AI Engineers": {"alan@example.com"}}

    okta.org.assign(grace)
    assert {outcome.difference.kind for outcome in bridge.take_in(source)} == {"update_user", "add_members"}
    assert bridge.active()["grace@example.com"]
    assert bridge.members() == {"AI Engineers": {"alan@example.com", "grace@example.com"}}


def test_an_update_older_than_a_pushed_deactivation_does_not_undo_it(
    okta: OktaSimulator, source: OktaSource, bridge: Bridge
) -> None:
    ada = okta.org.add_person("ada@example.com")
    bridge.take_in(source)
    okta.org.app_users[ada]["profile"]["title"] = "Dean"
    book = read_book(bridge.database, bridge.source_id)
    differences = compare(source.people(), source.groups(), book)
    bridge.pusher.deactivate_user(book.users[0]["id"])
    take_in(differences, bridge.pusher, source.standing)
    assert bridge.active() == {"ada@example.com": False}


def test_a_group_of_more_members_than_one_push_takes_is_complete(
    okta: OktaSimulator, source: OktaSource, bridge: Bridge
) -> None:
    bridge.pusher = IntakePusher(bridge.database, lambda: bridge.push, members_at_once=2)
    people = [okta.org.add_person(f"person{number}@example.com") for number in range(5)]
    okta.org.push(okta.org.add_group("AI Engineers", *people))
    bridge.take_in(source)
    assert len(bridge.members()["AI Engineers"]) == 5


def test_a_book_longer_than_a_page_is_read_whole(bridge: Bridge) -> None:
    for number in range(201):
        bridge.pusher.create_user({"userName": f"person{number}@example.com", "active": True})
    assert len(bridge.active()) == 201
