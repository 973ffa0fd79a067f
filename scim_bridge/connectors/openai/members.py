"""Who is in one project or group, and which roles they were assigned: for observing, and for looking again at a refusal."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from scim_bridge.access.observed import GROUP, GROUP_ROLE, ORGANIZATION, Membership
from scim_bridge.connectors.listings import Gone
from scim_bridge.connectors.openai.catalogue import Catalogue
from scim_bridge.connectors.openai.client import LONG_PAGE, AdminApi
from scim_bridge.connectors.openai.errors import Forbidden, Unexplained
from scim_bridge.connectors.openai.rows import assigned, text


class Members:
    """Reads one place at a time. Of a project that is archived or not there it says what is so: nobody is in it."""

    def __init__(self, api: AdminApi, catalogue: Catalogue) -> None:
        self._api = api
        self._org = api.organization
        self._catalogue = catalogue

    def of_project(self, place: str, ids: Collection[str], *, whole: bool = False) -> list[Membership]:
        """Their roles of the published order, of more people where the whole listing is fewer requests or is asked for."""
        listing, users = f"users of {place}", self._org.projects.users

        def everybody() -> list[Any]:
            return self._api.pages(listing, users.list, place)

        if whole or len(ids) > self._api.page_count(listing):
            rows = self._unless_shut(place, everybody)
        else:
            rows = self._unless_shut(
                place,
                lambda: self._api.several("users of projects", users.retrieve, ids, among=everybody, project_id=place),
            )
        return [Membership(text(row, "id", listing), place, text(row, "role", listing)) for row in rows]

    def of_group(self, place: str, ids: Collection[str]) -> list[Membership]:
        """`place` is `GROUP` and the group's id."""
        group_id, users = place.removeprefix(GROUP), self._org.groups.users

        def everybody() -> list[Any]:
            return self._api.pages(place, users.list, group_id, limit=LONG_PAGE)

        if len(ids) > self._api.page_count(place):
            rows = self._unless_shut(None, everybody)
        else:
            rows = self._unless_shut(
                None, lambda: self._api.several("users of groups", users.retrieve, ids, among=everybody, group_id=group_id)
            )
        return [Membership(text(row, "id", "users of a group"), place, GROUP_ROLE) for row in rows]

    def custom_roles(self, place: str, who: str) -> list[Membership]:
        """The custom roles of a person in a project, or with `ORGANIZATION` in the organization."""

        def there() -> bool:
            return self.account(who) is not None if place == ORGANIZATION else bool(self.of_project(place, {who}))

        if place == ORGANIZATION:
            rows = self._assigned(None, self._org.users.roles.list, who, there=there)
        else:
            rows = self._assigned(place, self._org.projects.users.roles.list, who, there=there, project_id=place)
        return [assigned(row, who, place) for row in rows if row.predefined_role is False]

    def of_principal(self, place: str, group_id: str) -> list[Membership]:
        """The roles of a group in a project; none when it has no access there."""

        def there() -> bool:
            return group_id in self._groups_of(place)

        rows = self._assigned(place, self._org.projects.groups.roles.list, group_id, there=there, project_id=place)
        return [assigned(row, group_id, place, "group") for row in rows]

    def account(self, who: str) -> Any | None:
        """The account as it is now; None when there is none."""
        found = self._api.one("users", self._org.users.retrieve, who, among=self._catalogue.user_rows)
        self._catalogue.note_users([found] if found is not None else [])
        return found

    def _groups_of(self, place: str) -> set[str]:
        rows = self._api.filtered("groups of a project", self._org.projects.groups.list, place)
        return {text(row, "group_id", "groups of a project") for row in rows}

    def _assigned(
        self, project: str | None, call: Callable[..., Any], who: str, *, there: Callable[[], bool], **where: str
    ) -> list[Any]:
        """Whoever is not there has no roles, whichever refusal says so."""

        def read() -> list[Any]:
            try:
                return self._api.filtered("role assignments", call, who, limit=LONG_PAGE, **where)
            except (Unexplained, Forbidden):
                if there():
                    raise
                return []

        return self._unless_shut(project, read)

    def _unless_shut(self, project: str | None, read: Callable[[], list[Any]]) -> list[Any]:
        """404 is nobody; so is the refusal to read an archived project, whose status is documented as 400."""
        try:
            return read()
        except Gone:
            return []
        except Unexplained:
            if project is None or not self._catalogue.is_shut(project):
                raise
            return []
