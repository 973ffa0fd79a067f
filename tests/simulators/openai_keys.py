"""The API keys of an OpenAI organization: of people and service accounts in projects, and of administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulators.openai_objects import AdminKey, Key, Refusal, ServiceAccount, User

if TYPE_CHECKING:
    from tests.simulators.openai_organization import Organization


class Keys:
    """Secret values are of the simulator's own making; none opens anything anywhere."""

    def __init__(self, organization: Organization) -> None:
        self._org = organization
        self.project: dict[str, Key] = {}
        self.admin: dict[str, AdminKey] = {}
        self.accounts: dict[str, ServiceAccount] = {}

    # keys of projects

    def find(self, project_id: str, key_id: str) -> Key:
        self._org.project(project_id)
        key = self.project.get(key_id)
        if key is None or key.project_id != project_id:
            raise Refusal(self._org.rules.absent_status, f"API key {key_id} was not found in {project_id}.", param="api_key_id")
        return key

    def of_project(self, project_id: str, access: str | None) -> list[Key]:
        """`access` active, inactive or any; None hides keys whose owner has lost the project, as active does."""
        self._org.project(project_id)
        if access not in (None, "active", "inactive", "any"):
            raise Refusal(400, f"{access!r} is not an access.", "invalid_value", param="owner_project_access")
        keys = [key for key in self.project.values() if key.project_id == project_id]
        return [key for key in keys if access == "any" or self.owner_access(key) == (access or "active")]

    def owner_access(self, key: Key) -> str:
        """Whether the key's owner is in the project now, by a role of their own or a group's."""
        if isinstance(key.owner, ServiceAccount):
            allowed = key.owner.id in self.accounts and key.owner.role != "none"
        else:
            allowed = key.owner.id in self._org.users and self._may_use(key.project_id, key.owner.id)
        return "active" if allowed else "inactive"

    def _may_use(self, project_id: str, user_id: str) -> bool:
        org = self._org
        by_group = any(project_id in group.projects for group in org.groups.of_user(user_id))
        return by_group or org.is_owner(user_id) or bool(org.roles.held(project_id, user_id))

    def create(self, project_id: str, owner: User | ServiceAccount, name: str, expires_in: timedelta | None) -> Key:
        now = self._org.clock.now()
        key_id = self._org.ids.new("key_")
        prefix = "sk-svcacct" if isinstance(owner, ServiceAccount) else "sk-proj"
        expires_at = now + expires_in if expires_in else None
        key = Key(key_id, name, f"{prefix}-simulated-{key_id}", project_id, owner, now, expires_at)
        self.project[key_id] = key
        return key

    def update(self, project_id: str, key_id: str, scopes: list[str] | None, expires_in: int | None) -> Key:
        """`scopes` empty lifts every restriction. `expires_in` seconds from now."""
        self._org.writable(project_id)
        key, now = self.find(project_id, key_id), self._org.clock.now()
        if scopes is None and expires_in is None:
            raise Refusal(400, "At least one of scopes and expires_in_seconds is needed.")
        if key.expires_at and key.expires_at <= now:
            raise Refusal(400, "An expired API key cannot be changed.")
        key.scopes = key.scopes if scopes is None else scopes
        key.expires_at = key.expires_at if expires_in is None else now + timedelta(seconds=expires_in)
        return key

    def delete(self, project_id: str, key_id: str) -> Key:
        self._org.writable(project_id)
        key = self.find(project_id, key_id)
        if isinstance(key.owner, ServiceAccount) and not self._org.rules.service_account_keys_deletable:
            raise Refusal(400, "API keys of service accounts cannot be deleted here.")
        return self.project.pop(key_id)

    def add_account(self, project_id: str, name: str, role: str) -> ServiceAccount:
        account = ServiceAccount(self._org.ids.new("svc_acct_"), name, project_id, role, self._org.clock.now())
        self.accounts[account.id] = account
        return account

    def account(self, project_id: str, account_id: str) -> ServiceAccount:
        self._org.writable(project_id)
        account = self.accounts.get(account_id)
        if account is None or account.project_id != project_id:
            raise Refusal(404, f"Service account {account_id} was not found.", param="service_account_id")
        return account

    # keys of administrators

    def find_admin(self, key_id: str) -> AdminKey:
        if key_id not in self.admin:
            raise Refusal(self._org.rules.absent_status, f"Admin API key {key_id} was not found.", param="key_id")
        return self.admin[key_id]

    def create_admin(self, owner: User, name: str, value: str | None = None) -> AdminKey:
        key_id = self._org.ids.new("key_")
        key = AdminKey(key_id, name, value or f"sk-admin-simulated-{key_id}", owner, self._org.clock.now())
        self.admin[key_id] = key
        return key

    def delete_admin(self, key_id: str) -> AdminKey:
        self.find_admin(key_id)
        return self.admin.pop(key_id)

    # what opens

    def works(self, key_id: str) -> bool:
        """Whether a request with this key, of either kind, would be served now."""
        admin = self.admin.get(key_id)
        if admin:
            return self.admin_works(admin)
        key = self.project.get(key_id)
        if key is None or self._org.projects[key.project_id].archived_at:
            return False
        alive = key.expires_at is None or key.expires_at > self._org.clock.now()
        return alive and (self._org.rules.keys_survive or self.owner_access(key) == "active")

    def admin_works(self, key: AdminKey) -> bool:
        present = key.owner.service_account or key.owner.id in self._org.users
        return present or self._org.rules.keys_survive
