"""Taking differences in: what the book is afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given

from scim_bridge.sources.backfill import Book, compare
from scim_bridge.sources.okta import OktaGroup, OktaPerson, OktaSource, OktaUnreachable
from scim_bridge.sources.take_in import Standing, take_in
from tests.simulators.okta import OktaSimulator
from tests.sources.kept_book import KeptBook
from tests.sources.worlds import books, group, okta_sides, person, pushed, user


def _as_listed(*people: OktaPerson) -> Standing:
    by_id = {one.okta_id: one for one in people}

    def standing(okta_ids: Iterable[str]) -> Mapping[str, OktaPerson | None]:
        return {okta_id: by_id.get(okta_id) for okta_id in okta_ids}

    return standing


def test_people_are_there_before_the_group_they_are_in() -> None:
    people = [person("ada"), person("grace")]
    kept = KeptBook(Book([user("ada")], []))
    outcomes = take_in(compare(people, [pushed("AI Engineers", "ada", "grace")], kept.book()), kept, _as_listed(*people))
    assert [outcome.problem for outcome in outcomes] == [None, None]
    (made,) = kept.groups
    assert {kept.users[member]["userName"] for member in kept.members(made)} == {"ada@example.com", "grace@example.com"}


def test_somebody_who_left_is_inactive_and_still_there() -> None:
    kept = KeptBook(Book([user("ada"), user("grace")], []))
    take_in(compare([person("ada")], [], kept.book()), kept, _as_listed(person("ada")))
    assert {id: one["active"] for id, one in kept.users.items()} == {"user-ada": True, "user-grace": False}


def test_somebody_assigned_again_since_the_listing_is_not_deactivated() -> None:
    kept = KeptBook(Book([user("ada"), user("grace")], []))
    differences = compare([person("ada")], [], kept.book())
    (outcome,) = take_in(differences, kept, _as_listed(person("ada"), person("grace")))
    assert outcome.problem == "Okta has assigned them again meanwhile; nothing was changed."
    assert kept.users["user-grace"]["active"]


def test_somebody_unassigned_since_the_listing_does_not_come_back() -> None:
    kept = KeptBook(Book([user("ada", active=False)], []))
    (outcome,) = take_in(compare([person("ada")], [], kept.book()), kept, _as_listed())
    assert outcome.problem == "Okta has unassigned them meanwhile; nothing was changed."
    assert not kept.users["user-ada"]["active"]


def test_okta_failing_before_the_first_deed_leaves_everything_as_it_was() -> None:
    def standing(okta_ids: Iterable[str]) -> Mapping[str, OktaPerson | None]:
        raise OktaUnreachable("gone")

    kept = KeptBook(Book([user("grace")], []))
    with pytest.raises(OktaUnreachable):
        take_in(compare([person("ada")], [], kept.book()), kept, standing)
    assert kept.order == []


def test_a_refused_person_stops_nobody_else_and_is_missing_from_the_group_by_name() -> None:
    kept = KeptBook()
    people = [person("ada"), person("grace")]
    differences = compare(people, [pushed("AI Engineers", "ada", "grace")], kept.book())
    kept.users["pushed-meanwhile"] = user("ada", id="pushed-meanwhile")
    refused, created, grouped = take_in(differences, kept, _as_listed(*people))
    assert refused.problem == "userName ada@example.com is taken."
    assert created.problem is None
    assert grouped.problem == "1 of the members could not be created and are not in the group."
    assert len(kept.members(next(iter(kept.groups)))) == 1


def test_what_is_only_told_is_not_taken_in() -> None:
    kept = KeptBook(Book([user("ada"), user("grace", externalId=None)], [group("By hand", "grace")]))
    differences = compare([person("ada", linked="user-of-before")], [], kept.book())
    assert len(differences) == 3
    assert take_in(differences, kept, _as_listed()) == ()
    assert kept.order == []


def test_progress_is_told() -> None:
    told: list[tuple[str, int]] = []
    people = [person("ada"), person("grace")]
    take_in(compare(people, [], Book([], [])), KeptBook(), _as_listed(), lambda what, count: told.append((what, count)))
    assert told == [("taken in", 1), ("taken in", 2)]


@given(okta=okta_sides(), book=books())
def test_after_taking_in_nothing_is_left_to_take_in(okta: tuple[list[OktaPerson], list[OktaGroup]], book: Book) -> None:
    people, groups = okta
    kept = KeptBook(book)
    outcomes = take_in(compare(people, groups, book), kept, _as_listed(*people))
    assert [outcome.problem for outcome in outcomes if outcome.problem] == []
    assert [left for left in compare(people, groups, kept.book()) if left.can_be_taken_in] == []


@given(okta=okta_sides(), book=books())
def test_nobody_and_no_group_is_ever_deleted(okta: tuple[list[OktaPerson], list[OktaGroup]], book: Book) -> None:
    people, groups = okta
    kept = KeptBook(book)
    take_in(compare(people, groups, book), kept, _as_listed(*people))
    assert {one["id"] for one in book.users} <= set(kept.users)
    assert {one["id"] for one in book.groups} <= set(kept.groups)


def test_an_org_is_taken_in_from_end_to_end(okta: OktaSimulator, source: OktaSource) -> None:
    okta.page_size = 2
    people = [okta.org.add_person(f"person{number}@example.com") for number in range(5)]
    okta.org.push(okta.org.add_group("AI Engineers", *people[:3]))
    kept = KeptBook()
    listing = source.read()
    take_in(compare(listing.people, listing.groups, kept.book()), kept, source.standing)
    okta.org.unassign(people[0])
    listing = source.read()
    take_in(compare(listing.people, listing.groups, kept.book()), kept, source.standing)
    (made,) = kept.groups
    assert {kept.users[member]["externalId"] for member in kept.members(made)} == set(people[1:3])
    assert sorted(one["externalId"] for one in kept.users.values() if one["active"]) == people[1:]
