"""Where a role can be held, and how it is given, taken and looked up there. One class for each kind of place."""

from __future__ import annotations

from typing import Any, Protocol

from scim_bridge.access.errors import Conflict, ManagedNatively, UnknownPlace, Untouchable
from scim_bridge.access.observed import GROUP, ORGANIZATION, Membership
from scim_bridge.connectors.openai.catalogue import Catalogue, Role, no_such_role
from scim_bridge.connectors.openai.client import AdminApi
from scim_bridge.connectors.openai.errors import REFUSALS
from scim_bridge.connectors.openai.members import Members
from scim_bridge.connectors.openai.roles import OWNER, PLACE_ROLES, VIEWER


class Site(Protocol):
    """One kind of role in one place. `who` is the id of an account, or of a group where groups hold roles."""

    what: str
    """For answers: `project`, `organization`, `group`."""
    exclusive: bool
    """Whether holding one role here is holding no other of its kind."""

    def held(self, who: str) -> frozenset[str]:
        """The roles that are held here directly, as the platform has them now."""

    def give(self, who: str, role: str) -> None:
        """Raises one of `REFUSALS` when it is not taken, whatever the reason."""

    def take(self, who: str, role: str) -> bool:
        """As `give`; false when it was clear without a refusal that there is nothing to take."""

    def replace(self, who: str, was: str, role: str, held: frozenset[str]) -> None:
        """Another role for one of those that are held, with no moment without any."""

    def explain(self, who: str, *, giving: bool) -> None:
        """Raise what tells more about a refusal than its status, when there is something to tell."""


class Platform:
    """What every site works with."""

    def __init__(self, api: AdminApi, catalogue: Catalogue, members: Members) -> None:
        self.api = api
        self.org = api.organization
        self.catalogue = catalogue
        self.members = members

    def see_project(self, place: str) -> None:
        """Raise when the project is not there or archived."""
        found = self.catalogue.look_at(place)
        if found is None:
            raise UnknownPlace(f"There is no project {place} at OpenAI: name another in the mapping file.")
        if not found.open:
            raise UnknownPlace(f"The project {found.name} is archived for good: name another in the mapping file.")

    def find_account(self, who: str) -> Any:
        """The account as it is now; None when there is none."""
        return self.members.account(who)

    def see_account(self, who: str) -> Any:
        """The account as it is now. Raises when there is none."""
        user = self.find_account(who)
        if user is None:
            raise Conflict("The account is no longer in the organization.")
        return user

    def role(self, place: str | None, name: str, *, custom: bool) -> Role:
        """A role by its name. Raises when there is none."""
        found = self.catalogue.role(place, name, custom=custom)
        if found is not None:
            return found
        if place is not None:
            self.see_project(place)
        raise no_such_role(name, "project" if place else "organization")


class ProjectMember:
    """Being in a project, as `member` or `owner`; `viewer` stands in their place, and is not given."""

    what = "project"
    exclusive = True

    def __init__(self, platform: Platform, place: str) -> None:
        self._at = platform
        self._place = place
        self._users = platform.org.projects.users

    def held(self, who: str) -> frozenset[str]:
        return direct(self._at.members.of_project(self._place, {who}), who)

    def give(self, who: str, role: str) -> None:
        self._at.api.write(self._users.create, self._place, user_id=who, role=role)

    def take(self, who: str, role: str) -> bool:
        self._at.api.write(self._users.delete, who, project_id=self._place)
        return True

    def replace(self, who: str, was: str, role: str, held: frozenset[str]) -> None:
        if role in PLACE_ROLES:
            self._at.api.write(self._users.update, who, project_id=self._place, role=role)
            return
        # Back to `viewer`, where a human had put them: the user's own endpoint is not documented to know that role.
        new, old = (self._at.role(self._place, name, custom=False).id for name in (role, was))
        self._at.api.write(self._users.roles.create, who, project_id=self._place, role_id=new)
        self._at.api.write(self._users.roles.delete, old, project_id=self._place, user_id=who)

    def explain(self, who: str, *, giving: bool) -> None:
        if giving:
            self._at.see_project(self._place)
        if self._at.see_account(who).role == OWNER:
            raise Untouchable("Is an owner of the organization, and by that of every project: change the account's role first.")


class AssignedRole:
    """A custom role, by an assignment of its own: of a person in a project, or (`place` None) in the organization."""

    what = "organization"
    exclusive = False

    def __init__(self, platform: Platform, place: str | None = None) -> None:
        self._at = platform
        self._place = place
        self._roles: Any = platform.org.users.roles if place is None else platform.org.projects.users.roles
        self._where = {} if place is None else {"project_id": place}

    def held(self, who: str) -> frozenset[str]:
        return direct(self._at.members.custom_roles(self._place or ORGANIZATION, who), who)

    def give(self, who: str, role: str) -> None:
        role_id = self._at.role(self._place, role, custom=True).id
        self._at.api.write(self._roles.create, who, role_id=role_id, **self._where)

    def take(self, who: str, role: str) -> bool:
        found = self._at.catalogue.role(self._place, role, custom=True)
        if found is None:  # a role that was deleted is held by nobody
            return False
        self._at.api.write(self._roles.delete, found.id, user_id=who, **self._where)
        return True

    def replace(self, who: str, was: str, role: str, held: frozenset[str]) -> None:
        if role not in held:
            self.give(who, role)
        self.take(who, was)

    def explain(self, who: str, *, giving: bool) -> None:
        self._at.catalogue.forget_roles(None)
        self._at.see_account(who)
        if self._at.catalogue.is_native(who):
            raise ManagedNatively("OpenAI's own SCIM manages this account, and with it its roles in the organization.")


class ProjectRole(AssignedRole):
    """One in a project. Whoever has one needs a predefined one there too."""

    what = "project"

    def __init__(self, platform: Platform, place: str) -> None:
        super().__init__(platform, place)
        self._project = place

    def explain(self, who: str, *, giving: bool) -> None:
        self._at.catalogue.forget_roles(self._project)  # its id may be another now
        if giving:
            self._at.see_project(self._project)
            self._at.see_account(who)
            if not self._at.members.of_project(self._project, {who}):
                raise Conflict("Is not in the project yet: a custom role needs a predefined one there first.")


class GroupMember:
    """Being in a group, which has no roles but that."""

    what = "group"
    exclusive = True

    def __init__(self, platform: Platform, place: str) -> None:
        self._at = platform
        self._place = place
        self._id = place.removeprefix(GROUP)
        self._users = platform.org.groups.users

    def held(self, who: str) -> frozenset[str]:
        return direct(self._at.members.of_group(self._place, {who}), who)

    def give(self, who: str, role: str) -> None:
        self._refuse_what_others_keep()
        self._at.api.write(self._users.create, self._id, user_id=who)

    def take(self, who: str, role: str) -> bool:
        self._refuse_what_others_keep()
        self._at.api.write(self._users.delete, who, group_id=self._id)
        return True

    def replace(self, who: str, was: str, role: str, held: frozenset[str]) -> None:
        """There is but one role."""

    def explain(self, who: str, *, giving: bool) -> None:
        self._at.catalogue.forget_groups()
        self._refuse_what_others_keep()
        if giving:
            if self._at.catalogue.group(self._id) is None:
                raise UnknownPlace(f"There is no group {self._id} at OpenAI any more.")
            self._at.see_account(who)

    def _refuse_what_others_keep(self) -> None:
        refuse_group(self._at.catalogue, self._id, members=True)


class ProjectGroup:
    """The role of a group in a project, as one principal; predefined or custom, and several at once."""

    what = "project"
    exclusive = False

    def __init__(self, platform: Platform, place: str) -> None:
        self._at = platform
        self._place = place
        self._groups = platform.org.projects.groups

    def held(self, who: str) -> frozenset[str]:
        return direct(self._at.members.of_principal(self._place, who), who)

    def give(self, who: str, role: str) -> None:
        """The first role lets the group in; whether it is the first, only trying or looking tells."""
        refuse_group(self._at.catalogue, who, members=False)
        role_id = self._role_id(role)
        try:
            self._at.api.write(self._groups.create, self._place, group_id=who, role=role_id)
        except REFUSALS:
            held = self.held(who)
            if not held or role in held:
                raise
            self._at.api.write(self._groups.roles.create, who, project_id=self._place, role_id=role_id)

    def take(self, who: str, role: str) -> bool:
        """With its last role the group's access goes too."""
        refuse_group(self._at.catalogue, who, members=False)
        held = self.held(who)
        if role not in held:
            return False
        if held == {role}:
            self._at.api.write(self._groups.delete, who, project_id=self._place)
        else:
            self._at.api.write(
                self._groups.roles.delete, self._role_id(role), project_id=self._place, group_id=who
            )
        return True

    def replace(self, who: str, was: str, role: str, held: frozenset[str]) -> None:
        refuse_group(self._at.catalogue, who, members=False)
        new, old, roles = self._role_id(role), self._role_id(was), self._groups.roles
        if role not in held:
            self._at.api.write(roles.create, who, project_id=self._place, role_id=new)
        self._at.api.write(roles.delete, old, project_id=self._place, group_id=who)

    def _role_id(self, role: str) -> str:
        return self._at.role(self._place, role, custom=role not in (*PLACE_ROLES, VIEWER)).id

    def explain(self, who: str, *, giving: bool) -> None:
        self._at.catalogue.forget_roles(self._place)
        self._at.catalogue.forget_groups()
        if giving:
            self._at.see_project(self._place)
            if self._at.catalogue.group(who) is None:
                raise Conflict("There is no such group at OpenAI any more.")


def direct(rows: list[Membership], who: str) -> frozenset[str]:
    return frozenset(row.role for row in rows if row.principal_id == who and not row.inherited)


def refuse_group(catalogue: Catalogue, group_id: str, *, members: bool) -> None:
    """Raise when the group is not for the bridge to change: in any way, or (`members`) as to who is in it."""
    found = catalogue.group(group_id)
    if found is not None and found.untouchable:
        raise Untouchable(found.untouchable)
    if found is not None and members and found.native:
        raise ManagedNatively(found.native)
