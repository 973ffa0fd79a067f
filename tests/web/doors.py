"""A door to test through: the application on a fresh database, a token, and a client that speaks SCIM."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from scim_bridge.app import create_app
from scim_bridge.audit.tables import audit_record
from scim_bridge.db import Database
from scim_bridge.directory import sources, tokens
from scim_bridge.directory.tables import person
from scim_bridge.mapping.revisions import mapping_platform, mapping_revision
from scim_bridge.web.options import Options
from scim_bridge.work.tables import work

TOKEN = "token-of-the-default-source-0123456789"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR_URN = "urn:ietf:params:scim:api:messages:2.0:Error"


@dataclass
class Scim:
    """Requests of one source's identity provider."""

    app: Flask
    database: Database
    token: str = TOKEN

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self.client.open(f"/scim/v2{path}", method=method, json=body, headers=headers, **options)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.send("GET", path, query_string=query)

    def post(self, path: str, body: Any) -> TestResponse:
        return self.send("POST", path, body)

    def put(self, path: str, body: Any) -> TestResponse:
        return self.send("PUT", path, body)

    def patch(self, path: str, *operations: dict[str, Any], **query: Any) -> TestResponse:
        return self.send("PATCH", path, {"schemas": [PATCH_URN], "Operations": list(operations)}, query_string=query)

    def delete(self, path: str) -> TestResponse:
        return self.send("DELETE", path)

    def new_user(self, name: str, **attributes: Any) -> str:
        answer = self.post("/Users", {"schemas": [USER_URN], "userName": name, **attributes})
        assert answer.status_code == 201, answer.json
        return str(answer.json["id"])

    def new_group(self, name: str, *members: str) -> str:
        body = {"schemas": [GROUP_URN], "displayName": name, "members": [{"value": member} for member in members]}
        answer = self.post("/Groups", body)
        assert answer.status_code == 201, answer.json
        return str(answer.json["id"])

    def members(self, group: str) -> set[str]:
        return {member["value"] for member in self.get(f"/Groups/{group}").json["members"]}

    def found(self, kind: str, filter_: str) -> list[str]:
        answer = self.get(f"/{kind}", filter=filter_)
        assert answer.status_code == 200, answer.json
        return [each["id"] for each in answer.json["Resources"]]

    def marks(self) -> dict[tuple[str, str, str], int]:
        """What is marked, and how often."""
        with self.database.reading() as connection:
            rows = connection.execute(select(work.c.platform, work.c.kind, work.c.subject, work.c.wanted))
            return {(row.platform, row.kind, row.subject): row.wanted for row in rows}

    def actions(self) -> list[str]:
        """Every audited action, in order."""
        with self.database.reading() as connection:
            return list(connection.scalars(select(audit_record.c.action).order_by(audit_record.c.id)))

    def rows(self, table: Any) -> int:
        with self.database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0

    def people(self) -> int:
        """Humans the directory knows, tombstones included."""
        with self.database.reading() as connection:
            return connection.scalar(select(func.count()).where(person.c.kind == "person")) or 0


def open_door(database: Database, options: Options | None = None) -> Scim:
    """The application with source `default` and one token."""
    database.write(lambda connection: tokens.bootstrap(connection, TOKEN, now=NOW))
    return Scim(create_app(database, options=options), database)


def second_source(scim: Scim, name: str = "other") -> Scim:
    """Another tenant of the same bridge."""
    token = f"token-of-the-{name}-source-0123456789abc"

    def add(connection: Any) -> None:
        sources.add(connection, name, kind="entra", initiator="test", now=NOW)
        tokens.create(connection, name, name=name, initiator="test", now=NOW, secret=token)

    scim.database.write(add)
    return Scim(scim.app, scim.database, token)


def speak_of(database: Database, source: str, *platforms: str) -> None:
    """A mapping revision in which these platforms speak of the source."""

    def store(connection: Any) -> None:
        made = connection.execute(mapping_revision.insert().values(digest="d", taken_at=NOW)).inserted_primary_key[0]
        for platform in platforms:
            connection.execute(mapping_platform.insert().values(revision_id=made, platform=platform, source=source))

    database.write(store)
