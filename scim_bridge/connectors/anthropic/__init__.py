"""Anthropic's Claude Console organization: people by invitation, workspaces, keys. See docs/connectors/anthropic.md.

Source: platform.claude.com/docs (admin-api, user-management, workspaces); the official `anthropic` SDK does the HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scim_bridge.access.connector import ConnectionKey, Connector, ConnectorType, Surroundings
from scim_bridge.access.errors import NotPermitted, Refused
from scim_bridge.connectors.anthropic.roles import CAPABILITIES
from scim_bridge.connectors.listings import is_sendable

BASE_URL = "https://api.anthropic.com"


def _make(connection: Mapping[str, Any], surroundings: Surroundings) -> Connector:
    """Errors: a key or an address that no request could be made with. The key is never shown."""
    key, base_url = str(connection["admin_api_key"]).strip(), str(connection.get("base_url") or BASE_URL).rstrip("/")
    if not key or not is_sendable(key):
        raise NotPermitted("`connection.admin_api_key` is empty or no key: set the variable to an Admin API key.")
    if not base_url.startswith(("https://", "http://")) or base_url.endswith("/v1"):
        raise Refused(f"`connection.base_url` must be an https address without /v1, such as {BASE_URL}.")
    # Loaded only where a platform is reached: the SDK takes a second, and most commands reach none.
    from scim_bridge.connectors.anthropic.connector import AnthropicConnector

    return AnthropicConnector(key, base_url, surroundings.gate)


ANTHROPIC = ConnectorType(
    name="anthropic",
    capabilities=lambda _connection: CAPABILITIES,
    connection=(
        ConnectionKey("admin_api_key", "secret", required=True),
        ConnectionKey("base_url", "text", default=BASE_URL),
    ),
    make=_make,
)
