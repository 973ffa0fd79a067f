"""Versions, `ETag` and conditional requests (RFC 7644 section 3.14, RFC 9110 section 13)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from scim_bridge.app import create_app
from scim_bridge.db import Database
from tests.web.doors import GROUP_URN, PATCH_URN, USER_URN, Scim


def retitle(title: str) -> dict[str, Any]:
    return {"schemas": [PATCH_URN], "Operations": [{"op": "replace", "path": "title", "value": title}]}


def writing(scim: Scim, method: str, path: str, body: Any, **headers: str) -> TestResponse:
    return scim.send(method, path, body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def reading(scim: Scim, path: str, tag: str, **query: str) -> TestResponse:
    return scim.send("GET", path, headers={"If-None-Match": tag}, query_string=query)


def test_every_answer_with_a_resource_carries_its_version(scim: Scim) -> None:
    body = {"schemas": [USER_URN], "userName": "ada@example.com"}
    created = scim.post("/Users", body)
    user = created.json["id"]
    answers = [
        created,
        scim.get(f"/Users/{user}"),
        scim.put(f"/Users/{user}", {**body, "title": "x"}),
        scim.patch(f"/Users/{user}", {"op": "replace", "path": "title", "value": "y"}),
        scim.post("/Groups", {"schemas": [GROUP_URN], "displayName": "Engineers"}),
    ]
    for answer in answers:
        assert answer.headers["ETag"] == answer.json["meta"]["version"]
        assert answer.headers["ETag"].startswith('W/"')
    assert [answer.headers["ETag"] for answer in answers[:4]] == ['W/"1"', 'W/"1"', 'W/"2"', 'W/"3"']
    group = answers[4].json["id"]
    rename = scim.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "Builders"})
    assert (rename.status_code, rename.headers["ETag"]) == (204, 'W/"2"')
    assert scim.get(f"/Users/{user}", attributes="userName").headers["ETag"] == 'W/"3"'
    assert scim.get("/Users").json["Resources"][0]["meta"]["version"] == 'W/"3"'
    assert scim.get("/ServiceProviderConfig").json["etag"] == {"supported": True}


def test_a_push_that_changes_nothing_keeps_the_version(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com", title="Engineer")
    group = scim.new_group("Engineers", ada)
    same = {"op": "add", "path": "title", "value": "Engineer"}
    assert scim.patch(f"/Users/{ada}", same).headers["ETag"].startswith('W/"1')
    there = {"op": "add", "path": "members", "value": [{"value": ada}]}
    assert scim.patch(f"/Groups/{group}", there).headers["ETag"] == 'W/"1"'


@pytest.mark.parametrize("form", ["{}", 'W/"0", {}', '{} , W/"9"', "*"])
def test_who_has_the_version_is_not_sent_it_again(scim: Scim, form: str) -> None:
    user = scim.new_user("ada@example.com")
    tag = scim.get(f"/Users/{user}").headers["ETag"]
    for given in (tag, tag.removeprefix("W/")):
        answer = reading(scim, f"/Users/{user}", form.format(given))
        assert (answer.status_code, answer.get_data(), answer.headers["ETag"]) == (304, b"", tag)
        assert "Content-Type" not in answer.headers
    scim.patch(f"/Users/{user}", {"op": "replace", "path": "title", "value": "x"})
    assert reading(scim, f"/Users/{user}", tag).json["title"] == "x"


@pytest.mark.parametrize("tag", ['W/"0"', '""', '"1', "1", "W/1", "", "x*", 'W/"1.0c0c0c0c0c0c"'])
def test_another_tag_or_none_gets_the_resource(scim: Scim, tag: str) -> None:
    user = scim.new_user("ada@example.com")
    assert reading(scim, f"/Users/{user}", tag).status_code == 200


def test_lesson_21_nobody_is_told_not_modified_while_what_is_shown_changed(scim: Scim) -> None:
    """A user's groups change by requests about other resources. How a group shows its members does not."""
    ada = scim.new_user("ada@example.com")
    inner = scim.new_group("Inner")
    outer = scim.new_group("Outer", inner)
    known = {path: scim.get(path).headers["ETag"] for path in (f"/Users/{ada}", f"/Groups/{inner}", f"/Groups/{outer}")}

    def changed() -> set[str]:
        found = {path: reading(scim, path, tag) for path, tag in known.items()}
        known.update({path: answer.headers["ETag"] for path, answer in found.items()})
        return {path.split("/")[2] for path, answer in found.items() if answer.status_code == 200}

    assert changed() == set()
    scim.patch(f"/Groups/{inner}", {"op": "add", "path": "members", "value": [{"value": ada}]})
    assert changed() == {ada, inner}
    scim.patch(f"/Groups/{outer}", {"op": "replace", "path": "displayName", "value": "Outermost"})
    assert changed() == {ada, outer}
    scim.patch(f"/Users/{ada}", {"op": "replace", "path": "userName", "value": "lovelace@example.com"})
    assert changed() == {ada}
    scim.patch(f"/Groups/{inner}", {"op": "replace", "path": "displayName", "value": "Innermost"})
    assert changed() == {ada, inner}
    del known[f"/Groups/{inner}"]
    scim.delete(f"/Groups/{inner}")
    assert changed() == {ada, outer}


def test_lesson_12_not_modified_reads_no_members(scim: Scim) -> None:
    group = scim.new_group("Engineers", scim.new_user("ada@example.com"))
    tag = scim.get(f"/Groups/{group}").headers["ETag"]
    statements: list[str] = []
    event.listen(scim.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert reading(scim, f"/Groups/{group}", tag).status_code == 304
    assert not [text for text in statements if "member" in text]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_lesson_17_a_write_with_an_old_version_is_412_and_changes_nothing(scim: Scim, kind: str, method: str) -> None:
    made = scim.new_user("ada@example.com") if kind == "Users" else scim.new_group("ada@example.com")
    name = "userName" if kind == "Users" else "displayName"
    path, old = f"/{kind}/{made}", scim.get(f"/{kind}/{made}").headers["ETag"]
    scim.patch(path, {"op": "replace", "path": "externalId", "value": "one"})
    before, actions = scim.get(path), scim.actions()
    body = {
        "PUT": {name: "ada@example.com", "externalId": "two"},
        "PATCH": {"Operations": [{"op": "replace", "path": "externalId", "value": "two"}]},
        "DELETE": None,
    }[method]
    for tag in (old, 'W/"nothing"', "nothing", '""', f"{old}, W/\"0\""):
        answer = writing(scim, method, path, body, If_Match=tag)
        assert (answer.status_code, answer.json["status"]) == (412, "412")
    for tag in ("*", before.headers["ETag"]):
        assert writing(scim, method, path, body, If_None_Match=tag).status_code == 412
    assert (scim.get(path).json, scim.actions()) == (before.json, actions)
    assert writing(scim, method, path, body, If_Match=before.headers["ETag"]).status_code in (200, 204)


def test_a_write_with_the_newest_version_or_any_goes_on(scim: Scim) -> None:
    user = scim.new_user("ada@example.com")
    scim.new_group("Engineers", user)
    for number, form in enumerate(("{}", 'W/"0", {}', "*")):
        tag = scim.get(f"/Users/{user}").headers["ETag"]
        assert writing(scim, "PATCH", f"/Users/{user}", retitle(str(number)), If_Match=form.format(tag)).status_code == 200
    assert writing(scim, "PATCH", f"/Users/{user}", retitle("last"), If_None_Match='W/"1"').status_code == 200
    assert scim.get(f"/Users/{user}").json["title"] == "last"


def test_a_condition_on_what_is_not_there_is_404_and_on_a_bad_body_400(scim: Scim) -> None:
    user = scim.new_user("ada@example.com")
    assert writing(scim, "PATCH", "/Users/unknown", retitle("x"), If_Match="*").status_code == 404
    assert writing(scim, "PATCH", f"/Users/{user}", {"Operations": []}, If_Match='W/"0"').status_code == 400


@pytest.mark.parametrize(("kind", "name"), [("Users", "userName"), ("Groups", "displayName")])
def test_if_none_match_on_create_makes_only_what_is_not_there(scim: Scim, kind: str, name: str) -> None:
    assert writing(scim, "POST", f"/{kind}", {name: "ada@example.com"}, If_None_Match="*").status_code == 201
    again = writing(scim, "POST", f"/{kind}", {name: "ADA@example.com"}, If_None_Match="*")
    assert (again.status_code, "filter" in again.json["detail"]) == (412, True)
    for other in ({}, {"If_None_Match": 'W/"1"'}):  # versions mean nothing of what is not there
        refused = writing(scim, "POST", f"/{kind}", {name: "ada@example.com"}, **other)
        assert (refused.status_code, refused.json["scimType"]) == (409, "uniqueness")
    assert scim.get(f"/{kind}").json["totalResults"] == 1


@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_lesson_17_of_many_writers_with_one_version_exactly_one_wins(scim: Scim, kind: str) -> None:
    """Each on its own engine, as in processes of their own."""
    path = f"/Users/{scim.new_user('ada@example.com')}" if kind == "Users" else f"/Groups/{scim.new_group('Engineers')}"
    engines = [Database(scim.database.url) for _ in range(4)]
    doors = [Scim(create_app(each), each) for each in engines]
    for _ in range(3):
        tag = scim.get(path).headers["ETag"]

        def write(number: int, tag: str = tag) -> int:
            body = {"Operations": [{"op": "replace", "path": "externalId", "value": f"{tag} {number}"}]}
            return writing(doors[number], "PATCH", path, body, If_Match=tag).status_code

        with ThreadPoolExecutor(4) as pool:
            codes = list(pool.map(write, range(4)))
        winner = next(number for number, code in enumerate(codes) if code in (200, 204))
        assert sorted(codes)[1:] == [412, 412, 412]
        assert scim.get(path).json["externalId"] == f"{tag} {winner}"
    for each in engines:
        each.dispose()
