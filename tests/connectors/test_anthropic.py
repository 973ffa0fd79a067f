"""What the Anthropic connector observes, through the real SDK against the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scim_bridge.access.connector import Surroundings
from scim_bridge.access.errors import NotPermitted, PlatformError, Refused
from scim_bridge.access.observed import Inquiry, Membership
from scim_bridge.connectors.anthropic import ANTHROPIC
from scim_bridge.connectors.anthropic.observe import credential
from tests.connectors.anthropic_world import ORG, WORKSPACES, World, running
from tests.connectors.bench import CountingGate


@pytest.fixture
def world() -> Iterator[World]:
    with running() as made:
        yield made


# people


def test_an_address_is_compared_whole_and_without_case(world: World) -> None:
    world.human.add_user("ada+lab@example.com")
    world.human.add_user("adam@example.com")
    assert world.look().accounts == ()
    ada = world.human.add_user("Ada@Example.com")
    assert [account.id for account in world.look().accounts] == [ada]


def test_lesson_46_a_renamed_person_is_found_by_the_account_the_ledger_knows(world: World) -> None:
    ada = world.ada()
    [found] = world.look("ada.byron@example.com", ada).accounts
    assert (found.id, found.email) == (ada, "ada@example.com")


def test_a_second_account_with_the_persons_new_address_is_seen_too(world: World) -> None:
    ada = world.ada()
    other = world.human.add_user("ada.byron@example.com")
    assert {account.id for account in world.look("ada.byron@example.com", ada).accounts} == {ada, other}


def test_lesson_44_an_account_that_single_sign_on_made_again_is_seen(world: World) -> None:
    ada = world.ada()
    world.human.remove_user("ada@example.com")
    assert world.look(account_id=ada).accounts == ()
    again = world.human.sso_recreate("ada@example.com")
    assert [account.id for account in world.look(account_id=ada).accounts] == [again]


@pytest.mark.parametrize("role", ["admin", "owner"])
def test_who_cannot_be_changed_by_api_is_untouchable_with_the_reason(world: World, role: str) -> None:
    world.ada(role=role)
    [found] = world.look().accounts
    assert found.untouchable is not None
    assert role in found.untouchable
    assert "Console" in found.untouchable


def test_everybody_else_can_be_touched(world: World) -> None:
    for number, role in enumerate(ANTHROPIC.capabilities({}).account_roles):
        world.human.add_user(f"u{number}@example.com", role)
        [found] = world.look(f"u{number}@example.com").accounts
        assert (found.role, found.untouchable) == (role, None)


# invitations


@pytest.mark.parametrize("filters", [True, False])
def test_pending_and_expired_invitations_are_seen_and_accepted_ones_are_not(world: World, filters: bool) -> None:
    world.simulator.rules.invite_filters = filters
    world.human.invite("ada+lab@example.com")
    old = world.human.invite("ada@example.com")
    world.human.expire_invite("ada@example.com")
    new = world.human.invite("Ada@example.com", "developer")
    found = {one.id: one for one in world.look().invitations}
    assert {(one.id, one.state, one.role) for one in found.values()} == {
        (old, "expired", "user"), (new, "pending", "developer"),
    }
    expires = found[new].expires_at
    assert expires is not None
    assert timedelta(days=20, hours=23) < expires - datetime.now(UTC) <= timedelta(days=21)
    world.human.accept_invite("ada@example.com")
    assert [one.state for one in world.look().invitations] == ["expired"]


# places


def test_the_default_and_the_claude_code_workspace_are_left_alone_and_archived_ones_are_closed(world: World) -> None:
    world.human.create_workspace("Claude Code", claude_code=True)
    world.human.create_workspace("Default")  # somebody's own, by that name
    world.human.archive_workspace("evals")
    shown = sorted((place.name, place.open, place.managed) for place in world.connector.places())
    assert shown == [
        ("Claude Code", True, False), ("Default", True, False), ("Default", True, True),
        ("evals", False, True), ("research", True, True),
    ]


def test_workspaces_are_asked_for_again_only_after_a_minute(world: World) -> None:
    world.connector.places()
    world.human.rename_workspace("evals", "trials")
    world.calls()
    world.seconds += 59
    assert "trials" not in {place.name for place in world.connector.places()}
    assert world.calls() == {}
    world.seconds += 1
    assert "trials" in {place.name for place in world.connector.places()}
    assert world.calls() == {("GET", WORKSPACES): 1}


def test_memberships_are_seen_where_they_were_asked_for(world: World) -> None:
    ada = world.ada("research", "evals")
    assert world.look().memberships == ()
    seen = world.look(places=frozenset({world.research})).memberships
    assert seen == (Membership(ada, world.research, "workspace_user"),)


def test_a_leaver_is_looked_for_in_every_place_the_bridge_manages(world: World) -> None:
    world.human.create_workspace("Claude Code", claude_code=True)
    ada = world.ada("research")
    world.human.sign_in("ada@example.com")
    world.human.create_workspace("old")
    world.human.add_member("ada@example.com", "old", "workspace_user")
    world.human.archive_workspace("old")
    seen = world.look(places=None).memberships
    assert seen == (Membership(ada, world.research, "workspace_user"),)


def test_what_follows_from_an_organization_role_is_inherited(world: World) -> None:
    billing = world.ada(role="billing")
    both = frozenset({world.research, world.evals})
    for email, who, role in (
        ("ada@example.com", billing, "workspace_billing"), ("admin@example.com", world.admin, "workspace_admin"),
    ):
        seen = set(world.look(email, places=both).memberships)
        assert seen == {Membership(who, place, role, inherited=True) for place in both}


def test_a_place_that_does_not_exist_has_no_members(world: World) -> None:
    world.ada()
    world.human.add_user("grace@example.com")
    nowhere = frozenset({"wrkspc_nowhere"})
    both = [Inquiry(email, places=nowhere) for email in ("ada@example.com", "grace@example.com")]
    assert world.connector.observe(both[:1]).memberships == ()
    assert world.connector.observe(both).memberships == ()


def test_administrators_are_those_who_were_made_so_and_the_organizations_admins(world: World) -> None:
    ada = world.ada("research")
    world.human.add_user("grace@example.com")
    world.human.add_member("grace@example.com", "research", "workspace_admin")
    grace = world.look("grace@example.com").accounts[0].id
    asked = frozenset({None, world.research, world.evals})
    for inquiries in ([Inquiry("ada@example.com")], [Inquiry("ada@example.com"), Inquiry("nobody@example.com")]):
        seen = world.connector.observe(inquiries, administrators_of=asked)
        assert seen.administrators == {
            None: {world.admin}, world.research: {world.admin, grace}, world.evals: {world.admin},
        }
        assert [account.id for account in seen.accounts] == [ada]
        assert seen.memberships == ()


# keys


def test_lesson_40_keys_are_found_by_who_made_them_and_shared_ones_are_not_hers(world: World) -> None:
    ada = world.ada("research")
    hers = world.human.add_key("ada@example.com", "research", name="ci")
    off = world.human.add_key("ada@example.com", status="inactive")
    world.human.add_key("admin@example.com", "research", name="ada's")
    world.human.add_key(None, "research", service_account="svac_1")
    world.human.add_key(None, "research")
    keys = {key.id: key for key in world.look(credentials=True).credentials}
    assert set(keys) == {hers, off}
    assert {(key.kind, key.owner_id, key.owner_email) for key in keys.values()} == {
        ("personal", ada, "ada@example.com")
    }
    assert (keys[hers].usable, keys[hers].place_id, keys[hers].name) == (True, world.research, "ci")
    assert (keys[off].usable, keys[off].status) == (False, "inactive")
    assert (keys[hers].hint or "").startswith("sk-ant-")
    assert keys[hers].created_at is not None


def test_keys_of_an_account_that_is_away_are_still_found(world: World) -> None:
    ada = world.ada()
    key = world.human.add_key("ada@example.com", "research")
    world.human.remove_user("ada@example.com")
    seen = world.look(account_id=ada, places=None, credentials=True)
    assert seen.accounts == ()
    assert seen.memberships == ()
    assert [(found.id, found.owner_id, found.usable) for found in seen.credentials] == [(key, ada, True)]


def test_the_older_field_names_tell_the_same(world: World) -> None:
    world.simulator.rules.fields = "2023-06-01"
    world.ada("research")
    world.human.invite("grace@example.com")
    world.human.add_key("ada@example.com", "research")
    world.human.add_key("ada@example.com")
    seen = world.look(credentials=True, places=frozenset({world.research}))
    assert {key.place_id for key in seen.credentials} == {world.research, None}
    assert [row.role for row in seen.memberships] == ["workspace_user"]
    assert world.look("grace@example.com").invitations[0].state == "pending"


def test_the_inventory_has_every_key_with_its_owner(world: World) -> None:
    ada = world.ada()
    personal = world.human.add_key("ada@example.com", "research", expires_in=timedelta(days=1))
    robot = world.human.add_key(None, "research", service_account="svac_1")
    nobody = world.human.add_key(None)
    world.simulator.clock.advance(days=2)
    shown = {key.id: (key.kind, key.owner_id, key.owner_email, key.status) for key in world.connector.credentials()}
    assert shown == {
        personal: ("personal", ada, "ada@example.com", "expired"),
        robot: ("shared", None, None, "active"), nobody: ("shared", None, None, "active"),
    }


def test_a_key_tells_when_it_ends_and_which_service_account_it_is_of(world: World) -> None:
    world.ada()
    ending = world.human.add_key("ada@example.com", "research", expires_in=timedelta(days=1))
    robot = world.human.add_key(None, "research", service_account="svac_1")
    shown = {key.id: (key.service_account, key.expires_at) for key in world.connector.credentials()}
    ends = world.simulator.org.keys[ending].expires_at
    assert ends is not None
    assert shown.keys() == {ending, robot}
    assert shown[robot] == ("svac_1", None)
    assert shown[ending][0] is None
    assert abs(shown[ending][1] - ends) < timedelta(seconds=1)


@pytest.mark.parametrize("account", ["svac_1", None], ids=["named", "not named"])
def test_lesson_40_a_key_that_acts_for_a_service_account_is_shared_whoever_made_it(account: str | None) -> None:
    principal = SimpleNamespace(type="service_account_actor", service_account_id=account)
    maker = SimpleNamespace(type="user", id="user_1")
    row = SimpleNamespace(id="apikey_1", status="active", created_by=maker, principal=principal)
    seen = credential(row, {})
    assert (seen.kind, seen.owner_id, seen.service_account) == ("shared", "user_1", account or "service account")


# the connection


def test_the_identity_is_the_organizations_and_asked_for_once(world: World) -> None:
    assert world.connector.identity() == world.connector.identity() == f"anthropic:{world.simulator.org.id}"
    assert world.calls() == {("GET", f"{ORG}/me"): 1}


def make(tmp_path: Path, **connection: str) -> Any:
    return ANTHROPIC.make(connection, Surroundings("anthropic-lab", CountingGate(), tmp_path))


def test_a_connector_is_made_from_its_connection_keys(world: World, tmp_path: Path) -> None:
    made = make(tmp_path, admin_api_key=f" {world.simulator.admin_key}\n", base_url=world.simulator.url + "/")
    assert made.identity() == world.connector.identity()
    made.close()
    made = make(tmp_path, admin_api_key=world.simulator.admin_key)
    made.close()


@pytest.mark.parametrize(
    ("connection", "raised"),
    [
        ({"admin_api_key": ""}, NotPermitted),
        ({"admin_api_key": "sk-ant two\nlines"}, NotPermitted),
        ({"admin_api_key": "sk-ant-\u00e9"}, NotPermitted),
        ({"admin_api_key": "sk-ant-key", "base_url": "api.anthropic.com"}, Refused),
        ({"admin_api_key": "sk-ant-key", "base_url": "https://api.anthropic.com/v1/"}, Refused),
    ],
)
def test_an_impossible_connection_is_refused_without_showing_the_key(
    tmp_path: Path, connection: dict[str, str], raised: type[PlatformError]
) -> None:
    with pytest.raises(raised) as refused:
        make(tmp_path, **connection)
    assert "sk-ant" not in str(refused.value)
    assert "`connection." in str(refused.value)


def test_roles_are_published_weakest_first_and_admin_is_not_among_them() -> None:
    can = ANTHROPIC.capabilities({})
    assert can.account_roles == ("user", "claude_code_user", "developer", "billing")
    assert can.place_roles == (
        "workspace_restricted_developer", "workspace_user", "workspace_developer", "workspace_admin",
    )
    assert can.administrative == {"workspace_admin"}
    assert can.joining == "invite"
    assert can.rate is not None
    assert can.rate.per_minute + can.rate.burst <= 100
