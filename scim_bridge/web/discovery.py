"""/ServiceProviderConfig, /ResourceTypes, /Schemas, and an honest answer for what this server does not have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request

from scim_bridge.directory.pages import LARGEST_PAGE
from scim_bridge.intake.push import Push
from scim_bridge.scim import discovery as documents
from scim_bridge.scim.errors import Forbidden, NotFound
from scim_bridge.scim.messages import list_response
from scim_bridge.web.answers import scim_response
from scim_bridge.web.asking import asked
from scim_bridge.web.requests import parameter
from scim_bridge.web.state import this_door

discovery = Blueprint("discovery", __name__)


@discovery.get("/ServiceProviderConfig")
@asked
def service_provider_config(push: Push) -> Response:
    _refuse_filter()
    payload = this_door().options.max_body_bytes
    return scim_response(documents.service_provider_config(push.location, max_results=LARGEST_PAGE, max_payload=payload))


@discovery.get("/ResourceTypes")
@asked
def resource_types(push: Push) -> Response:
    return _all(documents.resource_types(push.location))


@discovery.get("/ResourceTypes/<identifier>")
@asked
def resource_type(push: Push, identifier: str) -> Response:
    return _one(documents.resource_type(identifier, push.location), "resource type")


@discovery.get("/Schemas")
@asked
def schemas(push: Push) -> Response:
    return _all(documents.schemas(push.location))


@discovery.get("/Schemas/<urn>")
@asked
def schema(push: Push, urn: str) -> Response:
    return _one(documents.schema(urn, push.location), "schema")


def _all(found: Sequence[dict[str, Any]]) -> Response:
    _refuse_filter()
    return scim_response(list_response(found, len(found)))


def _one(found: dict[str, Any] | None, what: str) -> Response:
    if found is None:
        raise NotFound(f"There is no such {what} here.")
    return scim_response(found)


def _refuse_filter() -> None:
    """RFC 7644 section 4: other parameters are ignored, a filter is refused, lest it seem to have been heeded."""
    if parameter(request.args, "filter") is not None:
        raise Forbidden("These documents cannot be filtered.")
