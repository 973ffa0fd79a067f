"""Okta, asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from scim_bridge.sources.okta.connection import OktaConnection
from scim_bridge.sources.okta.conversation import Conversation, Pause
from scim_bridge.sources.okta.groups import OktaGroup, read_groups
from scim_bridge.sources.okta.people import OktaPerson, read_people, read_person
from scim_bridge.sources.okta.status import OktaStatus, read_status

Entry = TypeVar("Entry")
Progress = Callable[[str, int], None]
"""Called with what is being read ("people", "groups") and how many so far."""


@dataclass(frozen=True)
class OktaListing:
    """Everything the app is about, complete: where anything failed there is no listing but an error."""

    people: tuple[OktaPerson, ...]
    groups: tuple[OktaGroup, ...]


class OktaSource:
    """Reads one app of one org. Every method raises OktaError or SettingsError; a rate limit is waited out, bounded."""

    def __init__(self, connection: OktaConnection, pause: Pause = asyncio.sleep) -> None:
        self._connection = connection
        self._pause = pause

    def status(self) -> OktaStatus:
        with self._conversation() as okta:
            return read_status(okta)

    def people(self) -> Iterator[OktaPerson]:
        """Everybody assigned to the app, page by page."""
        with self._conversation() as okta:
            yield from read_people(okta)

    def groups(self, assigned: Collection[str] | None = None) -> Iterator[OktaGroup]:
        """The pushed groups. `assigned` are the Okta ids of the people; without it they are read first."""
        with self._conversation() as okta:
            yield from read_groups(okta, _ids(okta) if assigned is None else assigned)

    def standing(self, okta_ids: Iterable[str]) -> dict[str, OktaPerson | None]:
        """These people, afresh; None for those of whom Okta itself says that they are not assigned."""
        with self._conversation() as okta:
            return {okta_id: read_person(okta, okta_id) for okta_id in okta_ids}

    def read(self, progress: Progress | None = None) -> OktaListing:
        """People and pushed groups in one go; complete, or an error."""
        with self._conversation() as okta:
            people = tuple(_counted("people", read_people(okta), progress))
            assigned = frozenset(person.okta_id for person in people if person.active)
            return OktaListing(people, tuple(_counted("groups", read_groups(okta, assigned), progress)))

    def _conversation(self) -> Conversation:
        return Conversation(self._connection, self._pause)


def _ids(okta: Conversation) -> frozenset[str]:
    return frozenset(person.okta_id for person in read_people(okta) if person.active)


def _counted(what: str, entries: Iterator[Entry], progress: Progress | None) -> Iterator[Entry]:
    for count, entry in enumerate(entries, start=1):
        if progress:
            progress(what, count)
        yield entry
