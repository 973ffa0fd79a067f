"""What the issue asks to be shown, on the bridge as a customer runs it. One `serve` for the whole module."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.bridge import TOKEN, Bridge

RULES = """
accounts: {role: user}
rules:
  - {name: researchers, when: {group: Research}, grant: [{place: research, role: member}]}
  - {name: producers, when: {group: Production}, grant: [{place: production, role: member}]}
mode: apply
"""
NEAR = "version: 1\nconnector: sandbox\nconnection: {path: near.db, accept: manual}" + RULES
FAR = (
    "version: 1\nconnector: sandbox\nconnection: {path: far.db, invitations: false}"
    + RULES
    + "offboarding: {keys: {personal: delete}}\n"
)
MANY = "version: 1\nconnector: sandbox\nconnection: {path: many.db}" + RULES.replace("group: ", "group: All of ")


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    made = Bridge(tmp_path_factory.mktemp("bridge"), {"near.yaml": NEAR, "far.yaml": FAR, "many.yaml": MANY})
    made.start()
    yield made
    made.stop()


def test_shown_by_1_a_push_is_access_within_two_seconds(bridge: Bridge) -> None:
    """On the platform; a command that shows it needs its own time to start."""
    from scim_bridge.connectors.sandbox import SandboxStore

    far = SandboxStore(bridge.folder / "far.db", ("research", "production"))
    ada = bridge.hire("ada@example.com")
    began = time.monotonic()
    bridge.put_into("Research", ada)
    wanted = {"email": "ada@example.com", "place": "research", "role": "member"}
    assert bridge.until(lambda: wanted in far.show()["memberships"], seconds=10)
    took = time.monotonic() - began
    assert took < 2.0
    assert bridge.run("work", "wait", "--timeout", "20") == (0, {"work": [], "settled": True})
    assert bridge.holdings("--person", "ada@example.com") == {
        ("far", "ada@example.com", None): "held",
        ("far", "ada@example.com", "research"): "held",
        ("near", "ada@example.com", None): "invited",
        ("near", "ada@example.com", "research"): "waiting",
    }


def test_shown_by_7_a_leaver_on_two_platforms_is_finished_on_each_by_its_own_clock(bridge: Bridge) -> None:
    """Keys, memberships, an open invitation; one platform is down for a while."""
    grace, open_ = bridge.hire("grace@example.com", "Research", "Production"), bridge.hire("open@example.com", "Research")
    assert bridge.run("work", "wait", "--timeout", "20")[0] == 0
    bridge.run("sandbox", "accept", "grace@example.com", "--platform", "near")
    assert bridge.run("apply")[0] == 0
    keys = {
        platform: bridge.run("sandbox", "add-key", "grace@example.com", "research", "--platform", platform)[1]["key"]
        for platform in ("near", "far")
    }
    bridge.run("sandbox", "fault", "down", "--platform", "far")
    bridge.deactivate("grace@example.com")
    bridge.deactivate("open@example.com")

    near_is_done = {"platform": "near", "state": "done"}
    assert bridge.until(lambda: near_is_done in _clocks(bridge, grace) and near_is_done in _clocks(bridge, open_), seconds=15)
    near = bridge.sandbox("near")
    assert near["memberships"] == []
    assert [each["email"] for each in near["accounts"]] == []
    assert {each["email"]: each["state"] for each in near["invitations"]}["open@example.com"] == "cancelled"
    assert {each["id"]: each["status"] for each in near["keys"]} == {keys["near"]: "inactive"}
    _, told = bridge.run("offboarding", grace)
    assert (told["state"], told["finished_at"]) == ("under way", None)
    assert [step["kind"] for step in told["steps"]] == ["withdraw_key", "revoke", "revoke", "remove_account"]
    assert all(step["confirmed"] and step["platform"] == "near" for step in told["steps"])
    assert {each["platform"] for each in told["remaining"]} == {"far"}
    assert all("down" in each["why"] and each["since"] for each in told["remaining"])

    bridge.run("sandbox", "fault", "clear", "--platform", "far")
    assert bridge.run("apply")[0] == 0
    _, told = bridge.run("offboarding", grace)
    assert (told["state"], told["remaining"]) == ("done", [])
    assert [clock["state"] for clock in told["platforms"]] == ["done", "done"]
    assert told["platforms"][0]["finished_at"] > told["platforms"][1]["finished_at"] > told["signalled_at"]
    assert told["finished_at"] == told["platforms"][0]["finished_at"]
    far = bridge.sandbox("far")
    assert (far["keys"], [each["email"] for each in far["accounts"]]) == ([], ["ada@example.com"])


def _clocks(bridge: Bridge, person: str) -> list[dict[str, str]]:
    return [{name: each[name] for name in ("platform", "state")} for each in bridge.run("offboarding", person)[1]["platforms"]]


def test_shown_by_8_forty_people_removed_at_once_are_held_until_a_named_human_releases_them(bridge: Bridge) -> None:
    users = [bridge.hire(f"p{number:02}@example.com") for number in range(40)]
    bridge.put_into("All of Research", *users)
    bridge.hire("leaver@example.com", "All of Production")
    assert bridge.run("work", "wait", "--timeout", "40")[0] == 0
    assert len(bridge.sandbox("many")["memberships"]) == 41

    bridge.patch(f"/Groups/{bridge.groups['All of Research']}", {"op": "remove", "path": "members"})
    assert bridge.run("work", "wait", "--timeout", "40") == (0, {"work": [], "settled": True})
    assert set(bridge.holdings("--platform", "many").values()) == {"held", "held_back"}
    code, plan = bridge.run("plan", "--platform", "many")
    assert (code, plan["held"]) == (3, True)
    assert 'group "All of Research"' in plan["causes"][0]
    assert "40 people" in plan["causes"][0]
    assert [each["kind"] for each in plan["changes"]].count("revoke") == 40

    bridge.deactivate("leaver@example.com")
    assert bridge.run("work", "wait", "--timeout", "20")[0] == 0
    assert bridge.run("offboarding", "leaver@example.com")[1]["state"] == "done"
    assert len(bridge.sandbox("many")["memberships"]) == 40
    assert bridge.run("apply")[0] == 3

    code, refused = bridge.run("apply", "--digest", "0123456789abcdef", "--by", "Grace Hopper")
    assert (code, refused["digest"]) == (3, plan["digest"])
    assert len(bridge.sandbox("many")["memberships"]) == 40
    assert bridge.run("apply", "--digest", plan["digest"], "--by", "Grace Hopper")[0] == 0
    assert (bridge.sandbox("many")["memberships"], bridge.sandbox("many")["accounts"]) == ([], [])
    records = bridge.run("audit", "show", "--limit", "1000")[1]["records"]
    assert [(each["initiator"], each["subject"]) for each in records if each["action"] == "brake.released"] == [
        ("Grace Hopper", "many")
    ]
    assert not [each for each in records if TOKEN in str(each)]


def test_sigterm_ends_every_process_and_a_restart_knows_what_was(bridge: Bridge) -> None:
    before = bridge.holdings()
    children = bridge.children()
    assert len(children) >= 4
    assert bridge.stop() == 0
    assert [each for each in children if Path(f"/proc/{each}").exists()] == []
    bridge.start()
    assert bridge.holdings() == before
