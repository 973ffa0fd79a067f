"""How the bridge talks to the Admin API: the vendor's SDK without its retries, requests paced, pages checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import anthropic
from anthropic import APIRequest, APIResponse, CallNext

from scim_bridge.access.connector import Gate
from scim_bridge.access.errors import Transient
from scim_bridge.connectors import listings
from scim_bridge.connectors.anthropic.errors import translated, unreachable
from scim_bridge.connectors.listings import Answer, Listings, is_json_object

TIMEOUT = 30.0
"""Seconds for one request; the SDK's own default is ten minutes."""
PAGE = 1000


class AdminApi(Listings):
    """The Admin API of one organization. Every request first passes the gate."""

    vendor = "Anthropic"
    page_size = PAGE
    cursor_name = "after_id"

    def __init__(self, api_key: str, base_url: str, gate: Gate) -> None:
        api_key = api_key.strip()  # a file's line end is no part of the key
        super().__init__(api_key)
        self._gate = gate
        self._client = anthropic.Anthropic(
            api_key=api_key, base_url=base_url, max_retries=0, timeout=TIMEOUT, open_telemetry=False,
            middleware=[self._one_request],
        )
        self.organization = self._client.organization

    def close(self) -> None:
        self._client.close()

    def _next(self, page: Any) -> Any:
        return page.last_id

    def _send(self, writing: bool, call: Callable[..., Answer], *args: Any, **query: Any) -> Answer:
        # What the SDK raises carries the request, key included: `from None` keeps it out of every log.
        try:
            return call(*args, **query)
        except anthropic.APIStatusError as error:
            raise translated(error, writing) from None
        except anthropic.APIConnectionError as error:
            raise unreachable(error, writing) from None

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
    return is_json_object(response.http_response.headers.get("content-type", ""), response.json)


def broken_off(listing: str) -> NoReturn:
    """See `listings.broken_off`."""
    listings.broken_off(AdminApi.vendor, listing)
