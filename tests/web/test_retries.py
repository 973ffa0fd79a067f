"""An answer that was lost is a request that comes again: it ends where the first one did, and says so (lessons 11, 26, 27)."""

from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.audit.tables import audit_record
from tests.web.doors import GROUP_URN, USER_URN, Scim, speak_of


def state(scim: Scim) -> tuple[Any, ...]:
    """Everything a repeated push could disturb."""
    return scim.get("/Users").json, scim.get("/Groups").json, scim.marks(), scim.rows(audit_record), scim.people()


def push_ada(scim: Scim) -> tuple[str, str]:
    speak_of(scim.database, "default", "labs")
    ada = scim.new_user("ada@example.com", title="Engineer")
    return ada, scim.new_group("Engineers", ada)


@pytest.mark.parametrize(
    ("kind", "body", "filter_"),
    [
        ("Users", {"schemas": [USER_URN], "userName": 'a"d\\a'}, 'userName eq "a\\"d\\\\a"'),
        ("Groups", {"schemas": [GROUP_URN], "displayName": 'a"d\\a'}, 'displayName eq "a\\"d\\\\a"'),
    ],
)
def test_lesson_11_a_repeated_create_tells_how_to_find_what_is_there(scim: Scim, kind: str, body: Any, filter_: str) -> None:
    made = scim.post(f"/{kind}", body).json["id"]
    before = state(scim)
    again = scim.post(f"/{kind}", body)
    assert (again.status_code, again.json["scimType"]) == (409, "uniqueness")
    assert filter_ in again.json["detail"]
    assert scim.found(kind, filter_) == [made]
    assert state(scim) == before


@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_a_repeated_put_is_a_success_that_changes_and_records_nothing(scim: Scim, kind: str) -> None:
    ada, group = push_ada(scim)
    path, body = {
        "Users": (f"/Users/{ada}", {"schemas": [USER_URN], "userName": "ada@example.com", "title": "Boss", "active": False}),
        "Groups": (f"/Groups/{group}", {"schemas": [GROUP_URN], "displayName": "Builders", "members": []}),
    }[kind]
    first, after = scim.put(path, body), state(scim)
    again = scim.put(path, body)
    assert (first.status_code, again.status_code, again.json) == (200, 200, first.json)
    assert state(scim) == after


PATCHES: list[tuple[str, list[dict[str, Any]]]] = [
    ("Users", [{"op": "replace", "value": {"active": False}}]),
    ("Users", [{"op": "add", "path": "emails", "value": [{"value": "a@example.com", "type": "work", "primary": True}]}]),
    ("Users", [{"op": "remove", "path": "title"}]),
    ("Users", [{"op": "remove", "path": 'emails[type eq "work"]'}]),
    ("Users", [{"op": "Replace", "path": 'emails[type eq "work"].value', "value": "a@example.com"}]),
    ("Groups", [{"op": "remove", "path": 'members[value eq "{ada}"]'}]),
    ("Groups", [{"op": "add", "path": "members", "value": [{"value": "{ada}"}]}]),
    ("Groups", [{"op": "replace", "path": "members", "value": [{"value": "{ada}"}]}]),
    ("Groups", [{"op": "Remove", "path": "members"}]),
    ("Groups", [{"op": "replace", "value": {"displayName": "Builders"}}]),
]


@pytest.mark.parametrize(("kind", "operations"), PATCHES, ids=str)
def test_lesson_27_a_repeated_patch_is_a_success_that_changes_and_records_nothing(
    scim: Scim, kind: str, operations: list[dict[str, Any]]
) -> None:
    ada, group = push_ada(scim)
    path = f"/Users/{ada}" if kind == "Users" else f"/Groups/{group}"
    filled = [
        {name: _filled(value, ada) for name, value in each.items()} for each in operations
    ]
    first, after = scim.patch(path, *filled), state(scim)
    again = scim.patch(path, *filled)
    assert first.status_code == again.status_code
    assert again.status_code in (200, 204)
    assert state(scim) == after


def _filled(value: Any, ada: str) -> Any:
    if isinstance(value, list):
        return [{name: _filled(part, ada) for name, part in each.items()} for each in value]
    return value.replace("{ada}", ada) if isinstance(value, str) else value


@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_a_repeated_delete_is_404_and_changes_and_records_nothing(scim: Scim, kind: str) -> None:
    ada, group = push_ada(scim)
    path = f"/Users/{ada}" if kind == "Users" else f"/Groups/{group}"
    assert scim.delete(path).status_code == 204
    after = state(scim)
    assert scim.delete(path).status_code == 404
    assert state(scim) == after
