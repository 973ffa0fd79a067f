"""The groups of an OpenAI organization: who is in them, which projects they may use, and what SCIM keeps for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulators.openai_objects import Group, Refusal, Role, User
from tests.simulators.openai_roles import Place

if TYPE_CHECKING:
    from tests.simulators.openai_organization import Organization


class Groups:
    def __init__(self, organization: Organization) -> None:
        self._org = organization
        self.all: dict[str, Group] = {}

    def find(self, group_id: str) -> Group:
        if group_id not in self.all:
            raise Refusal(404, f"Group {group_id} was not found.", param="group_id")
        return self.all[group_id]

    def create(self, name: str) -> Group:
        self._check_name(name)
        group = Group(self._org.ids.new("group_"), name, self._org.clock.now())
        self.all[group.id] = group
        return group

    def rename(self, group_id: str, name: str) -> Group:
        group = self._changeable(group_id)
        if name != group.name:
            self._check_name(name)
        group.name = name
        return group

    def delete(self, group_id: str) -> Group:
        group = self._changeable(group_id)
        self._org.roles.forget(group_id)
        return self.all.pop(group.id)

    def _check_name(self, name: str) -> None:
        if not 1 <= len(name) <= 255:
            raise Refusal(400, "A group's name has 1 to 255 characters.", "invalid_value", param="name")
        if self._org.rules.group_names_unique and any(group.name == name for group in self.all.values()):
            raise Refusal(self._org.rules.duplicate_status, f"A group named {name} already exists.")

    def _changeable(self, group_id: str) -> Group:
        group = self.find(group_id)
        if group.scim_managed or group.group_type != "group":
            raise Refusal(self._org.rules.scim_status, "This group is managed by SCIM.")
        return group

    # members

    def member(self, group_id: str, user_id: str) -> User:
        if user_id not in self.find(group_id).members:
            raise Refusal(self._org.rules.absent_status, f"User {user_id} is not in the group.", param="user_id")
        return self._org.users[user_id]

    def add_member(self, group_id: str, user_id: str) -> None:
        group = self._changeable(group_id)
        self._org.user(user_id)
        if user_id in group.members:
            raise Refusal(self._org.rules.duplicate_status, "This user is in the group already.")
        self.put_member(group, user_id)

    def put_member(self, group: Group, user_id: str) -> None:
        group.members.append(user_id)
        self._org.ids.place(f"{group.id}/{user_id}")

    def remove_member(self, group_id: str, user_id: str) -> None:
        group = self._changeable(group_id)
        self.member(group_id, user_id)
        group.members.remove(user_id)

    def forget_user(self, user_id: str) -> None:
        for group in self.all.values():
            if user_id in group.members:
                group.members.remove(user_id)

    # projects, and roles in both kinds of place

    def in_project(self, project_id: str, group_id: str) -> Group:
        self._org.writable(project_id)
        if project_id not in self.find(group_id).projects:
            raise Refusal(self._org.rules.absent_status, f"Group {group_id} has no access to {project_id}.", param="group_id")
        return self.find(group_id)

    def let_in(self, project_id: str, group_id: str, role_id: str) -> Group:
        self._org.writable(project_id)
        group, role = self.find(group_id), self._org.roles.find(project_id, role_id)
        if project_id in group.projects:
            raise Refusal(self._org.rules.duplicate_status, "This group has access to the project already.")
        self._org.roles.give(project_id, group_id, role)
        group.projects[project_id] = self._org.clock.now()
        self._org.ids.place(f"{project_id}/{group_id}")
        return group

    def keep_out(self, project_id: str, group_id: str) -> None:
        group = self.in_project(project_id, group_id)
        del group.projects[project_id]
        self._org.roles.assigned.pop((project_id, group_id), None)

    def principal(self, place: Place, group_id: str) -> Group:
        """The group as one that can hold roles there."""
        return self.in_project(place, group_id) if place else self.find(group_id)

    def assign_role(self, place: Place, group_id: str, role_id: str) -> Role:
        group, role = self.principal(place, group_id), self._org.roles.find(place, role_id)
        self._org.roles.give(place, group.id, role)
        return role

    def unassign_role(self, place: Place, group_id: str, role_id: str) -> None:
        group = self.principal(place, group_id)
        self._org.roles.take(place, group.id, self._org.roles.find(place, role_id))

    def of_user(self, user_id: str) -> list[Group]:
        return [group for group in self.all.values() if user_id in group.members]
