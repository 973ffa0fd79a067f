"""One organization of Anthropic's Claude Console, as the hand sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from scim_bridge.access.change import Change, Outcome
from scim_bridge.access.connector import Gate
from scim_bridge.access.observed import Credential, CustomRole, Group, Inquiry, Observation, Place
from scim_bridge.connectors.anthropic.change import Deed
from scim_bridge.connectors.anthropic.client import AdminApi
from scim_bridge.connectors.anthropic.observe import Survey, credential, text
from scim_bridge.connectors.anthropic.roles import CAPABILITIES

PLACES_AGE = 60.0
"""Seconds for which the list of workspaces is taken to hold."""
CLAUDE_CODE = "claude code"
"""The workspace that members join by signing in to Claude Code. The API marks it by nothing but its name."""


class AnthropicConnector:
    """One organization, reached with one Admin API key. See `access.connector.Connector`."""

    capabilities = CAPABILITIES

    def __init__(
        self, api_key: str, base_url: str, gate: Gate, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._api = AdminApi(api_key, base_url, gate)
        self._clock = clock
        self._identity: str | None = None
        self._default_place: str | None = None
        self._places: tuple[Place, ...] = ()
        self._places_until = float("-inf")
        self._deed = Deed(self._api, self._forget_places)

    def close(self) -> None:
        """Close idle connections."""
        self._api.close()

    def identity(self) -> str:
        if self._identity is None:
            organization = self._api.read(self._api.organization.retrieve)
            self._identity = f"anthropic:{text(organization, 'id', 'organizations')}"
        return self._identity

    def places(self) -> tuple[Place, ...]:
        """Every workspace, the default one included. Asked for again when the answer is older than a minute."""
        if self._clock() >= self._places_until:
            rows = self._workspaces(include_default=True)
            default = self._default_of(rows)
            self._places = tuple(_place(row, default) for row in rows)
            self._places_until = self._clock() + PLACES_AGE
        return self._places

    def groups(self) -> tuple[Group, ...]:
        return ()  # a Console organization has none

    def custom_roles(self, place_id: str | None) -> tuple[CustomRole, ...]:
        return ()

    def observe(
        self, inquiries: Sequence[Inquiry], *, administrators_of: frozenset[str | None] = frozenset()
    ) -> Observation:
        found = Survey(self._api, inquiries, administrators_of, self._every_place).observation()
        if any(each.credentials for each in inquiries):
            self._deed.saw(found.credentials)
        return found

    def credentials(self) -> tuple[Credential, ...]:
        rows = self._api.pages("API keys", self._api.organization.api_keys.list)
        users = self._api.pages("users", self._api.organization.users.list)
        emails = {text(user, "id", "users"): text(user, "email", "users") for user in users}
        return tuple(credential(row, emails) for row in rows)

    def apply(self, change: Change) -> Outcome:
        return self._deed.carry_out(change)

    def _every_place(self) -> frozenset[str]:
        return frozenset(place.id for place in self.places() if place.open and place.managed)

    def _forget_places(self) -> None:
        self._places_until = float("-inf")

    def _workspaces(self, *, include_default: bool) -> list[Any]:
        listing = self._api.organization.workspaces.list
        return self._api.pages("workspaces", listing, include_archived=True, include_default=include_default)

    def _default_of(self, rows: Sequence[Any]) -> str | None:
        """The default workspace's id: nothing marks it but that it is left out unless asked for. It never changes."""
        if self._default_place is None:
            others = {row.id for row in self._workspaces(include_default=False)}
            self._default_place = next((row.id for row in rows if row.id not in others), None)
        return self._default_place


def _place(row: Any, default: str | None) -> Place:
    name = text(row, "name", "workspaces")
    identifier = text(row, "id", "workspaces")
    managed = identifier != default and name.casefold() != CLAUDE_CODE
    return Place(identifier, name, open=getattr(row, "archived_at", None) is None, managed=managed)
