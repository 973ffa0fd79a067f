"""Observing: complete, exact about addresses, and few requests."""

from __future__ import annotations

import pytest

from scim_bridge.access.errors import PlatformError
from scim_bridge.access.observed import Inquiry
from tests.connectors.bench import Fault
from tests.connectors.claims.trial import ADA, GRACE, Claims, Trial

MANY = 30


class Reading(Claims):
    def test_every_place_is_listed_with_its_id_and_name(self, trial: Trial) -> None:
        places = {place.id: place for place in trial.connector.places()}
        assert set(trial.bench.places) <= set(places)
        assert all(places[place_id].open and places[place_id].name for place_id in trial.bench.places)

    def test_an_archived_place_is_listed_as_closed(self, trial: Trial) -> None:
        if trial.bench.closed_place is None:
            pytest.skip("places are never archived here")
        assert [p.open for p in trial.connector.places() if p.id == trial.bench.closed_place] == [False]

    def test_the_identity_is_the_same_for_every_process(self, trial: Trial) -> None:
        identity = trial.connector.identity()
        assert identity.startswith(f"{trial.bench.type.name}:")
        assert trial.bench.connector(trial.gate).identity() == identity

    def test_somebody_who_is_not_there_is_not_seen(self, trial: Trial) -> None:
        trial.admit(GRACE, trial.place)
        assert trial.account(ADA) is None
        assert trial.invitation(ADA) is None

    def test_an_account_is_found_by_its_address_without_case(self, trial: Trial) -> None:
        account_id = trial.admit("Ada@Example.com")
        seen = trial.account("aDA@example.COM")
        assert seen is not None
        assert (seen.id, seen.role, seen.state) == (account_id, trial.can.account_roles[0], "active")

    def test_an_account_is_found_by_its_id_alone(self, trial: Trial) -> None:
        account_id = trial.admit(ADA)
        seen = trial.connector.observe([Inquiry(None, account_id)])
        assert [account.email for account in seen.accounts if account.id == account_id] == [ADA]

    @pytest.mark.parametrize("other", ["ada+lab@example.com", "xada@example.com", "ada@example.com.au"])
    def test_an_address_is_compared_whole(self, trial: Trial, other: str) -> None:
        account_id = trial.admit(other, trial.place)
        trial.bench.add_key(other, trial.place)
        assert trial.account(ADA) is None
        assert trial.account(other).id == account_id

    def test_a_plus_address_is_somebody_else_also_when_invited(self, trial: Trial) -> None:
        trial.invites()
        trial.join("ada+lab@example.com")
        assert trial.invitation(ADA) is None
        assert trial.invitation("ada+lab@example.com") is not None

    def test_many_people_are_all_seen_with_their_places(self, trial: Trial) -> None:
        people = {email: trial.admit(email, trial.place) for email in crowd(MANY)}
        seen = trial.look(*people)
        assert set(people.values()) <= {account.id for account in seen.accounts}
        members = {m.principal_id for m in seen.memberships if m.place_id == trial.place}
        assert set(people.values()) <= members

    def test_many_people_cost_few_requests(self, trial: Trial) -> None:
        people = [email for email in crowd(MANY) if trial.admit(email, trial.place)]
        before = trial.bench.requests()
        trial.look(*people)
        assert 0 < trial.bench.requests() - before <= trial.bench.requests_allowed(MANY, len(trial.connector.places()))

    def test_a_listing_that_breaks_off_raises_and_is_never_an_answer(self, trial: Trial) -> None:
        people = [email for email in crowd(MANY) if trial.admit(email, trial.place)]
        trial.bench.inject(Fault.BREAK_LISTING)
        with pytest.raises(PlatformError):
            trial.look(*people)
        trial.bench.heal()
        assert len(trial.look(*people).accounts) >= MANY

    def test_every_place_of_a_leaver_is_seen_hand_made_ones_too(self, trial: Trial) -> None:
        account_id = trial.admit(ADA, trial.place, trial.weak)
        trial.bench.add_member(ADA, trial.other_place, trial.strong)
        seen = {(m.place_id, m.role) for m in trial.look(ADA).memberships if m.principal_id == account_id}
        assert {(trial.place, trial.weak), (trial.other_place, trial.strong)} <= seen

    def test_the_administrators_of_a_place_are_told_when_asked(self, trial: Trial) -> None:
        if trial.strong not in trial.can.administrative:
            pytest.skip("no role in a place is administrative")
        ada, grace = trial.admit(ADA, trial.place, trial.strong), trial.admit(GRACE, trial.place, trial.weak)
        seen = trial.connector.observe([Inquiry(GRACE)], administrators_of=frozenset({trial.place, None}))
        assert ada in seen.administrators[trial.place]
        assert grace not in seen.administrators[trial.place]
        assert not {ada, grace} & seen.administrators[None]


def crowd(number: int) -> list[str]:
    return [f"person{index:03}@example.com" for index in range(number)]
