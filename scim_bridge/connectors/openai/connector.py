"""One organization of OpenAI's API platform, as the hand sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from scim_bridge.access.change import Change, Outcome
from scim_bridge.access.connector import Gate
from scim_bridge.access.errors import Refused
from scim_bridge.access.observed import Credential, CustomRole, Group, Inquiry, Observation, Place
from scim_bridge.connectors.openai.catalogue import Catalogue
from scim_bridge.connectors.openai.change import Deed
from scim_bridge.connectors.openai.client import AdminApi
from scim_bridge.connectors.openai.keys import Keyring
from scim_bridge.connectors.openai.members import Members
from scim_bridge.connectors.openai.observe import Survey
from scim_bridge.connectors.openai.roles import CAPABILITIES
from scim_bridge.connectors.openai.sites import Platform


def utc_now() -> datetime:
    return datetime.now(UTC)


class OpenAIConnector:
    """One organization, reached with one Admin API key. See `access.connector.Connector`.

    `clock` counts seconds, for what is remembered a while; `now` tells which keys have expired.
    """

    capabilities = CAPABILITIES

    def __init__(
        self, admin_api_key: str, base_url: str, gate: Gate, clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._api = AdminApi(admin_api_key, base_url, gate)
        self._catalogue = Catalogue(self._api, clock)
        self._members = Members(self._api, self._catalogue)
        self._keyring = Keyring(self._api, self._catalogue, admin_api_key.strip(), now)
        self._deed = Deed(Platform(self._api, self._catalogue, self._members), self._keyring)

    def close(self) -> None:
        """Close idle connections."""
        self._api.close()

    def identity(self) -> str:
        """By the organization's oldest project: the API tells nobody the id of the organization a key belongs to.

        A project is never deleted, only archived, and archived ones are listed; so whoever reaches the organization, by
        whatever key, finds the same one.
        """
        oldest = self._catalogue.oldest_project()
        if oldest is None:
            raise Refused("The organization has no project, by which it could be told from others: make one, then retry.")
        return f"openai:{oldest}"

    def places(self) -> tuple[Place, ...]:
        """Every project. Asked for again when the answer is older than a minute."""
        return self._catalogue.places()

    def groups(self) -> tuple[Group, ...]:
        return tuple(self._catalogue.groups().values())

    def custom_roles(self, place_id: str | None) -> tuple[CustomRole, ...]:
        return self._catalogue.custom_roles(place_id)

    def observe(
        self, inquiries: Sequence[Inquiry], *, administrators_of: frozenset[str | None] = frozenset()
    ) -> Observation:
        survey = Survey(self._api, self._catalogue, self._members, self._keyring, inquiries, administrators_of)
        return survey.observation()

    def credentials(self) -> tuple[Credential, ...]:
        return self._keyring.everything()

    def apply(self, change: Change) -> Outcome:
        return self._deed.carry_out(change)
