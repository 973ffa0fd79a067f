"""Rows as answers: rendered in the transaction that read or wrote them, shown as the client asked."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from scim_bridge.directory.resources import Resource, group_resources, user_resources
from scim_bridge.directory.tables import Connection, Row
from scim_bridge.intake.push import Push
from scim_bridge.scim.registry import USER, ResourceType
from scim_bridge.scim.versions import tag
from scim_bridge.web.answers import resource_response
from scim_bridge.web.asking import Shown
from scim_bridge.web.etags import tagged, unchanged


def rendered(
    connection: Connection, rows: Sequence[Row], push: Push, shown: Shown, *, members: bool = True, groups: bool = True
) -> list[Resource]:
    """The rows as resources. Memberships that nobody asked for are not read; nor are those of groups without `members`, and
    those of users without `groups`."""
    wants = shown.projection.wants
    if shown.projection.resource is USER:
        found = user_resources(connection, rows, push.location, groups=groups and wants("groups"))
    else:
        found = group_resources(connection, rows, push.location, members=members and wants("members"))
    return [shown.projection.apply(resource) for resource in found]


def one(resource: Resource, row: Row, push: Push, kind: ResourceType, status: int = 200) -> Response:
    """A single resource as an answer, with its version; 304 to a GET by somebody who has it already."""
    location = f"{push.location}{kind.endpoint}/{row.scim_id}"
    etag = resource.get("meta", {}).get("version") or tag(row.version, resource.get("groups", ()))
    return unchanged(etag, location) or tagged(resource_response(resource, location, status), etag)

