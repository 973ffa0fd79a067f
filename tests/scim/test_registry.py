from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from scim2_models import EnterpriseUser, Group, User

from scim_bridge.scim import discovery, registry
from scim_bridge.scim.attribute import Attribute, Schema
from scim_bridge.scim.errors import InvalidFilter
from scim_bridge.scim.filters import parse_filter
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, RESOURCE_TYPES, USER, USER_URN


@pytest.mark.parametrize(
    ("name", "sub", "urn", "path"),
    [
        ("userName", None, None, "userName"),
        ("USERNAME", None, None, "userName"),
        ("emails", "VALUE", None, "emails.value"),
        ("emails", "value", USER_URN.upper(), "emails.value"),
        ("id", None, None, "id"),
        ("meta", "lastmodified", None, "meta.lastModified"),
        ("externalId", None, USER_URN, "externalId"),
        ("department", None, ENTERPRISE_URN.upper(), f"{ENTERPRISE_URN}:department"),
        ("department", None, None, f"{ENTERPRISE_URN}:department"),
        ("manager", "$REF", None, f"{ENTERPRISE_URN}:manager.$ref"),
    ],
)
def test_names_and_urns_are_found_in_any_case(name: str, sub: str | None, urn: str | None, path: str) -> None:
    ref = USER.find(name, sub, urn)

    assert ref is not None
    assert ref.path == path


@pytest.mark.parametrize(
    ("name", "sub", "urn"),
    [
        ("nothing", None, None),
        ("emails", "nothing", None),
        ("userName", "value", None),
        ("department", None, USER_URN),
        ("userName", None, ENTERPRISE_URN),
        ("userName", None, "urn:example:unknown"),
        ("members", None, None),
    ],
)
def test_what_nothing_defines_is_not_found(name: str, sub: str | None, urn: str | None) -> None:
    assert USER.find(name, sub, urn) is None


def test_errata_of_rfc_7643_are_in_the_schemas() -> None:
    manager = USER.find("manager", "value")
    group_name = GROUP.find("displayName")

    assert manager is not None
    assert manager.leaf.case_exact
    assert group_name is not None
    assert group_name.attribute.required


def test_a_password_is_never_returned_and_never_kept() -> None:
    ref = USER.find("password")

    assert ref is not None
    assert ref.attribute.returned == "never"
    assert not ref.attribute.writable


def characteristics(document: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Of every attribute and sub-attribute of a schema document, by its path."""
    found = {}
    for each in document["attributes"]:
        for name, one in [(each["name"], each), *((f"{each['name']}.{sub['name']}", sub) for sub in each.get("subAttributes", ()))]:
            lists = tuple(sorted(one.get(key, ())) for key in ("canonicalValues", "referenceTypes"))
            asked = ("type", "multiValued", "required", "caseExact", "mutability", "returned", "uniqueness")
            found[name] = (*map(one.get, asked), *lists)
    return found


DIFFERENT = {  # see scim.schemas
    "Group": {"displayName": "unique here", "members.display": "ours to say"},
    "User": {},
    "EnterpriseUser": {"manager.value": "not required", "manager.$ref": "not required"},
}


@pytest.mark.parametrize("model", [User, EnterpriseUser, Group])
def test_the_schemas_say_what_an_independent_copy_of_the_rfc_says_but_for_what_is_written_down(model: Any) -> None:
    theirs = model.to_schema().model_dump(mode="json", exclude_none=True)
    ours = discovery.schema(theirs["id"], "https://bridge.example.com/scim/v2")
    assert ours is not None

    mine, other = characteristics(ours), characteristics(theirs)

    assert mine.keys() == other.keys()
    differ = {name for name in mine if mine[name] != other[name]}
    assert differ == DIFFERENT[model.__name__].keys(), {name: (mine[name], other[name]) for name in differ}


LAB = Schema("urn:example:lab:2.0:User", "Lab", "", (Attribute("bench"), Attribute("title"), Attribute("department")))


@pytest.fixture
def lab() -> Iterator[None]:
    registry.declare({"User": [LAB]})
    yield
    registry.declare({})


@pytest.mark.usefixtures("lab")
def test_a_declared_extension_is_known_everywhere_and_takes_no_name_away() -> None:
    paths = [ref.path for ref in map(USER.find, ("bench", "title", "department")) if ref is not None]

    assert paths == [f"{LAB.id}:bench", "title", f"{ENTERPRISE_URN}:department"]
    assert USER.find("title", urn=LAB.id.upper()) is not None
    assert discovery.schema(LAB.id, "https://bridge.example.com")
    kind = discovery.resource_type("User", "https://bridge.example.com")
    assert kind is not None
    assert kind["schemaExtensions"][1] == {"schema": LAB.id, "required": False}
    assert parse_filter("bench pr", USER)


def test_what_is_declared_no_longer_is_forgotten_with_the_filters_that_named_it() -> None:
    registry.declare({"User": [LAB]})
    parse_filter('bench eq "x"', USER)
    registry.declare({})

    with pytest.raises(InvalidFilter):
        parse_filter('bench eq "x"', USER)
    assert [each.extensions for each in RESOURCE_TYPES] == [each.built_in for each in RESOURCE_TYPES]
