"""What a connector is: it can be observed, it can be changed, and it says as data what it can do.

To add one: a file in `connectors/`, a line in `wiring`, a line in the conformance suite, a page in docs. Retry, order,
audit, dry run and recording are written once, around it; pacing is the `Gate` it is handed and asks before each request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

from scim_bridge.access.change import Change, Outcome
from scim_bridge.access.observed import Credential, CustomRole, Group, Inquiry, Observation, Place
from scim_bridge.access.policy import AccountEnding, KeyFate


@dataclass(frozen=True)
class Rate:
    """The published request rate: `per_minute` sustained, `burst` at once."""

    per_minute: float
    burst: int


@dataclass(frozen=True)
class Capabilities:
    """What a platform can do, as data."""

    account_roles: tuple[str, ...]
    """Roles of the account itself that can be given, weakest first."""
    place_roles: tuple[str, ...]
    """Roles in a place that can be given, weakest first."""
    administrative: frozenset[str]
    joining: Literal["invite", "create", "none"]
    account_endings: tuple[AccountEnding, ...]
    """The policies `offboarding.account` may name."""
    default_ending: AccountEnding
    personal_key_fates: tuple[KeyFate, ...]
    shared_key_fates: tuple[KeyFate, ...]
    read_only_account_roles: tuple[str, ...] = ()
    """Account roles that exist but that no API call gives."""
    roles_per_place: Literal["one", "one_and_custom", "several"] = "one"
    """`one_and_custom`: one of the published order, and any number of custom ones beside it."""
    read_only_place_roles: tuple[str, ...] = ()
    """Roles that stand in the place of one of `place_roles` and that the bridge never gives; weaker than all of them."""
    custom_roles: bool = False
    """Whether further role names may exist that only the platform can tell, for the account and for places."""
    replaces_invitations: bool = False
    """Whether an `invite` whose `object_id` names an open invitation sends the new one first and then takes back the old."""
    base_place_role: str | None = None
    """The role of the order that somebody with a custom role in a place must have there too, where the platform asks for one."""
    groups_as_principals: bool = False
    credentials_listable: bool = True
    keys_restorable: bool = False
    """Whether a key that was withdrawn (not deleted) can be made to work again."""
    batch: int = 50
    """How many people one observation serves comfortably."""
    rate: Rate | None = None
    invitation_poll: timedelta = timedelta(seconds=1)
    """The shortest interval at which looking for accepted invitations, some two requests, leaves the rate to other work."""


    def exclusive(self, role: str) -> bool:
        """Whether somebody who has this role in a place has no other one of the published order there."""
        if self.roles_per_place == "one_and_custom":
            return role in self.place_roles or role in self.read_only_place_roles
        return self.roles_per_place == "one"


class Gate(Protocol):
    """Paces requests for a whole platform, over all processes."""

    def pass_through(self) -> None:
        """Return when one request may be sent; raise `Transient` when that is not soon."""


class Connector(Protocol):
    """One installation of a platform, reached with one credential. Methods raise `PlatformError`s, nothing else on purpose."""

    @property
    def capabilities(self) -> Capabilities: ...

    def identity(self) -> str:
        """The organization's own id and kind, so that two files reaching the same one are seen (`anthropic:org_1`)."""

    def places(self) -> tuple[Place, ...]:
        """Every place, archived ones included."""

    def groups(self) -> tuple[Group, ...]:
        """Every group that can be a principal; empty where the platform takes none. Asked for only when a file needs it."""

    def custom_roles(self, place_id: str | None) -> tuple[CustomRole, ...]:
        """The roles of a place (None: of the organization) beyond the published order. Asked for only when a file names one."""

    def observe(
        self, inquiries: Sequence[Inquiry], *, administrators_of: frozenset[str | None] = frozenset()
    ) -> Observation:
        """Answer all inquiries with the fewest calls, completely, or raise.

        Invitations are read before accounts: whoever accepts in between is then seen in one of the two, never in neither.
        """

    def credentials(self) -> tuple[Credential, ...]:
        """Every key of the installation, for the inventory."""

    def apply(self, change: Change) -> Outcome:
        """Carry out one change. Repeating it is harmless: what is already so is `changed=False`."""


@dataclass(frozen=True)
class ConnectionKey:
    """One key under `connection:` of a mapping file. A `secret` may only be written as ${NAME}."""

    name: str
    type: Literal["secret", "text", "list", "bool", "choice"]
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """What a connector is given beside its connection keys."""

    platform: str
    gate: Gate
    folder: Path
    """Relative paths of a connection lie here, beside the bridge's database."""


@dataclass(frozen=True)
class ConnectorType:
    """A kind of platform: enough to check a mapping file without reaching anything, and to make a connector."""

    name: str
    capabilities: Callable[[Mapping[str, Any]], Capabilities]
    """From the connection keys (a sandbox without invitations creates accounts instead)."""
    connection: tuple[ConnectionKey, ...]
    make: Callable[[Mapping[str, Any], Surroundings], Connector]
