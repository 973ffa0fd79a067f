"""The roles of an OpenAI organization and of its projects, and who holds which of them directly."""

from __future__ import annotations

from collections.abc import Iterable

from tests.simulators.faults import Clock
from tests.simulators.openai_objects import MEMBER, OWNER, READER, VIEWER, Ids, Refusal, Role, Rules

Place = str | None
"""A project id; None is the organization."""
RANKED = (OWNER, MEMBER, VIEWER, READER)
PREDEFINED_PERMISSIONS = {
    OWNER: ["api.groups.read", "api.groups.write", "api.organization.projects.api_keys.write"],
    MEMBER: ["api.organization.projects.api_keys.read"], READER: ["api.groups.read"], VIEWER: [],
}


class Roles:
    """Knows no rule about people: those are the organization's."""

    def __init__(self, ids: Ids, clock: Clock, rules: Rules) -> None:
        self._ids, self._clock, self._rules = ids, clock, rules
        self.all: dict[str, Role] = {}
        self.assigned: dict[tuple[Place, str], list[str]] = {}
        """Role ids by place and principal (a user's or a group's id)."""

    def add_predefined(self, place: Place, organization_id: str, names: Iterable[str]) -> None:
        kind, place_id = ("project", place) if place else ("organization", organization_id)
        for name in names:
            role_id = f"role-api-{kind}-{name}__api-{kind}__{place_id}"
            permissions = PREDEFINED_PERMISSIONS[name]
            self._put(Role(role_id, name, permissions, place, self._clock.now(), predefined=True))

    # the roles there are

    def offered(self, place: Place) -> list[Role]:
        hidden = () if self._rules.viewer_role else (VIEWER,)
        return [
            role for role in self.all.values()
            if role.project_id == place and not (role.predefined and role.name in hidden)
        ]

    def find(self, place: Place, role_id: str) -> Role:
        for role in self.offered(place):
            if role.id == role_id:
                return role
        raise Refusal(404, f"Role {role_id} was not found.")

    def named(self, place: Place, name: str) -> Role:
        for role in self.offered(place):
            if role.name == name:
                return role
        raise LookupError(f"no role {name} in {place or 'the organization'}")

    def create(self, place: Place, name: str, permissions: list[str], description: str | None) -> Role:
        if any(role.name == name for role in self.offered(place)):
            raise Refusal(self._rules.duplicate_status, f"A role named {name} already exists.")
        role = Role(self._ids.new("role_"), name, permissions, place, self._clock.now(), description=description)
        return self._put(role)

    def changeable(self, place: Place, role_id: str) -> Role:
        role = self.find(place, role_id)
        if role.predefined:
            raise Refusal(400, "A predefined role cannot be changed.")
        return role

    def delete(self, place: Place, role_id: str) -> Role:
        role = self.changeable(place, role_id)
        for held in self.assigned.values():
            if role.id in held:
                held.remove(role.id)
        return self.all.pop(role.id)

    def _put(self, role: Role) -> Role:
        self._ids.place(role.id)
        self.all[role.id] = role
        return role

    # who holds them

    def held(self, place: Place, principal: str) -> list[Role]:
        return [self.all[role_id] for role_id in self.assigned.get((place, principal), ())]

    def predefined(self, place: Place, principal: str) -> str | None:
        """The strongest predefined role that is held, by name."""
        names = {role.name for role in self.held(place, principal) if role.predefined}
        return next((name for name in RANKED if name in names), None)

    def give(self, place: Place, principal: str, role: Role) -> None:
        if role in self.held(place, principal):
            raise Refusal(self._rules.duplicate_status, f"The role {role.name} is assigned already.")
        self.assigned.setdefault((place, principal), []).append(role.id)

    def take(self, place: Place, principal: str, role: Role) -> None:
        self.must_hold(place, principal, role)
        self.assigned[place, principal].remove(role.id)

    def must_hold(self, place: Place, principal: str, role: Role) -> None:
        if role not in self.held(place, principal):
            raise Refusal(404, f"The role {role.name} is not assigned.")

    def forget(self, principal: str) -> None:
        """The principal is gone, and with it all it held."""
        for pair in [pair for pair in self.assigned if pair[1] == principal]:
            del self.assigned[pair]
