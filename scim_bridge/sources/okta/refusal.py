"""From the SDK's error objects to sentences for the administrator."""

from __future__ import annotations

import html
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from scim_bridge.sources.okta.connection import OktaConnection
from scim_bridge.sources.okta.errors import (
    OktaBusy,
    OktaError,
    OktaNotFound,
    OktaNotPermitted,
    OktaRefused,
    OktaUnreachable,
)

WAIT_UNKNOWN = 60.0
"""Seconds; Okta's limits are counted by the minute."""

LAPSED = (
    "Make a new token in Okta under Security > API > Tokens, as an administrator who may read apps, groups, users and "
    "the System Log, and set SCIM_BRIDGE_OKTA_TOKEN. A token lapses after 30 days without use and when its maker is "
    "deactivated."
)
MISMATCH = (
    "Check SCIM_BRIDGE_OKTA_CLIENT_ID and SCIM_BRIDGE_OKTA_PRIVATE_KEY against the service app in Okta: its public "
    "key, the scopes {scopes} granted under Okta API Scopes, and an administrator role that may read."
)
DPOP_MISSING = (
    'The service app requires DPoP: set SCIM_BRIDGE_OKTA_DPOP=true, or untick "Require Demonstrating Proof of '
    'Possession" in the service app\'s General settings.'
)


def rate_limit_wait(error: Any) -> float | None:
    """Seconds until the org's limit resets, when `error` is a 429; else None. By Okta's clock alone, never by ours."""
    if getattr(error, "status", None) != 429:
        return None
    headers: Mapping[str, str] = getattr(error, "headers", None) or getattr(error, "response_headers", None) or {}
    try:
        now = parsedate_to_datetime(headers["Date"]).timestamp()
        return max(1.0, float(headers["X-Rate-Limit-Reset"]) - now + 1)
    except (KeyError, TypeError, ValueError):
        return WAIT_UNKNOWN


def refusal(error: Any, asked: str, connection: OktaConnection) -> OktaError:
    """`asked` is the path, for the sentence. `error` is what the SDK returned beside its answer."""
    status = getattr(error, "status", None)
    if status is None:
        return _unreachable(error, connection)
    said = scrub(_said(error), connection)
    if status in (401, 403) or (status == 400 and "/oauth2/" in str(error.url)):
        return OktaNotPermitted(f"Okta refused the bridge's credential: {said} {_advice(error, connection)}")
    if status == 404:
        return OktaNotFound(f"Okta does not know {asked}: {said} {_not_found_advice(asked, connection)}")
    if status == 429:
        return OktaBusy(
            f"Okta's rate limit is exhausted: {said} Wait a minute and try again; if it stays so, look in Okta under "
            "Reports > Rate Limits for what uses it up."
        )
    later = " Try again later." if status >= 500 else ""
    return OktaRefused(f"Okta answered {status} to {asked}: {said}{later}")


def _advice(error: Any, connection: OktaConnection) -> str:
    if connection.token:
        return LAPSED
    said = f"{getattr(error, 'error_code', '')} {getattr(error, 'error_summary', '')}".lower()
    if "dpop" in said and not connection.dpop:
        return DPOP_MISSING
    return MISMATCH.format(scopes=", ".join(connection.scopes))


def _not_found_advice(asked: str, connection: OktaConnection) -> str:
    if asked.startswith(f"/api/v1/apps/{connection.app_id}"):
        return "Check SCIM_BRIDGE_OKTA_APP_ID and SCIM_BRIDGE_OKTA_ORG_URL."
    return "It may have been deleted while it was read; try again."


def _said(error: Any) -> str:
    """Okta's own words, or the bare status where the answer was not Okta's JSON (a proxy's page, say)."""
    summary = getattr(error, "error_summary", None)
    if not summary:
        return f"HTTP {error.status} without an explanation."
    causes = [str(cause.get("errorSummary", "")) for cause in getattr(error, "error_causes", None) or []]
    words = "; ".join([str(summary), *filter(None, causes)])
    reference = ", ".join(filter(None, (str(error.error_code or ""), str(error.error_id or ""))))
    return f"\"{words}\" ({reference})." if reference else f"\"{words}\"."


def _unreachable(error: Any, connection: OktaConnection) -> OktaError:
    words = html.unescape(scrub(str(error), connection)) or "it did not answer in time"
    advice = "Check SCIM_BRIDGE_OKTA_ORG_URL and the way out of this network"
    if "CERTIFICATE_VERIFY_FAILED" in words:
        advice = "If a proxy inspects TLS here, give its authority's PEM file as SCIM_BRIDGE_OKTA_CA_FILE"
    return OktaUnreachable(f"No answer from Okta at {connection.org_url}: {words}. {advice}.")


def scrub(text: str, connection: OktaConnection) -> str:
    """`text` without the connection's secrets, should anybody have quoted one."""
    for secret in connection.secrets():
        text = text.replace(secret, "[secret]")
    return text
