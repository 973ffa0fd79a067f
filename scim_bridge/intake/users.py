"""Pushes of Users. Each is one transaction: directory, audit record and marks together, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from scim_bridge.directory.tables import Connection, Row
from scim_bridge.directory.users import delete_user as delete_row
from scim_bridge.directory.users import get_user, insert_user, others_with_external_id, stored_user, update_user
from scim_bridge.intake.consequences import user_changed
from scim_bridge.intake.push import Push
from scim_bridge.scim.immutable import kept
from scim_bridge.scim.patch import Operation, apply_patch, load_patch
from scim_bridge.scim.payloads import load_resource, replaced
from scim_bridge.scim.registry import USER, ResourceType

log = structlog.get_logger("scim_bridge.intake")


def create_user(connection: Connection, push: Push, body: Any, *, scim_id: str | None = None) -> Row:
    """POST. The stored row, under the id that a Bulk request has promised to others, if it has."""
    resource = load_resource(body, USER, creating=True)
    row = insert_user(connection, push.source_id, resource, now=push.now, scim_id=scim_id)
    user_changed(connection, push, row, "user.created", before={}, after=resource)
    if others_with_external_id(connection, row):
        log.warning("external_id_shared", source=push.source, user=row.scim_id, request_id=push.request_id)
    return row


def replace_user(connection: Connection, push: Push, scim_id: str, body: Any) -> Row:
    """PUT. An unknown id is NotFound: PUT creates nobody."""
    loaded = load_resource(body, USER, creating=False)
    row = _held(connection, push, scim_id)
    return _update(connection, push, row, after_put(stored_user(row), loaded, USER))


def patch_user(connection: Connection, push: Push, scim_id: str, body: Any) -> Row:
    """PATCH. All operations, or none."""
    operations = load_patch(body, USER)
    row = _held(connection, push, scim_id)
    return _update(connection, push, row, patched(stored_user(row), row.scim_id, operations, USER))


def patched(
    stored: Mapping[str, Any], scim_id: str, operations: Iterable[Operation], kind: ResourceType
) -> dict[str, Any]:
    """The resource after the operations, which may name its own id: Okta's do."""
    result = apply_patch({**stored, "id": scim_id}, operations, kind)
    return {name: value for name, value in result.items() if name != "id"}


def after_put(stored: Mapping[str, Any], loaded: Mapping[str, Any], kind: ResourceType) -> dict[str, Any]:
    """What PUT makes of a resource. Okta's PUT may leave externalId out; it stays, as it is what rehire goes by."""
    external_id = {name: stored[name] for name in ("externalId",) if name in stored}
    return external_id | kept(stored, replaced(stored, loaded), kind)


def delete_user(connection: Connection, push: Push, scim_id: str) -> None:
    """DELETE. The person stays as a tombstone, and everything they were given is looked at."""
    row = _held(connection, push, scim_id)
    delete_row(connection, row, now=push.now)
    user_changed(connection, push, row, "user.deleted", before=stored_user(row), after={})


def _held(connection: Connection, push: Push, scim_id: str) -> Row:
    """The user's row, ours until the transaction ends, in a version that the client asked for."""
    row = get_user(connection, push.source_id, scim_id, to_change=True)
    push.condition.require(row.version)
    return row


def _update(connection: Connection, push: Push, row: Row, resource: dict[str, Any]) -> Row:
    """Store what differs; what does not writes nothing at all."""
    stored = update_user(connection, row, resource, now=push.now)
    if stored is not row:
        user_changed(connection, push, stored, _action(row, stored), before=stored_user(row), after=resource)
    return stored


def _action(before: Row, after: Row) -> str:
    if bool(before.active) == bool(after.active):
        return "user.updated"
    return "user.reactivated" if after.active else "user.deactivated"
