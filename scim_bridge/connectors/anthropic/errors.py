"""Anthropic's refusals in the core's words, each with what to do about it.

Source: platform.claude.com/docs (errors, user-management) and the `anthropic` SDK. Codes are stable, the wording of
messages is not (SDK, `APIStatusError`): words are looked at only where a documented refusal has no code.
"""

from __future__ import annotations

import re

import anthropic
import httpx2

from scim_bridge.access.errors import (
    Conflict,
    ManagedNatively,
    NotPermitted,
    OutOfSeats,
    PlatformError,
    Refused,
    Transient,
    Untouchable,
)
from scim_bridge.connectors.listings import Gone
from scim_bridge.connectors.waiting import retry_after

MINUTE = 60.0
AWAY = (502, 503, 504, 529)
"""Statuses of a platform that serves nobody now. A 500 may come of one object alone, which must not stop the others."""

SEATS = {
    "org_member_limit_exceeded": "the organization has reached its member limit, pending invitations included: "
    "remove somebody, cancel invitations, or ask Anthropic for more",
    "workspace_member_limit_exceeded": "the workspace has reached its member limit: ask Anthropic for a higher one",
}
REFUSED = {
    "email_domain_not_allowed": "the organization does not allow this e-mail domain: allow it in the Console, or map "
    "another address (`accounts.email`)",
    "cannot_invite_emails_with_unverified_domains": "the e-mail domain is not verified by the parent organization: "
    "verify it there, or map another address (`accounts.email`)",
    "workspace_policy_violation": "it breaks the organization's workspace policy: an organization admin can see and "
    "change that in the Console",
    "organization_type_not_supported": "the key belongs to another type of organization: this connector needs an Admin "
    "API key of a Claude Console (API) organization",
    "parent_organization_required": "the organization belongs to no parent organization, which this needs",
    "organization_on_hold": "Anthropic has disabled the organization: an owner must appeal with Anthropic",
}
LOOK_AGAIN = {
    "already_member": "the address already belongs to a member of the organization",
    "invite_already_exists": "an invitation to this address is already pending",
}
NATIVE = re.compile(r"\b(scim|jit|just-in-time|identity provider|directory sync|sso|single sign-on)\b", re.IGNORECASE)
SEAT = re.compile(r"\bseats?\b", re.IGNORECASE)


class Unexplained(Refused):
    """400 or 409 without a code. The caller may know what to look at to tell why."""


def unreachable(error: anthropic.APIConnectionError, writing: bool) -> Transient:
    """No answer: others would wait for theirs in vain. Where not even a connection came about, nothing was done."""
    if isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout):
        return Transient("Anthropic cannot be reached: network, proxy or `connection.base_url`.", everybody=True)
    return Transient("Anthropic did not answer.", everybody=True, uncertain=writing)


def translated(error: anthropic.APIStatusError, writing: bool) -> PlatformError:
    """An error status in the core's words, each with what to do."""
    status, code = error.status_code, error.error_code
    if code in SEATS:
        return OutOfSeats(_told(SEATS[code], error))
    if code in REFUSED:
        return Refused(_told(REFUSED[code], error))
    if code in LOOK_AGAIN:
        return Conflict(_told(LOOK_AGAIN[code], error))
    if code == "cannot_remove_last_member":
        return Untouchable(_told("the last member of an organization cannot be removed", error))
    if status == 429 or status >= 500 or status == 408 or code == "concurrent_membership_change":
        return _not_now(error, writing)
    if status in (401, 403):
        return NotPermitted(_not_permitted(error))
    if status == 404:
        return Gone(_told("there is no such object", error))
    if status in (400, 409):
        return _uncoded(error)
    return Refused(_told("the request was refused", error))


def _not_now(error: anthropic.APIStatusError, writing: bool) -> Transient:
    """Rates, outages and a change of somebody else under way.

    A wait above a minute is not the rate of all requests but that of invitations (1,200 an hour): other calls go on.
    """
    wait = retry_after(error.response.headers)
    status = error.status_code
    if status == 429:
        return Transient(_told("too many requests", error), retry_after=wait, everybody=wait is None or wait <= MINUTE)
    if status == 409:
        return Transient(_told("another change of members is under way", error), retry_after=wait)
    uncertain = writing and status != 529
    return Transient(
        _told("Anthropic is unavailable", error), retry_after=wait, everybody=status in AWAY, uncertain=uncertain
    )


def _not_permitted(error: anthropic.APIStatusError) -> str:
    if error.status_code == 401:
        return _told("the Admin API key is not accepted: make a new one in the Console and set the variable that "
                     "`connection.admin_api_key` names", error, quote=False)
    return _told("the key may not do this: use an Admin API key of the Console organization", error)


def _uncoded(error: anthropic.APIStatusError) -> PlatformError:
    """A refusal without a code, as single sign-on, seats and roles are documented to answer (user-management)."""
    words = _message(error)
    if NATIVE.search(words):
        return ManagedNatively(
            _told("the organization's identity provider manages its members (JIT or SCIM): let it do that, and leave "
                  "workspaces and keys to the bridge", error)
        )
    if SEAT.search(words):
        return OutOfSeats(_told("no seat is free: buy one, or free one, in the Console", error))
    return Unexplained(_told("the request was refused", error))


def _told(advice: str, error: anthropic.APIStatusError, *, quote: bool = True) -> str:
    """One sentence: what to do, then what the vendor said, with the request id its support asks for."""
    words = _message(error)
    said = f' Anthropic said: "{words[:200]}"' if quote and words else ""
    reference = f", request {error.request_id}" if error.request_id else ""
    return f"{advice[0].upper()}{advice[1:]}.{said} (HTTP {error.status_code}{reference})"


def _message(error: anthropic.APIStatusError) -> str:
    return error.api_message if isinstance(error.api_message, str) else ""
