"""One conversation with an org: the asynchronous SDK, spoken synchronously.

The SDK's request executor is used, which authenticates, sends and reads errors, and not its typed methods. Those lose
what a comparison lives by: an error with an empty body comes back as an empty success, a lost connection as an
AttributeError, and one unexpected value, in a catalog app's own record for one, fails a whole page (okta 3.4.6;
okta-sdk-python issues 474, 477, 490).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from jwcrypto.common import JWException  # type: ignore[import-untyped]

from scim_bridge.errors import SettingsError
from scim_bridge.sources.okta.connection import OktaConnection
from scim_bridge.sources.okta.errors import OktaAnswerUnclear, OktaBusy
from scim_bridge.sources.okta.refusal import rate_limit_wait, refusal

RATE_LIMIT_WAITS = 4
LONGEST_WAIT = 120.0
"""Seconds. Okta's windows are a minute long; a longer wait is a mistake somewhere."""

Pause = Callable[[float], Awaitable[object]]


@dataclass(frozen=True)
class Answer:
    """A successful answer: its JSON, and the path of the next page where there is one."""

    content: Any
    next_page: str | None


class Conversation:
    """A context manager; everything is read inside one `with`. Raises OktaError; SettingsError when opened."""

    def __init__(self, connection: OktaConnection, pause: Pause = asyncio.sleep) -> None:
        self.connection = connection
        self._pause = pause
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        try:
            self._runner.run(self._open())
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._runner.run(self._session.close())
        finally:
            self._runner.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """One object."""
        content = self._runner.run(self._ask(_target(path, query))).content
        if not isinstance(content, dict):
            raise OktaAnswerUnclear(f"Okta's answer to {path} is not an object.")
        return content

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[list[dict[str, Any]]]:
        """Every page of a list, to the end or to an error."""
        target: str | None = _target(path, query)
        seen = set()
        while target:
            if target in seen:
                raise OktaAnswerUnclear(f"Okta's pages of {path} go round in a circle.")
            seen.add(target)
            answer = self._runner.run(self._ask(target))
            yield _entries(answer.content, path)
            target = answer.next_page

    def page(self, path: str, query: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """The first page of a list, where more is not wanted."""
        return _entries(self._runner.run(self._ask(_target(path, query))).content, path)

    async def _open(self) -> None:
        # The SDK's own TLS setting is copied deeply, which a context cannot be, so the session carries it.
        connector = aiohttp.TCPConnector(ssl=self.connection.tls())
        try:
            self._executor = _client(self.connection).get_request_executor()
        except BaseException:
            await connector.close()
            raise
        self._session = aiohttp.ClientSession(connector=connector)
        self._executor.set_session(self._session)

    async def _ask(self, target: str) -> Answer:
        for turn in range(RATE_LIMIT_WAITS + 1):
            response, body, error = await self._send(target)
            if error is None:
                return _answer(response, body, target)
            wait = rate_limit_wait(error)
            if wait is None or turn == RATE_LIMIT_WAITS:
                break
            if wait > LONGEST_WAIT:
                raise OktaBusy(f"Okta's rate limit resets only in {wait:.0f} seconds. Try again then.")
            await self._pause(wait)
        raise refusal(error, target.partition("?")[0], self.connection)

    async def _send(self, target: str) -> tuple[Any, Any, Any]:
        try:
            request, error = await self._executor.create_request("GET", target)
        except json.JSONDecodeError as unreadable:
            raise _not_json("/oauth2/v1/token") from unreadable
        except (ValueError, TypeError, AttributeError, JWException):
            # The key is read when the first token is asked for. `from None`: such errors may quote it.
            raise SettingsError(
                "SCIM_BRIDGE_OKTA_PRIVATE_KEY is no private key that can sign: give an unencrypted RSA key, PEM or JWK."
            ) from None
        if error is not None:
            return None, None, error
        _, response, body, error = await self._executor.fire_request(request)
        return response, body, error or _error_in(response, body, target)


def _client(connection: OktaConnection) -> Any:
    # Imported where it is needed: it takes seconds, and most commands never ask Okta.
    from okta.client import Client

    try:
        return Client(connection.sdk_settings())
    except ValueError:
        raise SettingsError(
            f"SCIM_BRIDGE_OKTA_ORG_URL is {connection.org_url}; it must be the org's own https address without -admin, "
            "such as https://your-org.okta.com."
        ) from None
    finally:
        # Each client adds a handler that would print, and at debug level print tokens, if anybody enabled the logger.
        logging.getLogger("okta-sdk-python").handlers.clear()


def _error_in(response: Any, body: Any, target: str) -> Any:
    """What the SDK makes of an answer that is no success; None for a success."""
    from okta.errors.http_error import HTTPError
    from okta.http_client import HTTPClient

    if 200 <= response.status <= 299:
        return None
    try:
        return HTTPClient.check_response_for_error(target, response, body)[1]
    except ValueError:
        # An empty or broken body that calls itself JSON.
        return HTTPError(target, response, "")


def _target(path: str, query: Mapping[str, str] | None) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _answer(response: Any, body: Any, target: str) -> Answer:
    try:
        content = json.loads(body)
    except (TypeError, ValueError) as unreadable:
        raise _not_json(target) from unreadable
    following = response.links.get("next")
    # Only the path is followed, so that the credential goes to the configured org whatever the link says.
    return Answer(content, following["url"].raw_path_qs if following else None)


def _entries(content: Any, path: str) -> list[dict[str, Any]]:
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        raise OktaAnswerUnclear(f"Okta's answer to {path} is not a list of objects.")
    return content


def _not_json(target: str) -> OktaAnswerUnclear:
    return OktaAnswerUnclear(
        f"The answer to {target.partition('?')[0]} is not JSON. Is SCIM_BRIDGE_OKTA_ORG_URL really an Okta org, and "
        "does no proxy answer in its place?"
    )
