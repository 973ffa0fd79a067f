from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.scim.errors import InvalidSyntax, InvalidValue
from scim_bridge.scim.payloads import load_resource, replaced
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, GROUP_URN, USER, USER_URN


def user(**attributes: Any) -> dict[str, Any]:
    return load_resource({"schemas": [USER_URN], "userName": "ada@example.com", **attributes}, USER, creating=True)


def test_oktas_create_is_read() -> None:
    body = {
        "schemas": [USER_URN],
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "User"},
        "emails": [{"primary": True, "value": "ada@example.com", "type": "work"}],
        "displayName": "Ada User",
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
    }

    assert load_resource(body, USER, creating=True) == {
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "User"},
        "emails": [{"primary": True, "value": "ada@example.com", "type": "work"}],
        "displayName": "Ada User",
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "active": True,
    }


def test_entras_older_example_is_read_with_nulls_a_misspelt_urn_and_bare_enterprise_attributes() -> None:
    body = {
        "schemas": [USER_URN, "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"],
        "externalId": "ada",
        "userName": "ada@example.com",
        "active": True,
        "addresses": None,
        "emails": [{"type": "work", "value": "ada@example.com", "primary": True}],
        "meta": {"resourceType": "User"},
        "phoneNumbers": None,
        "title": None,
        "department": "Lab",
        "manager": None,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0User": {"department": "Elsewhere"},
    }

    assert load_resource(body, USER, creating=True) == {
        "externalId": "ada",
        "userName": "ada@example.com",
        "active": True,
        "emails": [{"type": "work", "value": "ada@example.com", "primary": True}],
        ENTERPRISE_URN: {"department": "Lab"},
    }


def test_lesson_04_names_are_read_in_any_case_at_every_depth() -> None:
    body = {
        "UserName": "ada",
        "Active": True,
        "NAME": {"GIVENNAME": "Ada"},
        "emails": [{"Primary": True, "Type": "work", "VALUE": "ada@example.com"}],
        ENTERPRISE_URN.upper(): {"Department": "Lab", "Manager": {"Value": "Boss"}},
    }

    assert load_resource(body, USER, creating=True) == {
        "userName": "ada",
        "active": True,
        "name": {"givenName": "Ada"},
        "emails": [{"primary": True, "type": "work", "value": "ada@example.com"}],
        ENTERPRISE_URN: {"department": "Lab", "manager": {"value": "Boss"}},
    }


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("id-1", {"value": "id-1"}),
        ({"value": "id-1"}, {"value": "id-1"}),
        ({"value": "id-1", "displayName": "The Boss"}, {"value": "id-1"}),
        ([{"$ref": "../Users/id-1", "value": "id-1"}], {"$ref": "../Users/id-1", "value": "id-1"}),
        ({"value": None}, None),
        ({"value": ""}, None),
        ("", None),
        (None, None),
        ({}, None),
    ],
)
def test_a_manager_is_read_in_every_shape_that_is_sent(given: object, read: object) -> None:
    assert user(**{ENTERPRISE_URN: {"manager": given}}).get(ENTERPRISE_URN, {}).get("manager") == read


def test_what_is_read_only_or_unknown_is_left_out() -> None:
    made = user(id="mine", meta={"version": "1"}, groups=[{"value": "g"}], schemas="odd", favourites=[1], password="x")

    assert made == {"userName": "ada@example.com", "active": True}


def test_lesson_14_the_clients_id_is_not_taken() -> None:
    assert "id" not in user(id="chosen by the client")


@pytest.mark.parametrize("given", [False, "false", "False", "FALSE", [{"value": False}], [{"value": "False"}]])
def test_lesson_05_active_is_read_in_every_spelling(given: object) -> None:
    assert user(active=given)["active"] is False


@pytest.mark.parametrize("given", ["no", "0", "", 0, 1, [], {}, [True, False], {"value": "off"}])
def test_lesson_05_anything_else_is_not_a_boolean(given: object) -> None:
    with pytest.raises(InvalidValue, match="active: must be true or false"):
        user(active=given)


def test_a_new_user_is_active_unless_told_and_a_put_without_active_changes_nothing() -> None:
    body = {"userName": "ada"}
    silent = load_resource(body, USER, creating=False)

    assert load_resource(body, USER, creating=True)["active"] is True
    assert load_resource({**body, "active": None}, USER, creating=True)["active"] is True
    assert "active" not in silent
    assert replaced({"userName": "x", "active": False, "title": "old"}, silent) == {"userName": "ada", "active": False}
    assert replaced({"active": False}, {**silent, "active": True})["active"] is True


def test_values_of_several_are_wrapped_and_emptied_ones_go() -> None:
    made = user(
        roles="Admin",
        emails={"value": "ada@example.com", "type": "work"},
        phoneNumbers=[{"type": "work", "value": None}, None, {}, {"type": "mobile", "value": "tel:+1"}],
        photos=[],
    )

    assert made["roles"] == [{"value": "Admin"}]
    assert made["emails"] == [{"value": "ada@example.com", "type": "work"}]
    assert made["phoneNumbers"] == [{"type": "mobile", "value": "tel:+1"}]
    assert "photos" not in made


def test_of_two_primary_values_the_last_one_stays_so() -> None:
    made = user(emails=[{"value": "a", "primary": "True"}, {"value": "b", "primary": True}, {"value": "c"}])

    assert made["emails"] == [{"value": "a", "primary": False}, {"value": "b", "primary": True}, {"value": "c"}]


def test_a_role_written_as_json_in_text_is_read() -> None:
    text = '{"id":"06b07648","value":"25","displayName":"Role1234"}'

    assert user(roles=[{"value": text}])["roles"] == [{"value": "25", "display": "Role1234"}]
    assert user(roles=[{"value": "{not json"}])["roles"] == [{"value": "{not json"}]


def test_a_group_is_read_without_its_members_and_with_microsofts_urn() -> None:
    body = {
        "schemas": [GROUP_URN, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "8aa1a0c0",
        "displayName": "Engineers",
        "members": [{"value": "u"}],
        "meta": {"resourceType": "Group"},
    }

    assert load_resource(body, GROUP, creating=True) == {"externalId": "8aa1a0c0", "displayName": "Engineers"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "userName: is required."),
        ({"userName": None}, "userName: is required."),
        ({"userName": ""}, "userName: is required."),
        ({"userName": " \t"}, "userName: is required and must not be blank."),
        ({"userName": 5}, "userName: must be text, not a number."),
        ({"userName": True}, "userName: must be text, not true or false."),
        ({"userName": ["a", "b"]}, "userName: must be text, not a list."),
        ({"userName": "a", "name": "Ada"}, "name: must be an object."),
        ({"userName": "a", "name": {"givenName": {"x": 1}}}, "name.givenName: must be text, not an object."),
        ({"userName": "a", "emails": [1]}, "emails.0: must be an object."),
        ({"userName": "a", "emails": [{"value": "x"}, {"value": 1}]}, "emails.1.value: must be text, not a number."),
        ({"userName": "a", "emails": [{"value": "x", "primary": "maybe"}]}, "emails.0.primary: must be true or false."),
        ({"userName": "a", ENTERPRISE_URN: "x"}, f"{ENTERPRISE_URN}: must be an object, not text."),
        ({"userName": "a", ENTERPRISE_URN: {"department": 1}}, f"{ENTERPRISE_URN}:department: must be text, not a number."),
        ({"userName": "a", "title": "x" * 8193}, "title: has 8193 characters; at most 8192 are kept."),
        ({"userName": "a", "roles": [{"value": str(n)} for n in range(1001)]}, "roles: has 1001 values; at most 1000"),
        ({"userName": "a\x00"}, "userName: holds characters that no text can have."),
        ({"userName": "a", "title": "\ud800"}, "title: holds characters that no text can have."),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(body: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        load_resource(body, USER, creating=True)

    assert refused.value.detail.startswith(says)


def test_several_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidValue) as refused:
        user(title=1, nickName=2, locale=3, timezone=4)

    assert refused.value.detail.count("must be text") == 3
    assert refused.value.detail.endswith("(and 1 more)")


@pytest.mark.parametrize("body", [None, [], "text", 1, [{"userName": "a"}]])
def test_a_body_that_is_no_object_is_invalid_syntax(body: object) -> None:
    with pytest.raises(InvalidSyntax, match="JSON object"):
        load_resource(body, USER, creating=True)


def test_a_group_needs_a_name() -> None:
    with pytest.raises(InvalidValue, match="displayName: is required"):
        load_resource({"members": []}, GROUP, creating=False)
