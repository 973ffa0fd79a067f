"""The end of an account: confirmed by looking, harmless to repeat, refused where the platform forbids it."""

from __future__ import annotations

import pytest

from scim_bridge.access.errors import ManagedNatively, Untouchable
from tests.connectors.claims.trial import ADA, GRACE, Claims, Trial


class Leaving(Claims):
    def test_a_removed_account_is_gone_with_its_places(self, trial: Trial) -> None:
        needs(trial, "remove")
        account_id, other = trial.admit(ADA, trial.place), trial.admit(GRACE, trial.place)
        assert trial.apply("remove_account", ADA, account_id).changed
        assert trial.account(ADA) is None
        assert trial.role(ADA, account_id) is None
        assert trial.bench.accounts(ADA) == 0
        assert trial.role(GRACE, other) == trial.weak

    def test_removing_an_account_that_is_gone_is_success(self, trial: Trial) -> None:
        needs(trial, "remove")
        account_id = trial.admit(ADA)
        trial.apply("remove_account", ADA, account_id)
        assert not trial.apply("remove_account", ADA, account_id).changed

    def test_revoking_from_an_account_that_is_gone_is_success(self, trial: Trial) -> None:
        needs(trial, "remove")
        account_id = trial.admit(ADA, trial.place)
        trial.apply("remove_account", ADA, account_id)
        assert not trial.apply("revoke", ADA, account_id, place=trial.place, role=trial.weak).changed

    def test_whoever_was_removed_can_join_again(self, trial: Trial) -> None:
        needs(trial, "remove")
        trial.apply("remove_account", ADA, trial.admit(ADA))
        assert trial.join(ADA).changed
        assert trial.joined(ADA) == 1

    def test_a_suspended_account_is_seen_as_such_and_can_be_restored(self, trial: Trial) -> None:
        needs(trial, "suspend")
        account_id = trial.admit(ADA)
        for kind, state in (("suspend_account", "suspended"), ("restore_account", "active")):
            assert trial.apply(kind, ADA, account_id).changed
            assert trial.account(ADA).state == state
            assert not trial.apply(kind, ADA, account_id).changed

    def test_an_untouchable_account_is_marked_with_a_sentence(self, trial: Trial) -> None:
        account_id = untouchable(trial)
        trial.admit(GRACE)
        assert trial.account(ADA).id == account_id
        assert len(trial.account(ADA).untouchable.split()) > 2
        assert trial.account(GRACE).untouchable is None

    def test_an_untouchable_account_is_neither_removed_nor_demoted(self, trial: Trial) -> None:
        account_id = untouchable(trial)
        before = trial.account(ADA)
        if "remove" in trial.can.account_endings:
            with pytest.raises(Untouchable):
                trial.apply("remove_account", ADA, account_id)
        with pytest.raises(Untouchable):
            trial.apply("change_role", ADA, account_id, role=other_role(trial, before.role), was=before.role)
        assert trial.account(ADA) == before

    def test_a_natively_managed_account_is_marked_with_a_sentence(self, trial: Trial) -> None:
        account_id = native(trial)
        trial.admit(GRACE)
        assert trial.account(ADA).id == account_id
        assert len(trial.account(ADA).native.split()) > 2
        assert trial.account(GRACE).native is None

    def test_a_natively_managed_account_is_neither_removed_nor_given_another_role(self, trial: Trial) -> None:
        account_id = native(trial)
        before = trial.account(ADA)
        with pytest.raises(ManagedNatively):
            trial.apply("remove_account", ADA, account_id)
        with pytest.raises(ManagedNatively):
            trial.apply("change_role", ADA, account_id, role=other_role(trial, before.role), was=before.role)
        assert trial.account(ADA) == before

    def test_the_places_of_a_natively_managed_account_are_ours(self, trial: Trial) -> None:
        account_id = native(trial)
        assert trial.apply("grant", ADA, account_id, place=trial.place, role=trial.weak).changed
        assert trial.role(ADA, account_id) == trial.weak
        assert trial.apply("revoke", ADA, account_id, place=trial.place, role=trial.weak).changed
        assert trial.role(ADA, account_id) is None


def untouchable(trial: Trial) -> str:
    account_id = trial.bench.add_untouchable(ADA)
    if account_id is None:
        pytest.skip("every account can be changed by API here")
    return account_id


def native(trial: Trial) -> str:
    account_id = trial.bench.add_native(ADA)
    if account_id is None:
        pytest.skip("the platform manages no accounts of its own here")
    return account_id


def needs(trial: Trial, ending: str) -> None:
    if ending not in trial.can.account_endings:
        pytest.skip(f"this platform cannot {ending} accounts")


def other_role(trial: Trial, role: str) -> str:
    return next(other for other in trial.can.account_roles if other != role)
