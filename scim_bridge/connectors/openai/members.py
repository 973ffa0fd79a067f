"""Who is in one project or group, and which roles they were assigned: for observing, and for looking again at a refusal."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from scim_bridge.access.observed import GROUP, GROUP_ROLE, ORGANIZATION, Membership
from scim_bridge.connectors.listings import Gone
from scim_bridge.connectors.openai.catalogue import Catalogue
from scim_bridge.connectors.openai.client import LONG_PAGE, AdminApi
from scim_bridge.connectors.openai.errors import Unexplained
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
        if whole or len(ids) > self._api.page_count(listing):
            rows = self._unless_shut(place, lambda: self._api.pages(listing, users.list, place))
        else:
            rows = self._each(place, ids, lambda who: self._api.find(users.retrieve, who, project_id=place))
        return [Membership(text(row, "id", listing), place, text(row, "role", listing)) for row in rows]

    def of_group(self, place: str, ids: Collection[str]) -> list[Membership]:
        """`place` is `GROUP` and the group's id."""
        group_id, users = place.removeprefix(GROUP), self._org.groups.users
        if len(ids) > self._api.page_count(place):
            rows = self._unless_shut(None, lambda: self._api.pages(place, users.list, group_id, limit=LONG_PAGE))
        else:
            rows = self._each(None, ids, lambda who: self._api.find(users.retrieve, who, group_id=group_id))
        return [Membership(text(row, "id", "users of a group"), place, GROUP_ROLE) for row in rows]

    def custom_roles(self, place: str, who: str) -> list[Membership]:
        """The custom roles of a person in a project, or with `ORGANIZATION` in the organization."""
        if place == ORGANIZATION:
            rows = self._assigned(None, self._org.users.roles.list, who)
        else:
            rows = self._assigned(place, self._org.projects.users.roles.list, who, project_id=place)
        return [assigned(row, who, place) for row in rows if row.predefined_role is False]

    def of_principal(self, place: str, group_id: str) -> list[Membership]:
        """The roles of a group in a project; none when it has no access there."""
        rows = self._assigned(place, self._org.projects.groups.roles.list, group_id, project_id=place)
        return [assigned(row, group_id, place, "group") for row in rows]

    def _assigned(self, project: str | None, call: Callable[..., Any], who: str, **where: str) -> list[Any]:
        return self._unless_shut(
            project, lambda: self._api.filtered("role assignments", call, who, limit=LONG_PAGE, **where)
        )

    def _each(self, project: str | None, ids: Collection[str], find: Callable[[str], Any]) -> list[Any]:
        return self._unless_shut(project, lambda: [row for row in map(find, sorted(ids)) if row is not None])

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
