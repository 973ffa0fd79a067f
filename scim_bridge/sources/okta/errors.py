"""What can go wrong when Okta is asked. Each text carries Okta's own summary and what to do; none holds a secret."""

from __future__ import annotations

from scim_bridge.errors import BridgeError


class OktaError(BridgeError):
    """Okta did not give what was asked. Whatever was being read is incomplete and must not be used."""


class OktaNotPermitted(OktaError):
    """The token or the service app is wrong, expired or lacks a right (401, 403, or a refused OAuth token request)."""


class OktaNotFound(OktaError):
    """There is no such app, group or user (404)."""


class OktaRefused(OktaError):
    """Any other answer that is not a success."""


class OktaBusy(OktaError):
    """The org's rate limit stayed exhausted for longer than the bridge waits (429)."""


class OktaUnreachable(OktaError):
    """No answer: name resolution, connection, TLS, time-out, or an answer that broke off."""


class OktaAnswerUnclear(OktaError):
    """An answer came, but not one that can be relied on: not JSON, not a list, an entry without its id."""
