"""kill -9 of web and worker under a load of pushes: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from scim_bridge.connectors.sandbox import SandboxStore
from scim_bridge.db import Database, utc_now
from scim_bridge.db.migrate import migrate
from scim_bridge.directory import tokens
from scim_bridge.work.slate import unsettled
from tests.chaos.processes import TOKEN, Bridge

KILLS = 3
MAPPING = """
version: 1
connector: sandbox
connection: {path: sandbox.db, places: [research, production], accept: auto}
accounts: {role: user}
rules:
  - name: researchers
    when: {group: Research}
    grant: [{place: research, role: member}]
brake: {floor: 100000}
mode: apply
"""
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Directory:
    """An identity provider that asks again until it is answered, and remembers what it was promised."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self.expected: dict[str, bool] = {}
        self.acknowledged = 0
        self.over = threading.Event()

    def insist(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        while True:
            try:
                status, answer = self._bridge.push(method, path, body)
            except (OSError, http.client.HTTPException):
                self.over.wait(0.05)
                continue
            if status != 503:
                self.acknowledged += 1
                return status, answer

    def create(self, user_name: str) -> str:
        body = {"userName": user_name, "emails": [{"value": user_name, "primary": True}], "active": True}
        status, answer = self.insist("POST", "/Users", body)
        if status == 409:  # the answer to an earlier try was lost
            found = self._bridge.push("GET", f"/Users?filter=userName%20eq%20%22{user_name}%22")[1]
            return str(found["Resources"][0]["id"])
        assert status == 201, answer
        return str(answer["id"])

    def run(self, group: str, number: int) -> None:
        """Join three people at a time; every third leaves its group again, every fourth leaves the company."""
        count = 0
        while not self.over.is_set():
            count += 1
            user_name = f"person{number}-{count}@example.com"
            user = self.create(user_name)
            self.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": user}]})
            stays = True
            if count % 3 == 0:
                self.patch(f"/Groups/{group}", {"op": "remove", "path": f'members[value eq "{user}"]'})
                stays = False
            if count % 4 == 0:
                self.patch(f"/Users/{user}", {"op": "replace", "value": {"active": False}})
                stays = False
            self.expected[user_name] = stays

    def patch(self, path: str, operation: Mapping[str, Any]) -> None:
        status, answer = self.insist("PATCH", path, {"schemas": [PATCH], "Operations": [operation]})
        assert status in {200, 204}, answer


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    (mappings / "sandbox.yaml").write_text(MAPPING)
    made = Bridge(tmp_path, mappings)
    database = Database(made.database_url)
    migrate(database)
    with database.writing() as connection:
        tokens.bootstrap(connection, TOKEN, now=utc_now())
    database.dispose()
    yield made
    made.stop()


@pytest.mark.timeout(180)
def test_lesson_22_kill_9_loses_no_acknowledged_write_and_doubles_no_invitation(bridge: Bridge, tmp_path: Path) -> None:
    bridge.start("web")
    bridge.start("worker")
    assert bridge.wait_until(bridge.is_up, 30)
    directory = Directory(bridge)
    group = str(directory.insist("POST", "/Groups", {"displayName": "Research", "members": []})[1]["id"])
    loads = [threading.Thread(target=directory.run, args=(group, number), daemon=True) for number in range(3)]
    for load in loads:
        load.start()
    for _ in range(KILLS):
        reached = directory.acknowledged + 40
        assert bridge.wait_until(lambda reached=reached: directory.acknowledged >= reached, 30)
        bridge.kill("worker")
        bridge.kill("web")
        bridge.start("web")
        bridge.start("worker")
    reached = directory.acknowledged + 20
    assert bridge.wait_until(lambda: directory.acknowledged >= reached, 30)
    directory.over.set()
    for load in loads:
        load.join(timeout=30)

    database = Database(bridge.database_url)

    def settled() -> bool:
        with database.reading() as connection:
            return not unsettled(connection, now=utc_now())

    assert bridge.wait_until(settled, 90), (tmp_path / "worker.log").read_text()[-2000:]
    database.dispose()
    platform = SandboxStore(tmp_path / "sandbox.db", ("research", "production")).show()
    members = {each["email"] for each in platform["memberships"] if each["place"] == "research"}
    assert members == {user_name for user_name, stays in directory.expected.items() if stays}
    assert {each["email"] for each in platform["accounts"]} == members
    invited = Counter(each["email"] for each in platform["invitations"])
    assert [email for email, times in invited.items() if times > 1] == []
    assert bridge.push("GET", "/Users?count=0")[1]["totalResults"] == len(directory.expected)
