"""Errors: each of its kind, none with a secret, and no repetition with a doubled effect."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from scim_bridge.access.errors import NotPermitted, OutOfSeats, PlatformError, Transient
from tests.connectors.bench import RETRY_AFTER, Fault
from tests.connectors.claims.trial import ADA, GRACE, Claims, Trial


class Trouble(Claims):
    def test_a_passing_error_is_transient_and_the_repetition_succeeds(self, trial: Trial) -> None:
        trial.bench.inject(Fault.FAIL_ONCE)
        with pytest.raises(Transient):
            trial.join(ADA)
        assert trial.joined(ADA) == 0
        assert trial.join(ADA).changed

    def test_a_lost_answer_to_joining_is_uncertain_and_the_repetition_makes_no_second(self, trial: Trial) -> None:
        trial.bench.inject(Fault.LOSE_ANSWER)
        with pytest.raises(Transient) as lost:
            trial.join(ADA)
        assert lost.value.uncertain
        assert trial.joined(ADA) == 1
        trial.join_again(ADA)
        assert trial.joined(ADA) == 1

    @pytest.mark.parametrize("kind", ["grant", "change_role", "revoke", "remove_account", "withdraw_key"])
    def test_a_lost_answer_is_uncertain_and_the_repetition_finds_it_done(self, trial: Trial, kind: Any) -> None:
        account_id, change = prepared(trial, kind)
        trial.bench.inject(Fault.LOSE_ANSWER)
        with pytest.raises(Transient) as lost:
            trial.apply(kind, ADA, account_id, **change)
        assert lost.value.uncertain
        assert not trial.apply(kind, ADA, account_id, **change).changed

    def test_a_rate_limit_stops_everybody_for_as_long_as_the_platform_says(self, trial: Trial) -> None:
        account_id = trial.admit(ADA)
        trial.bench.inject(Fault.RATE_LIMIT)
        for call in calls(trial, account_id):
            with pytest.raises(Transient) as limited:
                call()
            assert limited.value.everybody
            assert limited.value.retry_after is not None
            assert 0 < limited.value.retry_after <= RETRY_AFTER
        trial.bench.heal()
        assert trial.role(ADA, account_id) is None

    def test_a_platform_that_is_down_stops_everybody_and_nothing_is_done(self, trial: Trial) -> None:
        account_id = trial.admit(ADA)
        trial.bench.inject(Fault.DOWN)
        for call in calls(trial, account_id):
            with pytest.raises(Transient) as down:
                call()
            assert down.value.everybody
        trial.bench.heal()
        assert trial.role(ADA, account_id) is None
        assert trial.apply("grant", ADA, account_id, place=trial.place, role=trial.weak).changed

    def test_a_rejected_credential_is_told_as_such(self, trial: Trial) -> None:
        account_id = trial.admit(ADA)
        trial.bench.inject(Fault.REJECT_CREDENTIAL)
        for call in calls(trial, account_id):
            with pytest.raises(NotPermitted):
                call()

    def test_a_platform_without_a_seat_left_says_so(self, trial: Trial) -> None:
        trial.bench.inject(Fault.NO_SEATS)
        with pytest.raises(OutOfSeats):
            trial.join(ADA)
        assert trial.joined(ADA) == 0

    def test_every_request_has_passed_the_gate(self, trial: Trial) -> None:
        account_id = trial.admit(ADA, trial.place)
        trial.admit(GRACE, trial.place)
        before = trial.bench.requests()
        trial.join("edsger@example.com")
        for call in calls(trial, account_id):
            call()
        trial.look(ADA, GRACE)
        assert trial.gate.passes >= trial.bench.requests() - before > 0

    def test_a_shut_gate_lets_no_request_through(self, trial: Trial) -> None:
        account_id = trial.admit(ADA)
        before = trial.bench.requests()
        trial.gate.shut = True
        for call in calls(trial, account_id):
            with pytest.raises(Transient):
                call()
        assert trial.bench.requests() == before

    @pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.NO_SEATS], ids=lambda f: f.name)
    def test_an_error_is_a_sentence_without_a_secret(self, trial: Trial, fault: Fault) -> None:
        account_id = trial.admit(ADA, trial.place)
        trial.bench.inject(fault)
        errors = [error for error in (failure(call) for call in calls(trial, account_id)) if error]
        assert errors
        for error in errors:
            assert len(str(error).split()) > 2
            assert trial.bench.secret is None or trial.bench.secret not in "".join(traceback.format_exception(error))
        assert trial.bench.secret is None or trial.bench.secret not in repr(trial.connector)


def calls(trial: Trial, account_id: str) -> list[Any]:
    """One call of every kind of method: reading people, places, keys and identity, and writing."""
    return [
        lambda: trial.look(ADA),
        lambda: trial.bench.connector(trial.gate).places(),
        lambda: trial.bench.connector(trial.gate).identity(),
        trial.connector.credentials,
        lambda: trial.apply("grant", ADA, account_id, place=trial.place, role=trial.weak),
    ]


def failure(call: Any) -> PlatformError | None:
    try:
        call()
    except PlatformError as error:
        return error
    return None


def prepared(trial: Trial, kind: str) -> tuple[str, dict[str, Any]]:
    """Somebody about whom a change of this kind is due."""
    account_id = trial.bench.add_account(ADA)
    if kind == "remove_account" and "remove" not in trial.can.account_endings:
        pytest.skip("accounts cannot be removed here")
    if kind != "grant":
        trial.bench.add_member(ADA, trial.place, trial.weak)
    if kind == "withdraw_key":
        return account_id, {"object_id": trial.bench.add_key(ADA, trial.place), "place": trial.place}
    if kind == "remove_account":
        return account_id, {}
    change = {"place": trial.place, "role": trial.weak}
    return account_id, {**change, "role": trial.strong, "was": trial.weak} if kind == "change_role" else change
