"""`sandbox`: the platform as it is, and the people on it."""

from __future__ import annotations

from tests.cli.worlds import SANDBOX, World


def test_its_whole_state_shows_in_the_fixed_shape(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    key = world.run("sandbox", "add-key", "ada@example.com", "research", "--json").json["key"]
    assert world.run("sandbox", "show", "--json").json == {
        "accounts": [{"email": "ada@example.com", "role": "user", "state": "active"}],
        "invitations": [{"email": "ada@example.com", "state": "accepted"}],
        "memberships": [{"email": "ada@example.com", "place": "research", "role": "member"}],
        "keys": [{"id": key, "owner": "ada@example.com", "place": "research", "status": "active"}],
    }


def test_people_act_by_hand(world: World) -> None:
    assert world.run("sandbox", "add-member", "grace@example.com", "production", "admin").code == 0
    assert "grace@example.com" in world.run("sandbox", "show").out
    assert world.run("sandbox", "remove-member", "grace@example.com", "production", "--json").json == {"removed": True}
    assert world.run("sandbox", "accept", "grace@example.com").code == 2
    assert world.run("sandbox", "add-key", "grace@example.com", "nowhere").code == 2


def test_it_can_be_used_before_there_is_a_database(bare: World) -> None:
    bare.mapping("lab.yaml", SANDBOX)
    assert bare.run("sandbox", "add-member", "ada@example.com", "research", "member").code == 0
    assert bare.run("sandbox", "show", "--json").json["memberships"][0]["email"] == "ada@example.com"


def test_several_sandboxes_need_a_name(world: World) -> None:
    world.mapping("second.yaml", SANDBOX.replace("{places:", "{path: second.db, places:"))
    world.take_up()
    answer = world.run("sandbox", "show")
    assert answer.code == 2
    assert "sandbox, second" in answer.err
    assert world.run("sandbox", "show", "--platform", "second").code == 0
    assert (world.folder / "second.db").exists()


def test_no_sandbox_is_a_sentence(bare: World) -> None:
    (bare.folder / "mappings").mkdir()
    assert bare.run("sandbox", "show").code == 2


def test_faults_are_set_shown_and_cleared(world: World) -> None:
    assert "Faults: fail 2 apply" in world.run("sandbox", "fault", "fail", "2", "--only", "apply").out
    assert "Faults: fail 2 apply" in world.run("sandbox", "show").out
    assert "No fault is set" in world.run("sandbox", "fault", "clear").out
    assert world.run("sandbox", "fault", "earthquake").code == 2
