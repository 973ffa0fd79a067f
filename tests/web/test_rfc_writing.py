"""The printed examples of RFC 7644 about writing, each under its section's number."""

from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.scim.bulk import REQUEST_URN
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP_URN, USER_URN
from tests.web.doors import Scim

BARBARA: dict[str, Any] = {
    "schemas": [USER_URN],
    "userName": "bjensen",
    "externalId": "bjensen",
    "name": {"formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen", "givenName": "Barbara", "middleName": "Jane"},
    "roles": [],
    "emails": [{"value": "bjensen@example.com"}, {"value": "babs@jensen.org"}],
}
WORK = {"type": "work", "streetAddress": "911 Universal City Plaza", "locality": "Hollywood", "region": "CA",
        "postalCode": "91608", "country": "US", "formatted": "911 Universal City Plaza\nHollywood, CA 91608 US",
        "primary": True}  # fmt: skip


def shown(scim: Scim, path: str, *names: str) -> dict[str, Any]:
    answer = scim.get(path).json
    return {name: answer.get(name) for name in names}


def test_3_3_a_created_resource_has_its_location_twice_and_its_version(scim: Scim) -> None:
    answer = scim.post("/Users", {**BARBARA, "emails": []})
    assert answer.status_code == 201
    assert answer.headers["Location"] == answer.json["meta"]["location"]
    assert answer.headers["ETag"] == answer.json["meta"]["version"]
    assert (answer.json["meta"]["resourceType"], answer.json["externalId"]) == ("User", "bjensen")
    assert "emails" not in answer.json


def test_3_5_1_put_replaces_and_ignores_what_is_read_only(scim: Scim) -> None:
    user = scim.post("/Users", {**BARBARA, "nickName": "Babs"}).json["id"]
    answer = scim.put(f"/Users/{user}", {**BARBARA, "id": "another", "meta": {"created": "1999-01-01T00:00:00Z"},
                                         "groups": [{"value": "x"}]})  # fmt: skip
    assert answer.status_code == 200
    assert (answer.json["id"], answer.json["userName"]) == (user, "bjensen")
    assert not answer.json["meta"]["created"].startswith("1999")
    assert "nickName" not in answer.json
    assert "groups" not in answer.json


def test_3_5_2_1_add_a_member(scim: Scim) -> None:
    babs = scim.new_user("babs@jensen.org")
    group = scim.new_group("Employees")
    member = {"display": "Babs Jensen", "$ref": f"https://example.com/v2/Users/{babs}", "value": babs}
    answer = scim.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [member]})
    assert answer.status_code in (200, 204)
    assert scim.members(group) == {babs}


def test_3_5_2_1_add_without_a_path(scim: Scim) -> None:
    user = scim.post("/Users", BARBARA).json["id"]
    value = {"emails": [{"value": "babs@jensen.org", "type": "home"}], "nickname": "Babs"}
    assert scim.patch(f"/Users/{user}", {"op": "add", "value": value}).status_code == 200
    after = scim.get(f"/Users/{user}").json
    assert after["nickName"] == "Babs"
    assert {"value": "babs@jensen.org", "type": "home"} in after["emails"]


def test_3_5_2_2_remove_members_one_all_and_by_exchange(scim: Scim) -> None:
    babs, james = scim.new_user("babs@jensen.org"), scim.new_user("james@example.com")
    group = scim.new_group("Employees", babs)
    exchange = [
        {"op": "remove", "path": f'members[value eq "{babs}"]'},
        {"op": "add", "path": "members", "value": [{"display": "James Smith", "value": james}]},
    ]
    scim.patch(f"/Groups/{group}", *exchange)
    assert scim.members(group) == {james}
    scim.patch(f"/Groups/{group}", {"op": "remove", "path": "members"},
               {"op": "add", "path": "members", "value": [{"value": babs}, {"value": james}]})  # fmt: skip
    assert scim.members(group) == {babs, james}
    scim.patch(f"/Groups/{group}", {"op": "remove", "path": "members"})
    assert scim.members(group) == set()


def test_3_5_2_2_remove_a_value_by_two_conditions(scim: Scim) -> None:
    emails = [{"type": "work", "value": "b@example.com"}, {"type": "work", "value": "b@example.org"}]
    user = scim.post("/Users", {**BARBARA, "emails": emails}).json["id"]
    scim.patch(f"/Users/{user}", {"op": "remove", "path": 'emails[type eq "work" and value ew "example.com"]'})
    assert scim.get(f"/Users/{user}").json["emails"] == emails[1:]


def test_3_5_2_3_replace_one_address_its_street_and_several_attributes(scim: Scim) -> None:
    home = {"type": "home", "locality": "Paris"}
    user = scim.post("/Users", {**BARBARA, "addresses": [{"type": "work", "region": "NY"}, home]}).json["id"]
    scim.patch(f"/Users/{user}", {"op": "replace", "path": 'addresses[type eq "work"]', "value": WORK})
    assert scim.get(f"/Users/{user}").json["addresses"] == [WORK, home]
    street = {"op": "replace", "path": 'addresses[type eq "work"].streetAddress', "value": "1010 Broadway Ave"}
    scim.patch(f"/Users/{user}", street)
    assert scim.get(f"/Users/{user}").json["addresses"][0] == {**WORK, "streetAddress": "1010 Broadway Ave"}
    emails = [{"value": "bjensen@example.com", "type": "work", "primary": True}, {"value": "babs@jensen.org", "type": "home"}]
    scim.patch(f"/Users/{user}", {"op": "replace", "value": {"emails": emails, "nickname": "Babs"}})
    assert shown(scim, f"/Users/{user}", "emails", "nickName") == {"emails": emails, "nickName": "Babs"}


def test_3_5_2_3_replace_all_members(scim: Scim) -> None:
    babs, james = scim.new_user("babs@jensen.org"), scim.new_user("james@example.com")
    group = scim.new_group("Employees", babs)
    scim.patch(f"/Groups/{group}", {"op": "replace", "path": "members", "value": [{"value": james}]})
    assert scim.members(group) == {james}


def test_3_6_a_deleted_resource_is_404_and_its_name_is_free(scim: Scim) -> None:
    user = scim.post("/Users", BARBARA).json["id"]
    assert scim.delete(f"/Users/{user}").status_code == 204
    for answer in (scim.get(f"/Users/{user}"), scim.delete(f"/Users/{user}")):
        assert (answer.status_code, answer.json["status"]) == (404, "404")
    assert scim.post("/Users", BARBARA).status_code == 201


def test_3_7_1_groups_that_contain_one_another_may_end_in_409(scim: Scim) -> None:
    groups = [
        {"method": "POST", "path": "/Groups", "bulkId": one,
         "data": {"schemas": [GROUP_URN], "displayName": name, "members": [{"type": "Group", "value": f"bulkId:{other}"}]}}
        for one, name, other in (("qwerty", "Group A", "ytrewq"), ("ytrewq", "Group B", "qwerty"))
    ]  # fmt: skip
    answer = scim.post("/Bulk", {"schemas": [REQUEST_URN], "Operations": groups})
    assert answer.status_code == 200
    assert [each["status"] for each in answer.json["Operations"]] == ["409", "409"]


def test_3_7_2_a_user_of_the_request_is_a_member_and_a_manager(scim: Scim) -> None:
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": "qwerty", "data": {"schemas": [USER_URN], "userName": "Alice"}},
        {"method": "POST", "path": "/Groups", "bulkId": "ytrewq",
         "data": {"schemas": [GROUP_URN], "displayName": "Tour Guides", "members": [{"type": "User", "value": "bulkId:qwerty"}]}},
        {"method": "POST", "path": "/Users", "bulkId": "manager",
         "data": {"schemas": [USER_URN, ENTERPRISE_URN], "userName": "Bob",
                  ENTERPRISE_URN: {"employeeNumber": "11250", "manager": {"value": "bulkId:qwerty"}}}},
    ]  # fmt: skip
    results = scim.post("/Bulk", {"schemas": [REQUEST_URN], "Operations": operations}).json["Operations"]
    assert [(each["bulkId"], each["status"]) for each in results] == [("qwerty", "201"), ("ytrewq", "201"), ("manager", "201")]
    alice, guides, bob = (each["location"].rpartition("/")[2] for each in results)
    assert scim.members(guides) == {alice}
    assert scim.get(f"/Users/{bob}").json[ENTERPRISE_URN]["manager"]["value"] == alice


@pytest.fixture
def three(scim: Scim) -> list[str]:
    return [scim.new_user(name, nickName="n") for name in ("Bob-before", "Dave-before", "Carol")]


def mixed(scim: Scim, ids: list[str], alice: Any) -> dict[str, Any]:
    """The example of section 3.7.3: one operation of each kind, the changes with the versions they are meant for."""
    bob, dave, carol = ids
    bobs, daves, carols = (scim.get(f"/Users/{each}").headers["ETag"] for each in ids)
    return {
        "schemas": [REQUEST_URN],
        "failOnErrors": 1,
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "qwerty", "data": alice},
            {"method": "PUT", "path": f"/Users/{bob}", "version": bobs, "data": {"schemas": [USER_URN], "id": bob, "userName": "Bob"}},
            {"method": "PATCH", "path": f"/Users/{dave}", "version": daves,
             "data": [{"op": "remove", "path": "nickName"}, {"op": "add", "path": "userName", "value": "Dave"}]},
            {"method": "DELETE", "path": f"/Users/{carol}", "version": carols},
        ],
    }  # fmt: skip


def test_3_7_3_one_operation_of_each_kind(scim: Scim, three: list[str]) -> None:
    alice = {"schemas": [USER_URN], "userName": "Alice"}
    results = scim.post("/Bulk", mixed(scim, three, alice)).json["Operations"]
    assert [(each["method"], each["status"]) for each in results] == [
        ("POST", "201"), ("PUT", "200"), ("PATCH", "200"), ("DELETE", "204")
    ]  # fmt: skip
    assert all("location" in each for each in results)
    assert [each.get("version") for each in results] == ['W/"1"', 'W/"2"', 'W/"2"', None]
    assert {each["userName"] for each in scim.get("/Users").json["Resources"]} == {"Alice", "Bob", "Dave"}
    assert "nickName" not in scim.get(f"/Users/{three[1]}").json


def test_3_7_3_the_first_error_ends_it_where_the_client_says_so(scim: Scim, three: list[str]) -> None:
    results = scim.post("/Bulk", mixed(scim, three, {"schemas": [USER_URN]})).json["Operations"]
    assert [(each["method"], each["bulkId"], each["status"]) for each in results] == [("POST", "qwerty", "400")]
    assert results[0]["response"]["scimType"] == "invalidValue"
    assert "location" not in results[0]
    assert {each["userName"] for each in scim.get("/Users").json["Resources"]} == {"Bob-before", "Dave-before", "Carol"}
