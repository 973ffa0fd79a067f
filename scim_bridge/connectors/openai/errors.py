"""OpenAI's refusals in the core's words, each with what to do about it.

Almost nothing about errors of the administration endpoints is documented but the envelope and 429 (OpenAPI document,
ErrorResponse and TooManyRequests). So a status says the kind, a code may say more, and a message says nothing: whoever
called looks again (`Gone`, `Unexplained`, `Forbidden`) to learn what a refusal meant.
"""

from __future__ import annotations

import re

import httpx2
import openai

from scim_bridge.access.errors import (
    ManagedNatively,
    NotPermitted,
    OutOfSeats,
    PlatformError,
    Refused,
    Transient,
)
from scim_bridge.connectors.listings import Gone
from scim_bridge.connectors.waiting import retry_after

AWAY = (502, 503, 504, 520, 521, 522, 523, 524, 529)
"""Statuses of a platform that serves nobody now. A 500 may come of one object alone, which must not stop the others."""
SEATS = re.compile(r"seat|(member|user)s?_limit")
NATIVE = re.compile(r"scim|identity_provider|directory_sync")
KEY = re.compile(r"\bsk-[\w*.-]+")


class Unexplained(Refused):
    """400, 409 or 422. The caller may know what to look at to tell why."""


class Forbidden(NotPermitted):
    """403: the key lacks a permission, or what was to be changed is managed elsewhere. The caller may know which."""


REFUSALS = (Gone, Unexplained, Forbidden)
"""What may mean `it is so already`, `it is not there`, or a real no: looking again tells."""


def unreachable(error: openai.APIConnectionError, writing: bool) -> Transient:
    """No answer: others would wait for theirs in vain. Where not even a connection came about, nothing was done."""
    if isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout):
        return Transient("OpenAI cannot be reached: network, proxy or `connection.base_url`.", everybody=True)
    return Transient("OpenAI did not answer.", everybody=True, uncertain=writing)


def translated(error: openai.APIStatusError, writing: bool) -> PlatformError:
    """An error status in the core's words, each with what to do."""
    status, code = error.status_code, (error.code or "").casefold()
    if status < 400 or (status == 404 and not isinstance(error.body, dict)):
        return not_the_api(writing)  # a proxy's redirect or page: a 404 of that kind must not be taken for `gone`
    if status == 429 or status >= 500 or status == 408:
        return _not_now(error, writing)
    if status == 401:
        return NotPermitted(_told("the Admin API key is not accepted: make a new one (platform settings, Admin keys) and "
                                  "set the variable that `connection.admin_api_key` names", error, quote=False))
    if SEATS.search(code):
        return OutOfSeats(_told("no seat is free: remove somebody, cancel invitations, or ask OpenAI for more", error))
    if NATIVE.search(code):
        return ManagedNatively(_told("the organization's identity provider manages this: change it there", error))
    if status == 403:
        return Forbidden(_told("the key may not do this: it needs an Admin API key of an organization owner with all "
                               "permissions (a project's key is none)", error))
    if status == 404:
        return Gone(_told("there is no such object", error))
    return Unexplained(_told("the request was refused", error))


def not_the_api(writing: bool) -> Transient:
    """An answer of somebody in between."""
    text = "The answer was not from OpenAI's API (a proxy, perhaps): check `connection.base_url`, which ends in /v1."
    return Transient(text, uncertain=writing)


def _not_now(error: openai.APIStatusError, writing: bool) -> Transient:
    wait, status = retry_after(error.response.headers), error.status_code
    if status == 429:
        return Transient(_told("too many requests", error), retry_after=wait, everybody=True)
    away = status in AWAY
    return Transient(_told("OpenAI is unavailable", error), retry_after=wait, everybody=away, uncertain=writing)


def _told(advice: str, error: openai.APIStatusError, *, quote: bool = True) -> str:
    """One sentence: what to do, then what the vendor said, with the request id its support asks for."""
    words = _message(error)
    said = f' OpenAI said: "{words[:200]}"' if quote and words else ""
    reference = f", request {error.request_id}" if error.request_id else ""
    return f"{advice[0].upper()}{advice[1:]}.{said} (HTTP {error.status_code}{reference})"


def _message(error: openai.APIStatusError) -> str:
    """The vendor's own words, for a human to read; with no key in them, whatever it may quote."""
    words = error.body.get("message") if isinstance(error.body, dict) else None
    return KEY.sub("sk-...", words) if isinstance(words, str) else ""
