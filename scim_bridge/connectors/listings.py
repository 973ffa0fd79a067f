"""What the clients of vendors' SDKs have in common: one request at a time, whole listings or none, and `there is no such thing`.

Each vendor's client says how a request is made, what its errors mean and how its pages go on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from scim_bridge.access.errors import Conflict, NotPermitted, Transient

Answer = TypeVar("Answer")


class Gone(Conflict):
    """404: there is no such account, invitation, place, membership, group, role or key."""


class Listings(ABC):
    """An administration API of one organization. Every error is a `PlatformError`."""

    vendor: str
    page_size: int
    cursor_name: str
    """The query parameter that a further page is asked for with."""

    def __init__(self, key: str) -> None:
        self._sendable = is_sendable(key)
        self._page_counts: dict[str, int] = {}

    @abstractmethod
    def _send(self, writing: bool, call: Callable[..., Answer], *args: Any, **query: Any) -> Answer:
        """One request through the SDK, its errors translated."""

    @abstractmethod
    def _next(self, page: Any) -> Any:
        """The cursor of the page after this one, which is not empty and says that there is more."""

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

    def broken_off(self, listing: str) -> NoReturn:
        broken_off(self.vendor, listing)

    def _ask(self, writing: bool, call: Callable[..., Answer], *args: Any, **query: Any) -> Answer:
        if not self._sendable:  # the HTTP library's own error would quote it, and look like an outage
            raise NotPermitted(
                "The Admin API key holds a blank, a line end or another character that no key has: set the variable that "
                "`connection.admin_api_key` names to the key alone."
            )
        return self._send(writing, call, *args, **query)

    def _walk(
        self, listing: str, call: Callable[..., Any], *args: Any, limit: int | None = None, **query: Any
    ) -> tuple[list[Any], int]:
        """All pages, and how many. A listing that breaks off is an error, never a shorter answer."""
        rows: list[Any] = []
        seen: list[Any] = []
        while True:
            cursor = {self.cursor_name: seen[-1]} if seen else {}
            page = self._page(listing, call, *args, limit=limit or self.page_size, **cursor, **query)
            if not isinstance(page.data, list) or not isinstance(page.has_more, bool):
                self.broken_off(listing)
            rows += page.data
            if not page.has_more:
                return rows, len(seen) + 1
            after = self._next(page) if page.data else None
            if not after or after in seen:
                self.broken_off(listing)
            seen.append(after)

    def _page(self, listing: str, call: Callable[..., Any], *args: Any, **query: Any) -> Any:
        """One page. When a further one is not found (404), the listing broke off."""
        try:
            return self.read(call, *args, **query)
        except Gone:
            if self.cursor_name not in query:
                raise
            self.broken_off(listing)


def is_sendable(key: str) -> bool:
    """Whether a header can carry it."""
    return key.isascii() and key.isprintable() and " " not in key


def broken_off(vendor: str, listing: str) -> NoReturn:
    """A page that cannot be understood or continued: what is missing must not be taken for gone."""
    raise Transient(f"{vendor}'s list of {listing} came incomplete; nothing is concluded from it.")


def is_json_object(content_type: str, read: Callable[[], Any]) -> bool:
    """Whether an answer is what an API sends. An SDK takes a proxy's HTML page for one."""
    if not content_type.partition(";")[0].strip().endswith("json"):
        return False
    try:
        return isinstance(read(), dict)
    except ValueError:
        return False
