"""What the conformance suite needs of a platform: a connector, and the hands of the people on the far side."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Protocol

from scim_bridge.access.connector import Connector, ConnectorType, Gate
from scim_bridge.access.errors import Transient


class Fault(Enum):
    """A misfortune that the platform is told to have. It lasts until `heal`, except where it says once."""

    FAIL_ONCE = "the next request is answered with a passing error, and has no effect"
    LOSE_ANSWER = "the next writing request has its effect, once, but its answer never arrives"
    RATE_LIMIT = "every request is refused for RETRY_AFTER seconds, and the answer says so"
    DOWN = "the platform answers nobody"
    BREAK_LISTING = "a listing of people fails on its way, after its first page where it has pages"
    REJECT_CREDENTIAL = "the bridge's credential is no longer good"
    NO_SEATS = "nobody more can be invited or created"


RETRY_AFTER = 7


class Bench(Protocol):
    """One empty installation of a platform with two open places. A fresh one serves each test.

    "By hand" is what a person does in the platform's own pages: it passes no gate and is not counted in `requests`.
    A claim about something a platform does not have (`None` here) is skipped, and says why.
    """

    type: ConnectorType
    connection: Mapping[str, Any]
    """The connection keys as the connector gets them, secrets expanded."""
    platform: str
    places: tuple[str, str]
    """The ids of two open places."""
    closed_place: str | None
    """The id of an archived place."""
    secret: str | None
    """What no text may ever show."""

    def connector(self, gate: Gate) -> Connector:
        """The connector under test. Asked for several times, it is as several processes are."""

    def requests(self) -> int:
        """How many requests the platform has received from connectors so far."""

    def requests_allowed(self, people: int, places: int) -> int:
        """The most requests that observing so many people in so many places may take."""

    def inject(self, fault: Fault) -> None: ...

    def heal(self) -> None: ...

    # people, by hand

    def add_account(self, email: str) -> str:
        """Somebody is on the platform with its weakest role. Returns the account id."""

    def add_untouchable(self, email: str) -> str | None:
        """Somebody whose account the platform lets no API call change. Returns the account id."""

    def add_native(self, email: str) -> str | None:
        """Somebody whose account the platform's own SCIM or single sign-on manages. Returns the account id."""

    def accept(self, email: str) -> str:
        """The person accepts the pending invitation. Returns the account id."""

    def expire(self, email: str) -> None:
        """The pending invitation runs out."""

    def pending(self, email: str) -> int:
        """How many invitations for exactly this address are open."""

    def accounts(self, email: str) -> int:
        """How many accounts have exactly this address."""

    # places and keys, by hand

    def add_member(self, email: str, place_id: str, role: str) -> None:
        """Somebody who has an account joins a place."""

    def times_removed(self, email: str, place_id: str) -> int:
        """How often the person has lost this place so far, by whomever."""

    def add_key(self, email: str, place_id: str) -> str:
        """The person makes a personal key in this place. Returns the key id."""

    def add_shared_key(self, place_id: str) -> str | None:
        """A service account makes a key in this place. Returns the key id."""

    def own_key(self) -> str | None:
        """The id of the bridge's own credential, where the platform lists that among the keys."""

    def key_opens(self, key_id: str) -> bool:
        """Whether the platform would let this key in now."""

    # roles and groups, by hand; asked for only where the capabilities have them

    def add_role(self, name: str, place_id: str | None, *, administrative: bool = False) -> None:
        """A custom role of a place, or with None of the organization."""

    def add_group(self, name: str, *, native: bool = False) -> str:
        """An empty group, whose members the platform's own SCIM keeps if it is `native`. Returns its id."""

    def group_members(self, group_id: str) -> set[str]:
        """The addresses of those who are in a group."""

    def groups(self, name: str) -> int:
        """How many groups have exactly this name."""


class Plain:
    """What a bench says of things its platform lacks."""

    def add_native(self, email: str) -> str | None:
        return None

    def add_shared_key(self, place_id: str) -> str | None:
        return None

    def own_key(self) -> str | None:
        return None

    def add_role(self, name: str, place_id: str | None, *, administrative: bool = False) -> None:
        raise NotImplementedError("no custom roles here")

    def add_group(self, name: str, *, native: bool = False) -> str:
        raise NotImplementedError("no groups here")

    def group_members(self, group_id: str) -> set[str]:
        raise NotImplementedError("no groups here")

    def groups(self, name: str) -> int:
        raise NotImplementedError("no groups here")


class CountingGate:
    """A gate that lets everything through and counts it, or nothing once it is shut."""

    def __init__(self) -> None:
        self.passes = 0
        self.shut = False

    def pass_through(self) -> None:
        if self.shut:
            raise Transient("The gate is shut.", retry_after=1, everybody=True)
        self.passes += 1
