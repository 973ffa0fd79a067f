"""A book in memory that takes pushes: what intake does to the database, done to two dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scim_bridge.errors import BridgeError
from scim_bridge.sources.backfill import Book


class NameTaken(BridgeError):
    """409 uniqueness."""


class KeptBook:
    """Users and groups by id; `order` lists what was done, in order."""

    def __init__(self, book: Book | None = None) -> None:
        self.users = {str(user["id"]): dict(user) for user in (book.users if book else ())}
        self.groups = {str(group["id"]): dict(group) for group in (book.groups if book else ())}
        self.order: list[str] = []

    def book(self) -> Book:
        return Book(tuple(map(dict, self.users.values())), tuple(map(dict, self.groups.values())))

    def members(self, group_id: str) -> set[str]:
        return {member["value"] for member in self.groups[group_id]["members"]}

    def create_user(self, body: Mapping[str, Any]) -> str:
        self.order.append("create_user")
        if any(user["userName"].casefold() == body["userName"].casefold() for user in self.users.values()):
            raise NameTaken(f"userName {body['userName']} is taken.")
        return self._kept(self.users, "user", body)

    def replace_user(self, id: str, body: Mapping[str, Any]) -> None:
        self.order.append("replace_user")
        self.users[id] = {"active": self.users[id]["active"], **body, "id": id}

    def deactivate_user(self, id: str) -> None:
        self.order.append("deactivate_user")
        self.users[id]["active"] = False

    def create_group(self, body: Mapping[str, Any], members: Sequence[str]) -> str:
        self.order.append("create_group")
        return self._kept(self.groups, "group", {**body, "members": [{"value": member} for member in members]})

    def rename_group(self, id: str, display_name: str) -> None:
        self.order.append("rename_group")
        self.groups[id]["displayName"] = display_name

    def add_members(self, id: str, members: Sequence[str]) -> None:
        self.order.append("add_members")
        self._set_members(id, self.members(id).union(members))

    def remove_members(self, id: str, members: Sequence[str]) -> None:
        self.order.append("remove_members")
        self._set_members(id, self.members(id).difference(members))

    def _set_members(self, id: str, members: set[str]) -> None:
        self.groups[id]["members"] = [{"value": member} for member in sorted(members)]

    def _kept(self, shelf: dict[str, dict[str, Any]], kind: str, body: Mapping[str, Any]) -> str:
        made = f"new-{kind}-{len(shelf)}"
        shelf[made] = dict(body) | {"id": made}
        return made
