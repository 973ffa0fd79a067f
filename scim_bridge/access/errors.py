"""What can go wrong at a platform. Part of the connector's contract; each text says what to do, none holds a secret."""

from __future__ import annotations

from scim_bridge.errors import BridgeError


class PlatformError(BridgeError):
    """The platform did not do what was asked. `code` names the kind for tables and scripts."""

    code = "refused"


class Transient(PlatformError):
    """Not now: try again after `retry_after` seconds (None: by our own back-off).

    `everybody` is true when the whole platform is to be left alone for that long (a rate limit, an outage), false when only
    this call was unlucky. `uncertain` is true when the answer was lost, so that the deed may have been done.
    """

    code = "unavailable"

    def __init__(
        self, message: str, *, retry_after: float | None = None, everybody: bool = False, uncertain: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.everybody = everybody
        self.uncertain = uncertain


class Refused(PlatformError):
    """The platform said no for good; repeating changes nothing until somebody acts."""

    code = "refused"


class NotPermitted(PlatformError):
    """The bridge's credential is wrong, expired or lacks a right."""

    code = "not_permitted"


class ManagedNatively(PlatformError):
    """The platform's own SCIM or single sign-on manages this; the bridge must not."""

    code = "managed_natively"


class UnknownPlace(PlatformError):
    """There is no such place, or it is archived."""

    code = "unknown_place"


class OutOfSeats(PlatformError):
    """No seat, licence or quota is left."""

    code = "out_of_seats"


class Untouchable(PlatformError):
    """This account cannot be changed by API: an owner, the last administrator, a protected one."""

    code = "untouchable"


class Conflict(PlatformError):
    """It is already there, or no longer there, in a way the connector cannot tell apart: look again, then decide."""

    code = "conflict"
