"""`/healthz` (the process answers) and `/readyz` (it can take pushes), outside of SCIM and without a token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response

from scim_bridge.db import Database
from scim_bridge.errors import DatabaseUnavailable
from scim_bridge.web.answers import json_response

Body = Mapping[str, Any]


def _nothing(database: Database) -> None:
    return None


def _no_mapping(database: Database) -> Body:
    return {}


@dataclass(frozen=True)
class Readiness:
    """What wiring knows and the door does not."""

    unmigrated: Callable[[Database], str | None] = field(default=_nothing)
    """A sentence when the database's schema is not this version's, else None."""
    mapping: Callable[[Database], Body] = field(default=_no_mapping)
    """Which mapping revision is in force and what is wrong with the newest files. It never makes the bridge unready."""


def health(database: Callable[[], Database], readiness: Callable[[], Readiness]) -> Blueprint:
    """The two addresses; what they ask is found per request."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        return json_response({"status": "alive"})

    @blueprint.get("/readyz")
    def ready() -> Response:
        body = report(database(), readiness())
        return json_response(body, 200 if body["ready"] else 503)

    return blueprint


def report(database: Database, readiness: Readiness) -> dict[str, Any]:
    """The body of `/readyz`."""
    try:
        database.ping()
        why = readiness.unmigrated(database)
        mapping = {} if why else readiness.mapping(database)
    except DatabaseUnavailable as error:
        return {"ready": False, "database": str(error)}
    migrations = why or "current"
    return {"ready": why is None, "database": "answers", "migrations": migrations, "mapping": mapping}
