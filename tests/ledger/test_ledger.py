"""The other book: accounts, holdings, keys, intents, removals, holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from scim_bridge.access.change import Change, Principal
from scim_bridge.access.desired import Reason
from scim_bridge.access.observed import Credential
from scim_bridge.access.standing import Holding, OwnAccount
from scim_bridge.db import Connection, Database
from scim_bridge.ledger import accounts, credentials, holds, intents
from scim_bridge.ledger.holds import Hold

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
REASONS = (Reason("lab.yaml", 3, "members", "Lab"), Reason("lab.yaml", 9, "staff", None))
OURS = OwnAccount("Ada@Example.com", "user", "active", account_id="acct_1", reasons=REASONS)
HELD = Holding("p1", "research", "member", reasons=REASONS)
KEY = Credential("key_1", "personal", "acct_1", "active", usable=True, hint="sk-...1", place_id="p1", created_at=NOW)


def change(kind: Any = "revoke", **more: Any) -> Change:
    found = {"place": "research", "place_id": "p1", "role": "member", **more}
    return Change(kind, "lab", Principal("person", "acct_1", "ada@example.com"), **found)


def test_what_is_noted_comes_back_as_it_was(database: Database) -> None:
    taken = replace(HELD, place_id="p2", place="evals", role="admin", state="removed_by_hand", found_role="member")
    with database.writing() as connection:
        accounts.note_account(connection, "lab", 1, OURS, now=NOW)
        for held in (HELD, taken):
            accounts.note_holding(connection, "lab", 1, held, now=NOW)
        number = intents.open_intent(connection, change("grant"), 1, now=NOW)
    with database.reading() as connection:
        page = accounts.standings(connection, "lab", [1, 2])
        assert page[1].account == OURS
        assert page[1].holdings == (HELD, taken)
        (announced,) = page[1].intents
        assert (announced.id, announced.kind, announced.place_id, announced.email) == (number, "grant", "p1", "ada@example.com")
        assert page[2].is_empty
        assert accounts.standings(connection, "other", [1])[1].is_empty


def test_noting_again_changes_and_never_doubles(database: Database) -> None:
    with database.writing() as connection:
        for own in (OURS, replace(OURS, role="owner", role_ours=False)):
            accounts.note_account(connection, "lab", 1, own, now=NOW)
        for held in (HELD, replace(HELD, provenance="adopted")):
            accounts.note_holding(connection, "lab", 1, held, now=NOW)
        page = accounts.standings(connection, "lab", [1])[1]
        assert page.account == replace(OURS, role="owner", role_ours=False)
        assert page.holdings == (replace(HELD, provenance="adopted"),)


def test_a_forgotten_account_leaves_what_a_human_took_remembered(database: Database) -> None:
    taken = replace(HELD, place_id="p2", state="removed_by_hand")
    with database.writing() as connection:
        accounts.note_account(connection, "lab", 1, OURS, now=NOW)
        for held in (HELD, taken):
            accounts.note_holding(connection, "lab", 1, held, now=NOW)
        accounts.forget_account(connection, "lab", 1)
        page = accounts.standings(connection, "lab", [1])[1]
        assert (page.account, page.holdings) == (None, (taken,))


def test_one_principal_belongs_to_one_person(database: Database) -> None:
    with database.writing() as connection:
        accounts.note_account(connection, "lab", 1, OURS, now=NOW)
        accounts.note_account(connection, "other", 2, OURS, now=NOW)  # another platform's ids are its own
        by_email, by_id = accounts.claimed_by_others(connection, "lab", ["ADA@example.com"], ["acct_1", "acct_2"])
        assert (by_email, by_id) == ({"ada@example.com": 1}, {"acct_1": 1})
    with pytest.raises(IntegrityError), database.writing() as connection:
        accounts.note_account(connection, "lab", 2, OURS, now=NOW)


def test_who_holds_something(database: Database) -> None:
    with database.writing() as connection:
        accounts.note_account(connection, "lab", 1, OURS, now=NOW)
        accounts.note_account(connection, "lab", 2, replace(OURS, account_id="2", state="removed_by_hand"), now=NOW)
        accounts.note_account(connection, "lab", 3, replace(OURS, account_id=None, state="invited"), now=NOW)
        accounts.note_holding(connection, "lab", 4, HELD, now=NOW)
        accounts.note_holding(connection, "lab", 5, replace(HELD, state="removed_by_hand"), now=NOW)
        intents.open_intent(connection, change("grant"), 6, now=NOW)
        assert accounts.holders(connection, "lab") == [1, 3, 4]
        assert accounts.holders(connection, "lab", after=1, limit=1) == [3]
        assert accounts.count_holders(connection, "lab") == 3
        assert accounts.invited(connection, "lab") == [3]
        assert accounts.platforms(connection) == ("lab",)
        assert [accounts.platforms_holding(connection, person) for person in (1, 5, 6, 7)] == [("lab",), ("lab",), ("lab",), ()]


def usable(connection: Connection) -> dict[str, str]:
    return dict(accounts.standings(connection, "lab", [1])[1].left_keys)


def test_a_key_is_its_makers_also_when_the_account_is_gone(database: Database) -> None:
    with database.writing() as connection:
        accounts.note_account(connection, "lab", 1, OURS, now=NOW)
        credentials.note_seen(connection, "lab", [KEY, replace(KEY, id="key_2", kind="shared")], {}, now=NOW)
        accounts.forget_account(connection, "lab", 1)
        credentials.note_seen(connection, "lab", [KEY], {}, now=LATER)
        assert [(key.id, key.person_id) for key in credentials.keys(connection)] == [("key_1", 1), ("key_2", 1)]
        assert usable(connection) == {"key_1": "acct_1", "key_2": "acct_1"}
        assert accounts.standings(connection, "lab", [1])[1].keys == 1


def test_a_withdrawn_or_vanished_key_is_none_that_is_left(database: Database) -> None:
    with database.writing() as connection:
        accounts.note_account(connection, "lab", 1, OURS, now=NOW)
        credentials.note_seen(connection, "lab", [KEY, replace(KEY, id="key_2")], {}, now=NOW)
        credentials.note_withdrawn(connection, "lab", "key_1", status="inactive", now=LATER)
        credentials.note_gone(connection, "lab", ["key_2"], now=LATER)
        assert usable(connection) == {}
        shown = {key.id: (key.status, key.withdrawn_at) for key in credentials.keys(connection)}
        assert shown == {"key_1": ("inactive", LATER), "key_2": ("gone", None)}


def test_a_key_of_nobody_the_bridge_knows_is_listed_and_nobodys(database: Database) -> None:
    with database.writing() as connection:
        credentials.note_seen(connection, "lab", [KEY, replace(KEY, id="key_2", owner_id=None)], {}, now=NOW)
        assert [key.person_id for key in credentials.keys(connection)] == [None, None]
        assert credentials.keys(connection, person_id=1) == []


def test_announcing_one_deed_twice_is_one_intent(database: Database) -> None:
    with database.writing() as connection:
        first = intents.open_intent(connection, change("grant"), 1, now=NOW)
        assert intents.open_intent(connection, change("grant"), 1, now=LATER) == first
        others = [
            intents.open_intent(connection, change("grant", role="admin"), 1, now=NOW),
            intents.open_intent(connection, change("grant"), 2, now=NOW),
            intents.open_intent(connection, change("invite", place=None, place_id=None), 1, now=NOW),
        ]
        assert len({first, *others}) == 4
        intents.close_intents(connection, [first])
        assert intents.open_intent(connection, change("grant"), 1, now=NOW) != first


def test_intents_that_nobody_closed_are_found_by_their_age(database: Database) -> None:
    with database.writing() as connection:
        intents.open_intent(connection, change("grant"), 1, now=NOW)
        intents.open_intent(connection, change("grant"), 2, now=LATER)
        assert intents.stale_intents(connection, before=LATER) == [("lab", 1)]


def test_a_removal_that_is_tried_again_is_one_step_until_it_was_read_back(database: Database) -> None:
    with database.writing() as connection:
        first, new = intents.note_removal(connection, change(), 1, "removed", now=NOW)
        assert new
        assert intents.note_removal(connection, change(), 1, "removed", now=LATER) == (first, False)
        assert intents.note_removal(connection, change(place="evals"), 1, "removed", now=NOW)[1]
        intents.confirm_removals(connection, [first], now=LATER)
        assert intents.note_removal(connection, change(), 1, "removed", now=LATER)[1]  # given and taken once more
        steps = intents.removals_of(connection, [1])[1]
        assert [(step.place, step.confirmed_at) for step in steps] == [("research", LATER), ("evals", None), ("research", None)]
        assert len(intents.removals_of(connection, [1], since=LATER)[1]) == 1


def test_the_window_counts_people_by_category_and_not_what_was_released(database: Database) -> None:
    with database.writing() as connection:
        for person, kind, more in (
            (1, "revoke", {}),
            (1, "remove_account", {}),
            (2, "withdraw_key", {"object_id": "key_1"}),
            (3, "change_role", {"was": "admin", "drop": True}),
            (4, "cancel_invitation", {"object_id": "inv_1"}),
        ):
            intents.note_removal(connection, change(kind, **more), person, "done", now=NOW)
        intents.note_removal(connection, change(), 5, "done", now=NOW, released=True)
        intents.note_removal(connection, change(), 6, "done", now=NOW - timedelta(hours=2))
        found = intents.lost_in_window(connection, "lab", since=NOW - timedelta(hours=1))
        assert found == {"people": {1, 4}, "drops": {3}, "keys": {2}}
        assert intents.lost_in_window(connection, "other", since=NOW)["people"] == set()


@pytest.mark.parametrize(
    ("kind", "more", "category"),
    [
        ("revoke", {}, "people"),
        ("remove_account", {}, "people"),
        ("suspend_account", {}, "people"),
        ("cancel_invitation", {}, "people"),
        ("withdraw_key", {}, "keys"),
        ("change_role", {"drop": True}, "drops"),
        ("change_role", {}, None),
        ("grant", {}, None),
        ("invite", {}, None),
        ("restore_account", {}, None),
    ],
)
def test_only_what_takes_is_counted(kind: str, more: dict[str, Any], category: str | None) -> None:
    assert intents.category_of(change(kind, **more)) == category


def a_hold(person: int = 1, category: str = "people", items: frozenset[str] = frozenset({"account"})) -> Hold:
    return Hold("lab", person, category, items, leaving=False, cause="too many", since=NOW)


def test_what_is_held_waits_until_somebody_releases_it_by_name(database: Database) -> None:
    with database.writing() as connection:
        holds.hold(connection, [a_hold(1), a_hold(2), a_hold(2, "keys")])
        assert len(holds.holds(connection, released=False)) == 3
        released = holds.release(connection, by="carol@example.com", now=LATER)
        assert {each.person_id for each in released} == {1, 2}
        assert holds.holds(connection, released=False) == []
        assert {(each.released_by, each.released_at) for each in holds.holds(connection)} == {("carol@example.com", LATER)}
        holds.drop(connection, "lab", 2, ["people", "keys"])
        assert list(holds.holds_by_person(connection, "lab", [1, 2])) == [1]


def test_holding_more_of_somebody_takes_the_release_back(database: Database) -> None:
    with database.writing() as connection:
        holds.hold(connection, [a_hold()])
        holds.release(connection, by="carol@example.com", now=NOW)
        holds.hold(connection, [a_hold(items=frozenset({"account", "place:p1:member"}))])
        (only,) = holds.holds(connection)
        assert (only.released_by, only.items) == (None, {"account", "place:p1:member"})


def test_gains_are_dropped_with_a_new_set_unless_they_were_released(database: Database) -> None:
    with database.writing() as connection:
        holds.hold(connection, [a_hold(1, "gains")])
        holds.release(connection, by="carol@example.com", now=NOW)
        holds.hold(connection, [a_hold(2, "gains"), a_hold(3)])
        holds.drop_gains(connection, ["lab"])
        assert [(each.person_id, each.category) for each in holds.holds(connection)] == [(1, "gains"), (3, "people")]


def test_a_retired_platform_is_remembered_until_its_file_is_back(database: Database) -> None:
    with database.writing() as connection:
        for by in ("carol@example.com", "dan@example.com"):
            holds.retire(connection, "lab", by=by, now=NOW)
        assert holds.retired_platforms(connection) == {"lab": "dan@example.com"}
        holds.unretire(connection, "lab")
        assert holds.retired_platforms(connection) == {}
