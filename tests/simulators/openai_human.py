"""What people do by hand in OpenAI's dashboard, or by accepting an invitation: the side no API call shows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta

from tests.simulators.openai_objects import Group, Invite, Project, ServiceAccount, User
from tests.simulators.openai_organization import Organization
from tests.simulators.openai_roles import Place


class Human:
    """Names people by e-mail address, projects, groups and roles by name. Safe to use while requests are served.

    Goes past what only the API forbids (SCIM-managed people and groups), not past what cannot be.
    """

    def __init__(self, organization: Organization, lock: AbstractContextManager[object]) -> None:
        self._org = organization
        self._lock = lock

    # people

    def add_user(self, email: str, role: str = "reader", scim_managed: bool = False, name: str | None = None) -> str:
        """Somebody is in the organization, in no project. Returns the user id."""
        with self._lock:
            user = self._org.add_user(email, role, name or email)
            user.scim_managed = scim_managed
            return user.id

    def add_nameless(self, name: str) -> str:
        """A service account that the user list shows: without an e-mail address. Returns the user id."""
        with self._lock:
            user = self._org.add_user("", "reader", name)
            user.service_account = True
            return user.id

    def remove_user(self, email: str) -> None:
        with self._lock:
            self._org.forget_user(self._user(email))

    def change_role(self, email: str, role: str) -> None:
        with self._lock:
            self._org.set_role(self._user(email), role)

    def change_email(self, email: str, new: str) -> None:
        with self._lock:
            self._user(email).email = new

    # invitations

    def invite(self, email: str, role: str = "reader", projects: Sequence[tuple[str, str]] = ()) -> str:
        """`projects` are names with `member` or `owner`."""
        with self._lock:
            granted = [(self._project(name).id, project_role) for name, project_role in projects]
            return self._org.put_invite(email, role, granted).id

    def accept_invite(self, email: str) -> str:
        """Accepts the newest pending invitation. Returns the new user's id."""
        with self._lock:
            return self._org.accept(self._pending(email)).id

    def expire_invite(self, email: str) -> None:
        """The newest pending invitation runs out this moment."""
        with self._lock:
            self._pending(email).expires_at = self._org.clock.now()

    # projects

    def create_project(self, name: str) -> str:
        with self._lock:
            return self._org.create_project(name).id

    def archive_project(self, name: str) -> None:
        """For good. Its keys stop working."""
        with self._lock:
            self._project(name).archived_at = self._org.clock.now()

    def rename_project(self, name: str, new: str) -> None:
        with self._lock:
            self._project(name).name = new

    def add_member(self, email: str, project: str, role: str) -> None:
        """`role` is the name of a predefined role, `viewer` too."""
        with self._lock:
            place = self._project(project).id
            self._org.join(place, self._user(email), self._org.roles.named(place, role))

    def remove_member(self, email: str, project: str) -> None:
        with self._lock:
            self._org.remove_member(self._project(project).id, self._user(email).id)

    # roles

    def create_role(
        self, name: str, permissions: Sequence[str] = (), project: str | None = None, description: str | None = None
    ) -> str:
        """A custom role, of the organization or of a project. Returns the role id."""
        with self._lock:
            return self._org.roles.create(self._place(project), name, list(permissions), description).id

    def assign_role(self, email: str, project: str | None, role_name: str) -> None:
        with self._lock:
            place, user = self._place(project), self._user(email)
            role = self._org.roles.named(place, role_name)
            if place:
                self._org.assign_project_role(place, user.id, role.id)
            else:
                self._org.roles.give(None, user.id, role)

    def unassign_role(self, email: str, project: str | None, role_name: str) -> None:
        with self._lock:
            place, user = self._place(project), self._user(email)
            role = self._org.roles.named(place, role_name)
            if place:
                self._org.unassign_project_role(place, user.id, role.id)
            else:
                self._org.unassign_role(user.id, role.id)

    # groups

    def create_group(self, name: str, scim_managed: bool = False, group_type: str = "group") -> str:
        with self._lock:
            group = self._org.groups.create(name)
            group.scim_managed, group.group_type = scim_managed, group_type
            return group.id

    def add_to_group(self, email: str, group: str) -> None:
        with self._lock:
            self._org.groups.put_member(self._group(group), self._user(email).id)

    def remove_from_group(self, email: str, group: str) -> None:
        with self._lock:
            self._group(group).members.remove(self._user(email).id)

    def add_group_to_project(self, group: str, project: str, role_name: str) -> None:
        with self._lock:
            place = self._project(project).id
            self._org.groups.let_in(place, self._group(group).id, self._org.roles.named(place, role_name).id)

    # keys

    def add_key(self, email: str, project: str, *, name: str = "key", expires_in: timedelta | None = None) -> str:
        """A personal key, made by somebody who may use the project. Returns the key id."""
        with self._lock:
            return self._org.keys.create(self._project(project).id, self._user(email), name, expires_in).id

    def add_service_account(self, project: str, name: str, role: str = "member") -> str:
        with self._lock:
            return self._org.keys.add_account(self._project(project).id, name, role).id

    def add_service_account_key(self, project: str, name: str) -> str:
        """A key of the service account of that name. Returns the key id."""
        with self._lock:
            return self._org.keys.create(self._project(project).id, self._account(project, name), name, None).id

    def add_admin_key(self, email: str | None, name: str = "admin key") -> str:
        """An admin key of somebody, or of a service account. Returns the key id."""
        with self._lock:
            owner = self._user(email) if email else automaton(self._org, name)
            return self._org.keys.create_admin(owner, name).id

    def secret_of(self, key_id: str) -> str:
        """What the maker of a key was shown once."""
        with self._lock:
            keys = self._org.keys
            return keys.admin[key_id].value if key_id in keys.admin else keys.project[key_id].value

    def use_key(self, key_id: str) -> bool:
        """A request with this key, now. Returns whether it was served."""
        with self._lock:
            keys = self._org.keys
            works = keys.works(key_id)
            if works:
                key = keys.admin.get(key_id) or keys.project[key_id]
                key.last_used_at = self._org.clock.now()
            return works

    # what is found

    def _user(self, email: str) -> User:
        user = self._org.user_by_email(email)
        if user is None:
            raise LookupError(f"nobody here is {email}")
        return user

    def _pending(self, email: str) -> Invite:
        for invite in reversed(self._org.pending()):
            if invite.email.casefold() == email.casefold():
                return invite
        raise LookupError(f"no pending invitation for {email}")

    def _project(self, name: str) -> Project:
        for project in self._org.projects.values():
            if project.name == name:
                return project
        raise LookupError(f"no project {name}")

    def _place(self, project: str | None) -> Place:
        return self._project(project).id if project else None

    def _group(self, name: str) -> Group:
        for group in self._org.groups.all.values():
            if group.name == name:
                return group
        raise LookupError(f"no group {name}")

    def _account(self, project: str, name: str) -> ServiceAccount:
        place = self._project(project).id
        for account in self._org.keys.accounts.values():
            if (account.project_id, account.name) == (place, name):
                return account
        raise LookupError(f"no service account {name} in {project}")


def automaton(organization: Organization, name: str) -> User:
    """A service account of the organization, as admin keys have them for owners: nobody's place, no seat."""
    account_id = organization.ids.new("svc_acct_")
    return User(account_id, "", name, organization.clock.now(), service_account=True)


