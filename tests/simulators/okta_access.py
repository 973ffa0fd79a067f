"""Who may ask: API tokens in both spellings, and a service app with its private key, with DPoP where it is required."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import jwt

from tests.simulators.faults import Clock

TOKEN_PATH = "/oauth2/v1/token"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME = 3600


class Denied(Exception):
    """An answer that is an error: status, body (an object, or the very bytes), headers."""

    def __init__(self, status: int, body: Mapping[str, Any] | bytes, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.headers = status, headers or {}
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()


@dataclass
class ServiceApp:
    """An OAuth service app. `public_key` is PEM."""

    client_id: str
    public_key: str
    scopes: frozenset[str] = frozenset({"okta.apps.read", "okta.groups.read", "okta.users.read", "okta.logs.read"})
    requires_dpop: bool = False


@dataclass
class Grant:
    scopes: frozenset[str]
    expires: float
    key: str | None = None
    """The thumbprint of the DPoP key the token is bound to."""


@dataclass
class Access:
    """`tokens` are valid API tokens; `spellings` are the Authorization headers that came, as they came."""

    clock: Clock
    tokens: set[str] = field(default_factory=lambda: {"00abcSimulatedToken"})
    service_apps: dict[str, ServiceApp] = field(default_factory=dict)
    spellings: list[str] = field(default_factory=list)
    _grants: dict[str, Grant] = field(default_factory=dict)
    _assertions: set[str] = field(default_factory=set)
    _nonce: str = "nonce-1"

    def check(self, method: str, url: str, headers: Mapping[str, str], scope: str) -> None:
        """Raises Denied unless the request may do what needs `scope`. An API token may everything."""
        said = headers.get("Authorization") or ""
        self.spellings.append(said)
        if said.startswith("SSWS") and said.removeprefix("SSWS").strip() in self.tokens:
            return
        grant = self._grants.get(said.partition(" ")[2])
        if grant is None or grant.expires <= self._now() or (said.split(" ")[0] == "DPoP") != bool(grant.key):
            raise Denied(401, error("E0000011", "Invalid token provided"))
        if grant.key and self._proof(method, url, headers, said.partition(" ")[2]) != grant.key:
            raise Denied(401, error("E0000011", "Invalid token provided"))
        if scope not in grant.scopes:
            raise Denied(403, error("E0000006", "You do not have permission to perform the requested action"))

    def token(self, url: str, headers: Mapping[str, str], form: str) -> dict[str, Any]:
        """RFC 7523 client assertion in, access token out."""
        said = {name: values[0] for name, values in parse_qs(form).items()}
        app = self._client(said, url)
        scopes = frozenset(said.get("scope", "").split())
        key = self._dpop_key(app, url, headers)
        if not scopes <= app.scopes:
            missing = " ".join(sorted(scopes - app.scopes))
            raise Denied(400, oauth("invalid_scope", f"The client is not granted these scopes: {missing}"))
        made = secrets.token_urlsafe(24)
        self._grants[made] = Grant(scopes, self._now() + LIFETIME, key)
        return {
            "token_type": "DPoP" if key else "Bearer", "expires_in": LIFETIME, "access_token": made,
            "scope": " ".join(sorted(scopes)),
        }

    def _client(self, said: Mapping[str, str], url: str) -> ServiceApp:
        try:
            if said["grant_type"] != "client_credentials" or said["client_assertion_type"] != ASSERTION:
                raise Denied(400, oauth("unsupported_grant_type", "Only client credentials with an assertion."))
            client_id = jwt.decode(said["client_assertion"], options={"verify_signature": False})["sub"]
            app = self.service_apps[client_id]
            claims = jwt.decode(
                said["client_assertion"], app.public_key, algorithms=["RS256"], audience=url, issuer=client_id,
                options={"require": ["exp", "iat", "jti", "sub"]},
            )
        except (KeyError, jwt.PyJWTError):
            raise Denied(401, oauth("invalid_client", "The client_assertion signature is invalid.")) from None
        if claims["jti"] in self._assertions:
            raise Denied(401, oauth("invalid_client", "The client_assertion token has already been used."))
        self._assertions.add(claims["jti"])
        return app

    def _dpop_key(self, app: ServiceApp, url: str, headers: Mapping[str, str]) -> str | None:
        if not app.requires_dpop:
            return None
        if not headers.get("DPoP"):
            raise Denied(400, oauth("invalid_dpop_proof", "The DPoP proof JWT header is missing."))
        if _claims(headers["DPoP"])["nonce"] != self._nonce:
            wanted = oauth("use_dpop_nonce", "Authorization server requires nonce in DPoP proof.")
            raise Denied(400, wanted, {"dpop-nonce": self._nonce})
        return self._proof("POST", url, headers, None)

    def _proof(self, method: str, url: str, headers: Mapping[str, str], token: str | None) -> str:
        """The thumbprint of the key that signed the proof (RFC 9449 section 4.3)."""
        claims = _claims(headers.get("DPoP") or "")
        hashed = token and _base64(hashlib.sha256(token.encode()).digest())
        if (claims["htm"], claims["htu"]) != (method, url) or (hashed and claims.get("ath") != hashed):
            raise Denied(401, oauth("invalid_dpop_proof", "The DPoP proof is not for this request."))
        return str(claims["thumbprint"])

    def _now(self) -> float:
        return self.clock.now().timestamp()


def error(code: str, summary: str, *causes: str) -> dict[str, Any]:
    """Okta's error body."""
    return {
        "errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": f"oae{secrets.token_hex(8)}",
        "errorCauses": [{"errorSummary": cause} for cause in causes],
    }


def oauth(code: str, description: str) -> dict[str, Any]:
    """RFC 6749's error body."""
    return {"error": code, "error_description": description}


def _claims(proof: str) -> dict[str, Any]:
    try:
        jwk = jwt.get_unverified_header(proof)["jwk"]
        claims = jwt.decode(proof, jwt.PyJWK(jwk).key, algorithms=["RS256"])
    except (KeyError, jwt.PyJWTError):
        raise Denied(400, oauth("invalid_dpop_proof", "The DPoP proof JWT is invalid.")) from None
    canonical = json.dumps({name: jwk[name] for name in ("e", "kty", "n")}, separators=(",", ":"), sort_keys=True)
    return {"nonce": None} | claims | {"thumbprint": _base64(hashlib.sha256(canonical.encode()).digest())}


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
