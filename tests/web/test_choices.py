"""Where the RFC leaves a choice, or clients ask for another than it has: what was chosen (docs/scim.md has the list)."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from scim_bridge.scim.registry import ENTERPRISE_URN
from tests.web.doors import GROUP_URN, USER_URN, Scim, speak_of


@pytest.fixture
def ada(scim: Scim) -> str:
    return scim.new_user("ada@example.com", title="Engineer", emails=[{"value": "ada@example.com", "type": "home"}])


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ('emails[type eq "work"].value', {"type": "work", "value": "x"}),
        ('roles[primary eq "True"].value', {"primary": True, "value": "x"}),
    ],
)
def test_a_replace_whose_filter_finds_nothing_makes_the_value_that_it_describes(
    scim: Scim, ada: str, path: str, made: dict[str, Any]
) -> None:
    after = scim.patch(f"/Users/{ada}", {"op": "Replace", "path": path, "value": "x"}).json
    assert made in after[path.split("[")[0]]


@pytest.mark.parametrize("path", ['emails[type eq "work"]', 'emails[value eq "x"].display', 'emails[type ne "home"].value'])
def test_a_replace_whose_filter_finds_nothing_and_describes_nothing_has_no_target(scim: Scim, ada: str, path: str) -> None:
    answer = scim.patch(f"/Users/{ada}", {"op": "replace", "path": path, "value": {"value": "x"} if path.endswith("]") else "x"})
    assert (answer.status_code, answer.json["scimType"]) == (400, "noTarget")


def test_lesson_02_a_bare_removal_of_members_empties_the_group_loudly_and_under_the_brake(scim: Scim, ada: str) -> None:
    """Everybody who loses something by it is counted before anything is taken away (tests/reconcile/test_brake.py)."""
    speak_of(scim.database, "default", "labs")
    group = scim.new_group("Engineers", ada)
    with capture_logs() as logs:
        assert scim.patch(f"/Groups/{group}", {"op": "Remove", "path": "members"}).status_code == 204
    assert scim.members(group) == set()
    assert [(each["log_level"], each["members"]) for each in logs if each["event"] == "group_emptied"] == [("warning", 1)]
    assert "group.members_removed" in scim.actions()
    assert any(kind == "group" for _, kind, _ in scim.marks())


def test_a_put_without_active_keeps_what_was(scim: Scim, ada: str) -> None:
    body = {"schemas": [USER_URN], "userName": "ada@example.com"}
    assert scim.put(f"/Users/{ada}", {**body, "active": False}).json["active"] is False
    assert scim.put(f"/Users/{ada}", body).json["active"] is False


def test_a_put_without_external_id_keeps_it_and_without_another_attribute_clears_that(scim: Scim, ada: str) -> None:
    body = {"schemas": [USER_URN], "userName": "ada@example.com"}
    assert scim.put(f"/Users/{ada}", {**body, "externalId": "00u1", "title": "x"}).json["title"] == "x"
    after = scim.put(f"/Users/{ada}", body).json
    assert after["externalId"] == "00u1"
    assert "title" not in after


def test_an_external_id_may_be_shared_and_is_warned_of(scim: Scim) -> None:
    scim.new_user("ada@example.com", externalId="nick")
    with capture_logs() as logs:
        scim.new_user("grace@example.com", externalId="nick")
    assert [each["log_level"] for each in logs if each["event"] == "external_id_shared"] == ["warning"]


def test_a_groups_name_is_unique_without_case(scim: Scim) -> None:
    scim.new_group("Zoë's team")
    answer = scim.post("/Groups", {"schemas": [GROUP_URN], "displayName": "ZOË'S TEAM"})
    assert (answer.status_code, answer.json["scimType"]) == (409, "uniqueness")


@pytest.mark.parametrize("value", ["", None])
def test_an_empty_value_clears_what_is_optional_and_is_refused_for_what_is_required(scim: Scim, ada: str, value: Any) -> None:
    assert "title" not in scim.patch(f"/Users/{ada}", {"op": "Replace", "path": "title", "value": value}).json
    answer = scim.patch(f"/Users/{ada}", {"op": "Replace", "path": "userName", "value": value})
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")
    assert scim.get(f"/Users/{ada}").json["userName"] == "ada@example.com"


@pytest.mark.parametrize("nothing", [None, [], ""])
def test_null_and_an_empty_list_are_no_value_in_post_and_put(scim: Scim, nothing: Any) -> None:
    body = {"schemas": [USER_URN], "userName": "ada@example.com", "emails": nothing, "title": nothing or None,
            ENTERPRISE_URN: {"manager": {"value": nothing or None}}}  # fmt: skip
    made = scim.post("/Users", body)
    assert made.status_code == 201
    for shown in (made.json, scim.put(f"/Users/{made.json['id']}", body).json):
        assert not {"emails", "title", ENTERPRISE_URN} & shown.keys()
        assert shown["schemas"] == [USER_URN]


def test_unknown_attributes_are_passed_over_in_every_kind_of_write(scim: Scim, ada: str) -> None:
    strange = {"shoeSize": 42, "urn:example:colours:1.0:User": {"favourite": "red"}}
    body = {"schemas": [USER_URN, "urn:example:colours:1.0:User"], "userName": "ada@example.com", **strange}
    answers = [
        scim.put(f"/Users/{ada}", body),
        scim.patch(f"/Users/{ada}", {"op": "add", "value": strange}, {"op": "replace", "path": "shoeSize", "value": 43}),
        scim.post("/Users", {**body, "userName": "grace@example.com"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 201]
    assert not any(strange.keys() & answer.json.keys() for answer in answers)


def test_read_only_attributes_are_ignored_by_post_and_put_and_refused_by_a_patch_that_names_one(scim: Scim, ada: str) -> None:
    read_only = {"id": "mine", "groups": [{"value": "g"}], "meta": {"version": "x"}}
    made = scim.post("/Users", {"schemas": [USER_URN], "userName": "grace@example.com", **read_only})
    assert made.status_code == 201
    assert made.json["id"] != "mine"
    assert scim.put(f"/Users/{ada}", {"schemas": [USER_URN], "userName": "ada@example.com", **read_only}).json["id"] == ada
    for path, value in read_only.items():
        answer = scim.patch(f"/Users/{ada}", {"op": "replace", "path": path, "value": value})
        assert (answer.status_code, answer.json["scimType"]) == (400, "mutability")


def test_a_nested_group_is_told_by_its_id_whatever_type_the_client_wrote(scim: Scim, ada: str) -> None:
    """The rule of nesting: a group may be a member, its people count as the outer group's, and circles are refused."""
    inner, outer = scim.new_group("Inner", ada), scim.new_group("Outer")
    for kind in ({}, {"type": "User"}, {"type": "Group"}, {"type": None}):
        scim.patch(f"/Groups/{outer}", {"op": "add", "path": "members", "value": [{"value": inner, **kind}]})
        assert [each["type"] for each in scim.get(f"/Groups/{outer}").json["members"]] == ["Group"]
    shown = {each["display"]: each["type"] for each in scim.get(f"/Users/{ada}").json["groups"]}
    assert shown == {"Inner": "direct", "Outer": "indirect"}
    middle = scim.new_group("Middle", outer)
    answer = scim.patch(f"/Groups/{inner}", {"op": "add", "path": "members", "value": [{"value": middle}]})
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")
    answer = scim.put(f"/Groups/{inner}", {"schemas": [GROUP_URN], "displayName": "Inner", "members": [{"value": outer}]})
    assert answer.status_code == 400
    assert scim.members(inner) == {ada}
