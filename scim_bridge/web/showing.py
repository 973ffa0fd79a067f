"""Rows as answers: rendered in the transaction that read or wrote them, shown as the client asked."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request

from scim_bridge.directory.pages import LARGEST_PAGE, Page, Wanted
from scim_bridge.directory.resources import Resource, group_resources, user_resources
from scim_bridge.directory.tables import Connection, Row
from scim_bridge.intake.push import Push
from scim_bridge.scim.filters import parse_filter
from scim_bridge.scim.messages import list_response
from scim_bridge.scim.registry import USER, ResourceType
from scim_bridge.web.answers import resource_response, scim_response
from scim_bridge.web.asking import Shown
from scim_bridge.web.requests import parameter, whole_number

PAGE_MEMBERS = 50_000
"""A page of groups with more members than this, all together, shows none; each group by itself, or `attributes`, does."""


def rendered(
    connection: Connection, rows: Sequence[Row], push: Push, shown: Shown, *, at_most: int | None = None
) -> list[Resource]:
    """The rows as resources. Memberships that nobody asked for are not read."""
    wants = shown.projection.wants
    if shown.projection.resource is USER:
        found = user_resources(connection, rows, push.location, groups=wants("groups"))
    else:
        limit = None if shown.named else at_most
        found = group_resources(connection, rows, push.location, members=wants("members"), at_most=limit)
    return [shown.projection.apply(resource) for resource in found]


def one(resource: Resource, row: Row, push: Push, kind: ResourceType, status: int = 200) -> Response:
    """A single resource as an answer."""
    return resource_response(resource, f"{push.location}{kind.endpoint}/{row.scim_id}", status)


def wanted(push: Push, kind: ResourceType) -> Wanted:
    """Which page of which resources the query asks for (RFC 7644 section 3.4.2)."""
    text = parameter(request.args, "filter")
    return Wanted(
        source_id=push.source_id,
        location=push.location,
        node=None if text is None else parse_filter(text, kind),
        start=max(1, whole_number(request.args, "startIndex", 1)),
        count=max(0, whole_number(request.args, "count", LARGEST_PAGE)),
    )


def listed(page: Page, resources: list[Resource], wanted: Wanted) -> Response:
    """A page as an answer."""
    return scim_response(list_response(resources, page.total, wanted.start))
