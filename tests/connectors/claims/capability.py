"""What a connector says of itself is what it does."""

from __future__ import annotations

import pytest

from scim_bridge.access.change import ChangeKind, Principal
from scim_bridge.access.connector import Capabilities
from scim_bridge.access.errors import Refused
from tests.connectors.claims.trial import ADA, Claims, Trial


class Capability(Claims):
    def test_a_mapping_file_is_checked_against_what_the_connector_can(self, trial: Trial) -> None:
        assert trial.bench.type.capabilities(trial.bench.connection) == trial.can

    def test_administrative_roles_and_the_default_ending_are_among_those_it_has(self, trial: Trial) -> None:
        assert trial.can.administrative <= {*trial.can.account_roles, *trial.can.place_roles}
        assert trial.can.default_ending in trial.can.account_endings
        assert not set(trial.can.read_only_account_roles) & set(trial.can.account_roles)

    def test_every_key_of_the_connection_is_declared(self, trial: Trial) -> None:
        declared = {key.name for key in trial.bench.type.connection}
        assert set(trial.bench.connection) <= declared

    def test_every_account_role_can_be_given(self, trial: Trial) -> None:
        for role in trial.can.account_roles:
            email = f"{role}@example.com"
            trial.join(email, role)
            assert (trial.invitation(email) or trial.account(email)).role == role

    def test_every_role_in_a_place_can_be_given(self, trial: Trial) -> None:
        for role in trial.can.place_roles:
            email = f"{role}@example.com"
            account_id = trial.admit(email)
            trial.apply("grant", email, account_id, place=trial.place, role=role)
            assert trial.role(email, account_id) == role

    def test_a_role_that_does_not_exist_is_refused(self, trial: Trial) -> None:
        account_id = trial.admit(ADA)
        with pytest.raises(Refused):
            trial.apply("grant", ADA, account_id, place=trial.place, role="no_such_role")

    def test_what_it_cannot_do_is_refused_without_a_request(self, trial: Trial) -> None:
        account_id = trial.admit(ADA)
        before = trial.bench.requests()
        for kind in impossible(trial.can):
            with pytest.raises(Refused):
                trial.apply(kind, ADA, account_id, role=trial.can.account_roles[0], object_id="none")
        assert trial.bench.requests() == before

    def test_a_group_is_refused_where_places_take_people_only(self, trial: Trial) -> None:
        if trial.can.groups_as_principals:
            pytest.skip("this platform takes groups")
        before = trial.bench.requests()
        group = Principal("group", "1", "Lab")
        with pytest.raises(Refused):
            trial.apply("grant", ADA, principal=group, place=trial.place, role=trial.weak)
        assert trial.bench.requests() == before


def impossible(can: Capabilities) -> list[ChangeKind]:
    """The kinds of change that these capabilities rule out."""
    kinds: list[tuple[bool, list[ChangeKind]]] = [
        (can.joining == "invite", ["invite", "cancel_invitation"]),
        (can.joining == "create", ["create_account"]),
        ("suspend" in can.account_endings, ["suspend_account", "restore_account"]),
        ("remove" in can.account_endings, ["remove_account"]),
    ]
    return [kind for possible, several in kinds if not possible for kind in several]
