"""The bridge's side of the sandbox: the connector, and what it can do as data."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from scim_bridge.access.change import Change, ChangeKind, Outcome
from scim_bridge.access.connector import Capabilities, ConnectionKey, Connector, ConnectorType, Gate, Surroundings
from scim_bridge.access.errors import Refused
from scim_bridge.access.observed import (
    Account,
    Credential,
    CustomRole,
    Group,
    Inquiry,
    Invitation,
    Membership,
    Observation,
    Place,
)
from scim_bridge.connectors.sandbox.file import SandboxFile
from scim_bridge.connectors.sandbox.platform import SandboxPlatform
from scim_bridge.connectors.sandbox.state import ACCOUNT_ROLES, PLACE_ROLES

PATH = "sandbox.db"
PLACES = ("research", "production")


class SandboxConnector:
    """One sandbox file. Places are the ones the connection names: others of the file are archived on first use."""

    def __init__(self, platform: SandboxPlatform, gate: Gate, capabilities: Capabilities, *, accept: str) -> None:
        self.capabilities = capabilities
        self._platform = platform
        self._gate = gate
        self._accepted_at_once = accept == "auto"
        self._deeds: dict[ChangeKind, Callable[[Change], Outcome]] = {
            "withdraw_key": self._withdraw_key,
            "restore_key": self._restore_key,
            "revoke": self._revoke,
            "suspend_account": self._suspend_account,
            "remove_account": self._remove_account,
            "restore_account": self._restore_account,
            "change_role": self._change_role,
            "grant": self._grant,
        }
        if capabilities.joining == "invite":
            self._deeds |= {"invite": self._invite, "cancel_invitation": self._cancel_invitation}
        else:
            self._deeds |= {"create_account": self._create_account}

    @property
    def _api(self) -> SandboxPlatform:
        """The platform, for one request that the gate has let through."""
        self._gate.pass_through()
        return self._platform

    # observing

    def identity(self) -> str:
        return f"sandbox:{self._api.retrieve()}"

    def places(self) -> tuple[Place, ...]:
        return tuple(Place(row["id"], row["name"], open=bool(row["open"])) for row in self._api.list_places())

    def groups(self) -> tuple[Group, ...]:
        return ()

    def custom_roles(self, place_id: str | None) -> tuple[CustomRole, ...]:
        return ()

    def observe(
        self, inquiries: Sequence[Inquiry], *, administrators_of: frozenset[str | None] = frozenset()
    ) -> Observation:
        """Five requests at most, however many people. Accounts that match neither way are not told."""
        emails = {inquiry.email.casefold() for inquiry in inquiries if inquiry.email}
        known = {inquiry.account_id for inquiry in inquiries if inquiry.account_id}
        invitations = self._invitations(emails) if any(inquiry.invitations for inquiry in inquiries) else ()
        accounts = tuple(_account(row) for row in self._api.list_accounts(emails, known)) if inquiries else ()
        people = known | {account.id for account in accounts}
        return Observation(
            accounts=accounts,
            invitations=invitations,
            memberships=self._memberships(people) if any(inquiry.places != frozenset() for inquiry in inquiries) else (),
            credentials=self._credentials_of(people) if any(inquiry.credentials for inquiry in inquiries) else (),
            administrators=self._administrators(administrators_of),
        )

    def credentials(self) -> tuple[Credential, ...]:
        return tuple(_credential(row) for row in self._api.list_keys())

    def _invitations(self, emails: set[str]) -> tuple[Invitation, ...]:
        return tuple(_invitation(row) for row in self._api.list_invitations(emails))

    def _memberships(self, people: set[str]) -> tuple[Membership, ...]:
        rows = self._api.list_memberships(people)
        return tuple(Membership(row["account_id"], row["place_id"], row["role"]) for row in rows)

    def _credentials_of(self, people: set[str]) -> tuple[Credential, ...]:
        return tuple(_credential(row) for row in self._api.list_keys(people))

    def _administrators(self, places: frozenset[str | None]) -> dict[str | None, frozenset[str]]:
        rows = self._api.list_administrators() if places else []
        return {
            place_id: frozenset(row["account_id"] for row in rows if row["place_id"] == place_id) for place_id in places
        }

    # changing

    def apply(self, change: Change) -> Outcome:
        deed = self._deeds.get(change.kind)
        if deed is None:
            raise Refused(f"This sandbox has no {change.kind}: here people join by {self.capabilities.joining}.")
        if change.principal.kind != "person":
            raise Refused("The sandbox gives roles to people, not to groups. Leave out `to: group`.")
        return deed(change)

    def _invite(self, change: Change) -> Outcome:
        invitation_id, account_id = self._api.invite(
            change.principal.name, change.role or "", accepted_at_once=self._accepted_at_once
        )
        answer = "invited" if account_id is None else "invited, and accepted at once"
        return Outcome(answer, account_id=account_id, invitation_id=invitation_id)

    def _cancel_invitation(self, change: Change) -> Outcome:
        changed = self._api.cancel_invitation(change.object_id or "", change.principal.name)
        return _outcome(changed, "invitation cancelled", "no such open invitation")

    def _create_account(self, change: Change) -> Outcome:
        account_id = self._api.create_account(change.principal.name, change.role or "")
        return Outcome("account created", account_id=account_id)

    def _suspend_account(self, change: Change) -> Outcome:
        return _outcome(self._api.suspend_account(*_who(change)), "account suspended", "suspended or gone already")

    def _restore_account(self, change: Change) -> Outcome:
        return _outcome(self._api.restore_account(*_who(change)), "account active again", "active already")

    def _remove_account(self, change: Change) -> Outcome:
        return _outcome(self._api.remove_account(*_who(change)), "account removed", "no such account")

    def _change_role(self, change: Change) -> Outcome:
        role = change.role or ""
        if change.place is None and change.place_id is None:
            changed = self._api.change_account_role(*_who(change), role)
        else:
            changed = self._api.update_member(*_who(change), change.place_id or "", role)
        return _outcome(changed, f"now {role}", f"already {role}")

    def _grant(self, change: Change) -> Outcome:
        role = change.role or ""
        changed = self._api.add_member(*_who(change), change.place_id or "", role)
        return _outcome(changed, f"now {role}", f"already {role}")

    def _revoke(self, change: Change) -> Outcome:
        changed = self._api.remove_member(*_who(change), change.place_id or "")
        return _outcome(changed, "no longer a member", "was not a member")

    def _withdraw_key(self, change: Change) -> Outcome:
        key = (change.object_id or "", change.principal.name)
        if change.how == "delete":
            return _outcome(self._api.delete_key(*key), "key deleted", "no such key")
        return _outcome(self._api.deactivate_key(*key), "key set inactive", "key inactive or gone already")

    def _restore_key(self, change: Change) -> Outcome:
        changed = self._api.activate_key(change.object_id or "", change.principal.name)
        return _outcome(changed, "key set active", "key active already")


def _who(change: Change) -> tuple[str, str]:
    return change.principal.id or "", change.principal.name


def _outcome(changed: bool, done: str, already: str) -> Outcome:
    return Outcome(done if changed else already, changed=changed)


def _account(row: sqlite3.Row) -> Account:
    return Account(row["id"], row["email"], row["role"], row["state"], row["locked"])


def _invitation(row: sqlite3.Row) -> Invitation:
    expires_at = datetime.fromisoformat(row["expires_at"])
    return Invitation(row["id"], row["email"], row["role"], row["state"], expires_at)


def _credential(row: sqlite3.Row) -> Credential:
    return Credential(
        id=row["id"], kind=row["kind"], owner_id=row["owner_id"], owner_email=row["owner_email"], status=row["status"],
        usable=row["status"] == "active", hint=row["hint"], place_id=row["place_id"],
        created_at=datetime.fromisoformat(row["created_at"]), service_account=row["service_account"],
        expires_at=datetime.fromisoformat(row["expires_at"]) if row["expires_at"] else None,
    )


# What a mapping file says, and what is made of it.


def sandbox_path(connection: Mapping[str, Any], folder: Path) -> Path:
    """Where the file lies: a relative `path` is beside the bridge's database."""
    return folder / str(connection.get("path") or PATH)


def sandbox_places(connection: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(name) for name in connection.get("places") or PLACES)


def _capabilities(connection: Mapping[str, Any]) -> Capabilities:
    # A value that came from the environment is text.
    invitations = str(connection.get("invitations", True)).casefold() not in ("false", "no", "off", "0")
    return Capabilities(
        account_roles=ACCOUNT_ROLES,
        place_roles=PLACE_ROLES,
        administrative=frozenset({"owner", "admin"}),
        joining="invite" if invitations else "create",
        account_endings=("remove", "suspend", "keep"),
        default_ending="remove",
        personal_key_fates=("withdraw", "delete", "keep", "report"),
        shared_key_fates=("withdraw", "delete", "keep", "report"),
        keys_restorable=True,
    )


def _make(connection: Mapping[str, Any], surroundings: Surroundings) -> Connector:
    file = SandboxFile(sandbox_path(connection, surroundings.folder))
    platform = SandboxPlatform(file, places=sandbox_places(connection))
    accept = str(connection.get("accept") or "auto")
    return SandboxConnector(platform, surroundings.gate, _capabilities(connection), accept=accept)


SANDBOX = ConnectorType(
    name="sandbox",
    capabilities=_capabilities,
    connection=(
        ConnectionKey("path", "text", default=PATH),
        ConnectionKey("places", "list", default=PLACES),
        ConnectionKey("invitations", "bool", default=True),
        ConnectionKey("accept", "choice", default="auto", choices=("auto", "manual")),
    ),
    make=_make,
)
