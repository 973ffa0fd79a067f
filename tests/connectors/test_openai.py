"""What the connector sees of an OpenAI organization: people, invitations, projects, roles, groups, keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scim_bridge.access.connector import Surroundings
from scim_bridge.access.errors import NotPermitted, Refused
from scim_bridge.access.observed import GROUP, ORGANIZATION, Inquiry, Membership, Place
from scim_bridge.connectors.openai import OPENAI
from scim_bridge.connectors.openai.client import AdminApi
from scim_bridge.connectors.openai.roles import is_administrative
from scim_bridge.connectors.openai.rows import is_hint_of
from tests.connectors.bench import CountingGate
from tests.connectors.openai_world import ADA, INVITES, MEMBER, MEMBERS, PROJECTS, USERS, World, running


@pytest.fixture
def world() -> Iterator[World]:
    with running() as made:
        yield made


# the organization


def test_the_identity_is_the_oldest_project_also_when_it_is_archived_and_for_another_key(world: World) -> None:
    identity = world.connector.identity()
    assert identity == f"openai:{world.default}"
    world.human.archive_project("Default project")
    assert world.another().identity() == identity
    other = world.human.secret_of(world.human.add_admin_key(None))
    assert world.another(other).identity() == identity


def test_the_identity_costs_no_request_of_its_own(world: World) -> None:
    world.connector.places()
    world.connector.identity()
    assert world.calls() == {("GET", PROJECTS): 1}


def test_places_are_the_projects_archived_ones_as_closed(world: World) -> None:
    world.human.archive_project("evals")
    assert world.connector.places() == (
        Place(world.default, "Default project"), Place(world.research, "research"), Place(world.evals, "evals", open=False),
    )


def test_a_project_without_a_name_is_known_by_its_id(world: World) -> None:
    row = b'{"id": "proj_1", "object": "organization.project", "created_at": 1}'
    world.simulator.fail(200, raw=b'{"object": "list", "has_more": false, "data": [' + row + b"]}", route=PROJECTS)
    assert world.connector.places() == (Place("proj_1", "proj_1"),)


def test_an_organization_without_a_project_has_no_identity_and_says_so(world: World) -> None:
    world.simulator.fail(200, raw=b'{"object": "list", "has_more": false, "data": []}', route=PROJECTS)
    with pytest.raises(Refused, match="no project"):
        world.connector.identity()


# people


def test_an_address_is_found_in_another_spelling_than_the_filter_takes(world: World) -> None:
    world.rules.case_sensitive_filter = True
    ada = world.ada()
    assert [account.id for account in world.look("Ada@Example.com").accounts] == [ada]


def test_both_accounts_are_seen_when_the_known_one_has_another_address_now(world: World) -> None:
    old = world.ada()
    world.human.change_email(ADA, "lovelace@example.com")
    new = world.ada()
    assert {account.id for account in world.look(account_id=old).accounts} == {old, new}


def test_an_account_that_scim_manages_says_so(world: World) -> None:
    world.ada(scim_managed=True)
    account = world.look().accounts[0]
    assert "identity provider" in (account.native or "")
    assert account.untouchable is None


def test_a_service_account_among_the_people_is_untouchable(world: World) -> None:
    robot = world.human.add_nameless("nightly")
    account = world.look(None, robot).accounts[0]
    assert (account.email, "service account" in (account.untouchable or "")) == ("", True)


def test_a_service_account_without_an_address_is_nobody_who_is_asked_about(world: World) -> None:
    world.human.add_nameless("nightly")
    assert world.look("").accounts == ()


def test_only_pending_and_expired_invitations_are_seen(world: World) -> None:
    world.human.invite("grace@example.com")
    world.human.accept_invite("grace@example.com")
    world.human.invite(ADA, "owner")
    world.human.expire_invite(ADA)
    world.human.invite(ADA)
    people = [Inquiry(ADA), Inquiry("grace@example.com")]
    found = world.connector.observe(people).invitations
    assert sorted((each.email, each.role, each.state) for each in found) == [
        (ADA, "owner", "expired"), (ADA, "reader", "pending"),
    ]
    assert all(each.expires_at for each in found)


def test_a_list_of_invitations_may_leave_projects_out(world: World) -> None:
    world.rules.invites_listed_with_projects = False
    world.human.invite(ADA)
    assert [each.email for each in world.look().invitations] == [ADA]


# places


@pytest.mark.parametrize("listed", [True, False])
def test_an_owner_of_the_organization_owns_every_project_by_that(world: World, listed: bool) -> None:
    world.rules.owners_listed = listed
    seen = world.look("owner@example.com", places=frozenset({world.research}))
    assert seen.memberships == (Membership(world.owner, world.research, "owner", inherited=True),)


def test_a_viewer_is_seen_as_one(world: World) -> None:
    ada = world.ada()
    world.human.add_member(ADA, "research", "viewer")
    assert world.look(places=frozenset({world.research})).memberships == (Membership(ada, world.research, "viewer"),)


def test_nobody_is_in_an_archived_project_or_in_none(world: World) -> None:
    world.ada("research")
    world.human.archive_project("research")
    for places in (frozenset({world.research}), frozenset({"proj_none"}), None):
        assert world.look(places=places).memberships == ()


@pytest.mark.parametrize("status", [400, 403, 409])
def test_a_refusal_to_read_one_member_is_no_empty_project_the_listing_tells(world: World, status: int) -> None:
    world.ada("research")
    world.simulator.fail(status, route=MEMBER)
    assert [each.role for each in world.look(places=frozenset({world.research})).memberships] == ["member"]


def test_a_refusal_to_read_an_open_project_is_no_empty_one(world: World) -> None:
    world.ada("research")
    world.simulator.fail(400, route=MEMBER)
    world.simulator.fail(400, route=MEMBERS)
    with pytest.raises(Refused):
        world.look(places=frozenset({world.research}))


@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_whichever_refusal_says_that_somebody_is_not_there_they_are_not(world: World, status: int) -> None:
    """None of them is documented. That a listing tells more is remembered."""
    world.rules.absent_status = status
    ada, both = world.ada("research"), frozenset({world.research, world.evals})
    for _ in range(2):
        seen = world.look(account_id=ada, places=both, credentials=True)
        assert [(each.place_id, each.role) for each in seen.memberships] == [(world.research, "member")]
        world.calls()
    world.look(account_id=ada, places=both, invitations=False)
    assert world.calls()["GET", MEMBER if status == 404 else MEMBERS] == 2
    gone = world.look("gone@example.com", "user-gone", places=None, credentials=True)
    assert (gone.accounts, gone.memberships, gone.credentials) == ((), (), ())


@pytest.mark.parametrize("minds_case", [False, True])
def test_an_account_is_found_however_its_address_is_written(world: World, minds_case: bool) -> None:
    """Somebody who was invited as ada@ may have accepted as Ada@: the vendor's filter may tell them apart."""
    world.rules.case_sensitive_filter = minds_case
    ada = world.human.add_user("Ada@Example.com")
    for _ in range(2):
        assert [each.id for each in world.look("ada@example.com").accounts] == [ada]
    assert world.look("nobody@example.com").accounts == ()
    world.calls()
    world.look("nobody@example.com", invitations=False)
    assert world.calls() == {("GET", USERS): 2 if minds_case else 1}


def test_the_administrators_are_the_owners_of_the_project_and_of_the_organization(world: World) -> None:
    ada, grace = world.ada(), world.human.add_user("grace@example.com")
    world.human.add_member(ADA, "research", "owner")
    world.human.add_member("grace@example.com", "research", "member")
    seen = world.connector.observe([Inquiry("grace@example.com")], administrators_of=frozenset({None, world.research}))
    assert seen.administrators == {None: {world.owner}, world.research: {world.owner, ada}}
    assert grace not in seen.administrators[world.research]


# custom roles


def test_a_custom_role_that_comes_through_a_group_is_inherited(world: World) -> None:
    ada = world.ada("research")
    for role in ("Tester", "Analyst"):
        world.human.create_role(role, project="research")
    world.human.create_group("Lab")
    world.human.add_to_group(ADA, "Lab")
    world.human.add_group_to_project("Lab", "research", "Tester")
    world.human.assign_role(ADA, "research", "Analyst")
    found = {(row.role, row.inherited) for row in world.look(places=frozenset({world.research})).memberships}
    assert found == {("member", False), ("Tester", True), ("Analyst", False)}
    assert ada in {row.principal_id for row in world.look(places=frozenset({world.research})).memberships}


def test_a_custom_role_that_another_process_gave_the_first_of_is_seen_within_a_minute(world: World) -> None:
    world.ada("research")
    world.look(places=frozenset({world.research}))
    world.human.create_role("Tester", project="research")
    world.human.assign_role(ADA, "research", "Tester")
    world.seconds += 61
    assert "Tester" in {row.role for row in world.look(places=frozenset({world.research})).memberships}


def test_custom_roles_of_the_organization_are_seen_under_the_organization(world: World) -> None:
    ada = world.ada()
    world.human.create_role("Auditor")
    world.human.assign_role(ADA, None, "Auditor")
    for places in (frozenset({ORGANIZATION}), None):
        assert Membership(ada, ORGANIZATION, "Auditor") in world.look(places=places).memberships
    assert world.look(places=frozenset({world.research})).memberships == ()


@pytest.mark.parametrize(
    ("permission", "administers"),
    [
        ("api.groups.write", True),
        ("api.groups.read", False),
        ("api.organization.projects.api_keys.write", True),
        ("api.organization.projects.api_keys.read", False),
        ("api.organization.users.write", True),
        ("api.invites.create", True),
        ("api.role_assignments.delete", True),
        ("api.organization.admin_api_keys.manage", True),
        ("api.service_accounts.*", True),
        ("api.organization.projects.write", True),
        ("api.organization.projects.archive", True),
        ("api.organization.*", True),
        ("api.*", True),
        ("*", True),
        ("api.files.*", False),
        ("api.files.write", False),
        ("api.model.request", False),
        ("API.GROUPS.WRITE", True),
        ("api:groups:write", True),
    ],
)
def test_whatever_writes_people_roles_or_keys_administers(permission: str, administers: bool) -> None:
    assert is_administrative(["api.model.read", permission]) is administers


# groups


def test_groups_say_what_the_bridge_must_leave_alone(world: World) -> None:
    world.human.create_group("Lab")
    world.human.create_group("Synced", scim_managed=True)
    world.human.create_group("Everybody", group_type="tenant_group")
    found = {group.name: (bool(group.native), bool(group.untouchable)) for group in world.connector.groups()}
    assert found == {"Lab": (False, False), "Synced": (True, False), "Everybody": (False, True)}


def test_a_leaver_is_not_sought_in_groups_that_the_bridge_cannot_change(world: World) -> None:
    ada = world.ada()
    lab = world.human.create_group("Lab")
    world.human.create_group("Synced", scim_managed=True)
    for group in ("Lab", "Synced"):
        world.human.add_to_group(ADA, group)
    seen = world.look(groups=None, invitations=False).memberships
    assert seen == (Membership(ada, GROUP + lab, "member"),)


def test_a_group_that_was_renamed_by_hand_is_found_by_its_id_with_its_roles(world: World) -> None:
    lab = world.human.create_group("Lab")
    world.human.add_group_to_project("Lab", "research", "owner")
    seen = world.connector.observe([Inquiry("Old name", lab, places=None, kind="group")])
    assert [group.name for group in seen.groups] == ["Lab"]
    assert seen.memberships == (Membership(lab, world.research, "owner", "group"),)


# keys


def test_lesson_40_every_key_of_a_leaver_is_found_by_its_owner_wherever_it_is(world: World) -> None:
    ada = world.ada("research", "evals")
    keys = {world.human.add_key(ADA, project) for project in ("research", "evals", "Default project")}
    admin = world.human.add_admin_key(ADA)
    world.human.add_service_account("research", "nightly")
    world.human.add_service_account_key("research", "nightly")
    world.human.remove_user(ADA)
    seen = world.look(account_id=ada, credentials=True).credentials
    assert {key.id for key in seen} == {*keys, admin}
    assert {(key.owner_id, key.kind, key.usable) for key in seen} == {(ada, "personal", True)}


def test_a_key_whose_owner_has_lost_the_project_is_listed_as_inactive_and_may_still_work(world: World) -> None:
    ada = world.ada("research")
    key = world.human.add_key(ADA, "research")
    world.human.remove_member(ADA, "research")
    seen = world.look(account_id=ada, credentials=True).credentials
    assert [(found.id, found.status, found.usable) for found in seen] == [(key, "inactive", True)]
    assert world.simulator.key_works(key)


def test_a_key_that_has_expired_opens_nothing(world: World) -> None:
    ada = world.ada("research")
    world.human.add_key(ADA, "research", expires_in=timedelta(days=1))
    world.simulator.clock.advance(days=2)
    seen = world.look(account_id=ada, credentials=True).credentials
    assert [(found.status, found.usable) for found in seen] == [("expired", False)]


def test_a_key_tells_what_the_platform_lists_of_it_and_never_itself(world: World) -> None:
    ada = world.ada("research")
    key = world.human.add_key(ADA, "research", name="notebook", expires_in=timedelta(days=9))
    world.human.use_key(key)
    found = world.look(account_id=ada, credentials=True).credentials[0]
    assert (found.name, found.owner_email, found.place_id, found.service_account) == ("notebook", ADA, world.research, None)
    assert found.created_at
    assert found.last_used_at
    assert found.expires_at
    assert world.human.secret_of(key) not in repr(found)
    assert (found.hint or "").startswith("sk-")


def test_the_inventory_tells_people_service_accounts_and_the_bridges_own_key_apart(world: World) -> None:
    ada = world.ada("research")
    personal = world.human.add_key(ADA, "research")
    world.human.add_service_account("evals", "nightly")
    shared = world.human.add_service_account_key("evals", "nightly")
    admin, robot = world.human.add_admin_key(ADA), world.human.add_admin_key(None, "ci")
    found = {key.id: key for key in world.connector.credentials()}
    told = {key.id: (key.kind, key.owner_id, key.place_id, key.service_account, bool(key.ours)) for key in found.values()}
    assert told == {
        personal: ("personal", ada, world.research, None, False),
        shared: ("shared", None, world.evals, "nightly", False),
        admin: ("personal", ada, None, None, False),
        robot: ("shared", None, None, "ci", False),
        world.simulator.own_key_id: ("shared", None, None, "bridge", True),
    }
    assert found[admin].owner_email == ADA


def test_keys_of_an_archived_project_open_nothing_and_are_left_out(world: World) -> None:
    ada = world.ada("research")
    key = world.human.add_key(ADA, "research")
    world.human.archive_project("research")
    assert world.look(account_id=ada, credentials=True).credentials == ()
    assert not world.simulator.key_works(key)


@pytest.mark.parametrize(
    ("hint", "may_be"),
    [
        ("sk-admin...0000", True), ("sk-admin-***0000", True), ("sk-a****************0000", True), ("****", True),
        ("sk-admin...1111", False), ("sk-proj-...0000", False), ("sk-admin-simulated-0000", False), ("sk-admin…0000", True),
    ],
)  # fmt: skip
def test_the_bridges_own_key_is_told_by_what_a_hint_shows_of_it(hint: str, may_be: bool) -> None:
    assert is_hint_of(hint, "sk-admin-simulated-0000") is may_be


# the connection


def make(**connection: Any) -> Any:
    return OPENAI.make(connection, Surroundings("openai-lab", CountingGate(), Path()))


@pytest.mark.parametrize("key", ["", "  ", "sk-admin a", "sk-admin-ö", "sk-admin\nx"])
def test_a_key_that_no_key_is_like_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(NotPermitted, match="admin_api_key") as refused:
        make(admin_api_key=key)
    assert not key.strip() or key not in str(refused.value)


@pytest.mark.parametrize("url", ["https://api.openai.com", "https://api.openai.com/", "api.openai.com/v1", "ftp://x/v1"])
def test_an_address_that_the_api_is_not_at_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="/v1"):
        make(admin_api_key="sk-admin-x", base_url=url)


def test_without_a_key_the_sdks_own_error_is_understood() -> None:
    api = AdminApi("", "http://127.0.0.1:9/v1", CountingGate())
    with pytest.raises(NotPermitted, match="no Admin API key"):
        api.read(api.organization.projects.list)
    api.close()


def test_what_the_environment_holds_for_the_sdk_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer from-the-environment")
    connector = world.another()
    assert len(connector.places()) == 3
    connector.close()


def test_the_emails_of_a_batch_are_all_asked_for_when_one_request_cannot_name_them(world: World) -> None:
    for number in range(130):
        world.human.add_user(f"u{number}@example.com")
    people = [Inquiry(f"u{number}@example.com", invitations=False) for number in range(130)]
    assert len(world.connector.observe(people).accounts) == 130
    world.calls()
    assert len(world.connector.observe(people[:60]).accounts) == 60
    assert world.calls() == {("GET", "/organization/users"): 2}
    assert INVITES not in {call.route for call in world.simulator.log}
