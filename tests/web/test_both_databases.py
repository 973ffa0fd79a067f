"""What one database forgives and the other does not: races that SQLite's single writer hides, characters and sizes that
PostgreSQL refuses. The answers are the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from scim_bridge.directory.tables import group_member, person, scim_group
from tests.web.doors import GROUP_URN, USER_URN, Scim
from tests.web.test_concurrency import add, at_once, patching

LONG = "x" * 600


def test_groups_that_are_put_into_each_other_at_once_never_make_a_circle(scim: Scim) -> None:
    for _ in range(4):
        rounds = [scim.new_group(f"Group {scim.rows(scim_group)}") for _ in range(3)]
        deeds = [patching(scim, parent, add(child)) for parent, child in zip(rounds, rounds[1:] + rounds[:1], strict=True)]
        assert sorted(at_once(deeds)) == [204, 204, 400]
    with scim.database.reading() as connection:
        assert len(connection.execute(select(group_member)).all()) == 8


def test_two_that_come_at_once_with_the_external_id_of_somebody_gone_do_not_become_one_person(scim: Scim) -> None:
    for number in range(4):
        scim.delete(f"/Users/{scim.new_user(f'gone{number}@example.com', externalId=f'00u{number}')}")
        bodies = [
            {"schemas": [USER_URN], "userName": f"{name}{number}@example.com", "externalId": f"00u{number}"} for name in "ab"
        ]
        made = at_once([lambda body=body: scim.post("/Users", body).status_code for body in bodies])
        assert made == [201, 201]
    assert scim.rows(person) == 8


def test_deleting_people_while_they_are_put_into_a_group_leaves_nobody_half_there(scim: Scim) -> None:
    people = [scim.new_user(f"user{number}@example.com") for number in range(24)]
    group = scim.new_group("Engineers")
    puts = [patching(scim, group, add(user)) for user in people]
    ends = [lambda user=user: scim.delete(f"/Users/{user}").status_code for user in people[::2]]
    codes = at_once([deed for pair in zip(puts[::2], ends, strict=True) for deed in pair] + puts[1::2])
    assert set(codes) <= {204, 400}
    assert scim.members(group) == set(people[1::2])
    assert scim.get("/Users", count=0).json["totalResults"] == 12


def test_renaming_people_while_their_groups_change_ends_with_both_done(scim: Scim) -> None:
    people = [scim.new_user(f"user{number}@example.com") for number in range(12)]
    group = scim.new_group("Engineers", *people[:6])
    named = [
        lambda user=user, number=number: scim.patch(
            f"/Users/{user}", {"op": "replace", "value": {"userName": f"new{number}@example.com"}}
        ).status_code
        for number, user in enumerate(people)
    ]
    puts = [patching(scim, group, add(user)) for user in people[6:]]
    with ThreadPoolExecutor(4) as pool:
        codes = [future.result() for future in [pool.submit(deed) for deed in (*named[::2], *puts, *named[1::2])]]
    assert set(codes) <= {200, 204}
    assert scim.members(group) == set(people)
    assert len(scim.found("Users", 'userName sw "new"')) == 12


ASKED: list[tuple[str, dict[str, Any]]] = [
    ("/Users", {"filter": 'userName eq "a\\u0000b"'}),
    ("/Users", {"filter": 'emails[type eq "a\\u0000b"]'}),
    ("/Users", {"filter": "userName eq \"a\x00b\""}),
    ("/Users", {"filter": "a\x00b pr"}),
    ("/Groups", {"filter": 'members.value eq "a\\u0000b"'}),
    ("/Users", {"attributes": "a\x00b"}),
    ("/Users", {"sortBy": "a\x00b"}),
    ("/Users", {"cursor": "a\x00b"}),
    ("/Users/a\x00b", {}),
    ("/Groups/a\x00b", {}),
    ("/Users", {"startIndex": "9" * 30, "count": "9" * 30}),
    ("/Users", {"startIndex": str(2**63), "count": str(2**31)}),
    ("/Users", {"filter": f'userName eq "{"x" * 700}"'}),
    ("/Users", {"filter": 'meta.created gt "0001-01-01T00:00:00Z"'}),
    ("/Users", {"filter": 'meta.created gt "9999-12-31T23:59:59.999999+14:00"'}),
]


@pytest.mark.parametrize(("path", "query"), ASKED)
def test_a_question_that_one_database_cannot_be_asked_is_answered_alike(scim: Scim, path: str, query: dict[str, Any]) -> None:
    scim.new_user("ada@example.com")
    answer = scim.get(path, **query)
    assert answer.status_code in (200, 400, 404)
    if "\x00" in path + str(query.get("filter")) or "\\u0000" in str(query):
        assert answer.status_code in (400, 404)


@pytest.mark.parametrize("text", ["a\x00b", LONG])
@pytest.mark.parametrize("attribute", ["userName", "externalId"])
def test_a_name_that_cannot_be_kept_is_400_and_nobody_is_made(scim: Scim, attribute: str, text: str) -> None:
    body = {"schemas": [USER_URN], "userName": "ada@example.com", attribute: text}
    assert scim.post("/Users", body).status_code == 400
    assert scim.post("/Groups", {"schemas": [GROUP_URN], "displayName": text}).status_code == 400
    assert scim.rows(person) == 0


def test_a_long_value_of_any_other_attribute_comes_back_whole_and_is_found(scim: Scim) -> None:
    """Four bytes a character: beyond what an index of PostgreSQL's holds."""
    text = "\N{GRINNING FACE}" * 5_000
    user = scim.new_user("ada@example.com", title=text, emails=[{"value": text, "type": text}])
    assert scim.get(f"/Users/{user}").json["title"] == text
    assert scim.found("Users", f'title sw "{text[:200]}"') == [user]


def test_a_request_id_and_an_agent_of_any_length_stop_no_push(scim: Scim) -> None:
    headers = {"X-Request-Id": "r" * 3_000, "User-Agent": "u" * 3_000}
    answer = scim.send("POST", "/Users", {"schemas": [USER_URN], "userName": "ada@example.com"}, headers=headers)
    assert answer.status_code == 201


def test_names_are_ordered_by_code_points(scim: Scim) -> None:
    """Not as a language would: `_` behind `Z` folded, `ä` behind `z`."""
    for name in ("zoe", "ä", "_x", "Beta", "alpha", "a-b", "ab"):
        scim.new_user(name)
    found = scim.get("/Users", filter='userName ge "a-" and userName le "zz"').json["Resources"]
    assert {each["userName"] for each in found} == {"a-b", "ab", "alpha", "Beta", "zoe"}
