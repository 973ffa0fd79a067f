"""Groups of the platform: as principals that hold roles in places, and as places that people are in."""

from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.access.change import Outcome, Principal
from scim_bridge.access.errors import ManagedNatively
from scim_bridge.access.observed import GROUP, GROUP_ROLE, Inquiry, Observation
from tests.connectors.claims.trial import ADA, GRACE, Claims, Trial

LAB = "Lab"


class Groups(Claims):
    def test_a_group_is_made_and_making_it_again_links_it(self, trial: Trial) -> None:
        needs_groups(trial)
        made = of_group(trial, "create_account", None)
        assert made.changed
        assert made.account_id
        again = of_group(trial, "create_account", None)
        assert (again.changed, again.account_id) == (False, made.account_id)
        assert trial.bench.groups(LAB) == 1

    def test_a_group_is_found_by_its_exact_name_and_by_its_id(self, trial: Trial) -> None:
        needs_groups(trial)
        group_id = trial.bench.add_group(LAB)
        trial.bench.add_group("Labs")
        assert [group.id for group in look(trial, None).groups] == [group_id]
        assert [group.id for group in look(trial, group_id, name="another").groups] == [group_id]
        assert look(trial, None, name="lab").groups == ()
        assert {LAB, "Labs"} <= {group.name for group in trial.connector.groups()}

    def test_a_group_that_is_not_there_is_not_seen(self, trial: Trial) -> None:
        needs_groups(trial)
        seen = look(trial, "no-such-group", trial.place)
        assert (seen.groups, seen.memberships) == ((), ())

    def test_a_group_is_given_a_role_in_a_place_and_giving_it_again_changes_nothing(self, trial: Trial) -> None:
        group_id = lab(trial)
        assert of_group(trial, "grant", group_id, place=trial.place, role=trial.weak).changed
        assert not of_group(trial, "grant", group_id, place=trial.place, role=trial.weak).changed
        assert held(trial, group_id) == {trial.weak}
        assert held(trial, group_id, trial.other_place) == set()

    def test_the_role_of_a_group_is_changed(self, trial: Trial) -> None:
        group_id = lab(trial)
        of_group(trial, "grant", group_id, place=trial.place, role=trial.weak)
        change = {"place": trial.place, "role": trial.strong, "was": trial.weak}
        assert of_group(trial, "change_role", group_id, **change).changed
        assert held(trial, group_id) == {trial.strong}
        assert not of_group(trial, "change_role", group_id, **change).changed

    def test_a_role_is_taken_from_a_group_and_taking_it_again_changes_nothing(self, trial: Trial) -> None:
        group_id = lab(trial)
        for place in (trial.place, trial.other_place):
            of_group(trial, "grant", group_id, place=place, role=trial.weak)
        assert of_group(trial, "revoke", group_id, place=trial.place, role=trial.weak).changed
        assert not of_group(trial, "revoke", group_id, place=trial.place, role=trial.weak).changed
        assert (held(trial, group_id), held(trial, group_id, trial.other_place)) == (set(), {trial.weak})

    def test_a_group_may_hold_a_custom_role_too(self, trial: Trial) -> None:
        group_id = lab(trial)
        if not trial.can.custom_roles:
            pytest.skip("nobody makes up roles here")
        trial.bench.add_role("Tester", trial.place)
        for role in (trial.weak, "Tester"):
            assert of_group(trial, "grant", group_id, place=trial.place, role=role).changed
        assert held(trial, group_id) == {trial.weak, "Tester"}
        of_group(trial, "revoke", group_id, place=trial.place, role=trial.weak)
        assert held(trial, group_id) == {"Tester"}
        of_group(trial, "revoke", group_id, place=trial.place, role="Tester")
        assert held(trial, group_id) == set()

    def test_somebody_is_put_into_a_group_seen_in_it_and_taken_out(self, trial: Trial) -> None:
        group_id = lab(trial)
        account_id, other = trial.admit(ADA), trial.admit(GRACE)
        inside = {"place": GROUP + group_id, "role": GROUP_ROLE}
        trial.apply("grant", GRACE, other, **inside)
        assert trial.apply("grant", ADA, account_id, **inside).changed
        assert not trial.apply("grant", ADA, account_id, **inside).changed
        assert trial.bench.group_members(group_id) == {ADA, GRACE}
        assert groups_of(trial, account_id, frozenset({GROUP + group_id})) == {GROUP + group_id}
        assert trial.apply("revoke", ADA, account_id, **inside).changed
        assert not trial.apply("revoke", ADA, account_id, **inside).changed
        assert trial.bench.group_members(group_id) == {GRACE}

    def test_every_group_of_a_leaver_is_seen(self, trial: Trial) -> None:
        group_id, account_id = lab(trial), trial.admit(ADA)
        trial.bench.add_group("Empty")
        trial.apply("grant", ADA, account_id, place=GROUP + group_id, role=GROUP_ROLE)
        assert groups_of(trial, account_id, None) == {GROUP + group_id}

    def test_a_natively_managed_group_takes_roles_and_keeps_its_members(self, trial: Trial) -> None:
        needs_groups(trial)
        group_id, account_id = trial.bench.add_group(LAB, native=True), trial.admit(ADA)
        assert look(trial, group_id).groups[0].native
        with pytest.raises(ManagedNatively):
            trial.apply("grant", ADA, account_id, place=GROUP + group_id, role=GROUP_ROLE)
        assert trial.bench.group_members(group_id) == set()
        assert of_group(trial, "grant", group_id, place=trial.place, role=trial.weak).changed
        assert held(trial, group_id) == {trial.weak}


def needs_groups(trial: Trial) -> None:
    if not trial.can.groups_as_principals:
        pytest.skip("places take people only here")


def lab(trial: Trial) -> str:
    needs_groups(trial)
    return trial.bench.add_group(LAB)


def of_group(trial: Trial, kind: Any, group_id: str | None, **more: Any) -> Outcome:
    return trial.apply(kind, "", principal=Principal("group", group_id, LAB), **more)


def look(trial: Trial, group_id: str | None, *places: str, name: str = LAB) -> Observation:
    return trial.connector.observe([Inquiry(name, group_id, places=frozenset(places), kind="group")])


def held(trial: Trial, group_id: str, place: str | None = None) -> set[str]:
    found = look(trial, group_id, place or trial.place).memberships
    assert all(each.principal_kind == "group" for each in found)
    return {each.role for each in found if each.principal_id == group_id}


def groups_of(trial: Trial, account_id: str, groups: frozenset[str] | None) -> set[str]:
    found = trial.connector.observe([Inquiry(ADA, account_id, groups=groups)]).memberships
    return {each.place_id for each in found if each.principal_id == account_id}
