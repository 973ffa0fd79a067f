"""Roles that an administrator of the platform made up: held beside the published ones, any number of them."""

from __future__ import annotations

import pytest

from scim_bridge.access.errors import Refused
from scim_bridge.access.observed import ORGANIZATION, Inquiry
from tests.connectors.claims.trial import ADA, GRACE, Claims, Trial

TESTER, ANALYST = "Tester", "Analyst"


class CustomRoles(Claims):
    def test_a_custom_role_is_told_with_whether_it_administers(self, trial: Trial) -> None:
        made(trial)
        trial.bench.add_role("Warden", trial.place, administrative=True)
        told = {role.name: role.administrative for role in trial.connector.custom_roles(trial.place)}
        assert told == {TESTER: False, ANALYST: False, "Warden": True}
        assert trial.connector.custom_roles(trial.other_place) == ()

    def test_custom_roles_are_held_beside_the_published_one(self, trial: Trial) -> None:
        made(trial)
        account_id = trial.admit(ADA, trial.place)
        for role in (TESTER, ANALYST):
            assert trial.apply("grant", ADA, account_id, place=trial.place, role=role).changed
        assert roles(trial, account_id) == {trial.weak, TESTER, ANALYST}

    def test_giving_a_custom_role_again_changes_nothing(self, trial: Trial) -> None:
        made(trial)
        account_id = trial.admit(ADA, trial.place)
        trial.apply("grant", ADA, account_id, place=trial.place, role=TESTER)
        assert not trial.apply("grant", ADA, account_id, place=trial.place, role=TESTER).changed

    def test_a_custom_role_is_taken_and_the_others_stay(self, trial: Trial) -> None:
        made(trial)
        account_id, other = trial.admit(ADA, trial.place), trial.admit(GRACE, trial.place)
        for who, email in ((account_id, ADA), (other, GRACE)):
            for role in (TESTER, ANALYST):
                trial.apply("grant", email, who, place=trial.place, role=role)
        assert trial.apply("revoke", ADA, account_id, place=trial.place, role=TESTER).changed
        assert roles(trial, account_id) == {trial.weak, ANALYST}
        assert roles(trial, other, GRACE) == {trial.weak, TESTER, ANALYST}
        assert not trial.apply("revoke", ADA, account_id, place=trial.place, role=TESTER).changed

    def test_a_change_of_the_published_role_leaves_the_custom_ones(self, trial: Trial) -> None:
        made(trial)
        account_id = trial.admit(ADA, trial.place)
        trial.apply("grant", ADA, account_id, place=trial.place, role=TESTER)
        trial.apply("change_role", ADA, account_id, place=trial.place, role=trial.strong, was=trial.weak)
        assert roles(trial, account_id) == {trial.strong, TESTER}

    def test_whoever_is_out_of_a_place_has_no_custom_role_there(self, trial: Trial) -> None:
        made(trial)
        account_id = trial.admit(ADA, trial.place)
        trial.apply("grant", ADA, account_id, place=trial.place, role=TESTER)
        trial.apply("revoke", ADA, account_id, place=trial.place, role=trial.weak)
        assert roles(trial, account_id) == set()

    def test_another_process_sees_a_custom_role(self, trial: Trial) -> None:
        made(trial)
        account_id = trial.admit(ADA, trial.place)
        trial.apply("grant", ADA, account_id, place=trial.place, role=TESTER)
        again = Trial(trial.bench)
        assert roles(again, account_id) == {trial.weak, TESTER}

    def test_a_custom_role_of_another_place_is_refused(self, trial: Trial) -> None:
        made(trial)
        account_id = trial.admit(ADA, trial.other_place)
        with pytest.raises(Refused):
            trial.apply("grant", ADA, account_id, place=trial.other_place, role=TESTER)

    def test_a_custom_role_of_the_account_is_given_seen_and_taken(self, trial: Trial) -> None:
        needs_custom(trial)
        trial.bench.add_role("Auditor", None)
        account_id = trial.admit(ADA)
        auditor = {"place": ORGANIZATION, "role": "Auditor"}
        assert trial.apply("grant", ADA, account_id, **auditor).changed
        assert not trial.apply("grant", ADA, account_id, **auditor).changed
        assert roles(trial, account_id, place=ORGANIZATION) == {"Auditor"}
        assert ("Auditor", ORGANIZATION) in {(m.role, m.place_id) for m in trial.look(ADA).memberships}
        assert trial.account(ADA).role == trial.can.account_roles[0]
        assert trial.apply("revoke", ADA, account_id, **auditor).changed
        assert not trial.apply("revoke", ADA, account_id, **auditor).changed
        assert roles(trial, account_id, place=ORGANIZATION) == set()


def needs_custom(trial: Trial) -> None:
    if not trial.can.custom_roles:
        pytest.skip("nobody makes up roles here")


def made(trial: Trial) -> None:
    """Two custom roles in the first place."""
    needs_custom(trial)
    for role in (TESTER, ANALYST):
        trial.bench.add_role(role, trial.place)


def roles(trial: Trial, account_id: str, email: str = ADA, place: str | None = None) -> set[str]:
    """Those held directly, as somebody asks who means this place."""
    asked = Inquiry(email, account_id, places=frozenset({place or trial.place}))
    found = trial.connector.observe([asked]).memberships
    return {each.role for each in found if each.principal_id == account_id and not each.inherited}
