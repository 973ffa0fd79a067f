"""An org on loopback, and the bridge's source pointed at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from scim_bridge.sources.okta import OktaConnection, OktaSource
from tests.simulators.okta import OktaSimulator
from tests.simulators.okta_access import ServiceApp


@dataclass
class Naps:
    """Stands in for waiting: keeps the seconds, and moves the org's clock on by them."""

    advance: Callable[[float], None]
    taken: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.advance(seconds)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK sends everything, loopback too, through a proxy that the environment names."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def okta() -> Iterator[OktaSimulator]:
    with OktaSimulator() as running:
        yield running


@pytest.fixture
def connection(okta: OktaSimulator) -> OktaConnection:
    return OktaConnection(okta.url, okta.app_id, token=okta.api_token, ca_file=okta.ca_file)


@pytest.fixture
def naps(okta: OktaSimulator) -> Naps:
    return Naps(lambda seconds: okta.clock.advance(seconds=seconds))


@pytest.fixture
def source(connection: OktaConnection, naps: Naps) -> OktaSource:
    return OktaSource(connection, pause=naps)


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def service_app(okta: OktaSimulator, key: rsa.RSAPrivateKey) -> ServiceApp:
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    app = okta.access.service_apps["0oaservice"] = ServiceApp("0oaservice", public)
    return app
