"""The API keys of an organization: those of its projects, and those that administer it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from scim_bridge.access.change import Change, Outcome
from scim_bridge.access.errors import Refused, Untouchable
from scim_bridge.access.observed import Credential
from scim_bridge.connectors.listings import Gone
from scim_bridge.connectors.openai.catalogue import Catalogue
from scim_bridge.connectors.openai.client import AdminApi
from scim_bridge.connectors.openai.errors import REFUSALS, Unexplained
from scim_bridge.connectors.openai.rows import admin_key, project_key

GONE = "there is no such key any more"


class Keyring:
    """Lists keys and deletes them. `own_key` is the one the bridge works with; `now` tells what has expired.

    An archived project is left out: its keys open nothing, and nothing in it can be changed.
    """

    def __init__(self, api: AdminApi, catalogue: Catalogue, own_key: str, now: Callable[[], datetime]) -> None:
        self._api = api
        self._org = api.organization
        self._catalogue = catalogue
        self._own_key = own_key
        self._now = now

    # looking

    def everything(self) -> tuple[Credential, ...]:
        """Every key. One listing for each open project, since a person's keys cannot be asked for, and one of Admin keys."""
        found = [key for place in sorted(self._catalogue.open_places()) for key in self._of_project(place)]
        return (*found, *self._admin_keys(found))

    def of(self, owners: Collection[str], only: Collection[tuple[str | None, str]] | None) -> tuple[Credential, ...]:
        """Those of some people, by account id; the accounts may be gone, their keys need not be. `only`: of these alone."""
        if not owners:
            return ()
        listed = self.everything() if only is None else self._some(only)
        return tuple(key for key in listed if key.owner_id in owners)

    def _some(self, only: Collection[tuple[str | None, str]]) -> tuple[Credential, ...]:
        """Of each project the keys one by one, or its listing where that is fewer requests."""
        wanted: dict[str | None, list[str]] = defaultdict(list)
        for place, key_id in sorted(only, key=str):
            wanted[place].append(key_id)
        found: list[Credential] = []
        for place in sorted(self._catalogue.open_places() & wanted.keys()):
            if len(wanted[place]) > self._api.page_count(_listing(place)):
                found += self._of_project(place)
            else:
                found += self._one_by_one(place, wanted[place])
        return (*found, *(self._admin_keys(found) if None in wanted else ()))

    def _admin_keys(self, others: Iterable[Credential]) -> list[Credential]:
        """Their owners have no address in the list; one that is seen among the others is filled in."""
        emails = {key.owner_id: key.owner_email for key in others if key.owner_id and key.owner_email}
        keys = [admin_key(row, self._own_key, self._now()) for row in self._admin_rows()]
        return [replace(key, owner_email=emails.get(key.owner_id or "")) for key in keys]

    def _admin_rows(self) -> list[Any]:
        return self._api.pages("Admin API keys", self._org.admin_api_keys.list)

    def _of_project(self, place: str) -> list[Credential]:
        return self._read(place, lambda: self._rows_of(place))

    def _rows_of(self, place: str) -> list[Any]:
        listed = self._org.projects.api_keys.list  # `any`: else enabled keys whose owner has lost the project are hidden (SDK)
        return self._api.pages(_listing(place), listed, place, owner_project_access="any")

    def _one_by_one(self, place: str, key_ids: Collection[str]) -> list[Credential]:
        return self._read(place, lambda: self._those_of(place, key_ids))

    def _those_of(self, place: str, key_ids: Collection[str]) -> list[Any]:
        retrieve = self._org.projects.api_keys.retrieve
        return self._api.several("keys", retrieve, key_ids, among=lambda: self._rows_of(place), project_id=place)

    def _read(self, place: str, rows: Callable[[], list[Any]]) -> list[Credential]:
        """Of a project that turns out to be archived, none: its keys open nothing."""
        try:
            return [project_key(row, place, self._now()) for row in rows()]
        except (Gone, Unexplained):
            if not self._catalogue.is_shut(place):
                raise
            return []

    # deleting

    def withdraw(self, change: Change) -> Outcome:
        """Keys can be deleted and nothing less: `withdraw` and `delete` are one."""
        key_id = change.object_id
        if not key_id:
            raise Refused("A key without its id cannot be deleted.")
        if change.place_id is not None:
            return self._delete(change.place_id, key_id)
        found: Any = self._api.one(
            "Admin API keys", self._org.admin_api_keys.retrieve, key_id, among=self._admin_rows
        )
        if found is None:
            place = next(iter(self._places_of(key_id)), None)
            return self._delete(place, key_id) if place else Outcome(GONE, changed=False)
        ours = admin_key(found, self._own_key, self._now()).ours
        if ours:
            raise Untouchable(f"{ours} Give the bridge another key first, then delete this one.")
        try:
            self._api.write(self._org.admin_api_keys.delete, key_id)
        except Gone:
            return Outcome(GONE, changed=False)
        return Outcome("Admin API key deleted")

    def restore(self, _change: Change) -> Outcome:
        raise Refused("OpenAI deletes keys for good; whoever needs one makes a new one.")

    def _places_of(self, key_id: str) -> Iterator[str]:
        """The project a key is in, when nobody remembers; asked one by one, and no further than need be."""
        for place in sorted(self._catalogue.open_places()):
            if self._those_of(place, {key_id}):
                yield place

    def _delete(self, place: str, key_id: str) -> Outcome:
        keys = self._org.projects.api_keys
        try:
            self._api.write(keys.delete, key_id, project_id=place)
        except Gone:
            return Outcome(GONE, changed=False)
        except REFUSALS:
            if self._catalogue.is_shut(place):
                return Outcome("the project is archived: its keys open nothing", changed=False)
            found: Any = next(iter(self._those_of(place, {key_id})), None)
            if found is None:
                return Outcome(GONE, changed=False)
            robot = project_key(found, place, self._now()).service_account
            if robot is None:
                raise
            raise Refused(
                f'OpenAI refuses to delete a key of the service account "{robot}": delete it, or the service account, in '
                "the dashboard."
            ) from None
        return Outcome("key deleted")


def _listing(place: str) -> str:
    return f"API keys of {place}"
