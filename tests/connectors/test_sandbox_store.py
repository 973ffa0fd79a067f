"""The sandbox under people's hands, and the rules of its platform that the suite does not ask about."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scim_bridge.access.change import Change, ChangeKind, Outcome, Principal
from scim_bridge.access.connector import Connector, Surroundings
from scim_bridge.access.errors import Refused, Untouchable
from scim_bridge.access.observed import Inquiry
from scim_bridge.connectors.sandbox import SANDBOX, SandboxStore, sandbox_path, sandbox_places
from scim_bridge.connectors.sandbox import state as rows
from scim_bridge.connectors.sandbox.file import SandboxFile
from scim_bridge.errors import NotFoundError, UsageError
from tests.connectors.bench import CountingGate

ADA, GRACE = "ada@example.com", "grace@example.com"


@pytest.fixture
def store(tmp_path: Path) -> SandboxStore:
    return SandboxStore(tmp_path / "sandbox.db", ["research", "production"])


def connector(folder: Path, **connection: Any) -> Connector:
    return SANDBOX.make(connection, Surroundings("sandbox", CountingGate(), folder))


def apply(folder: Path, kind: ChangeKind, email: str, account_id: str | None = None, **more: Any) -> Outcome:
    return connector(folder, accept="auto").apply(Change(kind, "sandbox", Principal("person", account_id, email), **more))


# what is shown


def test_the_state_is_shown_in_its_fixed_shape(store: SandboxStore, tmp_path: Path) -> None:
    store.add_member(ADA, "research", "admin")
    key_id = store.add_key(ADA, "production")
    shared_id = store.add_shared_key("research")
    connector(tmp_path, accept="manual").apply(Change("invite", "s", Principal("person", None, GRACE), role="user"))
    shown = store.show()
    shown["keys"].sort(key=lambda key: key["owner"] or "")
    assert shown == {
        "accounts": [{"email": ADA, "role": "user", "state": "active"}],
        "invitations": [{"email": GRACE, "state": "pending"}],
        "memberships": [{"email": ADA, "place": "research", "role": "admin"}],
        "keys": [
            {"id": shared_id, "owner": None, "place": "research", "status": "active"},
            {"id": key_id, "owner": ADA, "place": "production", "status": "active"},
        ],
    }


def test_a_new_sandbox_is_empty(store: SandboxStore) -> None:
    assert store.show() == {"accounts": [], "invitations": [], "memberships": [], "keys": []}


# hands


def test_accepting_what_was_never_sent_says_what_is_open(store: SandboxStore, tmp_path: Path) -> None:
    connector(tmp_path, accept="manual").apply(Change("invite", "s", Principal("person", None, GRACE), role="user"))
    with pytest.raises(NotFoundError, match=r"ada@example\.com.*open: grace@example\.com"):
        store.accept(ADA)


def test_an_invitation_is_accepted_without_regard_to_case(store: SandboxStore, tmp_path: Path) -> None:
    connector(tmp_path, accept="manual").apply(Change("invite", "s", Principal("person", None, ADA), role="owner"))
    store.accept("ADA@example.com")
    assert store.show()["accounts"] == [{"email": ADA, "role": "owner", "state": "active"}]


def test_an_unknown_place_is_told_with_the_places_there_are(store: SandboxStore) -> None:
    with pytest.raises(NotFoundError, match="no place 'reserch'; places: production, research"):
        store.add_member(ADA, "reserch", "member")
    assert store.show()["accounts"] == []


def test_an_unknown_address_is_told_with_the_accounts_there_are(store: SandboxStore) -> None:
    store.add_account(GRACE)
    with pytest.raises(NotFoundError, match=r"accounts: grace@example\.com"):
        store.add_key(ADA, "research")


def test_an_unknown_role_is_told_with_the_roles_there_are(store: SandboxStore) -> None:
    with pytest.raises(UsageError, match="roles: member, admin"):
        store.add_member(ADA, "research", "owner")


def test_what_is_no_address_gets_no_account(store: SandboxStore) -> None:
    with pytest.raises(UsageError):
        store.add_member("ada", "research")


def test_adding_a_member_again_sets_the_role(store: SandboxStore) -> None:
    first = store.add_member(ADA, "research", "member")
    assert store.add_member("Ada@example.com", "place_research", "admin") == first
    assert [m["role"] for m in store.show()["memberships"]] == ["admin"]
    assert store.history(ADA, "research") == ["member", "admin"]


def test_removing_a_member_by_hand_leaves_the_key(store: SandboxStore) -> None:
    store.add_member(ADA, "research")
    store.add_key(ADA, "research")
    assert store.remove_member(ADA, "research")
    assert not store.remove_member(ADA, "research")
    store.remove_account(ADA)
    shown = store.show()
    assert (shown["accounts"], shown["memberships"]) == ([], [])
    assert [(key["owner"], key["status"]) for key in shown["keys"]] == [(ADA, "active")]


def test_a_shared_key_is_seen_with_its_maker_where_one_is_known(store: SandboxStore, tmp_path: Path) -> None:
    account_id = store.add_account(ADA)
    made = store.add_key(ADA, "research", shared=True)
    nobodys = store.add_shared_key("research")
    keys = {key.id: key for key in connector(tmp_path).credentials()}
    assert (keys[made].kind, keys[made].owner_id, keys[made].owner_email) == ("shared", account_id, ADA)
    assert (keys[nobodys].kind, keys[nobodys].owner_id) == ("shared", None)


# rules of the platform


def test_an_invitation_may_be_accepted_at_once(store: SandboxStore, tmp_path: Path) -> None:
    outcome = apply(tmp_path, "invite", ADA, role="user")
    seen = connector(tmp_path).observe([Inquiry(ADA)])
    assert [account.id for account in seen.accounts] == [outcome.account_id]
    assert seen.invitations == ()
    assert store.show()["invitations"] == [{"email": ADA, "state": "accepted"}]


def test_an_invitation_runs_out_after_three_weeks(store: SandboxStore, tmp_path: Path) -> None:
    connector(tmp_path, accept="manual").apply(Change("invite", "s", Principal("person", None, ADA), role="user"))
    later = SandboxStore(tmp_path / "sandbox.db", clock=lambda: datetime.now(UTC) + timedelta(days=21, minutes=1))
    assert later.show()["invitations"] == [{"email": ADA, "state": "expired"}]


@pytest.mark.parametrize(
    ("kind", "more"), [("remove_account", {}), ("suspend_account", {}), ("change_role", {"role": "user"})]
)
def test_lesson_32_the_last_owner_is_kept(store: SandboxStore, tmp_path: Path, kind: Any, more: dict[str, str]) -> None:
    account_id = store.add_account(ADA, "owner")
    store.add_account(GRACE, "user")
    with pytest.raises(Untouchable, match="last owner"):
        apply(tmp_path, kind, ADA, account_id, **more)
    assert store.show()["accounts"][0] == {"email": ADA, "role": "owner", "state": "active"}
    store.add_account(GRACE, "owner")
    assert apply(tmp_path, kind, ADA, account_id, **more).changed


def test_a_suspended_owner_is_no_administrator(store: SandboxStore, tmp_path: Path) -> None:
    ada, grace = store.add_account(ADA, "owner"), store.add_account(GRACE, "owner")
    apply(tmp_path, "suspend_account", GRACE, grace)
    seen = connector(tmp_path).observe([], administrators_of=frozenset({None}))
    assert seen.administrators == {None: frozenset({ada})}


def test_a_place_that_the_connection_no_longer_names_is_archived_until_it_does(tmp_path: Path) -> None:
    def open_places(*names: str) -> set[str]:
        return {place.name for place in connector(tmp_path, places=list(names)).places() if place.open}

    assert open_places("research", "evals") == {"research", "evals"}
    assert open_places("research") == {"research"}
    assert {place.name for place in connector(tmp_path, places=["research"]).places()} == {"research", "evals"}
    assert open_places("evals") == {"evals"}


def test_the_newest_ten_thousand_calls_are_kept(store: SandboxStore, tmp_path: Path) -> None:
    store.show()
    with SandboxFile(tmp_path / "sandbox.db").transaction() as db:
        for _ in range(rows.CALLS_KEPT):
            rows.log(db, "list_places", {}, datetime.now(UTC))
    connector(tmp_path).identity()
    calls = store.calls()
    assert (len(calls), calls[-1]["method"]) == (rows.CALLS_KEPT, "retrieve")


def test_a_call_is_logged_with_what_was_asked(store: SandboxStore, tmp_path: Path) -> None:
    apply(tmp_path, "invite", ADA, role="user")
    assert [call["args"] for call in store.calls("invite")] == [{"email": ADA, "role": "user"}]


# the connection and the file


def test_a_relative_path_lies_in_the_folder_given(tmp_path: Path) -> None:
    connector(tmp_path, path="lab/one.db").identity()
    assert sandbox_path({"path": "lab/one.db"}, tmp_path).is_file()
    assert sandbox_path({}, tmp_path) == tmp_path / "sandbox.db"
    assert sandbox_path({"path": "/srv/sandbox.db"}, tmp_path) == Path("/srv/sandbox.db")


def test_places_have_a_default(tmp_path: Path) -> None:
    assert sandbox_places({}) == ("research", "production")
    assert {place.name for place in connector(tmp_path).places()} == {"research", "production"}


@pytest.mark.parametrize(("invitations", "joining"), [(True, "invite"), ("true", "invite"), ("False", "create")])
def test_a_switch_from_the_environment_is_text(invitations: Any, joining: str) -> None:
    assert SANDBOX.capabilities({"invitations": invitations}).joining == joining


def test_another_kind_of_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("not a database, but somebody's notes, and longer than a header would be")
    before = (tmp_path / "notes.db").read_bytes()
    with pytest.raises(Refused, match=r"notes\.db"):
        connector(tmp_path, path="notes.db").identity()
    assert (tmp_path / "notes.db").read_bytes() == before


def test_another_database_is_left_alone(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE person (id INTEGER)")
    other.close()
    before = (tmp_path / "other.db").read_bytes()
    with pytest.raises(Refused, match="not a sandbox"):
        connector(tmp_path, path="other.db").identity()
    assert (tmp_path / "other.db").read_bytes() == before


def test_a_sandbox_of_an_older_version_is_brought_up_to_date_with_what_is_in_it(store: SandboxStore, tmp_path: Path) -> None:
    store.add_account(ADA)
    key = store.add_key(ADA, "research")
    with sqlite3.connect(tmp_path / "sandbox.db") as old:
        old.execute('ALTER TABLE "key" DROP COLUMN expires_at')
        old.execute('ALTER TABLE "key" DROP COLUMN service_account')
        old.execute("PRAGMA user_version=1")
    old.close()
    robot = store.add_key(ADA, "research", service_account="nightly")
    seen = {each.id: each.service_account for each in connector(tmp_path).credentials()}
    assert seen == {key: None, robot: "nightly"}


def test_a_key_whose_time_is_over_opens_nothing_and_is_not_restored(store: SandboxStore, tmp_path: Path) -> None:
    account = store.add_account(ADA)
    key = store.add_key(ADA, "research", expires_at=datetime.now(UTC) - timedelta(seconds=1))
    (seen,) = connector(tmp_path).credentials()
    assert (seen.status, seen.usable) == ("expired", False)
    with pytest.raises(Refused, match="run out"):
        apply(tmp_path, "restore_key", ADA, account, object_id=key)
