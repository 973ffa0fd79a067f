from __future__ import annotations

from typing import Any

import pytest
from scim2_models import Attribute, ListResponse, Schema, ServiceProviderConfig
from scim2_models import ResourceType as Kind

from scim_bridge.scim import cursors, discovery
from scim_bridge.scim.messages import list_response
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, GROUP_URN, USER, USER_URN
from scim_bridge.scim.render import with_schemas

BASE = "https://bridge.example.com/scim/v2"


def nulls(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [found for name, part in value.items() for found in nulls(part, f"{path}/{name}")]
    if isinstance(value, list):
        return [found for index, part in enumerate(value) for found in nulls(part, f"{path}/{index}")]
    return [path] if value is None else []


def test_the_configuration_claims_what_is_true_and_no_more() -> None:
    config = discovery.service_provider_config(BASE, max_results=200, max_payload=5_000_000)

    assert {name: config[name]["supported"] for name in ("patch", "filter", "bulk", "sort", "etag", "changePassword")} == {
        "patch": True,
        "filter": True,
        "bulk": True,
        "sort": True,
        "etag": True,
        "changePassword": False,
    }
    assert config["filter"]["maxResults"] == 200
    assert [each["type"] for each in config["authenticationSchemes"]] == ["oauthbearertoken"]
    assert config["meta"]["location"] == f"{BASE}/ServiceProviderConfig"


def test_rfc9865_4_pages_are_by_index_unless_a_cursor_is_asked_for() -> None:
    pagination = discovery.service_provider_config(BASE, max_results=200, max_payload=1)["pagination"]

    assert pagination == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 200,
        "maxPageSize": 200,
        "cursorTimeout": cursors.TIMEOUT,
    }


def test_bulk_says_how_much_it_takes() -> None:
    bulk = discovery.service_provider_config(BASE, max_results=200, max_payload=5_000_000)["bulk"]

    assert bulk == {"supported": True, "maxOperations": 1000, "maxPayloadSize": 5_000_000}


def test_an_independent_reader_understands_the_documents() -> None:
    config = discovery.service_provider_config(BASE, max_results=200, max_payload=1, documentation=f"{BASE}/docs")
    ServiceProviderConfig.model_validate(config)
    for kind in discovery.resource_types(BASE):
        Kind.model_validate(kind)
    schemas = [Schema.model_validate(each) for each in discovery.schemas(BASE)]

    assert [str(each.id) for each in schemas] == [USER_URN, ENTERPRISE_URN, GROUP_URN]


def test_no_document_holds_a_null() -> None:
    config = discovery.service_provider_config(BASE, max_results=1, max_payload=1)

    assert nulls([config, *discovery.resource_types(BASE), *discovery.schemas(BASE)]) == []


def test_a_schema_tells_each_characteristic_and_describes_every_attribute() -> None:
    document = discovery.schema(USER_URN.upper(), BASE + "/")

    assert document is not None
    assert document["meta"]["location"] == f"{BASE}/Schemas/{USER_URN}"
    by_name = {each["name"]: each for each in document["attributes"]}
    assert by_name["userName"]["uniqueness"] == "server"
    assert by_name["password"]["returned"] == "never"
    assert [sub["name"] for sub in by_name["emails"]["subAttributes"]] == ["value", "display", "type", "primary"]
    assert all(each["description"] for each in document["attributes"])
    Attribute.model_validate(by_name["addresses"])


def test_one_resource_type_is_found_in_any_case_and_others_are_not() -> None:
    kind = discovery.resource_type("user", BASE)

    assert kind is not None
    assert kind["schemaExtensions"] == [{"schema": ENTERPRISE_URN, "required": False}]
    assert discovery.resource_type("Role", BASE) is None
    assert discovery.schema("urn:example:none", BASE) is None


def test_a_list_has_integers_and_resources_even_when_it_is_empty() -> None:
    empty = list_response([], 0)

    assert empty == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
    }
    page = list_response([{"id": "a"}, {"id": "b"}], 12, 11)
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (12, 11, 2)
    ListResponse[Schema].model_validate(list_response(discovery.schemas(BASE), 3))


@pytest.mark.parametrize(
    ("resource", "schemas"),
    [
        ({"userName": "a"}, [USER_URN]),
        ({"userName": "a", ENTERPRISE_URN: {}}, [USER_URN]),
        ({"userName": "a", ENTERPRISE_URN: {"department": "Lab"}}, [USER_URN, ENTERPRISE_URN]),
        ({"userName": "a", "schemas": ["urn:example:old"]}, [USER_URN]),
    ],
)
def test_schemas_lists_an_extension_only_when_there_is_something_in_it(resource: dict[str, Any], schemas: list[str]) -> None:
    shown = with_schemas(resource, USER)

    assert shown["schemas"] == schemas
    assert next(iter(shown)) == "schemas"
    assert (ENTERPRISE_URN in shown) is (ENTERPRISE_URN in schemas)
    assert with_schemas({"displayName": "g"}, GROUP) == {"schemas": [GROUP_URN], "displayName": "g"}
