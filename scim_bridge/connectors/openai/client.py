"""How the bridge talks to the administration API: the vendor's SDK without its retries, requests paced, pages checked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NoReturn

import httpx2
import openai
from openai.pagination import SyncConversationCursorPage, SyncNextCursorPage

from scim_bridge.access.connector import Gate
from scim_bridge.access.errors import NotPermitted
from scim_bridge.connectors import listings
from scim_bridge.connectors.listings import Answer, Listings, is_json_object
from scim_bridge.connectors.openai.errors import Forbidden, Unexplained, not_the_api, translated, unreachable

TIMEOUT = 30.0
"""Seconds for one request; the SDK's own default is ten minutes."""
PAGE = 100
"""The most that listings of people, invitations, projects and keys take."""
LONG_PAGE = 1000
"""The most that listings of groups, their members and roles take."""

class AdminApi(Listings):
    """The API of one organization. Every request first passes the gate."""

    vendor = "OpenAI"
    page_size = PAGE
    cursor_name = "after"

    def __init__(self, admin_api_key: str, base_url: str, gate: Gate) -> None:
        key = admin_api_key.strip()  # a file's line end is no part of the key
        super().__init__(key)
        self._gate = gate
        self._unclear: set[str] = set()
        """Kinds of objects of which only a whole listing tells whether one is there."""
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

    def close(self) -> None:
        self._client.close()

    def several(
        self, kind: str, call: Callable[..., Any], ids: Collection[str], *, among: Callable[[], list[Any]], **where: Any
    ) -> list[Any]:
        """Those of these ids that are there, asked for one by one. `among` is the whole listing that they are in.

        Which refusal says that something is not there is documented nowhere. 404 does; what another one meant the listing
        tells, and from then on it is asked instead.
        """
        if kind not in self._unclear:
            try:
                return [row for each in sorted(ids) if (row := self.find(call, each, **where)) is not None]
            except (Unexplained, Forbidden):
                rows = among()
                self._unclear.add(kind)
        else:
            rows = among()
        return [row for row in rows if getattr(row, "id", None) in ids]

    def one(self, kind: str, call: Callable[..., Any], who: str, *, among: Callable[[], list[Any]], **where: Any) -> Any | None:
        """The same of a single one; None when it is not there."""
        return next(iter(self.several(kind, call, {who}, among=among, **where)), None)

    def _next(self, page: Any) -> Any:
        """Each of the three envelopes has its own way (SDK, pagination)."""
        if isinstance(page, SyncNextCursorPage):
            return page.next
        if isinstance(page, SyncConversationCursorPage):
            return page.last_id
        return getattr(page.data[-1], "id", None)

    def _send(self, writing: bool, call: Callable[..., Answer], *args: Any, **query: Any) -> Answer:
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
    response.read()
    return is_json_object(response.headers.get("content-type", ""), response.json)


def broken_off(listing: str) -> NoReturn:
    """See `listings.broken_off`."""
    listings.broken_off(AdminApi.vendor, listing)
