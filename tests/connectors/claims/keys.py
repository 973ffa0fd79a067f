"""API keys: seen with owner and place, taken away one by one, and never lost from sight while they open something."""

from __future__ import annotations

import pytest

from scim_bridge.access.errors import Refused, Untouchable
from tests.connectors.claims.trial import ADA, GRACE, Claims, Trial


class Keys(Claims):
    @pytest.fixture(autouse=True)
    def listable(self, trial: Trial) -> None:
        if not trial.can.credentials_listable:
            pytest.skip("keys cannot be listed here")

    def test_a_key_is_listed_with_its_owner_and_place(self, trial: Trial) -> None:
        account_id = trial.admit(ADA, trial.place)
        key_id = trial.bench.add_key(ADA, trial.place)
        seen = trial.key(key_id, ADA, account_id)
        assert (seen.owner_id, seen.place_id, seen.kind, seen.usable) == (account_id, trial.place, "personal", True)

    def test_the_inventory_holds_every_key(self, trial: Trial) -> None:
        for email in (ADA, GRACE):
            trial.admit(email, trial.place)
        keys = {trial.bench.add_key(email, place) for email in (ADA, GRACE) for place in trial.bench.places}
        assert keys <= {credential.id for credential in trial.connector.credentials()}

    def test_a_withdrawn_key_opens_nothing_and_the_others_do(self, trial: Trial) -> None:
        account_id = trial.admit(ADA, trial.place)
        trial.admit(GRACE, trial.place)
        gone, kept = trial.bench.add_key(ADA, trial.place), trial.bench.add_key(ADA, trial.place)
        foreign = trial.bench.add_key(GRACE, trial.place)
        assert trial.apply("withdraw_key", ADA, account_id, object_id=gone, place=trial.place).changed
        assert [trial.bench.key_opens(key) for key in (gone, kept, foreign)] == [False, True, True]
        assert not trial.key_seen_open(gone, ADA, account_id)
        assert trial.key_seen_open(kept, ADA, account_id)

    def test_withdrawing_a_key_again_changes_nothing(self, trial: Trial) -> None:
        account_id = trial.admit(ADA, trial.place)
        key_id = trial.bench.add_key(ADA, trial.place)
        trial.apply("withdraw_key", ADA, account_id, object_id=key_id, place=trial.place)
        assert not trial.apply("withdraw_key", ADA, account_id, object_id=key_id, place=trial.place).changed

    def test_a_deleted_key_opens_nothing_and_deleting_it_again_is_success(self, trial: Trial) -> None:
        if "delete" not in trial.can.personal_key_fates:
            pytest.skip("keys cannot be deleted here")
        account_id = trial.admit(ADA, trial.place)
        key_id = trial.bench.add_key(ADA, trial.place)
        assert trial.apply("withdraw_key", ADA, account_id, object_id=key_id, how="delete").changed
        assert not trial.bench.key_opens(key_id)
        assert not trial.key_seen_open(key_id, ADA, account_id)
        assert not trial.apply("withdraw_key", ADA, account_id, object_id=key_id, how="delete").changed

    def test_withdrawing_a_key_that_is_gone_is_success(self, trial: Trial) -> None:
        account_id = trial.admit(ADA, trial.place)
        assert not trial.apply("withdraw_key", ADA, account_id, object_id="no-such-key").changed

    def test_a_shared_key_belongs_to_nobody_and_names_its_service_account(self, trial: Trial) -> None:
        key_id = trial.bench.add_shared_key(trial.place)
        if key_id is None:
            pytest.skip("no service account makes keys here")
        found = next(key for key in trial.connector.credentials() if key.id == key_id)
        assert (found.kind, found.owner_id, found.place_id, found.usable) == ("shared", None, trial.place, True)
        assert found.service_account

    def test_the_bridges_own_key_is_recognised_and_never_taken_away(self, trial: Trial) -> None:
        own = trial.bench.own_key()
        if own is None:
            pytest.skip("the bridge's own credential is not among the keys here")
        marked = [key for key in trial.connector.credentials() if key.ours]
        assert [key.id for key in marked] == [own]
        with pytest.raises(Untouchable):
            trial.apply("withdraw_key", ADA, object_id=own)
        assert trial.bench.key_opens(own)

    def test_a_key_that_outlives_the_membership_stays_in_sight(self, trial: Trial) -> None:
        account_id = trial.admit(ADA, trial.place)
        key_id = trial.bench.add_key(ADA, trial.place)
        trial.apply("revoke", ADA, account_id, place=trial.place, role=trial.weak)
        assert trial.key_seen_open(key_id, ADA, account_id) == trial.bench.key_opens(key_id)

    def test_a_key_that_outlives_the_account_stays_in_sight_and_can_be_withdrawn(self, trial: Trial) -> None:
        if "remove" not in trial.can.account_endings:
            pytest.skip("accounts cannot be removed here")
        account_id = trial.admit(ADA, trial.place)
        key_id = trial.bench.add_key(ADA, trial.place)
        trial.apply("remove_account", ADA, account_id)
        assert trial.key_seen_open(key_id, ADA, account_id) == trial.bench.key_opens(key_id)
        trial.apply("withdraw_key", ADA, account_id, object_id=key_id, place=trial.place)
        assert not trial.bench.key_opens(key_id)

    def test_a_withdrawn_key_that_is_restored_opens_again_and_no_other_does(self, trial: Trial) -> None:
        restorable(trial)
        account_id = trial.admit(ADA, trial.place)
        back, gone = trial.bench.add_key(ADA, trial.place), trial.bench.add_key(ADA, trial.place)
        for key_id in (back, gone):
            trial.apply("withdraw_key", ADA, account_id, object_id=key_id, place=trial.place)
        assert trial.apply("restore_key", ADA, account_id, object_id=back, place=trial.place).changed
        assert [trial.bench.key_opens(key_id) for key_id in (back, gone)] == [True, False]
        assert trial.key_seen_open(back, ADA, account_id)

    def test_restoring_a_key_again_changes_nothing(self, trial: Trial) -> None:
        restorable(trial)
        account_id = trial.admit(ADA, trial.place)
        key_id = trial.bench.add_key(ADA, trial.place)
        assert not trial.apply("restore_key", ADA, account_id, object_id=key_id).changed
        assert trial.bench.key_opens(key_id)

    def test_a_deleted_key_is_not_restored_and_says_so(self, trial: Trial) -> None:
        restorable(trial)
        if "delete" not in trial.can.personal_key_fates:
            pytest.skip("keys cannot be deleted here")
        account_id = trial.admit(ADA, trial.place)
        key_id = trial.bench.add_key(ADA, trial.place)
        trial.apply("withdraw_key", ADA, account_id, object_id=key_id, how="delete")
        with pytest.raises(Refused):
            trial.apply("restore_key", ADA, account_id, object_id=key_id)
        assert not trial.bench.key_opens(key_id)

    def test_a_key_of_somebody_who_left_can_be_restored(self, trial: Trial) -> None:
        restorable(trial)
        if "remove" not in trial.can.account_endings:
            pytest.skip("accounts cannot be removed here")
        account_id = trial.admit(ADA, trial.place)
        key_id = trial.bench.add_key(ADA, trial.place)
        trial.apply("withdraw_key", ADA, account_id, object_id=key_id, place=trial.place)
        trial.apply("remove_account", ADA, account_id)
        trial.apply("restore_key", ADA, account_id, object_id=key_id, place=trial.place)
        assert trial.bench.key_opens(key_id)

    def test_a_platform_without_restoring_says_so(self, trial: Trial) -> None:
        if trial.can.keys_restorable:
            pytest.skip("keys can be restored here")
        account_id = trial.admit(ADA, trial.place)
        key_id = trial.bench.add_key(ADA, trial.place)
        trial.apply("withdraw_key", ADA, account_id, object_id=key_id, place=trial.place)
        with pytest.raises(Refused):
            trial.apply("restore_key", ADA, account_id, object_id=key_id, place=trial.place)


def restorable(trial: Trial) -> None:
    if not trial.can.keys_restorable:
        pytest.skip("a withdrawn key is gone for good here")
