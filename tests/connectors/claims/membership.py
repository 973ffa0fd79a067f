"""Roles in places: given, changed without a gap, taken away, and read back."""

from __future__ import annotations

import pytest

from scim_bridge.access.errors import Conflict, UnknownPlace
from tests.connectors.claims.trial import ADA, GRACE, Claims, Trial


class Membership(Claims):
    def test_what_is_granted_is_seen(self, trial: Trial) -> None:
        account_id = trial.admit(ADA)
        assert trial.apply("grant", ADA, account_id, place=trial.place, role=trial.weak).changed
        assert trial.role(ADA, account_id) == trial.weak
        assert trial.role(ADA, account_id, trial.other_place) is None

    def test_granting_again_changes_nothing(self, trial: Trial) -> None:
        account_id = trial.admit(ADA, trial.place, trial.weak)
        assert not trial.apply("grant", ADA, account_id, place=trial.place, role=trial.weak).changed
        assert trial.role(ADA, account_id) == trial.weak

    def test_a_grant_over_another_role_is_a_conflict_and_the_role_stays(self, trial: Trial) -> None:
        if not trial.can.exclusive(trial.weak):
            pytest.skip("several roles may be held in a place")
        account_id = trial.admit(ADA, trial.place, trial.strong)
        with pytest.raises(Conflict):
            trial.apply("grant", ADA, account_id, place=trial.place, role=trial.weak)
        assert trial.role(ADA, account_id) == trial.strong

    def test_a_role_is_changed_with_no_moment_without_membership(self, trial: Trial) -> None:
        account_id = trial.admit(ADA, trial.place, trial.weak)
        for was, role in ((trial.weak, trial.strong), (trial.strong, trial.weak)):
            assert trial.apply("change_role", ADA, account_id, place=trial.place, role=role, was=was).changed
            assert trial.role(ADA, account_id) == role
        assert trial.bench.times_removed(ADA, trial.place) == 0

    def test_changing_a_role_again_changes_nothing(self, trial: Trial) -> None:
        account_id = trial.admit(ADA, trial.place, trial.strong)
        change = {"place": trial.place, "role": trial.strong, "was": trial.weak}
        assert not trial.apply("change_role", ADA, account_id, **change).changed
        assert trial.role(ADA, account_id) == trial.strong

    def test_changing_the_role_of_somebody_who_is_not_in_is_a_conflict_and_lets_nobody_in(self, trial: Trial) -> None:
        account_id = trial.admit(ADA)
        with pytest.raises(Conflict):
            trial.apply("change_role", ADA, account_id, place=trial.place, role=trial.strong, was=trial.weak)
        assert trial.role(ADA, account_id) is None

    def test_what_is_revoked_is_no_longer_seen_there_and_stays_elsewhere(self, trial: Trial) -> None:
        account_id, other = trial.admit(ADA, trial.place), trial.admit(GRACE, trial.place)
        trial.bench.add_member(ADA, trial.other_place, trial.weak)
        assert trial.apply("revoke", ADA, account_id, place=trial.place, role=trial.weak).changed
        assert trial.role(ADA, account_id) is None
        assert trial.role(ADA, account_id, trial.other_place) == trial.weak
        assert trial.role(GRACE, other) == trial.weak
        assert trial.bench.times_removed(ADA, trial.place) == 1

    def test_revoking_from_somebody_who_is_not_in_is_success(self, trial: Trial) -> None:
        account_id = trial.admit(ADA)
        assert not trial.apply("revoke", ADA, account_id, place=trial.place, role=trial.weak).changed

    def test_granting_in_a_place_that_does_not_exist_is_told_as_such(self, trial: Trial) -> None:
        account_id = trial.admit(ADA)
        with pytest.raises(UnknownPlace):
            trial.apply("grant", ADA, account_id, place="no-such-place", role=trial.weak)

    def test_granting_in_an_archived_place_is_told_as_such(self, trial: Trial) -> None:
        if trial.bench.closed_place is None:
            pytest.skip("places are never archived here")
        account_id = trial.admit(ADA)
        with pytest.raises(UnknownPlace):
            trial.apply("grant", ADA, account_id, place=trial.bench.closed_place, role=trial.weak)
