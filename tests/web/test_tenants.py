"""Sources are tenants: none sees, counts or infers another's people."""

from __future__ import annotations

import base64
import json

import pytest

from scim_bridge.db import Database
from scim_bridge.directory import sources, tokens
from scim_bridge.directory.persons import find
from scim_bridge.web.options import Options
from tests.web.doors import GROUP_URN, NOW, TOKEN, USER_URN, Scim, open_door, second_source


def test_lesson_51_a_token_reaches_nothing_of_another_source(scim: Scim) -> None:
    other = second_source(scim)
    ada = scim.new_user("ada@example.com", externalId="00u1")
    group = scim.new_group("Engineers", ada)
    body = {"schemas": [USER_URN], "userName": "ada@example.com"}
    rename = {"op": "replace", "value": {"displayName": "Mine"}}
    refused = [
        other.get(f"/Users/{ada}"), other.put(f"/Users/{ada}", body), other.delete(f"/Users/{ada}"),
        other.patch(f"/Users/{ada}", rename), other.get(f"/Groups/{group}"), other.delete(f"/Groups/{group}"),
        other.put(f"/Groups/{group}", {"schemas": [GROUP_URN], "displayName": "Mine"}), other.patch(f"/Groups/{group}", rename),
    ]
    unknown = other.get("/Users/0c0c0c0c-0000-4000-8000-00000000beef"), other.get("/Groups/0c0c0c0c")
    assert {answer.status_code for answer in refused} == {404}
    assert {answer.get_data() for answer in refused} == {answer.get_data() for answer in unknown}
    for kind, filters in (
        ("Users", ('userName eq "ada@example.com"', 'externalId eq "00u1"', f'id eq "{ada}"', "userName pr", "groups pr",
                   'not (userName eq "x")', f'groups.value eq "{group}"')),
        ("Groups", ("displayName pr", f'members eq "{ada}"', f'id eq "{group}"', "not (displayName pr)")),
    ):
        for filter_ in filters:
            assert other.get(f"/{kind}", filter=filter_).json["totalResults"] == 0
    assert other.get("/Users").json["totalResults"] == other.get("/Groups").json["totalResults"] == 0
    assert scim.members(group) == {ada}


def test_lesson_51_another_sources_people_and_groups_are_unknown_as_members(scim: Scim) -> None:
    other = second_source(scim)
    ada, inner = scim.new_user("ada@example.com"), scim.new_group("Inner")
    mine = other.new_group("Mine")
    for stranger in (ada, inner):
        answer = other.patch(f"/Groups/{mine}", {"op": "add", "path": "members", "value": [{"value": stranger}]})
        never = other.patch(f"/Groups/{mine}", {"op": "add", "path": "members", "value": [{"value": "0" * len(stranger)}]})
        assert answer.status_code == never.status_code == 400
        assert answer.json["detail"].replace(stranger, "") == never.json["detail"].replace("0" * len(stranger), "")


def test_the_same_names_may_be_used_in_every_source(scim: Scim) -> None:
    other = second_source(scim)
    assert scim.new_user("ada@example.com") != other.new_user("ada@example.com")
    assert scim.new_group("Engineers") != other.new_group("Engineers")
    with scim.database.reading() as connection:
        assert sorted(each.source for each in find(connection, "ada@example.com")) == ["default", "other"]


def test_a_rehire_finds_no_tombstone_of_another_source(scim: Scim) -> None:
    other = second_source(scim)
    scim.delete(f"/Users/{scim.new_user('ada@example.com')}")
    other.new_user("ada@example.com")
    assert other.get("/Users").json["totalResults"] == 1
    with scim.database.reading() as connection:
        assert [each.active for each in find(connection, "ada@example.com")] == [True, False]


def test_lesson_52_a_disabled_source_is_401_like_no_source_at_all(scim: Scim) -> None:
    scim.database.write(lambda connection: sources.disable(connection, "default", initiator="test", now=NOW))
    disabled, unknown = scim.get("/Users"), Scim(scim.app, scim.database, "x" * 40).get("/Users")
    assert disabled.status_code == unknown.status_code == 401
    assert disabled.get_data() == unknown.get_data()


def test_lesson_48_a_used_token_shows_when(scim: Scim) -> None:
    scim.get("/Users")
    with scim.database.reading() as connection:
        assert tokens.list_all(connection)[0].last_used_at is not None


@pytest.mark.parametrize(("bare", "status"), [(True, 200), (False, 401)])
def test_a_bare_token_opens_only_where_that_is_switched_on(database: Database, bare: bool, status: int) -> None:
    scim = open_door(database, Options(accept_bare_token=bare))
    assert scim.client.get("/scim/v2/Users", headers={"Authorization": TOKEN}).status_code == status


def test_a_token_as_basic_password_opens(scim: Scim) -> None:
    for user, password, status in (("okta", TOKEN, 200), ("", TOKEN, 200), (TOKEN, "", 401), ("okta", "wrong", 401)):
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        assert scim.client.get("/scim/v2/Users", headers={"Authorization": f"Basic {basic}"}).status_code == status


def test_lesson_50_a_limit_answers_429_with_whole_seconds_and_only_to_that_source(database: Database) -> None:
    scim = open_door(database, Options(rate_limit=2 / 60))
    other = second_source(scim)
    answers = [scim.get("/Users") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 30
    assert json.loads(answers[-1].get_data())["status"] == "429"
    assert other.get("/Users").status_code == 200


def test_lesson_50_without_a_limit_nobody_is_turned_away(scim: Scim) -> None:
    assert {scim.get("/ServiceProviderConfig").status_code for _ in range(300)} == {200}
