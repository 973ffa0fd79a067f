"""Lessons 1 to 14 of what users of such bridges reported, at the door."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select

from scim_bridge.directory.tables import person, scim_user
from tests.web.doors import ERROR_URN, GROUP_URN, USER_URN, Scim


def removing(shape: str, member: str) -> dict[str, Any]:
    """One way to say `remove this member`."""
    return {
        "legacy list": {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": member}]},
        "filter path": {"op": "remove", "path": f'members[value eq "{member}"]'},
        "spaced, in capitals": {"op": "REMOVE", "path": f'Members[ Value  EQ "{member}" ]'},
        "bare id": {"op": "remove", "path": "members", "value": member},
        "filter on type and value": {"op": "remove", "path": f'members[type eq "User" and value eq "{member}"]'},
    }[shape]


def adding(shape: str, member: str) -> dict[str, Any]:
    return {
        "path": {"op": "add", "path": "members", "value": [{"value": member}]},
        "capitalised": {"op": "Add", "path": "Members", "value": [{"$ref": None, "value": member}]},
        "pathless": {"op": "add", "value": {"members": [{"value": member}]}},
        "one object": {"op": "add", "path": "members", "value": {"value": member}},
    }[shape]


@pytest.mark.parametrize(
    "shape", ["legacy list", "filter path", "spaced, in capitals", "bare id", "filter on type and value"]
)
def test_lesson_01_a_removal_takes_exactly_the_members_it_names(scim: Scim, shape: str) -> None:
    ada, grace, alan = (scim.new_user(f"{name}@example.com") for name in ("ada", "grace", "alan"))
    group = scim.new_group("Engineers", ada, grace, alan)
    assert scim.patch(f"/Groups/{group}", removing(shape, grace)).status_code == 204
    assert scim.members(group) == {ada, alan}


@pytest.mark.parametrize("shape", ["path", "capitalised", "pathless", "one object"])
def test_lesson_01_an_addition_leaves_the_others_where_they_are(scim: Scim, shape: str) -> None:
    ada, grace = scim.new_user("ada@example.com"), scim.new_user("grace@example.com")
    group = scim.new_group("Engineers", ada)
    assert scim.patch(f"/Groups/{group}", adding(shape, grace)).status_code == 204
    assert scim.members(group) == {ada, grace}


def test_lesson_01_replace_members_is_the_new_set(scim: Scim) -> None:
    ada, grace, alan = (scim.new_user(f"{name}@example.com") for name in ("ada", "grace", "alan"))
    group = scim.new_group("Engineers", ada, grace)
    scim.patch(f"/Groups/{group}", {"op": "replace", "path": "members", "value": [{"value": grace}, {"value": alan}]})
    assert scim.members(group) == {grace, alan}
    scim.patch(f"/Groups/{group}", {"op": "replace", "value": {"members": [{"value": ada}]}})
    assert scim.members(group) == {ada}


def test_lesson_01_an_empty_list_to_remove_removes_nobody(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    group = scim.new_group("Engineers", ada)
    scim.patch(f"/Groups/{group}", {"op": "Remove", "path": "members", "value": []})
    assert scim.members(group) == {ada}


@pytest.mark.parametrize(
    "body",
    [
        {"op": "move", "path": "members", "value": []},
        {"op": "replace", "path": 'members[value eq "x"', "value": []},
        {"op": "remove"},
        {"op": "replace", "path": "members[value co]", "value": []},
        {"op": "add", "path": "members", "value": [{"display": "no id"}]},
        {"op": "add", "path": "members", "value": [{"value": 7}]},
    ],
)
def test_lesson_03_what_is_not_understood_is_refused_and_changes_nothing(scim: Scim, body: dict[str, Any]) -> None:
    ada = scim.new_user("ada@example.com")
    group = scim.new_group("Engineers", ada)
    before = scim.get(f"/Groups/{group}").json
    rename = {"op": "replace", "value": {"displayName": "Changed"}}
    answer = scim.patch(f"/Groups/{group}", rename, body)
    assert answer.status_code == 400
    assert answer.json["schemas"] == [ERROR_URN]
    assert scim.get(f"/Groups/{group}").json == before


def test_lesson_04_names_and_operators_are_taken_in_any_case(scim: Scim) -> None:
    answer = scim.post("/Users", {"Schemas": [USER_URN.upper()], "USERNAME": "A@B.c", "Active": True})
    assert answer.status_code == 201
    user = answer.json["id"]
    assert scim.found("Users", 'username EQ "a@B.C"') == [user]
    assert scim.found("Users", f'{USER_URN.upper()}:USERNAME Sw "A@"') == [user]
    scim.patch(f"/Users/{user}", {"OP": "Replace", "PATH": "DISPLAYNAME", "Value": "Ada"})
    assert scim.get(f"/Users/{user}").json["displayName"] == "Ada"


DEACTIVATIONS: list[dict[str, Any]] = [
    {"op": op, **rest}
    for op in ("replace", "Replace", "add", "Add")
    for rest in (
        {"path": "active", "value": False},
        {"path": "active", "value": "False"},
        {"path": "Active", "value": "false"},
        {"value": {"active": False}},
        {"value": {"active": "False"}},
        {"path": "active", "value": [{"value": False}]},
        {"path": "active", "value": {"active": False}},
        {"path": f"{USER_URN}:active", "value": "FALSE"},
    )
]


@pytest.mark.parametrize("operation", DEACTIVATIONS, ids=str)
def test_lesson_05_every_spelling_of_inactive_deactivates(scim: Scim, operation: dict[str, Any]) -> None:
    user = scim.new_user("ada@example.com")
    assert scim.patch(f"/Users/{user}", operation).json["active"] is False
    assert scim.get(f"/Users/{user}").json["active"] is False
    assert "user.deactivated" in scim.actions()


@pytest.mark.parametrize("value", ["no", 0, 1, "", None, [], {}, "falsch", [False, True]])
def test_lesson_05_anything_else_for_active_is_refused(scim: Scim, value: Any) -> None:
    user = scim.new_user("ada@example.com")
    answer = scim.patch(f"/Users/{user}", {"op": "replace", "path": "active", "value": value})
    assert answer.status_code == 400
    assert scim.get(f"/Users/{user}").json["active"] is True


def test_lesson_05_put_deactivates_too_and_silence_reactivates_nobody(scim: Scim) -> None:
    user = scim.new_user("ada@example.com")
    body = {"schemas": [USER_URN], "userName": "ada@example.com"}
    assert scim.put(f"/Users/{user}", {**body, "active": "False"}).json["active"] is False
    assert scim.put(f"/Users/{user}", body).json["active"] is False
    assert scim.put(f"/Users/{user}", {**body, "active": True}).json["active"] is True


def test_lesson_05_whoever_has_active_removed_is_not_active_until_somebody_says_so(scim: Scim) -> None:
    user = scim.new_user("ada@example.com")
    assert "active" not in scim.patch(f"/Users/{user}", {"op": "remove", "path": "active"}).json
    body = {"schemas": [USER_URN], "userName": "ada@example.com"}
    assert "active" not in scim.put(f"/Users/{user}", {**body, "title": "Engineer"}).json
    told = {text: scim.found("Users", text) for text in ("active eq true", "active eq false", "active pr", "not (active pr)")}
    assert told == {"active eq true": [], "active eq false": [], "active pr": [], "not (active pr)": [user]}
    assert scim.actions().count("user.deactivated") == 1
    with scim.database.reading() as connection:
        assert [(each.active, each.deactivated_at is None) for each in connection.execute(
            select(scim_user.c.active, person.c.deactivated_at).join(person))] == [(None, False)]
    assert scim.patch(f"/Users/{user}", {"op": "add", "path": "active", "value": True}).json["active"] is True
    assert scim.actions()[-1] == "user.reactivated"


@pytest.mark.parametrize(
    "filter_",
    [
        'shoeSize eq "42"',
        'userName eq "ada@example.com" and shoeSize eq "42"',
        'userName eq "ada@example.com" or shoeSize eq "42"',
        'emails[colour eq "red"]',
        'password eq "x"',
        "password pr",
        'urn:example:unknown:2.0:User:userName eq "ada@example.com"',
        'userName eq "' + "a" * 5000 + '"',
        "(" * 200 + 'userName eq "a"' + ")" * 200,
        " or ".join(['userName eq "a"'] * 500),
        "",
        "not",
    ],
    ids=lambda text: text[:30],
)
def test_lesson_06_an_unknown_or_oversized_filter_is_refused(scim: Scim, filter_: str) -> None:
    scim.new_user("ada@example.com")
    answer = scim.get("/Users", filter=filter_)
    assert answer.status_code == 400
    assert answer.json["scimType"] == "invalidFilter"
    assert "Resources" not in answer.json


def test_lesson_06_of_two_filters_neither_is_quietly_dropped(scim: Scim) -> None:
    scim.new_user("ada@example.com")
    query = "filter=userName%20eq%20%22x%22&Filter=userName%20pr"
    assert scim.send("GET", "/Users", query_string=query).status_code == 400


@pytest.mark.parametrize(
    "value", ['say "hi"', "100%", "a_b", "back\\slash", "Zoë", "Ж", "日本", "%", "_", "\\", "'", "';--", "*", "[a]", "😀"]
)
def test_lesson_07_wildcards_quotes_and_other_letters_match_literally(scim: Scim, value: str) -> None:
    user = scim.new_user("ada@example.com", title=value)
    scim.new_user("other@example.com", title="plain words")
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    for operator in ("eq", "co", "sw", "ew"):
        assert scim.found("Users", f'title {operator} "{quoted}"') == [user]


def test_lesson_08_members_without_type_and_nested_groups_create_nobody(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    inner = scim.new_group("Inner", ada)
    outer = scim.new_group("Outer", inner)
    assert scim.people() == scim.rows(scim_user) == 1
    members = scim.get(f"/Groups/{outer}").json["members"]
    assert [(member["value"], member["type"]) for member in members] == [(inner, "Group")]
    groups = scim.get(f"/Users/{ada}").json["groups"]
    assert {(group["value"], group["type"]) for group in groups} == {(inner, "direct"), (outer, "indirect")}


def test_lesson_08_a_group_cannot_come_to_contain_itself(scim: Scim) -> None:
    inner = scim.new_group("Inner")
    outer = scim.new_group("Outer", inner)
    for top, child in ((inner, outer), (inner, inner)):
        answer = scim.patch(f"/Groups/{top}", {"op": "add", "path": "members", "value": [{"value": child}]})
        assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")
        assert scim.members(top) == set()


@pytest.mark.parametrize("verb", ["add", "replace"])
def test_lesson_09_an_unknown_member_id_is_refused_and_nothing_changes(scim: Scim, verb: str) -> None:
    ada, grace = scim.new_user("ada@example.com"), scim.new_user("grace@example.com")
    group = scim.new_group("Engineers", ada)
    marks = scim.marks()
    value = [{"value": grace}, {"value": "5171a35d82074e068ce2"}]
    answer = scim.patch(f"/Groups/{group}", {"op": verb, "path": "members", "value": value})
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")
    assert "5171a35d82074e068ce2" in answer.json["detail"]
    assert scim.members(group) == {ada}
    assert scim.marks() == marks
    assert scim.people() == 2


def test_lesson_09_a_new_group_with_an_unknown_member_is_not_made(scim: Scim) -> None:
    answer = scim.post("/Groups", {"schemas": [GROUP_URN], "displayName": "G", "members": [{"value": "nobody"}]})
    assert answer.status_code == 400
    assert scim.get("/Groups").json["totalResults"] == 0


def test_lesson_10_put_replaces_the_set_and_without_members_keeps_it(scim: Scim) -> None:
    ada, grace = scim.new_user("ada@example.com"), scim.new_user("grace@example.com")
    group = scim.new_group("Engineers", ada)
    body = {"schemas": [GROUP_URN], "displayName": "Engineers"}
    assert scim.put(f"/Groups/{group}", {**body, "members": [{"value": grace}]}).status_code == 200
    assert scim.members(group) == {grace}
    assert scim.put(f"/Groups/{group}", {**body, "displayName": "Builders"}).status_code == 200
    assert scim.members(group) == {grace}
    assert scim.put(f"/Groups/{group}", {**body, "members": []}).status_code == 200
    assert scim.members(group) == set()


def test_lesson_10_a_rename_frees_the_old_name_at_once(scim: Scim) -> None:
    group = scim.new_group("Engineers")
    scim.put(f"/Groups/{group}", {"schemas": [GROUP_URN], "displayName": "Builders"})
    assert scim.new_group("engineers") != group
    assert scim.post("/Groups", {"schemas": [GROUP_URN], "displayName": "BUILDERS"}).status_code == 409


def test_lesson_10_a_deleted_or_emptied_group_frees_or_keeps_its_name(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    group = scim.new_group("Engineers", ada)
    scim.patch(f"/Groups/{group}", {"op": "remove", "path": "members"})
    assert scim.get(f"/Groups/{group}").json["displayName"] == "Engineers"
    assert scim.post("/Groups", {"schemas": [GROUP_URN], "displayName": "Engineers"}).status_code == 409
    scim.delete(f"/Groups/{group}")
    assert scim.new_group("Engineers") != group


def test_lesson_11_a_repeated_create_is_409_and_ends_with_one_person(scim: Scim) -> None:
    user = scim.new_user("ada@example.com")
    again = scim.post("/Users", {"schemas": [USER_URN], "userName": "ADA@example.com"})
    assert (again.status_code, again.json["scimType"], again.json["status"]) == (409, "uniqueness", "409")
    assert scim.found("Users", 'userName eq "ada@example.com"') == [user]
    assert scim.people() == 1


def test_lesson_11_an_equal_external_id_is_accepted(scim: Scim) -> None:
    one = scim.new_user("ada@example.com", externalId="nick")
    two = scim.new_user("ada@example.org", externalId="nick")
    assert scim.found("Users", 'externalId eq "nick"') == [one, two]
    assert scim.found("Users", 'externalId eq "NICK"') == []


def test_lesson_12_members_that_are_not_asked_for_are_not_read(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    group = scim.new_group("Engineers", ada)
    statements: list[str] = []
    event.listen(scim.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for query in ({"excludedAttributes": "members"}, {"attributes": "displayName"}, {"attributes": "id,externalId"}):
        one = scim.get(f"/Groups/{group}", **query).json
        page = scim.get("/Groups", **query).json
        assert "members" not in one
        assert "members" not in page["Resources"][0]
        assert one["id"] == group
    assert not [text for text in statements if "member" in text]
    assert scim.get(f"/Groups/{group}", attributes="members").json["members"][0]["value"] == ada
    assert [text for text in statements if "member" in text]


def test_lesson_12_attributes_of_a_user_are_honoured(scim: Scim) -> None:
    user = scim.new_user("ada@example.com", title="Engineer", emails=[{"value": "ada@example.com", "type": "work"}])
    named = scim.get(f"/Users/{user}", attributes="userName,emails.value").json
    assert {*named} == {"schemas", "id", "userName", "emails"}
    assert named["emails"] == [{"value": "ada@example.com"}]
    assert "title" not in scim.get(f"/Users/{user}", excludedAttributes="title").json
    assert scim.get(f"/Users/{user}", attributes="a", excludedAttributes="b").status_code == 400


def test_lesson_13_a_request_without_user_agent_passes_and_a_refusal_is_scim_json(scim: Scim) -> None:
    sent = scim.client.get("/scim/v2/Users", headers={"Authorization": f"Bearer {scim.token}", "User-Agent": ""})
    assert sent.status_code == 200
    answers = [
        scim.client.get("/scim/v2/Users", headers=headers)
        for headers in (
            {},
            {"Authorization": ""},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer wrong"},
            {"Authorization": f"Bearer {scim.token}x"},
            {"Authorization": f"bearer {scim.token[:-1]}"},
            {"Authorization": "non-token"},
            {"Authorization": "Basic !!!"},
            {"Authorization": "Bearer " + "x" * 10_000},
            {"Authorization": "Bearer t\u00f6ken"},
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.get_data() for answer in answers}) == 1
    first = answers[0]
    assert first.content_type == "application/scim+json"
    assert first.headers["WWW-Authenticate"] == 'Bearer realm="scim"'
    assert first.json["schemas"] == [ERROR_URN]
    assert first.json["status"] == "401"


def test_lesson_14_the_id_is_ours_opaque_and_the_same_everywhere(scim: Scim) -> None:
    given = {"schemas": [USER_URN], "userName": "ada@example.com", "id": "mine", "externalId": "00u1"}
    created = scim.post("/Users", given)
    user = created.json["id"]
    assert user not in ("mine", "00u1")
    assert created.headers["Location"] == created.json["meta"]["location"]
    assert created.headers["Location"].endswith(f"/scim/v2/Users/{user}")
    assert scim.get(f"/Users/{user}").json == created.json
    assert scim.get("/Users").json["Resources"] == [created.json]
    assert scim.put(f"/Users/{user}", {**given, "title": "x"}).json["id"] == user
