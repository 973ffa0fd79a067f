"""What a directory is, in two dictionaries: enough to foretell the answer to every deed of the machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class User:
    name: str
    active: bool = True
    title: str | None = None


@dataclass
class Group:
    name: str
    members: set[str] = field(default_factory=set)


@dataclass
class Model:
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def user_named(self, name: str) -> str | None:
        return _named(((key, each.name) for key, each in self.users.items()), name)

    def group_named(self, name: str) -> str | None:
        return _named(((key, each.name) for key, each in self.groups.items()), name)

    def groups_of(self, user: str) -> set[str]:
        return {key for key, group in self.groups.items() if user in group.members}

    def forget_user(self, user: str) -> None:
        """A member who is gone is in no group, also after coming back: that one has another id."""
        del self.users[user]
        for group in self.groups.values():
            group.members.discard(user)


def _named(known: Iterable[tuple[str, str]], name: str) -> str | None:
    return next((key for key, each in known if each.casefold() == name.casefold()), None)
