"""Identity providers that repeat, overtake and contradict themselves: one person each, every answer 2xx or 4xx."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.web.doors import Scim

KNOWN = {200, 201, 204, 400, 404, 409}


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result() for future in [pool.submit(deed) for deed in deeds]]


def test_lesson_11_a_create_whose_answer_was_lost_is_found_again_and_stays_one_person(scim: Scim) -> None:
    body = {"userName": "ada@example.com", "externalId": "00u1", "active": True}
    first = scim.post("/Users", body).json["id"]
    again = scim.post("/Users", body)
    assert (again.status_code, again.json["scimType"]) == (409, "uniqueness")
    assert scim.found("Users", 'userName eq "ADA@example.com"') == [first]
    assert scim.people() == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("zo\u00eb", "zoe\u0308"), ("\u0130da", "i\u0307da"), ("stra\u00dfe", "STRASSE"), ("\u212aim", "kim")],
    ids=["composed and decomposed", "Turkish capital i", "sharp s", "Kelvin sign"],
)
def test_two_spellings_of_one_name_are_one_user_and_one_group(scim: Scim, one: str, other: str) -> None:
    scim.new_user(one)
    scim.new_group(one)
    assert scim.post("/Users", {"userName": other}).status_code == 409
    assert scim.post("/Groups", {"displayName": other}).status_code == 409
    assert len(scim.found("Users", f'userName eq "{other}"')) == 1


@pytest.mark.parametrize("name", ["\u00df" * 500, "\ufb03" * 500, "a" + "\u0301" * 600])
def test_a_name_that_grows_beyond_the_column_when_it_is_folded_is_400(scim: Scim, name: str) -> None:
    assert scim.post("/Users", {"userName": name}).status_code == 400
    assert scim.post("/Groups", {"displayName": name}).status_code == 400


def test_everything_at_once_to_one_user_and_one_group_is_never_500(scim: Scim) -> None:
    for number in range(6):
        name = f"user{number}@example.com"
        user, group = scim.new_user(name), scim.new_group(f"Group {number}")
        codes = at_once(
            lambda user=user: scim.delete(f"/Users/{user}").status_code,
            lambda user=user: scim.patch(f"/Users/{user}", {"op": "replace", "value": {"active": False}}).status_code,
            lambda user=user, name=name: scim.put(f"/Users/{user}", {"userName": name}).status_code,
            lambda name=name: scim.post("/Users", {"userName": name}).status_code,
            lambda user=user, group=group: scim.patch(
                f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": user}]}
            ).status_code,
            lambda group=group: scim.delete(f"/Groups/{group}").status_code,
        )
        assert set(codes) <= KNOWN
        assert codes[0] == 204
    assert scim.people() == 6


def test_two_groups_that_take_one_name_at_once_are_one_renamed_and_one_409(scim: Scim) -> None:
    groups = scim.new_group("One"), scim.new_group("Two")
    rename = {"op": "replace", "value": {"displayName": "Both"}}
    assert sorted(at_once(*(lambda each=each: scim.patch(f"/Groups/{each}", rename).status_code for each in groups))) == [204, 409]


def test_names_change_hands_only_through_a_third(scim: Scim) -> None:
    ada, grace = scim.new_user("ada@example.com"), scim.new_user("grace@example.com")

    def name(user: str, text: str) -> int:
        return scim.put(f"/Users/{user}", {"userName": text}).status_code

    assert name(ada, "GRACE@example.com") == 409
    assert [name(ada, "between@example.com"), name(grace, "ada@example.com"), name(ada, "grace@example.com")] == [200] * 3
    assert scim.found("Users", 'userName eq "ada@example.com"') == [grace]
    assert scim.people() == 2


def test_what_comes_after_a_delete_is_404_and_a_create_is_the_same_person(scim: Scim) -> None:
    ada = scim.new_user("ada@example.com", externalId="00u1")
    assert scim.delete(f"/Users/{ada}").status_code == 204
    late = [scim.delete(f"/Users/{ada}"), scim.patch(f"/Users/{ada}", {"op": "replace", "value": {"active": True}}),
            scim.put(f"/Users/{ada}", {"userName": "ada@example.com"})]  # fmt: skip
    assert {answer.status_code for answer in late} == {404}
    assert scim.new_user("ada@example.com", externalId="00u1") != ada
    assert scim.people() == 1
