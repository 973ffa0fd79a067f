"""How the bridge talks to the administration API: the vendor's SDK without its retries, requests paced, pages checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import httpx2
import openai
from openai import omit
from openai.pagination import SyncConversationCursorPage, SyncNextCursorPage

from scim_bridge.access.connector import Gate
from scim_bridge.access.errors import NotPermitted, Transient
from scim_bridge.connectors.openai.errors import Gone, not_the_api, translated, unreachable

TIMEOUT = 30.0
"""Seconds for one request; the SDK's own default is ten minutes."""
PAGE = 100
"""The most that listings of people, invitations, projects and keys take."""
LONG_PAGE = 1000
"""The most that listings of groups, their members and roles take."""

Answer = TypeVar("Answer")


class AdminApi:
    """The API of one organization. Every request first passes the gate; every error is a `PlatformError`."""

    def __init__(self, admin_api_key: str, base_url: str, gate: Gate) -> None:
        self._gate = gate
        key = admin_api_key.strip()  # a file's line end is no part of the key
        self._sendable = key.isascii() and key.isprintable() and " " not in key
        self._client = openai.OpenAI(
            admin_api_key=key, api_key="", base_url=base_url, max_retries=0, timeout=TIMEOUT,
            # Said here, the SDK does not take another one from OPENAI_CUSTOM_HEADERS.
            default_headers={"Authorization": f"Bearer {key}"} if key else None,
            http_client=openai.DefaultHttpxClient(
                timeout=TIMEOUT, follow_redirects=False,
                event_hooks={"request": [self._before], "response": [_after]},
            ),
        )
        if not key:
            self._client.admin_api_key = None  # then the SDK says so (TypeError), and sends nothing
        # The SDK takes these two from the environment, and they would change whom a key speaks for.
        self._client.organization = self._client.project = None
        self.organization = self._client.admin.organization
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

    def page_count(self, listing: str) -> int:
        """How many requests the whole listing took the last time; 1 while it was never read."""
        return self._page_counts.get(listing, 1)

    def _walk(
        self, listing: str, call: Callable[..., Any], *args: Any, limit: int = PAGE, **query: Any
    ) -> tuple[list[Any], int]:
        """All pages. A listing that breaks off is an error, never a shorter answer."""
        rows: list[Any] = []
        after: Any = omit
        seen: set[str] = set()
        while True:
            page = self._page(listing, call, *args, after=after, limit=limit, **query)
            if not isinstance(page.data, list) or not isinstance(page.has_more, bool):
                broken_off(listing)
            rows += page.data
            if not page.has_more:
                return rows, len(seen) + 1
            after = _cursor(page) if page.data else None
            if not after or after in seen:
                broken_off(listing)
            seen.add(after)

    def _page(self, listing: str, call: Callable[..., Any], *args: Any, after: Any, **query: Any) -> Any:
        """One page. When a further one is not found (404), the listing broke off."""
        try:
            return self.read(call, *args, after=after, **query)
        except Gone:
            if after is omit:
                raise
            broken_off(listing)

    def _ask(self, writing: bool, call: Callable[..., Answer], *args: Any, **query: Any) -> Answer:
        if not self._sendable:  # the HTTP library's own error would quote it, and look like an outage
            raise NotPermitted(
                "The Admin API key holds a blank, a line end or another character that no key has: set the variable that "
                "`connection.admin_api_key` names to the key alone."
            )
        # What the SDK raises carries the request, key included: `from None` keeps it out of every log.
        try:
            return call(*args, **query)
        except openai.APIStatusError as error:
            raise translated(error, writing) from None
        except openai.APIConnectionError as error:
            raise unreachable(error, writing) from None
        except TypeError:
            if self._client.admin_api_key:
                raise
            raise NotPermitted(
                "There is no Admin API key: set the variable that `connection.admin_api_key` names."
            ) from None

    def _before(self, _request: httpx2.Request) -> None:
        self._gate.pass_through()


def _after(response: httpx2.Response) -> None:
    """See that success is JSON: the SDK takes a proxy's HTML page for an answer."""
    if response.is_success and not _is_object(response):
        raise not_the_api(writing=response.request.method.upper() != "GET")


def _is_object(response: httpx2.Response) -> bool:
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    response.read()
    if not kind.endswith("json"):
        return False
    try:
        return isinstance(response.json(), dict)
    except ValueError:
        return False


def _cursor(page: Any) -> Any:
    """What the next page is asked for with: each of the three envelopes has its own way (SDK, pagination)."""
    if isinstance(page, SyncNextCursorPage):
        return page.next
    if isinstance(page, SyncConversationCursorPage):
        return page.last_id
    return getattr(page.data[-1], "id", None)


def broken_off(listing: str) -> NoReturn:
    """A page that cannot be understood or continued: what is missing must not be taken for gone."""
    raise Transient(f"OpenAI's list of {listing} came incomplete; nothing is concluded from it.")
