"""People and groups, read through the real SDK from the stand-in."""

from __future__ import annotations

from scim_bridge.sources.okta import OktaSource
from tests.simulators.okta import OktaSimulator


def test_people_come_from_every_page(okta: OktaSimulator, source: OktaSource) -> None:
    okta.page_size = 3
    for number in range(10):
        okta.org.add_person(f"person{number}@example.com")
    assert [person.user_name for person in source.people()] == [f"person{number}@example.com" for number in range(10)]
    assert okta.requests["app users"] == 4


def test_members_come_from_every_page(okta: OktaSimulator, source: OktaSource) -> None:
    okta.page_size = 2
    people = [okta.org.add_person(f"person{number}@example.com") for number in range(7)]
    okta.org.push(okta.org.add_group("AI Engineers", *people))
    (group,) = source.groups()
    assert group.members == frozenset(people)
    assert okta.requests["group users"] == 4


def test_group_push_mappings_come_from_every_page(okta: OktaSimulator, source: OktaSource) -> None:
    okta.page_size = 1
    for name in ("AI Engineers", "AI Admins", "Research"):
        okta.org.push(okta.org.add_group(name))
    assert {group.display_name for group in source.groups([])} == {"AI Engineers", "AI Admins", "Research"}


def test_a_group_has_the_name_it_is_pushed_under(okta: OktaSimulator, source: OktaSource) -> None:
    okta.org.push(okta.org.add_group("AI Engineers"), target="bridge-engineers")
    (group,) = source.groups()
    assert group.display_name == "bridge-engineers"


def test_only_members_who_are_assigned_to_the_app_are_members(okta: OktaSimulator, source: OktaSource) -> None:
    ada, grace = okta.org.add_person("ada@example.com"), okta.org.add_user("grace@example.com")
    okta.org.push(okta.org.add_group("AI Engineers", ada, grace))
    (group,) = source.read().groups
    assert group.members == {ada}


def test_a_switched_off_mapping_pushes_nothing_and_a_failed_one_is_still_wanted(
    okta: OktaSimulator, source: OktaSource
) -> None:
    okta.org.push(okta.org.add_group("Off"), status="INACTIVE")
    okta.org.push(okta.org.add_group("Failed"), status="ERROR", error="Unable to push")
    okta.org.push(okta.org.add_group("On"))
    assert {group.display_name for group in source.groups()} == {"Failed", "On"}


def test_somebody_deprovisioned_in_the_app_is_inactive_and_somebody_staged_is_not(
    okta: OktaSimulator, source: OktaSource
) -> None:
    okta.org.assign(okta.org.add_user("ada@example.com"), status="STAGED")
    okta.org.assign(okta.org.add_user("grace@example.com"), status="DEPROVISIONED")
    okta.org.assign(okta.org.add_user("alan@example.com"), status="SOMETHING_NEW")
    assert {person.user_name: person.active for person in source.people()} == {
        "ada@example.com": True, "grace@example.com": False, "alan@example.com": True,
    }


def test_progress_is_told_as_the_pages_come(okta: OktaSimulator, source: OktaSource) -> None:
    okta.org.push(okta.org.add_group("AI Engineers", okta.org.add_person("ada@example.com")))
    told: list[tuple[str, int]] = []
    source.read(lambda what, count: told.append((what, count)))
    assert told == [("people", 1), ("groups", 1)]


def test_somebody_is_asked_about_afresh(okta: OktaSimulator, source: OktaSource) -> None:
    ada, grace = okta.org.add_person("ada@example.com"), okta.org.add_person("grace@example.com")
    okta.org.unassign(grace)
    standing = source.standing([ada, grace, "no/such person"])
    assert {okta_id: person and person.user_name for okta_id, person in standing.items()} == {
        ada: "ada@example.com", grace: None, "no/such person": None,
    }
