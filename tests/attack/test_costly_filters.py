"""Filters that no identity provider sends: refused, or stopped, never 500 and never endless."""

from __future__ import annotations

import pytest

from scim_bridge.db import Database, patience
from scim_bridge.db.patience import TooSlow, at_most
from scim_bridge.directory import members, pages
from tests.attack.conftest import Within
from tests.databases import SQLITE
from tests.web.doors import Scim

HALF = '"\\ud800"'
HALVES = [f"userName {HALF}", f"{HALF} eq userName", f"userName eq {HALF}", f"emails[type {HALF}]", f"active eq {HALF}"]


@pytest.mark.parametrize("kind", ["Users", "Groups"])
@pytest.mark.parametrize("filter_", HALVES)
def test_half_a_surrogate_pair_anywhere_in_a_filter_is_400(scim: Scim, kind: str, filter_: str) -> None:
    answer = scim.get(f"/{kind}", filter=filter_)
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidFilter")


@pytest.mark.parametrize("path", [f"emails[type {HALF}]", f"emails[type eq {HALF}].value", f"emails[primary eq {HALF}].value"])
def test_half_a_surrogate_pair_anywhere_in_a_path_is_400(scim: Scim, path: str) -> None:
    ada = scim.new_user("ada@example.com")
    assert scim.patch(f"/Users/{ada}", {"op": "replace", "path": path, "value": "x"}).status_code == 400


def nested(term: str, other: str, depth: int) -> str:
    for level in range(depth):
        term = f'not ({term} {"and" if level % 2 else "or"} {other})'
    return term


@pytest.mark.parametrize(
    "filter_",
    [
        nested('userName eq "x"', 'userName eq "y"', 31),
        nested('emails[value eq "x"]', 'emails[not (type pr)]', 30),
        nested('groups.display eq "x"', 'emails.value eq "y"', 31),
        f'groups[{nested("display pr", "value pr", 30)}]',
        " or ".join(['groups.display eq "x"'] * 100),
    ],
)
def test_a_filter_at_the_caps_is_answered(scim: Scim, within: Within, filter_: str) -> None:
    scim.new_group("Engineers", scim.new_user("ada@example.com", emails=[{"value": "ada@example.com"}]))
    with within(30):
        assert scim.get("/Users", filter=filter_).status_code == 200


@pytest.mark.parametrize("depth", [33, 1000])
def test_a_filter_beyond_the_caps_is_400(scim: Scim, depth: int) -> None:
    assert scim.get("/Users", filter="(" * depth + "userName pr" + ")" * depth).status_code == 400


def many_people(scim: Scim) -> None:
    scim.new_group("Engineers", *(scim.new_user(f"user{number}@example.com") for number in range(60)))


def test_a_filter_that_takes_too_long_is_stopped_with_tooMany(scim: Scim, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight thousand people and ninety negated brackets took half a minute."""
    many_people(scim)
    monkeypatch.setattr(pages, "FILTER_SECONDS", 0.0)
    costly = " and ".join(f'not (groups.display co "zz{number}")' for number in range(60))
    answer = scim.get("/Users", filter=costly)
    assert (answer.status_code, answer.json["scimType"]) == (400, "tooMany")
    monkeypatch.undo()
    assert scim.get("/Users", filter='userName eq "user1@example.com"').json["totalResults"] == 1


@SQLITE  # sixty people take PostgreSQL less than its shortest limit, a millisecond
def test_the_filter_of_a_members_path_that_takes_too_long_is_stopped_and_nobody_is_removed(
    scim: Scim, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_people(scim)
    group = scim.found("Groups", "displayName pr")[0]
    monkeypatch.setattr(members, "SEARCH_SECONDS", 0.0)
    monkeypatch.setattr(patience, "_STEPS", 100)
    costly = " or ".join(f'display co "user{number}"' for number in range(40))
    answer = scim.patch(f"/Groups/{group}", {"op": "remove", "path": f"members[{costly}]"})
    assert (answer.status_code, answer.json["scimType"]) == (400, "tooMany")
    assert len(scim.members(group)) == 60


def test_a_connection_that_was_stopped_is_as_good_as_any_afterwards(database: Database) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    with pytest.raises(TooSlow), database.reading() as connection, at_most(connection, 0.01):
        connection.exec_driver_sql(endless)
    bounded = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000) select count(*) from n"
    with database.reading() as connection:
        assert connection.exec_driver_sql(bounded).scalar() == 200_000
