"""Invitations and accounts: one each, whoever asks and however often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from scim_bridge.access.errors import Conflict
from scim_bridge.access.observed import Inquiry
from tests.connectors.bench import Bench, CountingGate
from tests.connectors.claims.trial import ADA, GRACE, Claims, Trial


class Accepting(CountingGate):
    """Somebody accepts their invitation just before this many-th request is sent."""

    def __init__(self, bench: Bench, email: str, *, before: int) -> None:
        super().__init__()
        self._bench, self._email, self._before = bench, email, before

    def pass_through(self) -> None:
        super().pass_through()
        if self.passes == self._before:
            self._bench.accept(self._email)


class Joining(Claims):
    def test_an_invitation_is_pending_until_it_is_accepted(self, trial: Trial) -> None:
        trial.invites()
        outcome = trial.join(ADA)
        assert outcome.changed
        assert (outcome.account_id, trial.account(ADA)) == (None, None)
        assert trial.invitation(ADA).id == outcome.invitation_id
        account_id = trial.bench.accept(ADA)
        assert trial.invitation(ADA) is None
        assert trial.account(ADA).id == account_id

    def test_whoever_accepts_while_being_looked_at_is_seen_invited_or_in(self, trial: Trial) -> None:
        """Before whichever request of the look: in neither list, they would be taken for removed by hand."""
        trial.invites()
        for number in range(1, 50):
            email = f"p{number}@example.com"
            trial.join(email)
            gate = Accepting(trial.bench, email, before=number)
            seen = trial.bench.connector(gate).observe([Inquiry(email)])
            invited = any(each.email == email and each.state == "pending" for each in seen.invitations)
            assert invited or any(each.email == email for each in seen.accounts), f"request {number}"
            if gate.passes < number:
                return
        raise AssertionError("a look at one person takes fewer requests than that")

    def test_whoever_is_created_is_there_at_once(self, trial: Trial) -> None:
        if trial.joining == "invite":
            pytest.skip("people are invited here")
        outcome = trial.join(ADA)
        assert trial.account(ADA).id == outcome.account_id

    def test_joining_twice_makes_one(self, trial: Trial) -> None:
        trial.join(ADA)
        trial.join_again(ADA)
        assert trial.joined(ADA) == 1

    def test_joining_in_another_spelling_makes_one(self, trial: Trial) -> None:
        trial.join(ADA)
        trial.join_again("ADA@Example.com")
        assert trial.joined(ADA) + trial.joined("ADA@Example.com") == 1

    def test_processes_that_ask_at_once_make_one(self, trial: Trial) -> None:
        change = trial.change(trial.joining, ADA, role=trial.can.account_roles[0])
        connectors = [trial.bench.connector(CountingGate()) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(connector.apply, change) for connector in connectors]
        failures = [error for error in (answer.exception() for answer in answers) if error]
        assert all(isinstance(error, Conflict) for error in failures), failures
        assert trial.joined(ADA) == 1

    def test_somebody_who_has_an_account_is_not_asked_to_join(self, trial: Trial) -> None:
        trial.admit(ADA)
        trial.join_again(ADA)
        assert trial.joined(ADA) == 1

    def test_an_expired_invitation_is_not_pending_and_can_be_renewed(self, trial: Trial) -> None:
        trial.invites()
        trial.join(ADA)
        trial.bench.expire(ADA)
        assert trial.invitation(ADA) is None
        assert trial.join(ADA).changed
        assert trial.invitation(ADA) is not None

    def test_an_invitation_that_changes_is_replaced_and_one_is_left(self, trial: Trial) -> None:
        if not trial.can.replaces_invitations:
            pytest.skip("an invitation is taken back before a new one is sent here")
        weak, strong = trial.can.account_roles[0], trial.can.account_roles[-1]
        first = trial.join(ADA, strong).invitation_id
        replacing = {"role": weak, "was": strong, "object_id": first}
        assert trial.apply("invite", ADA, **replacing).changed
        assert (trial.invitation(ADA).role, trial.bench.pending(ADA)) == (weak, 1)
        assert trial.invitation(ADA).id != first

    def test_an_invitation_to_a_new_address_replaces_the_one_to_the_old(self, trial: Trial) -> None:
        if not trial.can.replaces_invitations:
            pytest.skip("an invitation is taken back before a new one is sent here")
        first = trial.join(ADA).invitation_id
        trial.apply("invite", GRACE, role=trial.can.account_roles[0], object_id=first)
        assert (trial.bench.pending(ADA), trial.bench.pending(GRACE)) == (0, 1)

    def test_a_cancelled_invitation_is_gone_and_cancelling_it_again_is_success(self, trial: Trial) -> None:
        trial.invites()
        invitation_id = trial.join(ADA).invitation_id
        assert trial.apply("cancel_invitation", ADA, object_id=invitation_id).changed
        assert trial.invitation(ADA) is None
        assert trial.bench.pending(ADA) == 0
        assert not trial.apply("cancel_invitation", ADA, object_id=invitation_id).changed

    def test_cancelling_an_accepted_invitation_is_a_conflict_and_the_account_stays_in_sight(self, trial: Trial) -> None:
        trial.invites()
        invitation_id = trial.join(ADA).invitation_id
        account_id = trial.bench.accept(ADA)
        with pytest.raises(Conflict):
            trial.apply("cancel_invitation", ADA, object_id=invitation_id)
        assert trial.account(ADA).id == account_id

    def test_the_role_of_an_account_is_changed_and_changing_it_again_is_success(self, trial: Trial) -> None:
        account_id = trial.admit(ADA)
        old, new = trial.can.account_roles[0], trial.can.account_roles[-1]
        assert trial.apply("change_role", ADA, account_id, role=new, was=old).changed
        assert trial.account(ADA).role == new
        assert not trial.apply("change_role", ADA, account_id, role=new, was=old).changed
