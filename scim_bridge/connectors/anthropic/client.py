"""How the bridge talks to the Admin API: the vendor's SDK without its retries, requests paced, pages checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Protocol, TypeVar, cast

import anthropic
from anthropic import APIRequest, APIResponse, CallNext, omit

from scim_bridge.access.connector import Gate
from scim_bridge.access.errors import NotPermitted, Transient
from scim_bridge.connectors.anthropic.errors import Gone, translated, unreachable

TIMEOUT = 30.0
"""Seconds for one request; the SDK's own default is ten minutes."""
PAGE = 1000

Answer = TypeVar("Answer")


class Page(Protocol):
    """One page of a listing, envelope A. Nothing in it is checked by the SDK."""

    data: Any
    has_more: Any
    last_id: Any


class AdminApi:
    """The Admin API of one organization. Every request first passes the gate; every error is a `PlatformError`."""

    def __init__(self, api_key: str, base_url: str, gate: Gate) -> None:
        self._gate = gate
        api_key = api_key.strip()  # a file's line end is no part of the key
        self._sendable = api_key.isascii() and api_key.isprintable() and " " not in api_key
        self._client = anthropic.Anthropic(
            api_key=api_key, base_url=base_url, max_retries=0, timeout=TIMEOUT, open_telemetry=False,
            middleware=[self._one_request],
        )
        self.organization = self._client.organization
        self._page_counts: dict[str, int] = {}

    def close(self) -> None:
        self._client.close()

    def read(self, call: Callable[..., Answer], *args: Any, **query: Any) -> Answer:
        """The answer to one request that changes nothing."""
        return self._ask(False, call, *args, **query)

    def write(self, call: Callable[..., Answer], *args: Any, **body: Any) -> Answer:
        """The answer to one request that changes something; a lost answer is `uncertain`."""
        return self._ask(True, call, *args, **body)

    def find(self, call: Callable[..., Answer], *args: Any, **query: Any) -> Answer | None:
        """As `read`; None when there is no such thing."""
        try:
            return self.read(call, *args, **query)
        except Gone:
            return None

    def pages(self, listing: str, call: Callable[..., Any], *args: Any, **query: Any) -> list[Any]:
        """Every object of a whole listing; remembers how many requests that took."""
        rows, self._page_counts[listing] = self._walk(listing, call, *args, **query)
        return rows

    def filtered(self, listing: str, call: Callable[..., Any], *args: Any, **query: Any) -> list[Any]:
        """Every object of a listing that the query narrows."""
        return self._walk(listing, call, *args, **query)[0]

    def _walk(self, listing: str, call: Callable[..., Any], *args: Any, **query: Any) -> tuple[list[Any], int]:
        """All pages of 1000. A listing that breaks off is an error, never a shorter answer."""
        rows: list[Any] = []
        after: Any = omit
        seen: set[str] = set()
        while True:
            page = cast(Page, self._page(listing, call, *args, after_id=after, **query))
            if not isinstance(page.data, list) or not isinstance(page.has_more, bool):
                broken_off(listing)
            rows += page.data
            if not page.has_more:
                return rows, len(seen) + 1
            if not page.data or not page.last_id or page.last_id in seen:
                broken_off(listing)
            after = page.last_id
            seen.add(after)

    def _page(self, listing: str, call: Callable[..., Answer], *args: Any, after_id: Any, **query: Any) -> Answer:
        """One page. When a further one is not found (404), the listing broke off."""
        try:
            return self.read(call, *args, limit=PAGE, after_id=after_id, **query)
        except Gone:
            if after_id is omit:
                raise
            broken_off(listing)

    def page_count(self, listing: str) -> int:
        """How many requests the whole listing took the last time; 1 while it was never read."""
        return self._page_counts.get(listing, 1)

    def _ask(self, writing: bool, call: Callable[..., Answer], *args: Any, **query: Any) -> Answer:
        if not self._sendable:  # the HTTP library's own error would quote it, and look like an outage
            raise NotPermitted(
                "The Admin API key holds a blank, a line end or another character that no key has: set the variable that "
                "`connection.admin_api_key` names to the key alone."
            )
        try:
            return call(*args, **query)
        except anthropic.APIStatusError as error:
            raise translated(error, writing) from error
        except anthropic.APIConnectionError as error:
            raise unreachable(error, writing) from error

    def _one_request(self, request: APIRequest, send: CallNext) -> APIResponse[Any]:
        """Pace one HTTP request, and see that success is JSON: the SDK takes a proxy's HTML page for an answer."""
        self._gate.pass_through()
        response = send(request)
        if response.http_response.is_success and not _is_object(response):
            raise Transient(
                "Anthropic's answer was not from its API (a proxy, perhaps): check `connection.base_url`",
                uncertain=request.method.upper() != "GET",
            )
        return response


def _is_object(response: APIResponse[Any]) -> bool:
    kind = response.http_response.headers.get("content-type", "").partition(";")[0].strip()
    if not kind.endswith("json"):
        return False
    try:
        return isinstance(response.json(), dict)
    except ValueError:
        return False


def broken_off(listing: str) -> NoReturn:
    """A page that cannot be understood or continued: what is missing must not be taken for gone."""
    raise Transient(f"Anthropic's list of {listing} came incomplete; nothing is concluded from it")
