"""What changes seldom in an organization, kept for a while: its projects, roles and groups, and who keeps its people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from scim_bridge.access.errors import ManagedNatively, Refused
from scim_bridge.access.observed import CustomRole, Group, Place
from scim_bridge.connectors.listings import Gone
from scim_bridge.connectors.openai.client import LONG_PAGE, PAGE, AdminApi, broken_off
from scim_bridge.connectors.openai.rows import custom_role, email_of, flag, group, place, same, text

PLACES_AGE = 60.0
"""Seconds for which the lists of projects and of groups are taken to hold."""
ROLES_AGE = 60.0
"""Seconds for which the custom roles of a place are taken to hold, and that it has none: whoever gets its first one, or loses one
because it was deleted, must not go unseen for long."""
NATIVE_AGE = 3600.0
"""Seconds for which people are taken to be kept by OpenAI's own SCIM, or not."""
CASE_AGE = 86_400.0
"""Seconds for which the filter of addresses is taken to mind case, or not."""
NATIVE_PEOPLE = (
    "OpenAI's own SCIM keeps the people of this organization, so the bridge invites nobody: assign the person in the "
    "identity provider's OpenAI app. Their projects follow by themselves."
)

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Project:
    """A project; `made` in Unix seconds."""

    place: Place
    made: int


@dataclass(frozen=True)
class Role:
    """One role of the organization or of a project; `as_custom` None for one of OpenAI's own."""

    id: str
    name: str
    as_custom: CustomRole | None


@dataclass(frozen=True)
class Kept(Generic[Answer]):
    """An answer, and until when it is taken to hold, by the connector's clock."""

    answer: Answer
    until: float


class Catalogue:
    """One process's memory of one organization. Whoever finds that it is wrong says so by `forget_...`."""

    def __init__(self, api: AdminApi, clock: Callable[[], float]) -> None:
        self._api = api
        self._org = api.organization
        self._clock = clock
        self._projects: Kept[tuple[Project, ...]] | None = None
        self._roles: dict[str | None, Kept[tuple[Role, ...]]] = {}
        self._groups: Kept[dict[str, Group]] | None = None
        self._native: Kept[bool] | None = None
        self._native_accounts: set[str] = set()
        self._address: str | None = None
        """The address of an account that was seen."""
        self._minds_case: Kept[bool] | None = None

    def _fresh(self, kept: Kept[Any] | None) -> bool:
        return kept is not None and self._clock() < kept.until

    # projects

    def places(self) -> tuple[Place, ...]:
        return tuple(each.place for each in self._known_projects())

    def open_places(self) -> frozenset[str]:
        """The ids of the projects that are not archived."""
        return frozenset(each.id for each in self.places() if each.open)

    def oldest_project(self) -> str | None:
        """The id of the first project ever made; archived ones stay in the list, so it never becomes another."""
        return min(((each.made, each.place.id) for each in self._known_projects()), default=(0, None))[1]

    def _known_projects(self) -> tuple[Project, ...]:
        if self._projects is None or not self._fresh(self._projects):
            self._projects = Kept(tuple(map(_project, self._project_rows())), self._clock() + PLACES_AGE)
        return self._projects.answer

    def _project_rows(self) -> list[Any]:
        return self._api.pages("projects", self._org.projects.list, include_archived=True)

    def look_at(self, place_id: str) -> Place | None:
        """One project as it is now; None when there is none. What differs from the list makes that be asked for again."""
        found = self._api.one("projects", self._org.projects.retrieve, place_id, among=self._project_rows)
        if found is None or not place(found).open:
            self._projects = None
        return place(found) if found is not None else None

    def is_shut(self, place_id: str) -> bool:
        """Whether the project is archived or not there: nobody has access through it, and its keys open nothing."""
        now = self.look_at(place_id)
        return now is None or not now.open

    # roles

    def custom_roles(self, place_id: str | None) -> tuple[CustomRole, ...]:
        return tuple(role.as_custom for role in self.roles(place_id) if role.as_custom)

    def roles(self, place_id: str | None) -> tuple[Role, ...]:
        """The roles of a project, of the organization (None), or none of a project that is not there."""
        kept = self._roles.get(place_id)
        if kept is None or not self._fresh(kept):
            roles = tuple(map(_role, self._role_rows(place_id)))
            kept = self._roles[place_id] = Kept(roles, self._clock() + ROLES_AGE)
        return kept.answer

    def _role_rows(self, place_id: str | None) -> list[Any]:
        if place_id is None:
            return self._api.pages("roles", self._org.roles.list, limit=LONG_PAGE)
        try:
            return self._api.pages(f"roles of {place_id}", self._org.projects.roles.list, place_id, limit=LONG_PAGE)
        except Gone:
            return []

    def role(self, place_id: str | None, name: str, *, custom: bool) -> Role | None:
        """A role by its name, OpenAI's own or a custom one; asked for again when it is not in the list that was kept."""
        known = place_id in self._roles and self._fresh(self._roles[place_id])
        found = self._named(place_id, name, custom)
        if found is None and known:
            self.forget_roles(place_id)
            found = self._named(place_id, name, custom)
        return found

    def _named(self, place_id: str | None, name: str, custom: bool) -> Role | None:
        named = (role for role in self.roles(place_id) if role.name == name)
        return next((role for role in named if (role.as_custom is not None) == custom), None)

    def forget_roles(self, place_id: str | None) -> None:
        self._roles.pop(place_id, None)

    # groups

    def groups(self, *, now: bool = False) -> dict[str, Group]:
        """By id. `now` asks even if the kept list is young."""
        if now or self._groups is None or not self._fresh(self._groups):
            found = {each.id: each for each in map(group, self.group_rows())}
            self._groups = Kept(found, self._clock() + PLACES_AGE)
        return self._groups.answer

    def group(self, group_id: str) -> Group | None:
        """One group: from the list while that is young and has it, else by itself."""
        if self._groups is not None and self._fresh(self._groups) and group_id in self._groups.answer:
            return self._groups.answer[group_id]
        found = self._api.one("groups", self._org.groups.retrieve, group_id, among=self.group_rows)
        return group(found) if found is not None else None

    def group_rows(self) -> list[Any]:
        return self._api.pages("groups", self._org.groups.list, limit=LONG_PAGE)

    def forget_groups(self) -> None:
        self._groups = None

    # whose the people are

    def user_rows(self) -> list[Any]:
        """Everybody, asked for now."""
        return self._api.pages("users", self._org.users.list)

    def _page_of_users(self, size: int) -> list[Any]:
        page = self._api.read(self._org.users.list, limit=size)
        return page.data if isinstance(page.data, list) else broken_off("users")

    def note_users(self, rows: list[Any]) -> None:
        """Accounts that were seen on any occasion."""
        for row in rows:
            self._address = getattr(row, "email", None) or self._address
            if getattr(row, "is_scim_managed", None) is True:
                self._native_accounts.add(text(row, "id", "users"))
                self._native = Kept(True, self._clock() + NATIVE_AGE)
            else:
                self._native_accounts.discard(getattr(row, "id", ""))

    def filter_minds_case(self) -> bool:
        """Whether the filter of the list of people tells upper from lower case, which is documented nowhere: once a day it is
        tried with the address of somebody who is there."""
        if self._minds_case is None or not self._fresh(self._minds_case):
            if self._address is None:
                self.note_users(self._page_of_users(1))
            known, users = self._address, self._org.users.list
            if known is None:
                return True
            found = self._api.filtered("users", users, emails=[known.swapcase()]) if known.swapcase() != known else []
            minds = not any(same(email_of(row), known) for row in found)
            if minds and not self._api.filtered("users", users, emails=[known]):
                self._address = None  # they have left since, so this told nothing
                return True
            self._minds_case = Kept(minds, self._clock() + CASE_AGE)
        return self._minds_case.answer

    def is_native(self, account_id: str) -> bool:
        """Whether OpenAI's own SCIM managed this account when it was last seen."""
        return account_id in self._native_accounts

    def refuse_native_people(self) -> None:
        """Raise when OpenAI's own SCIM keeps the people. A page of them is looked at, at most once an hour."""
        if self._native is None or not self._fresh(self._native):
            self.note_users(self._page_of_users(PAGE))
            if self._native is None or not self._fresh(self._native):
                self._native = Kept(False, self._clock() + NATIVE_AGE)
        if self._native.answer:
            raise ManagedNatively(NATIVE_PEOPLE)


def _project(row: Any) -> Project:
    made = getattr(row, "created_at", None)
    return Project(place(row), made if isinstance(made, int) else broken_off("projects"))


def _role(row: Any) -> Role:
    custom = None if flag(row, "predefined_role", "roles") else custom_role(row)
    return Role(text(row, "id", "roles"), text(row, "name", "roles"), custom)


def no_such_role(name: str, where: str) -> Refused:
    return Refused(f'There is no role "{name}" in the {where} at OpenAI: make it there, or correct the mapping file.')
