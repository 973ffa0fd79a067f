"""Everything a SCIM request can be refused with (RFC 7644 section 3.12). One class for each scimType."""

from __future__ import annotations

from typing import ClassVar

from scim_bridge.errors import BridgeError

ERROR_URN = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimError(BridgeError):
    """A refusal. `detail` is a sentence an administrator can act on: Okta shows it among its tasks."""

    status: ClassVar[int] = 400
    scim_type: ClassVar[str | None] = None

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def body(self) -> dict[str, object]:
        """The answer's body. `status` is text, as the RFC has it and Okta's specification test compares it."""
        body: dict[str, object] = {"schemas": [ERROR_URN], "status": str(self.status), "detail": self.detail}
        if self.scim_type is not None:
            body["scimType"] = self.scim_type
        return body


class RetryLater(ScimError):
    """A refusal that passes. `retry_after` is in whole seconds: Okta waits five minutes on any other form."""

    def __init__(self, detail: str, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = max(1, retry_after)


class InvalidFilter(ScimError):
    """The filter is malformed, or compares what cannot be compared."""

    scim_type = "invalidFilter"


class TooMany(ScimError):
    """The filter finds more than the server is willing to work through."""

    scim_type = "tooMany"


class Uniqueness(ScimError):
    """Somebody else has this value. authentik adopts the existing account only when it sees this scimType."""

    status = 409
    scim_type = "uniqueness"


class Conflict(ScimError):
    """What the operation of a bulk request refers to could not be made (RFC 7644 section 3.7.1)."""

    status = 409


class Mutability(ScimError):
    """The attribute cannot be changed that way."""

    scim_type = "mutability"


class InvalidSyntax(ScimError):
    """The body is not a message of the kind that is expected here."""

    scim_type = "invalidSyntax"


class InvalidPath(ScimError):
    """The path of a PATCH operation is malformed."""

    scim_type = "invalidPath"


class UnknownAttribute(InvalidPath):
    """The path is well formed and names nothing we know. PATCH ignores such an operation: Entra sends custom URNs."""


class NoTarget(ScimError):
    """The path of a PATCH operation points at nothing."""

    scim_type = "noTarget"


class InvalidValue(ScimError):
    """A value is missing, of the wrong type or too large."""

    scim_type = "invalidValue"


class InvalidVers(ScimError):
    """This version of the protocol is not spoken here."""

    scim_type = "invalidVers"


class InvalidCursor(ScimError):
    """The cursor is none of ours, or was made for another question (RFC 9865 section 2.1)."""

    scim_type = "invalidCursor"


class ExpiredCursor(ScimError):
    """The cursor is ours, and too old (RFC 9865 section 2.1)."""

    scim_type = "expiredCursor"


class InvalidCount(ScimError):
    """The page size is not one that a walk by cursor can have (RFC 9865 section 2.1)."""

    scim_type = "invalidCount"


class Sensitive(ScimError):
    """The request's address holds what must not stand in an address."""

    status = 403
    scim_type = "sensitive"


class Unauthorized(ScimError):
    """No valid credential. The sentence tells nothing about what exists."""

    status = 401


class Forbidden(ScimError):
    """The credential does not allow it."""

    status = 403


class NotFound(ScimError):
    """No such resource in this source."""

    status = 404


class MethodNotAllowed(ScimError):
    """The address exists, the method does not."""

    status = 405


class NotAcceptable(ScimError):
    """The client takes no media type that SCIM has."""

    status = 406


class PreconditionFailed(ScimError):
    """The resource has changed since the version the client named."""

    status = 412


class PayloadTooLarge(ScimError):
    """The body is larger than the server reads."""

    status = 413


class UnsupportedMediaType(ScimError):
    """The body is declared to be something other than SCIM JSON."""

    status = 415


class TooManyRequests(RetryLater):
    """The source sends faster than it may."""

    status = 429


class NotImplemented501(ScimError):
    """RFC 7644 has it, this server does not."""

    status = 501


class Failure(ScimError):
    """A fault of ours in one operation of a bulk request; the log has more."""

    status = 500


class Unavailable(RetryLater):
    """The server cannot store anything just now. Nothing was written."""

    status = 503
