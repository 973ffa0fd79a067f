"""One request to the simulated admin API, taken apart: path values, query, body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.simulators import openai_wire as wire
from tests.simulators.openai_objects import Refusal, User
from tests.simulators.openai_organization import Organization
from tests.simulators.openai_wire import Json


@dataclass(frozen=True)
class Request:
    org: Organization
    path: Mapping[str, str]
    query: wire.Query
    body: Mapping[str, Any]

    def text(self, name: str, *, required: bool = True) -> str | None:
        value = self.body.get(name)
        if value is None and required:
            raise Refusal(400, f"Missing required parameter: '{name}'.", "missing_required_parameter", param=name)
        if value is not None and not isinstance(value, str):
            raise Refusal(400, f"Invalid type for '{name}'.", "invalid_type", param=name)
        return value

    def nothing_else(self, *names: str) -> None:
        for name in sorted(set(self.body) - set(names)):
            raise Refusal(400, f"Unknown parameter: '{name}'.", "unknown_parameter", param=name)

    def listing(self, bounds: wire.Bounds = wire.PLAIN, scope: str = "", *, ordered: bool = True) -> wire.Listing:
        return wire.Listing(self.query, self.org.ids.positions, bounds, scope, ordered)

    def user(self, user: User) -> Json:
        """A user of the organization with role, explicit memberships, and when a key of theirs was last used."""
        org = self.org
        places = [place for (place, member) in org.joined if member == user.id]
        held = [(org.projects[place], org.roles.predefined(place, user.id) or "member") for place in places]
        used = [key.last_used_at for key in org.keys.project.values() if key.owner is user and key.last_used_at]
        return wire.user_json(user, org.roles.predefined(None, user.id), held, max(used, default=None))


Route = Callable[[Request], Json]


class Identified(Protocol):
    @property
    def id(self) -> str: ...


def identity(item: Identified) -> str:
    return item.id
