"""Many requests at once on one database: every acknowledged change is there, and nothing else."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import event

from scim_bridge.app import create_app
from scim_bridge.db import Database
from scim_bridge.directory.tables import member, person
from tests.web.doors import USER_URN, Scim, speak_of

WORKERS = 4


def at_once(deeds: list[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(WORKERS) as pool:
        return [future.result() for future in [pool.submit(deed) for deed in deeds]]


def add(member_id: str) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": [{"value": member_id}]}


def remove(member_id: str) -> dict[str, Any]:
    return {"op": "remove", "path": f'members[value eq "{member_id}"]'}


def patching(scim: Scim, group: str, operation: dict[str, Any]) -> Callable[[], int]:
    return lambda: scim.patch(f"/Groups/{group}", operation).status_code


def test_lesson_15_fifty_parallel_additions_end_with_exactly_fifty_members(scim: Scim) -> None:
    speak_of(scim.database, "default", "labs")
    people = [scim.new_user(f"user{index}@example.com") for index in range(50)]
    group = scim.new_group("Engineers")
    before = scim.actions().count("group.members_added")
    assert set(at_once([patching(scim, group, add(each)) for each in people])) == {204}
    assert scim.members(group) == set(people)
    assert scim.actions().count("group.members_added") - before == 50
    assert len(scim.marks()) == 50


def test_lesson_15_parallel_additions_and_removals_each_do_their_own(scim: Scim) -> None:
    people = [scim.new_user(f"user{index}@example.com") for index in range(50)]
    group = scim.new_group("Engineers", *people[:25])
    deeds = [patching(scim, group, operation) for pair in zip(people[:25], people[25:], strict=True)
             for operation in (remove(pair[0]), add(pair[1]))]
    assert set(at_once(deeds)) == {204}
    assert scim.members(group) == set(people[25:])


def push_some(url: str, token: str, group: str, operations: list[dict[str, Any]], answers: Any) -> None:
    """What one web process does."""
    database = Database(url)
    scim = Scim(create_app(database), database, token)
    answers.put(at_once([patching(scim, group, operation) for operation in operations]))
    database.dispose()


def test_lesson_15_fifty_parallel_patches_of_four_processes_end_with_exactly_their_changes(scim: Scim) -> None:
    """`python -m bench.group_race` does it on a group of 10,000, again and again."""
    people = [scim.new_user(f"user{index}@example.com") for index in range(50)]
    group = scim.new_group("Engineers", *people[:25])
    operations = [each for pair in zip(people[:25], people[25:], strict=True) for each in (remove(pair[0]), add(pair[1]))]
    forks = multiprocessing.get_context("forkserver")  # which loads the application once for all of them
    forks.set_forkserver_preload([__name__])
    answers = forks.Queue()
    processes = [
        forks.Process(target=push_some, args=(scim.database.url, scim.token, group, operations[index::4], answers))
        for index in range(4)
    ]
    for process in processes:
        process.start()
    codes = [code for _ in processes for code in answers.get(timeout=60)]
    for process in processes:
        process.join(timeout=30)
    answers.close()
    answers.join_thread()
    assert codes == [204] * 50
    assert scim.members(group) == set(people[25:])


def test_lesson_16_a_patch_writes_only_the_members_it_names(scim: Scim) -> None:
    """A stranger's row in the table survives every PATCH that does not name it."""
    people = [scim.new_user(f"user{index}@example.com") for index in range(3)]
    group = scim.new_group("Engineers", people[0])
    statements: list[str] = []
    event.listen(scim.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    scim.patch(f"/Groups/{group}", add(people[1]), remove(people[0]))
    writes = [text for text in statements if "member" in text]
    assert [text.split()[0] for text in writes if "group_member" not in text] == ["INSERT", "DELETE"]
    assert not [text for text in writes if text.startswith("SELECT")]
    assert scim.members(group) == {people[1]}


def test_lesson_11_the_same_create_at_once_ends_with_one_person(scim: Scim) -> None:
    body = {"schemas": [USER_URN], "userName": "ada@example.com"}
    codes = at_once([lambda: scim.post("/Users", body).status_code] * 12)
    assert sorted(codes) == [201] + [409] * 11
    assert scim.rows(person) == 1


def test_lesson_21_after_a_2xx_every_worker_answers_with_the_new_state(scim: Scim) -> None:
    other = Database(scim.database.url)
    beside = Scim(create_app(other), other)
    user = scim.new_user("ada@example.com")
    assert beside.get(f"/Users/{user}").json["active"] is True
    scim.patch(f"/Users/{user}", {"op": "replace", "value": {"active": False}})
    assert beside.get(f"/Users/{user}").json["active"] is False
    scim.delete(f"/Users/{user}")
    assert beside.get(f"/Users/{user}").status_code == 404
    other.dispose()


def test_emptying_a_group_while_others_add_to_it_loses_no_addition_that_came_after(scim: Scim) -> None:
    people = [scim.new_user(f"user{index}@example.com") for index in range(30)]
    group = scim.new_group("Engineers", *people[:5])
    deeds: list[Callable[[], Any]] = [patching(scim, group, add(each)) for each in people[5:]]
    deeds[10:10] = [patching(scim, group, {"op": "remove", "path": "members"})]
    assert set(at_once(deeds)) == {204}
    inside = scim.members(group)
    assert not inside & set(people[:5])
    assert scim.rows(member) == 30  # each is in the live group, or in the row that remembers who was in it
