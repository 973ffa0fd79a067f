"""What is taken in goes the way of a push: the same functions that the door calls, one transaction each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from scim_bridge.db import Connection, Database
from scim_bridge.intake import groups, users
from scim_bridge.intake.push import Push

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MEMBERS_AT_ONCE = 1000


class IntakePusher:
    """A Pusher (see take_in). `push` is asked for each transaction, because it carries the time."""

    def __init__(self, database: Database, push: Callable[[], Push], members_at_once: int = MEMBERS_AT_ONCE) -> None:
        self._database = database
        self._push = push
        self._at_once = members_at_once

    def create_user(self, body: Mapping[str, Any]) -> str:
        return str(self._write(lambda connection, push: users.create_user(connection, push, dict(body)).scim_id))

    def replace_user(self, id: str, body: Mapping[str, Any]) -> None:
        self._write(lambda connection, push: users.replace_user(connection, push, id, dict(body)))

    def deactivate_user(self, id: str) -> None:
        patch = _patch({"op": "replace", "value": {"active": False}})
        self._write(lambda connection, push: users.patch_user(connection, push, id, patch))

    def create_group(self, body: Mapping[str, Any], members: Sequence[str]) -> str:
        """With the first members; the rest follows in transactions of their own."""
        first = {**body, "members": _values(members[: self._at_once])}
        made = str(self._write(lambda connection, push: groups.create_group(connection, push, first).scim_id))
        self.add_members(made, members[self._at_once :])
        return made

    def rename_group(self, id: str, display_name: str) -> None:
        self._patch_group(id, {"op": "replace", "value": {"displayName": display_name}})

    def add_members(self, id: str, members: Sequence[str]) -> None:
        for some in self._batches(members):
            self._patch_group(id, {"op": "add", "path": "members", "value": _values(some)})

    def remove_members(self, id: str, members: Sequence[str]) -> None:
        for some in self._batches(members):
            self._patch_group(id, {"op": "remove", "path": "members", "value": _values(some)})

    def _patch_group(self, id: str, operation: Mapping[str, Any]) -> None:
        patch = _patch(operation)
        self._write(lambda connection, push: groups.patch_group(connection, push, id, patch))

    def _batches(self, members: Sequence[str]) -> Iterator[Sequence[str]]:
        return (members[start : start + self._at_once] for start in range(0, len(members), self._at_once))

    def _write(self, deed: Callable[[Connection, Push], Any]) -> Any:
        push = self._push()
        return self._database.write(lambda connection: deed(connection, push))


def _patch(operation: Mapping[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": [dict(operation)]}


def _values(members: Sequence[str]) -> list[dict[str, str]]:
    return [{"value": member} for member in members]
