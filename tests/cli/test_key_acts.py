"""`keys withdraw` and `keys restore`: a plan like any other, and doing it in somebody's name."""

from __future__ import annotations

import pytest

from tests.cli.worlds import SANDBOX, World


@pytest.fixture
def key(world: World) -> str:
    """Ada's, whom the bridge has put into research; the platform was not asked for keys since."""
    world.hire("ada", "Research")
    world.drain()
    return world.sandbox.add_key("ada@example.com", "research")


def status(world: World, key: str) -> str | None:
    return next((each["status"] for each in world.sandbox.show()["keys"] if each["id"] == key), None)


def requests(world: World) -> list[tuple[str, str]]:
    found = world.run("audit", "show", "--json").json["records"]
    return [(each["action"], each["initiator"]) for each in reversed(found) if "key" in each["action"]]


def test_without_a_name_the_plan_is_shown_and_nothing_is_written(world: World, key: str) -> None:
    answer = world.run("keys", "withdraw", key)
    assert (answer.code, answer.err, status(world, key)) == (0, "", "active")
    for word in ("withdraw key", "ada@example.com", "research", "exception", "protected", "Nothing was changed", "--by NAME"):
        assert word in answer.out
    document = world.run("keys", "withdraw", key, "--json").json
    (change,) = document["changes"]
    assert (change["kind"], change["platform"], change["object"], change["place"]) == ("withdraw_key", "sandbox", key, "research")
    assert change["principal"]["name"] == "ada@example.com"
    assert (document["key"]["id"], document["refusal"], document["protected"], document["held"]) == (key, None, False, False)
    assert document["digest"] in answer.out
    assert requests(world) == []
    assert world.run("work", "list", "--json").json == {"work": []}


def test_with_a_name_it_is_done_and_said_and_the_name_is_in_the_audit(world: World, key: str) -> None:
    answer = world.run("keys", "withdraw", key, "--by", "Grace Hopper")
    assert (answer.code, answer.err, status(world, key)) == (0, "", "inactive")
    assert "done" in answer.out
    assert "key set inactive" in answer.out
    assert requests(world) == [("key.requested", "Grace Hopper"), ("withdraw_key", "Grace Hopper")]
    (seen,) = world.run("keys", "list", "--json").json["keys"]
    assert (seen["status"], seen["usable"], seen["withdrawn_at"] is not None) == ("inactive", False, True)
    assert world.states()["ada", "research"] == ("member", "held")


def test_what_was_withdrawn_is_restored(world: World, key: str) -> None:
    world.run("keys", "withdraw", key, "--by", "Grace")
    plan = world.run("keys", "restore", key, "--json").json
    assert plan["changes"][0]["kind"] == "restore_key"
    answer = world.run("keys", "restore", key, "--by", "Ada", "--digest", plan["digest"], "--json")
    assert (answer.code, answer.json["done"], answer.json["answer"]) == (0, True, "key set active")
    assert status(world, key) == "active"
    assert requests(world)[-1] == ("restore_key", "Ada")


def test_a_plan_that_has_moved_on_is_refused_with_the_new_digest(world: World, key: str) -> None:
    old = world.run("keys", "withdraw", key, "--json").json["digest"]
    world.deactivate("ada")
    world.mapping("sandbox.yaml", SANDBOX + "offboarding: {keys: {personal: report}}\n")
    world.take_up()
    answer = world.run("keys", "withdraw", key, "--by", "Grace", "--digest", old, "--json")
    assert (answer.code, status(world, key)) == (1, "active")
    assert "moved on" in answer.json["error"]
    assert world.run("keys", "withdraw", key, "--by", "Grace", "--digest", answer.json["digest"]).code == 0
    assert status(world, key) == "inactive"


def test_asking_again_for_what_is_so_already_is_no_failure_and_no_record(world: World, key: str) -> None:
    world.run("keys", "withdraw", key, "--by", "Grace")
    before = requests(world)
    answer = world.run("keys", "withdraw", key, "--by", "Grace")
    assert (answer.code, requests(world)) == (0, before)
    assert "inactive already" in answer.out
    assert "inactive already" in world.run("keys", "withdraw", key).out


def test_the_platform_is_asked_again_before_somebody_is_told_that_it_is_so_already(world: World, key: str) -> None:
    world.run("keys", "withdraw", key, "--by", "Grace")
    world.sandbox.unblock_key(key)
    assert world.run("keys", "withdraw", key, "--by", "Grace").code == 0
    assert status(world, key) == "inactive"


def test_what_a_human_blocked_is_not_restored(world: World, key: str) -> None:
    world.sandbox.block_key(key)
    answer = world.run("keys", "restore", key, "--by", "Grace")
    assert (answer.code, status(world, key)) == (1, "inactive")
    assert "did not withdraw this key" in answer.err
    shown = world.run("keys", "restore", key)
    assert (shown.code, "refused" in shown.out) == (1, True)


def test_a_refusal_of_the_platform_parks_and_exits_one_with_the_sentence(world: World, key: str) -> None:
    world.run("sandbox", "fault", "refuse", "ada@example.com")
    answer = world.run("keys", "withdraw", key, "--by", "Grace")
    assert (answer.code, status(world, key)) == (1, "active")
    assert "parked" in answer.out
    assert "work retry" in answer.out
    (item,) = world.run("work", "list", "--json").json["work"]
    assert (item["subject"], item["state"], item["kind"]) == (key, "parked", "key")
    assert world.run("work", "wait", "--timeout", "0").code == 1
    world.run("sandbox", "fault", "clear")
    world.run("work", "retry")
    world.drain()
    assert status(world, key) == "inactive"
    assert world.run("work", "wait", "--timeout", "0").code == 0


def test_a_platform_that_stays_down_is_said_and_the_worker_goes_on_with_it(world: World, key: str) -> None:
    world.run("keys", "list", "--look")
    world.run("sandbox", "fault", "rate-limit", "60")
    answer = world.run("keys", "withdraw", key, "--by", "Grace", "--json")
    assert (answer.code, answer.json["done"], answer.json["state"]) == (1, False, "delayed")
    world.run("sandbox", "fault", "clear")
    assert world.run("apply").code == 0
    assert status(world, key) == "inactive"


def test_an_unknown_key_is_looked_for_and_then_said_to_be_unknown(world: World, key: str) -> None:
    answer = world.run("keys", "withdraw", "key_nowhere", "--by", "Grace")
    assert (answer.code, answer.out) == (2, "")
    assert 'There is no key "key_nowhere" on any platform' in answer.err
    assert [each["id"] for each in world.run("keys", "list", "--json").json["keys"]] == [key]


def test_an_id_that_several_platforms_have_asks_for_the_platform(world: World, key: str) -> None:
    import shutil

    world.mapping("other.yaml", SANDBOX.replace("connection: {", "connection: {path: other.db, "))
    shutil.copy(world.folder / "sandbox.db", world.folder / "other.db")
    world.take_up()
    world.run("keys", "list", "--look")
    answer = world.run("keys", "withdraw", key, "--by", "Grace")
    assert (answer.code, status(world, key)) == (2, "active")
    assert "other, sandbox" in answer.err
    assert world.run("keys", "withdraw", key, "--platform", "sandbox").code == 0


def test_a_protected_principal_and_mode_plan_are_refused_with_a_sentence(world: World, key: str) -> None:
    world.mapping("sandbox.yaml", SANDBOX + "protect: [ada@example.com]\n")
    world.take_up()
    answer = world.run("keys", "withdraw", key, "--by", "Grace", "--json")
    assert (answer.code, "protected by the mapping file" in answer.json["error"]) == (1, True)
    assert world.run("keys", "withdraw", key, "--json").json["protected"] is True
    world.mapping("sandbox.yaml", SANDBOX.replace("mode: apply", "mode: plan"))
    world.take_up()
    answer = world.run("keys", "withdraw", key, "--by", "Grace")
    assert (answer.code, "mode plan" in answer.err) == (1, True)
    assert status(world, key) == "active"


@pytest.mark.parametrize("words", [("--digest", "abc"), ("--by", " "), ("--by", "x" * 300)])
def test_what_is_done_is_done_in_somebodys_name(world: World, key: str, words: tuple[str, ...]) -> None:
    answer = world.run("keys", "withdraw", key, *words)
    assert (answer.code, status(world, key)) == (2, "active")
    assert "--by" in answer.err


def test_a_restored_key_of_somebody_who_left_is_announced_to_go_again(world: World, key: str) -> None:
    world.run("keys", "list", "--look")
    world.deactivate("ada")
    world.drain()
    plan = world.run("keys", "restore", key, "--json").json
    assert any("offboarding.keys.keep" in note for note in plan["notes"])
    assert world.run("keys", "restore", key, "--by", "Grace").code == 0
    assert status(world, key) == "active"
    world.run("apply")
    assert status(world, key) == "inactive"
