"""Okta against the book."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from scim_bridge.sources.backfill import Book, Difference, EmptyListing, compare
from scim_bridge.sources.okta import OktaGroup, OktaPerson, OktaUnreachable
from tests.sources.worlds import books, group, okta_sides, person, pushed, user


def _kinds(differences: tuple[Difference, ...]) -> list[tuple[str, str]]:
    return [(difference.kind, difference.subject) for difference in differences]


def test_what_was_pushed_is_no_difference() -> None:
    book = Book([user("ada"), user("grace")], [group("AI Engineers", "ada")])
    assert compare([person("ada"), person("grace")], [pushed("AI Engineers", "ada")], book) == ()


def test_somebody_new_is_created_with_the_body_okta_would_push() -> None:
    (difference,) = compare([person("ada")], [], Book([], []))
    assert (difference.kind, difference.subject, difference.okta_id) == ("create_user", "ada@example.com", "okta-ada")
    assert difference.body == person("ada").scim


def test_somebody_new_who_is_deprovisioned_is_not_created() -> None:
    assert compare([person("ada", status="DEPROVISIONED")], [], Book([], [])) == ()


def test_a_changed_attribute_is_an_update_that_keeps_what_okta_does_not_say() -> None:
    kept = user("ada", title="Engineer", nickName="Countess")
    (difference,) = compare([person("ada", title="Dean")], [], Book([kept], []))
    assert difference.kind == "update_user"
    assert difference.detail == "title: Engineer becomes Dean"
    assert difference.body is not None
    assert (difference.body["title"], difference.body["nickName"]) == ("Dean", "Countess")
    assert not difference.returns


def test_somebody_no_longer_assigned_is_deactivated_and_never_deleted() -> None:
    (difference,) = compare([person("ada")], [], Book([user("ada"), user("grace")], []))
    assert (difference.kind, difference.id, difference.okta_id) == ("deactivate_user", "user-grace", "okta-grace")


def test_somebody_who_left_already_is_no_difference() -> None:
    assert compare([person("ada")], [], Book([user("ada"), user("grace", active=False)], [])) == ()


def test_somebody_deprovisioned_in_the_app_is_deactivated() -> None:
    people = [person("ada"), person("grace", status="SUSPENDED", title="Admiral")]
    (difference,) = compare(people, [], Book([user("ada"), user("grace")], []))
    assert (difference.kind, difference.id) == ("deactivate_user", "user-grace")


def test_somebody_assigned_again_comes_back() -> None:
    (difference,) = compare([person("ada")], [], Book([user("ada", active=False)], []))
    assert (difference.kind, difference.returns) == ("update_user", True)
    assert difference.detail == "active: False becomes True"


def test_somebody_okta_never_pushed_is_told_and_left_alone() -> None:
    curl = user("grace", externalId=None)
    (difference,) = compare([person("ada")], [], Book([user("ada"), curl], []))
    assert (difference.kind, difference.can_be_taken_in) == ("unknown_to_okta", False)


def test_another_external_id_is_matched_by_user_name_in_any_case() -> None:
    kept = user("ada", externalId="okta-before", userName="ADA@example.com")
    (difference,) = compare([person("ada")], [], Book([kept], []))
    assert (difference.kind, difference.id) == ("update_user", "user-ada")
    assert difference.detail == (
        "userName: ADA@example.com becomes ada@example.com; externalId: okta-before becomes okta-ada"
    )


def test_a_rename_finds_the_person_by_okta_id() -> None:
    kept = user("ada", userName="byron@example.com")
    (difference,) = compare([person("ada")], [], Book([kept], []))
    assert (difference.kind, difference.id) == ("update_user", "user-ada")


def test_the_id_that_okta_pushes_to_counts_before_names() -> None:
    two = [user("ada", externalId=None), user("grace", userName="lovelace@example.com", externalId=None, active=False)]
    people = [person("ada", linked="user-grace"), person("alan")]
    found = compare(people, [], Book(two, []))
    assert ("update_user", "ada@example.com") in _kinds(found)
    assert next(one for one in found if one.kind == "update_user").id == "user-grace"


def test_nobody_is_matched_twice() -> None:
    twins = [person("ada"), replace(person("grace"), user_name="ada@example.com")]
    found = compare(twins, [], Book([user("ada")], []))
    assert [(one.kind, one.okta_id) for one in found] == [("create_user", "okta-grace")]


def test_an_external_id_that_two_users_carry_says_nothing() -> None:
    twins = [user("grace", externalId="okta-ada"), user("alan", externalId="okta-ada")]
    found = compare([person("ada")], [], Book(twins, []))
    assert ("create_user", "ada@example.com") in _kinds(found)


def test_an_id_that_okta_pushes_to_and_the_bridge_does_not_have_is_told_with_its_cure() -> None:
    found = compare([person("ada", linked="user-of-before")], [], Book([], []))
    assert _kinds(found) == [("create_user", "ada@example.com"), ("stale_link", "ada@example.com")]
    assert "unassign and assign" in found[1].detail


def test_a_missing_group_is_created_with_its_members() -> None:
    (difference,) = compare([person("ada")], [pushed("AI Engineers", "ada")], Book([user("ada")], []))
    assert (difference.kind, difference.subject) == ("create_group", "AI Engineers")
    assert [member.id for member in difference.members] == ["user-ada"]


def test_members_are_added_and_removed_by_name() -> None:
    people = [person("ada"), person("grace"), person("alan")]
    book = Book([user("ada"), user("grace"), user("alan")], [group("AI Engineers", "ada", "grace")])
    added, removed = compare(people, [pushed("AI Engineers", "grace", "alan")], book)
    assert (added.kind, [member.name for member in added.members]) == ("add_members", ["alan@example.com"])
    assert (removed.kind, [member.name for member in removed.members]) == ("remove_members", ["ada@example.com"])


def test_a_group_in_another_spelling_is_renamed_and_not_doubled() -> None:
    book = Book([user("ada")], [group("ai engineers", "ada")])
    (difference,) = compare([person("ada")], [pushed("AI Engineers", "ada")], book)
    assert (difference.kind, difference.detail) == ("rename_group", "ai engineers becomes AI Engineers")


def test_a_group_that_okta_does_not_push_is_told_and_left_alone() -> None:
    (difference,) = compare([person("ada")], [], Book([user("ada")], [group("By hand", "ada")]))
    assert (difference.kind, difference.can_be_taken_in) == ("group_not_pushed", False)


def test_nested_groups_and_people_unknown_to_okta_stay_members() -> None:
    kept = group("AI Engineers", "grace")
    kept["members"].append({"value": "group-Research", "type": "Group"})
    people, book = [person("ada")], Book([user("ada"), user("grace", externalId=None)], [kept])
    assert "remove_members" not in [kind for kind, _ in _kinds(compare(people, [pushed("AI Engineers")], book))]


def test_two_mappings_to_one_name_are_told() -> None:
    found = compare([person("ada")], [pushed("Research"), pushed("RESEARCH", "ada")], Book([user("ada")], []))
    assert _kinds(found) == [("create_group", "Research"), ("same_name", "RESEARCH")]


@pytest.mark.parametrize("people", [[], [person("ada", status="DEPROVISIONED")]])
def test_an_empty_listing_is_never_a_wish_to_remove_everybody(people: list[OktaPerson]) -> None:
    with pytest.raises(EmptyListing, match="2 active people"):
        compare(people, [], Book([user("ada"), user("grace")], []))


def test_lesson_29_people_that_end_in_an_error_give_no_difference() -> None:
    def people() -> Iterator[OktaPerson]:
        yield person("ada")
        raise OktaUnreachable("gone")

    with pytest.raises(OktaUnreachable):
        compare(people(), [], Book([user("ada"), user("grace")], []))


def test_who_leaves_comes_first() -> None:
    book = Book([user("grace"), user("ada", title="Engineer")], [])
    found = compare([person("alan"), person("ada", title="Dean")], [], book)
    assert [one.kind for one in found] == ["deactivate_user", "create_user", "update_user"]


def test_every_difference_is_json() -> None:
    found = compare([person("ada", linked="x")], [pushed("AI Engineers", "ada")], Book([user("grace")], []))
    shown: list[dict[str, Any]] = json.loads(json.dumps([difference.as_json() for difference in found]))
    assert [one["kind"] for one in shown] == ["deactivate_user", "create_user", "create_group", "stale_link"]


def test_progress_counts_the_differences() -> None:
    told: list[tuple[str, int]] = []
    compare([person("ada"), person("grace")], [], Book([], []), lambda what, count: told.append((what, count)))
    assert told == [("differences", 1), ("differences", 2)]


@given(okta=okta_sides(), book=books())
def test_only_those_whom_okta_knew_and_does_not_list_as_active_are_deactivated(
    okta: tuple[list[OktaPerson], list[OktaGroup]], book: Book
) -> None:
    people, groups = okta
    kept = {one["id"]: one for one in book.users}
    assigned = {one.user_name.casefold() for one in people if one.active}
    for difference in compare(people, groups, book):
        if difference.kind == "deactivate_user":
            leaver = kept[difference.id]
            assert leaver["active"]
            assert leaver["userName"].casefold() not in assigned
            assert difference.okta_id


@given(okta=okta_sides(), book=books())
def test_the_order_in_which_okta_lists_does_not_matter(
    okta: tuple[list[OktaPerson], list[OktaGroup]], book: Book
) -> None:
    people, groups = okta
    forwards, backwards = compare(people, groups, book), compare(people[::-1], groups[::-1], book)
    assert sorted(map(repr, forwards)) == sorted(map(repr, backwards))
