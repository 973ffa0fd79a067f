"""The shape of what Okta pushes (identity-providers.md 1.3)."""

from __future__ import annotations

from typing import Any

from scim_bridge.sources.okta import OktaSource
from scim_bridge.sources.okta.people import person_of
from scim_bridge.sources.okta.pushed import CORE, ENTERPRISE
from tests.simulators.okta import OktaSimulator


def _scim(profile: dict[str, Any], user: dict[str, Any] | None = None) -> dict[str, Any]:
    entry = {
        "id": "00ujl29u0le5T6Aj10h7", "status": "PROVISIONED", "credentials": {"userName": "test.user@okta.local"},
        "profile": profile, "_embedded": {"user": {"profile": user or {}}},
    }
    return dict(person_of(entry).scim)


def test_a_person_is_what_okta_documents_as_its_create(okta: OktaSimulator, source: OktaSource) -> None:
    user = okta.org.add_user("test.user@okta.local", "Test", "User")
    okta.org.assign(user, displayName="Test User", locale="en-US")
    (person,) = source.people()
    assert person.scim == {
        "schemas": [CORE], "userName": "test.user@okta.local", "name": {"givenName": "Test", "familyName": "User"},
        "emails": [{"primary": True, "value": "test.user@okta.local", "type": "work"}], "displayName": "Test User",
        "locale": "en-US", "externalId": user, "active": True,
    }


def test_enterprise_attributes_bring_their_schema() -> None:
    scim = _scim({"title": "Engineer", "department": "R&D", "managerValue": "26118915"})
    assert scim["schemas"] == [CORE, ENTERPRISE]
    assert scim["title"] == "Engineer"
    assert scim[ENTERPRISE] == {"department": "R&D", "manager": {"value": "26118915"}}


def test_unset_attributes_are_left_out() -> None:
    scim = _scim({"title": None, "displayName": "", "department": None})
    assert set(scim) == {"schemas", "userName", "externalId", "active"}


def test_an_unprovisioned_app_profile_takes_the_name_from_the_user_and_nothing_more() -> None:
    user = {"firstName": "Test", "lastName": "User", "email": "test.user@okta.local", "department": "R&D", "title": "Dr"}
    scim = _scim({}, user)
    assert scim["name"] == {"givenName": "Test", "familyName": "User"}
    assert scim["emails"][0]["value"] == "test.user@okta.local"
    assert ENTERPRISE not in scim
    assert "title" not in scim


def test_the_app_profile_decides_where_both_speak() -> None:
    assert _scim({"givenName": "Countess"}, {"firstName": "Ada"})["name"] == {"givenName": "Countess"}


def test_the_user_name_is_the_apps_and_not_the_login(okta: OktaSimulator, source: OktaSource) -> None:
    user = okta.org.add_person("ada@example.com")
    okta.org.app_users[user]["credentials"]["userName"] = "ada"
    (person,) = source.people()
    assert (person.user_name, person.scim["userName"]) == ("ada", "ada")


def test_a_login_stands_in_where_the_app_has_no_user_name() -> None:
    assert person_of({"id": "00u1", "_embedded": {"user": {"profile": {"login": "ada@example.com"}}}}).user_name == (
        "ada@example.com"
    )
