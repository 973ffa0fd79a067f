"""What an organization allows and refuses, as Anthropic documents it, seen through the vendor's own SDK."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import anthropic
import pytest
from anthropic import Anthropic

from tests.simulators.anthropic import AnthropicSimulator
from tests.simulators.conftest import client_of

# invitations


def test_an_accepted_invitation_is_a_member_with_its_role(simulator: AnthropicSimulator, client: Anthropic) -> None:
    invite = client.organization.invites.create(email="ada@example.com", role="developer")
    assert invite.expires_at - invite.invited_at == timedelta(days=21)
    user = simulator.human.accept_invite("ada@example.com")
    assert client.organization.users.retrieve(user).role == "developer"
    assert client.organization.invites.retrieve(invite.id).status == "accepted"
    with pytest.raises(anthropic.BadRequestError):
        client.organization.invites.delete(invite.id)


def test_an_invitation_expires_after_21_days_and_can_be_made_anew(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    first = client.organization.invites.create(email="ada@example.com", role="user")
    simulator.clock.advance(days=20, hours=23)
    assert client.organization.invites.retrieve(first.id).status == "pending"
    simulator.clock.advance(hours=1)
    assert client.organization.invites.retrieve(first.id).status == "expired"
    with pytest.raises(anthropic.BadRequestError):
        client.organization.invites.delete(first.id)
    client.organization.invites.create(email="ada@example.com", role="user")
    assert simulator.state()["invites"] == [("ada@example.com", "expired"), ("ada@example.com", "pending")]
    assert len(client.organization.invites.list(statuses=["pending"]).data) == 1


def test_a_deleted_invitation_is_listed_no_more_and_cannot_be_accepted(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    invite = client.organization.invites.create(email="ada@example.com", role="user")
    client.organization.invites.delete(invite.id)
    assert client.organization.invites.list().data == []
    with pytest.raises(LookupError):
        simulator.human.accept_invite("ada@example.com")


def refused_invite(client: Anthropic, email: str = "new@example.com", role: Any = "user") -> anthropic.BadRequestError:
    with pytest.raises(anthropic.BadRequestError) as refused:
        client.organization.invites.create(email=email, role=role)
    return refused.value


def test_invitations_that_cannot_be_are_refused_by_their_codes(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    client.organization.invites.create(email="ada@example.com", role="user")
    assert refused_invite(client, "ADA@example.com").error_code == "invite_already_exists"
    assert refused_invite(client, "Admin@example.com").error_code == "already_member"
    assert refused_invite(client, role="admin").error_code is None
    assert refused_invite(client, "no address").error_code is None
    simulator.rules.allowed_domains = frozenset({"example.org"})
    assert refused_invite(client).error_code == "email_domain_not_allowed"
    simulator.rules.allowed_domains, simulator.rules.verified_domains = None, frozenset()
    assert refused_invite(client).error_code == "cannot_invite_emails_with_unverified_domains"
    assert isinstance(refused_invite(client, "ada@example.com"), anthropic.BadRequestError)
    assert simulator.state()["invites"] == [("ada@example.com", "pending")]


def test_pending_invitations_count_towards_the_member_limit_and_the_seats(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    simulator.rules.member_limit = 2
    client.organization.invites.create(email="ada@example.com", role="user")
    assert refused_invite(client).error_code == "org_member_limit_exceeded"
    simulator.rules.member_limit, simulator.rules.seats = None, 2
    assert "seat" in refused_invite(client).message


# roles


def test_an_admin_can_neither_be_made_nor_changed_nor_removed(simulator: AnthropicSimulator, client: Anthropic) -> None:
    admin = client.organization.users.list(email="admin@example.com").data[0].id
    user = simulator.human.add_user("ada@example.com")
    with pytest.raises(anthropic.BadRequestError):
        client.organization.users.update(user, role="admin")  # type: ignore[arg-type]
    with pytest.raises(anthropic.BadRequestError):
        client.organization.users.update(admin, role="user")
    with pytest.raises(anthropic.BadRequestError):
        client.organization.users.remove(admin)
    assert simulator.state()["users"] == {"admin@example.com": "admin", "ada@example.com": "user"}


def test_the_last_member_stays(client: Anthropic) -> None:
    last = client.organization.users.list().data[0].id
    with pytest.raises(anthropic.BadRequestError) as refused:
        client.organization.users.remove(last)
    assert refused.value.error_code == "cannot_remove_last_member"


# workspaces


def test_the_default_workspace_shows_only_when_asked_for(simulator: AnthropicSimulator, client: Anthropic) -> None:
    simulator.human.create_workspace("research")
    simulator.human.create_workspace("old")
    simulator.human.archive_workspace("old")

    def names(**query: Any) -> list[str]:
        return [workspace.name for workspace in client.organization.workspaces.list(**query).data]

    assert names() == ["research"]
    assert names(include_default=True) == ["research", "Default"]
    assert names(include_archived=True) == ["old", "research"]


def test_workspace_roles_that_adding_and_changing_accept(simulator: AnthropicSimulator, client: Anthropic) -> None:
    place = simulator.human.create_workspace("research")
    user = simulator.human.add_user("ada@example.com")
    members = client.organization.workspaces.members
    with pytest.raises(anthropic.BadRequestError):
        members.add(place, user_id=user, workspace_role="workspace_billing")  # type: ignore[arg-type]
    members.add(place, user_id=user, workspace_role="workspace_restricted_developer")
    with pytest.raises(anthropic.BadRequestError):
        members.update(user, workspace_id=place, workspace_role="workspace_billing")
    members.update(user, workspace_id=place, workspace_role="workspace_developer")
    assert simulator.state()["members"] == {("ada@example.com", "research"): "workspace_developer"}


@pytest.mark.parametrize("status", [400, 409])
def test_adding_a_member_twice_is_refused_as_configured(
    simulator: AnthropicSimulator, client: Anthropic, status: int
) -> None:
    simulator.rules.duplicate_member_status = status  # type: ignore[assignment]
    place = simulator.human.create_workspace("research")
    user = simulator.human.add_user("ada@example.com")
    client.organization.workspaces.members.add(place, user_id=user, workspace_role="workspace_user")
    with pytest.raises(anthropic.APIStatusError) as refused:
        client.organization.workspaces.members.add(place, user_id=user, workspace_role="workspace_user")
    assert refused.value.status_code == status


def test_a_stranger_is_neither_added_nor_removed(simulator: AnthropicSimulator, client: Anthropic) -> None:
    place = simulator.human.create_workspace("research")
    user = simulator.human.add_user("ada@example.com")
    members = client.organization.workspaces.members
    with pytest.raises(anthropic.NotFoundError):
        members.remove(user, workspace_id=place)
    with pytest.raises(anthropic.NotFoundError):
        members.add(place, user_id="user_nobody", workspace_role="workspace_user")
    with pytest.raises(anthropic.NotFoundError):
        members.add("wrkspc_nowhere", user_id=user, workspace_role="workspace_user")


def test_a_full_an_archived_and_the_default_workspace_take_nobody(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    place = simulator.human.create_workspace("research")
    user = simulator.human.add_user("ada@example.com")
    members = client.organization.workspaces.members
    simulator.rules.workspace_member_limit = 1  # the admin, implicitly
    with pytest.raises(anthropic.BadRequestError) as refused:
        members.add(place, user_id=user, workspace_role="workspace_user")
    assert refused.value.error_code == "workspace_member_limit_exceeded"
    simulator.rules.workspace_member_limit = None
    default = client.organization.workspaces.list(include_default=True).data[-1].id
    client.organization.workspaces.archive(place)
    for closed in (default, place):
        with pytest.raises(anthropic.BadRequestError):
            members.add(closed, user_id=user, workspace_role="workspace_user")
    assert simulator.state()["members"] == {}


def test_admins_and_billing_members_are_in_every_workspace_until_demoted(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    place = simulator.human.create_workspace("research")
    billing = simulator.human.add_user("grace@example.com", "billing")
    members = client.organization.workspaces.members

    def roles() -> set[str]:
        return {member.workspace_role for member in members.list(place)}

    assert roles() == {"workspace_admin", "workspace_billing"}
    with pytest.raises(anthropic.BadRequestError):
        members.remove(billing, workspace_id=place)
    with pytest.raises(anthropic.BadRequestError):
        members.update(billing, workspace_id=place, workspace_role="workspace_user")
    members.update(billing, workspace_id=place, workspace_role="workspace_admin")
    assert members.retrieve(billing, workspace_id=place).workspace_role == "workspace_admin"
    client.organization.users.update(billing, role="user")
    members.remove(billing, workspace_id=place)
    assert roles() == {"workspace_admin"}


def test_members_are_paged_too(simulator: AnthropicSimulator, client: Anthropic) -> None:
    place = simulator.human.create_workspace("research")
    for number in range(5):
        simulator.human.add_user(f"u{number}@example.com")
        simulator.human.add_member(f"u{number}@example.com", "research", "workspace_user")
    simulator.human.remove_member("u1@example.com", "research")
    walked = [member.user_id for member in client.organization.workspaces.members.list(place, limit=2)]
    assert len(walked) == len(set(walked)) == 5


# keys


def test_keys_are_found_by_maker_workspace_and_status(simulator: AnthropicSimulator, client: Anthropic) -> None:
    place = simulator.human.create_workspace("research")
    ada = simulator.human.add_user("ada@example.com")
    hers = simulator.human.add_key("ada@example.com", "research")
    elsewhere = simulator.human.add_key("ada@example.com", status="inactive")
    service = simulator.human.add_key(None, "research", service_account="svac_1")

    def found(**query: Any) -> set[str]:
        return {key.id for key in client.organization.api_keys.list(**query)}

    assert found(created_by_user_id=ada) == {hers, elsewhere}
    assert found(workspace_id=place) == {hers, service}
    assert found(created_by_user_id=ada, status="active") == {hers}


def test_an_archived_key_is_final_and_an_inactive_one_is_not(simulator: AnthropicSimulator, client: Anthropic) -> None:
    key = simulator.human.add_key("admin@example.com")
    for status in ("inactive", "active", "archived", "archived"):
        assert client.organization.api_keys.update(key, status=status).status == status
    with pytest.raises(anthropic.BadRequestError):
        client.organization.api_keys.update(key, status="active")
    assert simulator.state()["keys"] == {key: "archived"}


def test_an_expired_key_says_so_and_cannot_be_revived(simulator: AnthropicSimulator, client: Anthropic) -> None:
    key = simulator.human.add_key("admin@example.com", expires_in=timedelta(days=1))
    simulator.clock.advance(days=2)
    assert client.organization.api_keys.retrieve(key).status == "expired"
    with pytest.raises(anthropic.BadRequestError):
        client.organization.api_keys.update(key, status="active")


def test_keys_outlive_their_maker_but_claude_code_keys_do_not(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    simulator.human.create_workspace("research")
    simulator.human.create_workspace("Claude Code", claude_code=True)
    client.organization.invites.create(email="ada@example.com", role="claude_code_user")
    user = simulator.human.accept_invite("ada@example.com")
    assert simulator.state()["members"] == {("ada@example.com", "Claude Code"): "workspace_user"}
    hers = simulator.human.add_key("ada@example.com", "research")
    claude_code = simulator.human.add_key("ada@example.com", "Claude Code")
    assert simulator.key_works(claude_code)
    client.organization.users.remove(user)
    assert simulator.key_works(hers)
    assert not simulator.key_works(claude_code)
    assert simulator.state()["members"] == {}


def test_archiving_a_workspace_archives_its_keys(simulator: AnthropicSimulator, client: Anthropic) -> None:
    place = simulator.human.create_workspace("research")
    key = simulator.human.add_key("admin@example.com", "research")
    client.organization.workspaces.archive(place)
    assert client.organization.api_keys.retrieve(key).status == "archived"


def test_signing_in_by_sso_recreates_a_removed_account_with_a_new_id(
    simulator: AnthropicSimulator, client: Anthropic
) -> None:
    old = simulator.human.add_user("ada@example.com")
    client.organization.users.remove(old)
    new = simulator.human.sso_recreate("ada@example.com")
    assert new != old
    with pytest.raises(anthropic.NotFoundError):
        client.organization.users.retrieve(old)


# organizations of another kind


@pytest.mark.parametrize(("mode", "removable"), [("jit", True), ("scim", False)])
def test_an_organization_managed_natively_refuses_membership_changes(mode: Any, removable: bool) -> None:
    with AnthropicSimulator(provisioning=mode) as simulator, client_of(simulator) as client:
        simulator.human.add_user("admin@example.com", "admin")
        user = simulator.human.add_user("ada@example.com")
        place = simulator.human.create_workspace("research")
        assert "identity provider" in refused_invite(client).message
        with pytest.raises(anthropic.BadRequestError):
            client.organization.users.update(user, role="developer")
        client.organization.workspaces.members.add(place, user_id=user, workspace_role="workspace_user")
        if removable:
            client.organization.users.remove(user)
        else:
            with pytest.raises(anthropic.BadRequestError, match="SCIM"):
                client.organization.users.remove(user)


def test_an_enterprise_organization_has_no_workspaces_and_no_keys() -> None:
    with AnthropicSimulator(organization_type="enterprise") as simulator, client_of(simulator) as client:
        simulator.human.add_user("ada@example.com", "user")
        assert client.organization.users.list().data
        for listing in (client.organization.workspaces.list, client.organization.api_keys.list):
            with pytest.raises(anthropic.BadRequestError) as refused:
                listing()
            assert refused.value.error_code == "organization_type_not_supported"
