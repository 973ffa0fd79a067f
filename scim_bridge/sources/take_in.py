"""Taking differences in, by the same doors as a push."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from scim_bridge.errors import BridgeError
from scim_bridge.sources.difference import Difference, Progress
from scim_bridge.sources.okta.people import OktaPerson

Standing = Callable[[Iterable[str]], Mapping[str, OktaPerson | None]]
"""Asks Okta afresh about people by their Okta ids (OktaSource.standing)."""


class Pusher(Protocol):
    """What a push does, each call a transaction of its own: directory row, audit record and marks together.

    `id` is the bridge's. What is already so is a success. Raises BridgeError where a push would be refused.
    """

    def create_user(self, body: Mapping[str, Any]) -> str: ...
    def replace_user(self, id: str, body: Mapping[str, Any]) -> None: ...
    def deactivate_user(self, id: str) -> None: ...
    def create_group(self, body: Mapping[str, Any], members: Sequence[str]) -> str: ...
    def rename_group(self, id: str, display_name: str) -> None: ...
    def add_members(self, id: str, members: Sequence[str]) -> None: ...
    def remove_members(self, id: str, members: Sequence[str]) -> None: ...


@dataclass(frozen=True)
class Outcome:
    """`problem` is why it was not taken in, or not wholly; None when it was."""

    difference: Difference
    problem: str | None = None


def take_in(
    differences: Sequence[Difference], pusher: Pusher, standing: Standing, progress: Progress | None = None
) -> tuple[Outcome, ...]:
    """One after the other; a refused one does not stop the rest.

    Before anything is changed, Okta is asked once more about everybody who would be deactivated or come back, and only
    what it says now counts. If that fails, its error passes and nothing has been changed.
    """
    doubtful = [difference for difference in differences if difference.kind == "deactivate_user" or difference.returns]
    now = standing([difference.okta_id for difference in doubtful if difference.okta_id]) if doubtful else {}
    taking = _Taking(pusher, now)
    outcomes: list[Outcome] = []
    for difference in (difference for difference in differences if difference.can_be_taken_in):
        outcomes.append(taking.take(difference))
        if progress:
            progress("taken in", len(outcomes))
    return tuple(outcomes)


class _Taking:
    """Remembers the ids of the people created on the way, for the groups that come after them."""

    def __init__(self, pusher: Pusher, now: Mapping[str, OktaPerson | None]) -> None:
        self._pusher = pusher
        self._now = now
        self._created: dict[str, str] = {}

    def take(self, difference: Difference) -> Outcome:
        if moved := self._moved_on(difference):
            return Outcome(difference, moved)
        try:
            return Outcome(difference, self._push(difference))
        except BridgeError as refused:
            return Outcome(difference, str(refused))

    def _moved_on(self, difference: Difference) -> str | None:
        person = self._now.get(difference.okta_id or "")
        assigned = person is not None and person.active
        if difference.kind == "deactivate_user" and assigned:
            return "Okta has assigned them again meanwhile; nothing was changed."
        if difference.returns and not assigned:
            return "Okta has unassigned them meanwhile; nothing was changed."
        return None

    def _push(self, difference: Difference) -> str | None:
        id, body = difference.id or "", difference.body or {}
        match difference.kind:
            case "deactivate_user":
                self._pusher.deactivate_user(id)
            case "create_user":
                self._created[difference.okta_id or ""] = self._pusher.create_user(body)
            case "update_user":
                self._pusher.replace_user(id, body)
            case "rename_group":
                self._pusher.rename_group(id, difference.subject)
            case _:
                return self._push_members(difference, id, body)
        return None

    def _push_members(self, difference: Difference, id: str, body: Mapping[str, Any]) -> str | None:
        members = list(self._ids(difference))
        if difference.kind == "create_group":
            self._pusher.create_group(body, members)
        elif difference.kind == "add_members" and members:
            self._pusher.add_members(id, members)
        elif difference.kind == "remove_members":
            self._pusher.remove_members(id, members)
        missing = len(difference.members) - len(members)
        return f"{missing} of the members could not be created and are not in the group." if missing else None

    def _ids(self, difference: Difference) -> Iterator[str]:
        for member in difference.members:
            id = member.id or self._created.get(member.okta_id or "")
            if id:
                yield id
