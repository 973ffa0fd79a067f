"""/Bulk at the door (RFC 7644 section 3.7)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from scim_bridge.audit.records import records
from scim_bridge.audit.tables import audit_record
from scim_bridge.db import Database
from scim_bridge.directory.tables import scim_group, scim_user
from scim_bridge.scim.bulk import REQUEST_URN, RESPONSE_URN
from scim_bridge.scim.registry import ENTERPRISE_URN
from scim_bridge.web.options import Options
from tests.web.doors import ERROR_URN, PATCH_URN, Scim, open_door, second_source, speak_of

Operation = dict[str, Any]


def person(name: str, **attributes: Any) -> Operation:
    return {"method": "POST", "path": "/Users", "bulkId": name, "data": {"userName": f"{name}@example.com", **attributes}}


def team(name: str, *members: str) -> Operation:
    data = {"displayName": name, "members": [{"value": member} for member in members]}
    return {"method": "POST", "path": "/Groups", "bulkId": name, "data": data}


def patch(path: str, *operations: Operation, **more: Any) -> Operation:
    return {"method": "PATCH", "path": path, "data": {"schemas": [PATCH_URN], "Operations": list(operations)}, **more}


def manager(name: str) -> dict[str, Any]:
    return {ENTERPRISE_URN: {"manager": {"value": f"bulkId:{name}"}}}


def send(scim: Scim, *operations: Operation, **more: Any) -> list[dict[str, Any]]:
    answer = scim.post("/Bulk", {"schemas": [REQUEST_URN], "Operations": list(operations), **more})
    assert answer.status_code == 200, answer.json
    assert answer.json["schemas"] == [RESPONSE_URN]
    results: list[dict[str, Any]] = answer.json["Operations"]
    return results


def statuses(results: list[dict[str, Any]]) -> list[str]:
    return [each["status"] for each in results]


def id_of(result: dict[str, Any]) -> str:
    return str(result["location"].rpartition("/")[2])


def test_each_kind_of_operation_does_what_a_single_request_does(scim: Scim) -> None:
    ada, grace = scim.new_user("ada@example.com"), scim.new_user("grace@example.com")
    group = scim.new_group("Engineers", ada)
    results = send(
        scim,
        person("linus"),
        {"method": "PUT", "path": f"/Users/{ada}", "data": {"userName": "ada@example.com", "title": "Engineer"}},
        patch(f"/Users/{grace}", {"op": "replace", "value": {"active": False}}),
        patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": grace}]}),
        {"method": "DELETE", "path": f"/Users/{grace}"},
    )
    assert statuses(results) == ["201", "200", "200", "204", "204"]
    assert [each["method"] for each in results] == ["POST", "PUT", "PATCH", "PATCH", "DELETE"]
    assert results[0]["bulkId"] == "linus"
    assert results[0]["location"] == scim.get(f"/Users/{id_of(results[0])}").json["meta"]["location"]
    assert results[1]["version"] == scim.get(f"/Users/{ada}", excludedAttributes="groups").headers["ETag"] == 'W/"2"'
    assert "response" not in results[0]
    assert scim.get(f"/Users/{ada}").json["title"] == "Engineer"
    assert scim.get(f"/Users/{grace}").status_code == 404
    assert scim.members(group) == {ada}


def test_a_group_is_made_with_people_of_the_same_request_who_come_after_it(scim: Scim) -> None:
    outer, within = team("Engineers", "bulkId:ada", "bulkId:Inner"), team("Inner", "bulkId:grace")
    results = send(scim, outer, within, person("grace"), person("ada"))
    assert statuses(results) == ["201"] * 4
    engineers, inner, grace, ada = map(id_of, results)
    assert scim.members(engineers) == {ada, inner}
    assert scim.members(inner) == {grace}


def test_what_was_made_is_changed_by_its_bulk_id(scim: Scim) -> None:
    results = send(
        scim,
        person("ada"),
        team("Engineers", "bulkId:ada"),
        patch("/Groups/bulkId:Engineers", {"op": "remove", "path": 'members[value eq "bulkId:ada"]'}),
        {"method": "DELETE", "path": "/Users/bulkId:ada"},
    )
    assert statuses(results) == ["201", "201", "204", "204"]
    assert results[2]["location"] == results[1]["location"]
    assert scim.members(id_of(results[1])) == set()
    assert scim.get(f"/Users/{id_of(results[0])}").status_code == 404


def test_two_people_may_be_each_others_managers(scim: Scim) -> None:
    results = send(scim, person("ada", **manager("grace")), person("grace", **manager("ada")))
    assert statuses(results) == ["201", "201"]
    ada, grace = map(id_of, results)
    assert scim.get(f"/Users/{ada}").json[ENTERPRISE_URN]["manager"]["value"] == grace
    assert scim.get(f"/Users/{grace}").json[ENTERPRISE_URN]["manager"]["value"] == ada


def test_of_a_circle_that_cannot_be_made_whole_nothing_is_made(scim: Scim) -> None:
    scim.new_user("grace@example.com")
    results = send(scim, person("ada", **manager("grace")), person("grace", **manager("ada")), person("linus"))
    assert statuses(results) == ["409", "409", "201"]
    assert results[1]["response"]["scimType"] == "uniqueness"
    assert scim.found("Users", 'userName eq "ada@example.com"') == []


def test_lesson_08_groups_that_would_contain_one_another_are_refused_each_for_itself(scim: Scim) -> None:
    results = send(scim, team("One", "bulkId:Two"), team("Two", "bulkId:One"), team("Self", "bulkId:Self"), team("Good"))
    assert statuses(results) == ["409", "409", "409", "201"]
    assert all("circle" in each["response"]["detail"] for each in results[:3])
    assert not any("location" in each for each in results[:3])
    assert scim.rows(scim_group) == 1
    closing = patch("/Groups/bulkId:Outer", {"op": "add", "path": "members", "value": [{"value": "bulkId:Inner"}]})
    opening = patch("/Groups/bulkId:Inner", {"op": "add", "path": "members", "value": [{"value": "bulkId:Outer"}]})
    results = send(scim, team("Outer"), team("Inner"), closing, opening)
    assert statuses(results) == ["201", "201", "204", "400"]
    assert results[3]["response"]["scimType"] == "invalidValue"
    assert scim.members(id_of(results[0])) == {id_of(results[1])}


def test_what_refers_to_something_that_failed_fails_and_makes_nothing(scim: Scim) -> None:
    scim.new_user("ada@example.com")
    results = send(scim, team("Engineers", "bulkId:ada", "bulkId:grace"), person("grace"), person("ada"))
    assert statuses(results) == ["409", "201", "409"]
    assert "'ada'" in results[0]["response"]["detail"]
    assert scim.rows(scim_group) == 0


def test_a_reference_to_nothing_is_refused_and_not_stored(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    results = send(
        scim,
        person("grace", **manager("nobody")),
        patch(f"/Users/{ada}", {"op": "add", "path": "manager", "value": "bulkId:nobody"}),
        {"method": "DELETE", "path": "/Users/bulkId:nobody"},
    )
    assert statuses(results) == ["400", "400", "400"]
    assert {each["response"]["scimType"] for each in results} == {"invalidValue"}
    assert ENTERPRISE_URN not in scim.get(f"/Users/{ada}").json
    assert scim.rows(scim_user) == 1


def test_a_failing_operation_leaves_no_trace_and_the_others_stand(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    group = scim.new_group("Engineers", ada)
    mixed = patch(f"/Groups/{group}", {"op": "replace", "value": {"displayName": "X"}},
                  {"op": "add", "path": "members", "value": [{"value": "nobody"}]})
    results = send(scim, person("grace"), mixed, {"method": "DELETE", "path": "/Users/unknown"}, person("linus"), "nonsense")
    assert statuses(results) == ["201", "400", "404", "201", "400"]
    assert results[1]["response"]["schemas"] == [ERROR_URN]
    assert results[1]["response"]["status"] == "400"
    assert results[1]["location"].endswith(f"/scim/v2/Groups/{group}")
    assert scim.get(f"/Groups/{group}").json["displayName"] == "Engineers"
    assert scim.rows(scim_user) == 3


@pytest.mark.parametrize(("limit", "done"), [(1, ["201", "404"]), (2, ["201", "404", "404"]), (None, ["201", "404", "404", "201"])])
def test_after_as_many_errors_as_the_client_named_the_rest_is_left_undone(scim: Scim, limit: int | None, done: list[str]) -> None:
    gone = {"method": "DELETE", "path": "/Users/unknown"}
    results = send(scim, person("ada"), gone, gone, person("grace"), failOnErrors=limit)
    assert statuses(results) == done
    assert scim.rows(scim_user) == done.count("201")


def test_more_operations_than_are_taken_are_413_and_nothing_is_done(scim: Scim) -> None:
    body = {"schemas": [REQUEST_URN], "Operations": [person(f"user{number}") for number in range(1001)]}
    answer = scim.post("/Bulk", body)
    assert (answer.status_code, answer.json["status"]) == (413, "413")
    assert "maxOperations is 1000" in answer.json["detail"]
    assert scim.rows(scim_user) == 0


def test_a_larger_payload_than_is_taken_is_413_and_names_the_limit(database: Database) -> None:
    scim = open_door(database, Options(max_body_bytes=2_000))
    assert scim.get("/ServiceProviderConfig").json["bulk"] == {"supported": True, "maxOperations": 1000, "maxPayloadSize": 2000}
    answer = scim.post("/Bulk", {"schemas": [REQUEST_URN], "Operations": [person("ada", title="x" * 2_000)]})
    assert (answer.status_code, answer.json["status"]) == (413, "413")
    assert "maxPayloadSize is 2000" in answer.json["detail"]
    assert scim.rows(scim_user) == 0


def test_a_bulk_id_used_twice_is_refused_as_a_whole(scim: Scim) -> None:
    answer = scim.post("/Bulk", {"schemas": [REQUEST_URN], "Operations": [person("ada"), person("grace"), person("ada")]})
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")
    assert scim.rows(scim_user) == 0


def test_an_operation_with_a_version_that_is_not_the_newest_is_412(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com")
    first = scim.get(f"/Users/{ada}").headers["ETag"]
    renamed = patch(f"/Users/{ada}", {"op": "replace", "value": {"title": "one"}}, version=first)
    again = patch(f"/Users/{ada}", {"op": "replace", "value": {"title": "two"}}, version=first)
    results = send(scim, renamed, again, {"method": "DELETE", "path": f"/Users/{ada}", "version": first})
    assert statuses(results) == ["200", "412", "412"]
    assert scim.get(f"/Users/{ada}").json["title"] == "one"


def test_lesson_51_a_bulk_request_reaches_and_learns_nothing_of_another_source(scim: Scim) -> None:
    other = second_source(scim)
    ada, engineers = scim.new_user("ada@example.com"), scim.new_group("Engineers")
    send(scim, person("grace"), team("Theirs", "bulkId:grace"))
    operations = [
        {"method": "DELETE", "path": "/Users/{}"},
        patch("/Groups/{}", {"op": "replace", "value": {"displayName": "Mine"}}),
        team("Mine", "{}"),
    ]

    def told(*ids: str) -> list[Any]:
        sent = [json.loads(json.dumps(each).replace("{}", name)) for each, name in zip(operations, ids, strict=True)]
        results = send(other, *sent)
        return [{**each, "location": ""} | {"response": repr(each["response"]).replace(name, "")}
                for each, name in zip(results, ids, strict=True)]

    unknown = "0c0c0c0c-0000-4000-8000-00000000beef"
    assert told(ada, engineers, ada) == told(unknown, unknown, unknown)
    assert statuses(send(other, team("Mine", "bulkId:grace"), {"method": "DELETE", "path": "/Users/bulkId:grace"})) == ["400", "400"]
    assert other.get("/Users").json["totalResults"] == other.get("/Groups").json["totalResults"] == 0
    assert scim.get("/Users").json["totalResults"] == 2


def test_lesson_47_every_operation_has_the_records_and_marks_of_a_single_request(scim: Scim) -> None:
    speak_of(scim.database, "default", "labs")
    headers = {"X-Request-Id": "req-7"}
    body = {"schemas": [REQUEST_URN], "Operations": [
        person("ada"), team("Engineers", "bulkId:ada"),
        patch("/Users/bulkId:ada", {"op": "replace", "value": {"active": False}}),
        patch("/Users/bulkId:ada", {"op": "replace", "value": {"active": False}}),
    ]}  # fmt: skip
    before = scim.rows(audit_record)
    assert scim.send("POST", "/Bulk", body, headers=headers).status_code == 200
    with scim.database.reading() as connection:
        made = records(connection)[: scim.rows(audit_record) - before][::-1]
    assert [each.action for each in made] == ["user.created", "group.created", "group.members_added", "user.deactivated"]
    assert {each.request_id for each in made} == {"req-7"}
    assert len({each.initiator for each in made}) == 1
    assert ("labs", "person") in {key[:2] for key in scim.marks()}


def test_lesson_26_a_repeated_bulk_request_ends_where_the_first_one_did(scim: Scim) -> None:
    operations = [person("ada"), person("grace"), team("Engineers", "bulkId:ada", "bulkId:grace")]
    first = send(scim, *operations)
    again = send(scim, *operations)
    assert statuses(first) == ["201"] * 3
    assert statuses(again) == ["409"] * 3
    assert scim.people() == 2
    assert scim.members(id_of(first[2])) == {id_of(first[0]), id_of(first[1])}
    changes = [
        patch(f"/Users/{id_of(first[0])}", {"op": "replace", "value": {"active": False}}),
        {"method": "DELETE", "path": f"/Users/{id_of(first[1])}"},
    ]
    assert statuses(send(scim, *changes)) == ["200", "204"]
    assert statuses(send(scim, *changes)) == ["200", "404"]
    assert scim.people() == 2


def test_lesson_20_a_database_that_goes_away_in_between_leaves_each_operation_whole_and_told(scim: Scim) -> None:
    """From the third transaction on nothing is written; the first attempt of all is 503 as a whole."""
    begun = []

    def refuse_later(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("INSERT INTO scim_user"):
            begun.append(statement)
            if len(begun) in (3, 4):
                raise OperationalError(statement, {}, Exception("gone"))

    scim.get("/Users")
    event.listen(scim.database.engine, "before_cursor_execute", refuse_later)
    results = send(scim, person("ada"), person("grace"), person("linus"), team("Engineers", "bulkId:linus"))
    assert statuses(results) == ["201", "201", "503", "503"]
    assert scim.rows(scim_user) == 2
    answer = scim.post("/Bulk", {"schemas": [REQUEST_URN], "Operations": [person("linus")]})
    assert (answer.status_code, answer.json["status"]) == (503, "503")
    assert answer.headers["Retry-After"].isdecimal()


def test_a_fault_of_ours_in_one_operation_does_not_lose_the_answers_of_the_others(scim: Scim) -> None:
    def fail(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("INSERT INTO scim_group"):
            raise RuntimeError("secret-in-a-trace")

    event.listen(scim.database.engine, "before_cursor_execute", fail)
    results = send(scim, person("ada"), team("Engineers"), person("grace"))
    assert statuses(results) == ["201", "500", "201"]
    assert "secret" not in repr(results)


@pytest.mark.parametrize("body", [None, [], "text", {}, {"Operations": []}, {"schemas": [PATCH_URN], "Operations": [person("a")]}])
def test_what_is_no_bulk_request_is_400(scim: Scim, body: Any) -> None:
    answer = scim.post("/Bulk", body)
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidSyntax")
