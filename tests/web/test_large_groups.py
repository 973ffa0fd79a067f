"""Groups with very many members go out in parts, and are not read when nobody asks for them."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
from sqlalchemy import event, insert, literal, select
from sqlalchemy.exc import OperationalError

from scim_bridge.db import Database
from scim_bridge.directory.member_parts import PART
from scim_bridge.directory.tables import member, person, scim_group, scim_user
from scim_bridge.web.options import Options
from tests.databases import SQLITE
from tests.web.doors import NOW, Scim, open_door

MANY = 6 * PART


@contextmanager
def counting(scim: Scim) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*given: Any) -> None:
        seen.append(given[2])

    event.listen(scim.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(scim.database.engine, "before_cursor_execute", note)


def crowd(scim: Scim, number: int, group: str) -> list[str]:
    """This many people, written in bulk, in the group. Their ids in order."""
    with scim.database.writing() as connection:
        row = connection.execute(select(scim_group).where(scim_group.c.scim_id == group)).one()
        stamps = {"created_at": NOW, "source_id": row.source_id}
        names = [f"user{index:06}@example.com" for index in range(number)]
        connection.execute(insert(person), [{"user_name": name, "user_name_key": name, **stamps} for name in names])
        people = connection.scalars(select(person.c.id).where(person.c.user_name.in_(names)).order_by(person.c.id)).all()
        connection.execute(insert(scim_user), [
            {"scim_id": f"00000000-0000-4000-8000-{index:012}", "person_id": people[index], "user_name": name, "user_name_key": name,
             "active": True, "payload": f'{{"userName":"{name}","active":true}}', "version": 1, "modified_at": NOW, **stamps}
            for index, name in enumerate(names)
        ])
        users = connection.scalars(select(scim_user.c.id).where(scim_user.c.user_name.in_(names))).all()
        connection.execute(insert(member), [{"group_id": row.id, "user_id": user, "display": "A member"} for user in users])
    return [f"00000000-0000-4000-8000-{index:012}" for index in range(number)]


@pytest.fixture
def large(scim: Scim) -> tuple[Scim, str, list[str]]:
    inner = scim.new_group("Inner")
    nested = {"value": inner, "display": "Inner"}
    group = scim.post("/Groups", {"displayName": "Large", "members": [nested]}).json["id"]
    return scim, group, [*crowd(scim, MANY, group), inner]


def test_a_large_group_is_the_same_json_and_never_whole_in_memory(large: tuple[Scim, str, list[str]]) -> None:
    scim, group, everybody = large
    answer = scim.get(f"/Groups/{group}")
    pieces = list(answer.iter_encoded())
    shown = orjson.loads(b"".join(pieces))
    assert [each["value"] for each in shown["members"]] == everybody
    assert {each["type"] for each in shown["members"][:-1]} == {"User"}
    assert shown["members"][-1]["type"] == "Group"
    assert shown["displayName"] == "Large"
    whole = len(orjson.dumps(shown))
    assert max(map(len, pieces)) <= 2 * PART * whole // len(everybody)  # a part, not the group
    assert "Content-Length" not in answer.headers
    assert answer.headers["ETag"] == shown["meta"]["version"]
    assert answer.headers["Location"] == answer.headers["Content-Location"] == shown["meta"]["location"]


def test_the_biggest_piece_and_the_statements_do_not_grow_with_the_group(scim: Scim) -> None:
    large, small = scim.new_group("Large"), scim.new_group("Small")
    crowd(scim, 8 * PART, large)
    with scim.database.writing() as connection:
        row = connection.scalar(select(scim_group.c.id).where(scim_group.c.scim_id == small))
        some = select(literal(row), member.c.user_id, member.c.display).order_by(member.c.user_id).limit(2 * PART)
        connection.execute(insert(member).from_select(["group_id", "user_id", "display"], some))
    sizes, costs, lengths = [], [], []
    for group in (small, large):
        with counting(scim) as statements:
            pieces = list(scim.get(f"/Groups/{group}").iter_encoded())
        sizes.append(max(map(len, pieces)))
        costs.append(len(statements))
        lengths.append(len(orjson.loads(b"".join(pieces))["members"]))
    assert lengths == [2 * PART, 8 * PART]
    assert sizes[0] == sizes[1]
    assert costs[0] == costs[1]


def test_sending_a_large_group_takes_the_memory_of_its_parts(large: tuple[Scim, str, list[str]]) -> None:
    scim, group, everybody = large
    list(scim.get(f"/Groups/{group}").iter_encoded())  # what is loaded once and kept
    tracemalloc.start()
    length = sum(len(piece) for piece in scim.get(f"/Groups/{group}").iter_encoded())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert length > 150 * len(everybody)
    assert peak < 4 * length  # as objects the whole would be ten times its text


def test_head_of_a_large_group_has_its_headers_and_gives_the_connection_back(large: tuple[Scim, str, list[str]]) -> None:
    scim, group, _ = large
    got, head = scim.get(f"/Groups/{group}"), scim.send("HEAD", f"/Groups/{group}")
    assert (head.status_code, head.get_data(), head.headers["ETag"]) == (200, b"", got.headers["ETag"])
    head.close()
    got.get_data()
    assert scim.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_client_that_hangs_up_gives_the_connection_back(large: tuple[Scim, str, list[str]]) -> None:
    scim, group, _ = large
    answer = scim.get(f"/Groups/{group}")
    next(iter(answer.iter_encoded()))
    answer.close()
    assert scim.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_who_has_the_group_already_is_told_so_before_a_member_is_read(large: tuple[Scim, str, list[str]]) -> None:
    scim, group, _ = large
    known = scim.get(f"/Groups/{group}", excludedAttributes="members").headers["ETag"]
    with counting(scim) as statements:
        answer = scim.send("GET", f"/Groups/{group}", headers={"If-None-Match": known})
    assert (answer.status_code, answer.get_data()) == (304, b"")
    assert not [each for each in statements if "member" in each]


@pytest.mark.parametrize("query", [{"excludedAttributes": "members"}, {"attributes": "displayName"}, {"attributes": "id"}])
def test_lesson_12_members_are_not_read_when_they_are_excluded(large: tuple[Scim, str, list[str]], query: dict[str, str]) -> None:
    scim, group, _ = large
    for path in (f"/Groups/{group}", "/Groups"):
        with counting(scim) as statements:
            assert scim.get(path, **query).status_code == 200
        assert not [each for each in statements if "member" in each]


@pytest.mark.parametrize(
    ("query", "keys"),
    [({"attributes": "members.value"}, {"value"}), ({"attributes": "members.$ref,members.type"}, {"$ref", "type"}),
     ({"excludedAttributes": "members.display"}, {"value", "$ref", "type"})],
)
def test_sub_attributes_of_members_are_chosen_in_a_large_group_too(
    large: tuple[Scim, str, list[str]], query: dict[str, str], keys: set[str]
) -> None:
    scim, group, everybody = large
    shown = scim.get(f"/Groups/{group}", **query).json
    assert [set(each) for each in shown["members"]] == [keys] * len(everybody)
    assert ("displayName" in shown) is ("excludedAttributes" in query)


def test_gzip_of_a_large_group_is_the_same_group(large: tuple[Scim, str, list[str]]) -> None:
    scim, group, everybody = large
    answer = scim.send("GET", f"/Groups/{group}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(orjson.loads(gzip.decompress(answer.get_data()))["members"]) == len(everybody)


def test_the_answer_to_a_write_of_a_large_group_shows_it_after_the_commit(large: tuple[Scim, str, list[str]]) -> None:
    scim, group, everybody = large
    renamed = scim.put(f"/Groups/{group}", {"displayName": "Renamed"})
    assert (renamed.status_code, len(renamed.json["members"])) == (200, len(everybody))
    assert renamed.headers["ETag"] == renamed.json["meta"]["version"]
    patched = scim.patch(f"/Groups/{group}", {"op": "remove", "path": f'members[value eq "{everybody[0]}"]'}, attributes="members")
    assert [each["value"] for each in patched.json["members"]] == everybody[1:]
    made = scim.post("/Groups", {"displayName": "Copy", "members": [{"value": each} for each in everybody[1:]]})
    assert (made.status_code, made.headers["Location"]) == (201, made.json["meta"]["location"])
    assert len(made.json["members"]) == len(everybody) - 1


@SQLITE
def test_what_is_committed_is_a_success_even_when_the_members_cannot_be_shown_any_more(large: tuple[Scim, str, list[str]]) -> None:
    scim, group, _ = large
    gone = []

    def committed(connection: Any) -> None:
        if not connection.get_execution_options().get("scim_bridge_reading"):
            gone.append(True)

    def away(*given: Any) -> None:
        if gone:
            raise OperationalError(given[2], None, Exception("the database is away"))

    scim.get("/Groups", count=0)  # notes the token's use
    event.listen(scim.database.engine, "commit", committed)
    event.listen(scim.database.engine, "before_cursor_execute", away)
    answer = scim.put(f"/Groups/{group}", {"displayName": "Renamed"})
    event.remove(scim.database.engine, "before_cursor_execute", away)
    assert (answer.status_code, answer.json["displayName"], "members" in answer.json) == (200, "Renamed", False)
    assert scim.get(f"/Groups/{group}", attributes="displayName").json["displayName"] == "Renamed"


@pytest.mark.parametrize(("limit", "shown"), [(4, True), (3, False), (0, False)])
def test_a_page_with_more_members_than_it_may_show_leaves_them_out_unless_they_are_named(
    database: Database, limit: int, shown: bool
) -> None:
    scim = open_door(database, Options(page_members=limit))
    people = [scim.new_user(f"user{number}") for number in range(3)]
    groups = {scim.new_group("One", *people): 3, scim.new_group("Two", people[0]): 1, scim.new_group("None"): 0}
    assert [("members" in each) for each in scim.get("/Groups").json["Resources"]] == [shown] * 3
    named = scim.get("/Groups", attributes="members.value", sortBy="displayName", sortOrder="descending").json
    assert {each["id"]: len(each.get("members", ())) for each in named["Resources"]} == groups
    assert (named["totalResults"], named["itemsPerPage"]) == (3, 3)
    assert len(scim.get(f"/Groups/{next(iter(groups))}").json["members"]) == 3
