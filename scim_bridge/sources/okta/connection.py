"""Where the org is and how the bridge proves who it is."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from typing import Any

from scim_bridge.errors import SettingsError

READ_SCOPES = ("okta.apps.read", "okta.groups.read", "okta.users.read", "okta.logs.read")
REQUEST_SECONDS = 60
TOKEN_RENEWAL_MINUTES = 5


@dataclass(frozen=True)
class OktaConnection:
    """An API token, or a service app's client id and private key (PEM, or a JWK as JSON); never both.

    `ca_file` is a PEM file trusted beside the system's authorities: for customers behind an inspecting proxy.
    `dpop` is for service apps with "Require DPoP" ticked, which is how Okta creates them.
    """

    org_url: str
    app_id: str
    token: str | None = field(default=None, repr=False)
    client_id: str | None = None
    private_key: str | None = field(default=None, repr=False)
    key_id: str | None = None
    """The `kid` of the public key in Okta. Needed where a service app has several keys and the key is a PEM."""
    dpop: bool = False
    ca_file: str | None = None
    scopes: tuple[str, ...] = READ_SCOPES

    def __post_init__(self) -> None:
        if not self.org_url or not self.app_id:
            raise SettingsError(
                "Okta is not set up: set SCIM_BRIDGE_OKTA_ORG_URL (https://your-org.okta.com) and "
                "SCIM_BRIDGE_OKTA_APP_ID (what begins with 0oa in the address of the app's page in the Okta console)."
            )
        if bool(self.token) == bool(self.private_key):
            raise SettingsError(
                "Give the bridge one way to authenticate to Okta: SCIM_BRIDGE_OKTA_TOKEN, or "
                "SCIM_BRIDGE_OKTA_CLIENT_ID with SCIM_BRIDGE_OKTA_PRIVATE_KEY of a service app."
            )
        if self.private_key and not self.client_id:
            raise SettingsError(
                "SCIM_BRIDGE_OKTA_PRIVATE_KEY needs SCIM_BRIDGE_OKTA_CLIENT_ID of the service app it belongs to."
            )

    def secrets(self) -> tuple[str, ...]:
        """What must never appear in a text."""
        return tuple(secret for secret in (self.token, self.private_key) if secret)

    def tls(self) -> ssl.SSLContext:
        """The system's trust and, beside it, `ca_file`. Raises SettingsError when that file cannot be used."""
        context = ssl.create_default_context()
        if self.ca_file:
            try:
                context.load_verify_locations(cafile=self.ca_file)
            except (OSError, ssl.SSLError) as error:
                raise SettingsError(
                    f"SCIM_BRIDGE_OKTA_CA_FILE names {self.ca_file}, which cannot be read as PEM certificates: {error}."
                ) from error
        return context

    def sdk_settings(self) -> dict[str, Any]:
        """The configuration of the SDK's client.

        Everything that matters is said here, because the SDK would else take it from `okta.yaml` in the working or home
        directory or from OKTA_CLIENT_* variables. Its own retries are off: they wait without bound, and turn a 503 into
        a complaint about a missing header (okta 3.4.6, request_executor.py).
        """
        return {
            "orgUrl": self.org_url.rstrip("/"),
            **self._authentication(),
            "userAgent": "scim-bridge",
            "requestTimeout": REQUEST_SECONDS,
            "rateLimit": {"maxRetries": 0},
            "cache": {"enabled": False},
            "logging": {"enabled": False},
            "raiseException": False,
        }

    def _authentication(self) -> dict[str, Any]:
        if self.token:
            return {"authorizationMode": "SSWS", "token": self.token, "dpopEnabled": False}
        return {
            "authorizationMode": "PrivateKey",
            "clientId": self.client_id,
            "privateKey": _key(self.private_key or ""),
            "kid": self.key_id or "",
            "scopes": list(self.scopes),
            "oauthTokenRenewalOffset": TOKEN_RENEWAL_MINUTES,
            "dpopEnabled": self.dpop,
        }


def _key(text: str) -> str | dict[str, str]:
    """The key as the SDK takes it: a JWK as a dict of strings (others break it), a PEM with real line ends."""
    text = text.strip()
    if not text.startswith("{"):
        return text.replace("\\n", "\n")
    try:
        return {name: value for name, value in json.loads(text).items() if isinstance(value, str)}
    except ValueError:
        # `from None`: the error quotes its input, which is the key.
        raise SettingsError("SCIM_BRIDGE_OKTA_PRIVATE_KEY begins like a JWK but is not valid JSON.") from None
