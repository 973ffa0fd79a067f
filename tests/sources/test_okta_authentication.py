"""Ways to prove who the bridge is: an API token, and a service app with its private key."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwcrypto.jwk import JWK

from scim_bridge.errors import SettingsError
from scim_bridge.sources.okta import OktaConnection, OktaNotPermitted, OktaSource
from tests.simulators.okta import OktaSimulator
from tests.simulators.okta_access import ServiceApp


@pytest.fixture
def by_key(connection: OktaConnection, service_app: ServiceApp, private_pem: str) -> OktaConnection:
    return replace(connection, token=None, client_id=service_app.client_id, private_key=private_pem)


def test_an_api_token_goes_out_as_okta_documents_it(okta: OktaSimulator, source: OktaSource) -> None:
    list(source.people())
    assert okta.access.spellings == [f"SSWS {okta.api_token}"]


def test_a_private_key_is_enough(okta: OktaSimulator, by_key: OktaConnection) -> None:
    okta.page_size = 1
    okta.org.add_person("ada@example.com")
    okta.org.add_person("grace@example.com")
    assert len(list(OktaSource(by_key).people())) == 2
    assert okta.requests["token"] == 1


def test_a_key_may_be_a_jwk(by_key: OktaConnection, private_pem: str) -> None:
    jwk = JWK.from_pem(private_pem.encode()).export(as_dict=True) | {"key_ops": ["sign"], "alg": "RS256"}
    assert list(OktaSource(replace(by_key, private_key=json.dumps(jwk))).people()) == []


def test_a_key_may_be_a_pem_on_one_line(by_key: OktaConnection, private_pem: str) -> None:
    assert list(OktaSource(replace(by_key, private_key=private_pem.replace("\n", "\\n"))).people()) == []


def test_a_service_app_that_requires_dpop_is_served(
    okta: OktaSimulator, by_key: OktaConnection, service_app: ServiceApp
) -> None:
    service_app.requires_dpop = True
    okta.org.add_person("ada@example.com")
    assert len(list(OktaSource(replace(by_key, dpop=True)).people())) == 1
    assert okta.access.spellings[0].startswith("DPoP ")


def test_dpop_that_is_required_and_not_set_is_named(by_key: OktaConnection, service_app: ServiceApp) -> None:
    service_app.requires_dpop = True
    with pytest.raises(OktaNotPermitted, match="SCIM_BRIDGE_OKTA_DPOP=true"):
        list(OktaSource(by_key).people())


def test_another_key_than_the_registered_one_is_refused(by_key: OktaConnection) -> None:
    other = JWK.generate(kty="RSA", size=2048).export_to_pem(private_key=True, password=None).decode()
    with pytest.raises(OktaNotPermitted, match=r"signature is invalid.*SCIM_BRIDGE_OKTA_PRIVATE_KEY"):
        list(OktaSource(replace(by_key, private_key=other)).people())


def test_a_scope_that_was_not_granted_is_named(by_key: OktaConnection, service_app: ServiceApp) -> None:
    service_app.scopes = frozenset({"okta.apps.read"})
    with pytest.raises(OktaNotPermitted, match=r"okta\.groups\.read okta\.logs\.read"):
        list(OktaSource(by_key).people())


@pytest.mark.parametrize("text", ["not a key", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----", "{hunter2"])
def test_a_key_that_is_none_is_named_and_not_shown(by_key: OktaConnection, text: str) -> None:
    with pytest.raises(SettingsError, match="SCIM_BRIDGE_OKTA_PRIVATE_KEY") as refused:
        list(OktaSource(replace(by_key, private_key=text)).people())
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(refused.value.__cause__)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "one way to authenticate"),
        ({"token": "00abc", "private_key": "x", "client_id": "0oa"}, "one way to authenticate"),
        ({"private_key": "x"}, "SCIM_BRIDGE_OKTA_CLIENT_ID"),
        ({"token": "00abc", "app_id": ""}, "SCIM_BRIDGE_OKTA_APP_ID"),
        ({"token": "00abc", "org_url": ""}, "SCIM_BRIDGE_OKTA_ORG_URL"),
    ],
)
def test_settings_that_do_not_add_up_are_named(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        OktaConnection(**{"org_url": "https://org.okta.com", "app_id": "0oa1"} | settings)


def test_a_stray_configuration_of_the_sdk_changes_nothing(
    okta: OktaSimulator, connection: OktaConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKTA_CLIENT_ORGURL", "https://elsewhere.example.com")
    monkeypatch.setenv("OKTA_CLIENT_TOKEN", "00elsewhere")
    monkeypatch.setenv("OKTA_CLIENT_AUTHORIZATIONMODE", "Bearer")
    okta.org.add_person("ada@example.com")
    assert len(list(OktaSource(connection).people())) == 1


def test_a_key_is_never_in_a_representation(by_key: OktaConnection, key: rsa.RSAPrivateKey) -> None:
    assert "PRIVATE KEY" not in repr(by_key)
