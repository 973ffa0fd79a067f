"""/healthz and /readyz."""

from __future__ import annotations

from typing import Any

from scim_bridge import wiring
from scim_bridge.app import create_app
from scim_bridge.db import Database
from scim_bridge.mapping.problems import Problem
from scim_bridge.mapping.revisions import note_problems
from scim_bridge.web.health import Readiness
from tests.web.doors import NOW, Scim, open_door, speak_of


def door(database: Database) -> Scim:
    """The door with what wiring knows of mapping files; the test's database has no migrations."""
    open_door(database)
    return Scim(create_app(database, readiness=Readiness(mapping=wiring.readiness().mapping)), database)


def test_healthz_answers_without_a_database(tmp_path: Any) -> None:
    away = Database(f"sqlite:///{tmp_path}/bridge.db")
    answer = create_app(away).test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "alive"})
    away.dispose()


def test_readyz_says_what_is_in_force(database: Database) -> None:
    speak_of(database, "default", "labs")
    answer = door(database).client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["ready"] is True
    assert (answer.json["database"], answer.json["migrations"]) == ("answers", "current")
    assert answer.json["mapping"] == {
        "revision": {"id": 1, "digest": "d", "taken_at": "2026-11-24T12:00:00+00:00"}, "problems": []
    }


def test_lesson_35_a_broken_mapping_file_shows_and_stops_no_push(database: Database) -> None:
    problem = Problem("labs.yaml", 3, 5, "unknown_key", "There is no key 'grup'.")
    database.write(lambda connection: note_problems(connection, [problem], NOW))
    scim = door(database)
    answer = scim.client.get("/readyz")
    assert answer.status_code == 200
    (shown,) = answer.json["mapping"]["problems"]
    assert (shown["file"], shown["line"], shown["message"]) == ("labs.yaml", 3, "There is no key 'grup'.")
    assert answer.json["mapping"]["revision"] is None
    scim.new_user("ada@example.com")


def test_readyz_is_503_and_says_why_while_the_schema_is_another_versions(database: Database) -> None:
    readiness = Readiness(unmigrated=lambda database: "Run scim-bridge migrate.")
    answer = create_app(database, readiness=readiness).test_client().get("/readyz")
    assert answer.status_code == 503
    assert (answer.json["ready"], answer.json["migrations"]) == (False, "Run scim-bridge migrate.")


def test_readyz_is_503_and_says_why_while_the_database_is_away(tmp_path: Any) -> None:
    away = Database(f"sqlite:///{tmp_path}/bridge.db")
    (tmp_path / "bridge.db").mkdir()
    answer = create_app(away).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["ready"] is False
    assert answer.json["database"].startswith("The database did not answer")
