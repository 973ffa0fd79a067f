"""An OpenAI organization as its admin API behaves: people, invitations, projects, and what is refused.

Source: the vendor's OpenAPI document (August 2026) and the types of the `openai` SDK 3.57. Where neither says what
happens (a member added twice, the owner of a key removed), `Rules` makes it configurable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.simulators.faults import Clock
from tests.simulators.openai_groups import Groups
from tests.simulators.openai_keys import Keys
from tests.simulators.openai_objects import (
    MEMBER,
    OWNER,
    READER,
    VIEWER,
    Ids,
    Invite,
    Project,
    Refusal,
    Role,
    Rules,
    User,
)
from tests.simulators.openai_roles import Place, Roles


class Organization:
    """The state, and every rule the API enforces on it. Not thread-safe by itself."""

    id = "org-Sim0000000000001"

    def __init__(self, clock: Clock, rules: Rules) -> None:
        self.clock, self.rules, self.ids = clock, rules, Ids()
        self.users: dict[str, User] = {}
        self.invites: dict[str, Invite] = {}
        self.projects: dict[str, Project] = {}
        self.joined: dict[tuple[str, str], datetime] = {}
        """When somebody became a member, by (project id, user id)."""
        self.losses: Counter[tuple[str, str]] = Counter()
        """How often a membership was lost, by (project id, e-mail address)."""
        self.role_losses: Counter[tuple[Place, str, str]] = Counter()
        """How often an assigned role was lost, by (project id or None, e-mail address, role id)."""
        self.roles = Roles(self.ids, clock, rules)
        self.roles.add_predefined(None, self.id, (OWNER, READER))
        self.groups = Groups(self)
        self.keys = Keys(self)
        self.default_project = self.create_project("Default project")

    # users

    def user(self, user_id: str) -> User:
        if user_id not in self.users:
            raise Refusal(self.rules.absent_status, f"User {user_id} was not found.", param="user_id")
        return self.users[user_id]

    def user_by_email(self, email: str) -> User | None:
        return next((user for user in self.users.values() if user.email.casefold() == email.casefold()), None)

    def add_user(self, email: str, role: str, name: str) -> User:
        user = User(self.ids.new("user-"), email, name, self.clock.now())
        self.users[user.id] = user
        self.roles.give(None, user.id, self.roles.named(None, role))
        return user

    def is_owner(self, user_id: str) -> bool:
        return self.roles.predefined(None, user_id) == OWNER

    def set_role(self, user: User, name: str) -> None:
        """One predefined role of the organization in the place of the other."""
        for role in self.roles.held(None, user.id):
            if role.predefined and role.name != name:
                self._take(None, user, role)
        if self.roles.predefined(None, user.id) != name:
            self.roles.give(None, user.id, self.roles.named(None, name))

    def update_user(self, user_id: str, role: str | None, role_id: str | None) -> User:
        """`role` by name, or any role of the organization by id: a custom one is held beside the others."""
        user = self.user(user_id)
        if role is None and role_id is None:
            return user
        if role is not None and role_id is not None:
            raise Refusal(400, "Only one of role and role_id can be given.", param="role_id")
        if role not in (None, OWNER, READER):
            raise Refusal(400, f"{role!r} is not one of 'owner', 'reader'.", "invalid_value", param="role")
        wanted = self.roles.named(None, role) if role else self.roles.find(None, role_id or "")
        self._refuse_if_managed(user)
        if not wanted.predefined:
            self.roles.give(None, user.id, wanted)
            return user
        if wanted.name != OWNER:
            self._keep_last_owner(user)
        self.set_role(user, wanted.name)
        return user

    def remove_user(self, user_id: str) -> User:
        user = self.user(user_id)
        self._refuse_if_managed(user)
        self._keep_last_owner(user)
        self.forget_user(user)
        return user

    def forget_user(self, user: User) -> None:
        """The account goes with its roles, memberships and places in groups; the keys stay, whether or not they work."""
        for project_id in [project for project, member in self.joined if member == user.id]:
            self._leave(project_id, user)
        for role in self.roles.held(None, user.id):
            self._take(None, user, role)
        self.roles.forget(user.id)
        self.groups.forget_user(user.id)
        del self.users[user.id]

    def assign_role(self, user_id: str, role_id: str) -> Role:
        user, role = self.user(user_id), self.roles.find(None, role_id)
        self._refuse_if_managed(user)
        self.roles.give(None, user.id, role)
        return role

    def unassign_role(self, user_id: str, role_id: str) -> None:
        """Whoever is an owner no longer is a reader; being less than that is being removed."""
        user, role = self.user(user_id), self.roles.find(None, role_id)
        self.roles.must_hold(None, user.id, role)
        self._refuse_if_managed(user)
        if role.predefined and role.name == OWNER:
            self._keep_last_owner(user)
            self.set_role(user, READER)
        elif role.predefined and not self.is_owner(user.id):
            raise Refusal(400, "A member of the organization has at least the role reader.")
        else:
            self._take(None, user, role)

    def _refuse_if_managed(self, user: User) -> None:
        if user.scim_managed:
            raise Refusal(self.rules.scim_status, "This user is managed by SCIM.")

    def _keep_last_owner(self, user: User) -> None:
        if [other for other in self.users if self.is_owner(other)] == [user.id]:
            raise Refusal(400, "The last owner of the organization cannot be removed or demoted.")

    # invitations

    def invite(self, invite_id: str) -> Invite:
        invite = self.invites.get(invite_id)
        if invite is None or invite.deleted:
            raise Refusal(self.rules.absent_status, f"Invite {invite_id} was not found.", param="invite_id")
        return invite

    def pending(self) -> list[Invite]:
        now = self.clock.now()
        return [one for one in self.invites.values() if not one.deleted and one.status(now) == "pending"]

    def create_invite(self, email: str, role: str, projects: Sequence[tuple[str, str]] | None) -> Invite:
        """`projects` None is the default project, as it was before invitations knew projects."""
        self._check_address(email)
        if role not in (OWNER, READER):
            raise Refusal(400, f"{role!r} is not one of 'owner', 'reader'.", "invalid_value", param="role")
        for project_id, project_role in projects or ():
            self.writable(project_id)
            if project_role not in (MEMBER, OWNER):
                raise Refusal(400, f"{project_role!r} is not one of 'member', 'owner'.", "invalid_value", param="projects")
        if self.user_by_email(email):
            raise Refusal(self.rules.duplicate_status, f"{email} is already a member of the organization.")
        if any(one.email.casefold() == email.casefold() for one in self.pending()):
            raise Refusal(self.rules.duplicate_status, f"{email} has already been invited.")
        self._check_room()
        return self.put_invite(email, role, projects)

    def put_invite(self, email: str, role: str, projects: Sequence[tuple[str, str]] | None) -> Invite:
        granted = [(self.default_project.id, MEMBER)] if projects is None else list(projects)
        now = self.clock.now()
        expires_at = now + timedelta(days=self.rules.invite_days)
        invite = Invite(self.ids.new("invite-"), email, role, granted, now, expires_at)
        self.invites[invite.id] = invite
        return invite

    def accept(self, invite: Invite) -> User:
        invite.accepted_at = self.clock.now()
        user = self.add_user(invite.email, invite.role, invite.email)
        for project_id, role in invite.projects:
            if not self.projects[project_id].archived_at:
                self.join(project_id, user, self.roles.named(project_id, role))
        return user

    def delete_invite(self, invite_id: str) -> Invite:
        invite = self.invite(invite_id)
        if invite.accepted_at:
            raise Refusal(400, "An invite that has been accepted cannot be deleted.")
        invite.deleted = True
        return invite

    def _check_address(self, email: str) -> None:
        local, at, domain = email.rpartition("@")
        if not (local and at and domain):
            raise Refusal(400, f"{email!r} is not an e-mail address.", "invalid_value", param="email")

    def _check_room(self) -> None:
        if self.rules.seats is not None and len(self.users) + len(self.pending()) >= self.rules.seats:
            raise Refusal(self.rules.seats_status, "The organization has no seat left.", self.rules.seats_code)

    # projects and their members

    def project(self, project_id: str) -> Project:
        if project_id not in self.projects:
            raise Refusal(404, f"The project {project_id} was not found", param="project_id")
        return self.projects[project_id]

    def writable(self, project_id: str) -> Project:
        """The project, unless it is archived: such a one has no users, groups or service accounts, to read or write."""
        project = self.project(project_id)
        if project.archived_at:
            raise Refusal(400, f"The project {project_id} is archived.", "project_archived", param="project_id")
        return project

    def create_project(self, name: str) -> Project:
        project = Project(self.ids.new("proj_"), name, self.clock.now())
        self.projects[project.id] = project
        self.roles.add_predefined(project.id, self.id, (OWNER, MEMBER, VIEWER))
        return project

    def members(self, project_id: str) -> dict[str, str]:
        """Predefined roles by user id: the organization's owners own every project without being added."""
        self.writable(project_id)
        explicit = [user for project, user in self.joined if project == project_id]
        members = {user: self.roles.predefined(project_id, user) or MEMBER for user in explicit}
        return members | {user: OWNER for user in self.users if self.is_owner(user)}

    def listed_members(self, project_id: str) -> dict[str, str]:
        return {
            user: role for user, role in self.members(project_id).items()
            if self.rules.owners_listed or (project_id, user) in self.joined
        }

    def member(self, project_id: str, user_id: str) -> str:
        members = self.listed_members(project_id)
        if user_id not in members:
            raise Refusal(self.rules.absent_status, f"User {user_id} is not a member of {project_id}")
        return members[user_id]

    def add_member(self, project_id: str, user_id: str | None, email: str | None, role: str) -> User:
        self.writable(project_id)
        wanted = self._member_role(project_id, role)
        user = self.users.get(user_id) if user_id else self.user_by_email(email or "?")
        if user is None:
            raise Refusal(self.rules.outsider_status, "Users must be members of the organization first.", param="user_id")
        if user.id in self.members(project_id):
            raise Refusal(self.rules.duplicate_status, f"User {user.id} is already a member of {project_id}")
        self.join(project_id, user, wanted)
        return user

    def update_member(self, project_id: str, user_id: str, role: str) -> None:
        self.writable(project_id)
        self.member(project_id, user_id)
        wanted = self._member_role(project_id, role)
        self._refuse_for_owner(user_id)
        for held in self.roles.held(project_id, user_id):
            if held.predefined and held != wanted:
                self._take(project_id, self.users[user_id], held)
        if wanted not in self.roles.held(project_id, user_id):
            self.roles.give(project_id, user_id, wanted)

    def remove_member(self, project_id: str, user_id: str) -> None:
        self.writable(project_id)
        if user_id not in self.members(project_id):
            raise Refusal(self.rules.not_member_status, f"User {user_id} is not a member of {project_id}")
        self._refuse_for_owner(user_id)
        self._leave(project_id, self.users[user_id])

    def assign_project_role(self, project_id: str, user_id: str, role_id: str) -> Role:
        """A predefined role makes a member."""
        self.writable(project_id)
        user, role = self.user(user_id), self.roles.find(project_id, role_id)
        member = user_id in self.members(project_id)
        if not role.predefined and not member and self.rules.custom_role_needs_membership:
            raise Refusal(400, "A custom project role needs a predefined role of the project first.")
        if role.predefined:
            self.join(project_id, user, role)
        else:
            self.roles.give(project_id, user_id, role)
        return role

    def unassign_project_role(self, project_id: str, user_id: str, role_id: str) -> None:
        """Without a predefined role nobody is a member, nor holds the project's custom roles."""
        self.writable(project_id)
        user, role = self.user(user_id), self.roles.find(project_id, role_id)
        if role.predefined and role.name == OWNER:
            self._refuse_for_owner(user_id)
        self.roles.must_hold(project_id, user_id, role)
        if [held for held in self.roles.held(project_id, user_id) if held.predefined] == [role]:
            self._leave(project_id, user)
        else:
            self._take(project_id, user, role)

    def join(self, project_id: str, user: User, role: Role) -> None:
        self.roles.give(project_id, user.id, role)
        if (project_id, user.id) not in self.joined:
            self.joined[project_id, user.id] = self.clock.now()
            self.ids.place(f"{project_id}/{user.id}")

    def _leave(self, project_id: str, user: User) -> None:
        if (project_id, user.id) in self.joined:
            del self.joined[project_id, user.id]
            self.losses[project_id, user.email] += 1
        for role in self.roles.held(project_id, user.id):
            self._take(project_id, user, role)

    def _take(self, place: Place, user: User, role: Role) -> None:
        self.roles.take(place, user.id, role)
        self.role_losses[place, user.email, role.id] += 1

    def _member_role(self, project_id: str, role: str) -> Role:
        if role in self.rules.member_roles:
            return self.roles.named(project_id, role)
        if self.rules.member_role_ids and self.roles.find(project_id, role).predefined:
            return self.roles.find(project_id, role)
        raise Refusal(400, f"{role!r} is not a role of a project user.", "invalid_value", param="role")

    def _refuse_for_owner(self, user_id: str) -> None:
        if self.is_owner(user_id):
            raise Refusal(400, "Owners of the organization are owners of every project.")
