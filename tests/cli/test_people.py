"""`explain` and `offboarding`: one person."""

from __future__ import annotations

import pytest

from tests.cli.worlds import SANDBOX, USER, World

DENIAL = """\
  - name: visitors
    when: {group: Visitors}
    deny:
      - {place: production}
"""


def test_explain_names_group_rule_file_and_line_and_since_when(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    told = world.run("explain", "ADA@example.com", "--json").json
    assert told["person"]["groups"] == ["Research"]
    (platform,) = told["platforms"]
    place = next(each for each in platform["access"] if each["place"] == "research")
    assert place["because"] == [{"file": "sandbox.yaml", "line": 6, "rule": "researchers", "group": "Research"}]
    assert place["since"] is not None
    assert "sandbox.yaml:6" in world.run("explain", "ada@example.com").out


def test_explain_says_what_is_missing_and_why(world: World) -> None:
    world.run("sandbox", "fault", "refuse", "ada@example.com")
    world.hire("ada", "Research")
    world.drain()
    answer = world.run("explain", "ada@example.com")
    assert "parked" in answer.out
    assert "refuses ada@example.com" in " ".join(answer.out.split())


def test_explain_says_what_a_rule_that_holds_keeps_somebody_out_of(bare: World) -> None:
    bare.start(SANDBOX.replace("mode: apply", DENIAL + "mode: apply"))
    bare.hire("ada", "Research", "Visitors")
    bare.drain()
    assert "through Visitors, and denies production" in bare.run("explain", "ada@example.com").out


def test_explain_names_the_push_the_answer_and_no_plan_where_there_was_none(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    (platform,) = world.run("explain", "ada@example.com", "--json").json["platforms"]
    place = next(each for each in platform["access"] if each["place"] == "research")
    assert {name: place["push"][name] for name in ("request_id", "source", "initiator", "action", "group")} == {
        "request_id": "req-1",
        "group": "Research",
        "source": "default",
        "initiator": "token test",
        "action": "group.members_added",
    }
    assert (place["answer"], place["plan"], place["why"]) == ("now member", None, None)
    shown = " ".join(world.run("explain", "ada@example.com").out.split())
    assert "group members added of" in shown  # the rest is on the next lines of its cell


def test_explain_fits_a_terminal_of_a_hundred_columns(world: World) -> None:
    world.hire("ada", "Research", "Production")
    world.drain()
    assert max(len(line) for line in world.run("explain", "ada@example.com").out.splitlines()) <= 100


def test_a_person_is_found_by_scim_id_too(world: World) -> None:
    scim_id = world.hire("ada")
    assert world.run("explain", scim_id, "--json").json["person"]["user_name"] == "ada@example.com"


def test_nobody_is_a_sentence(world: World) -> None:
    answer = world.run("explain", "nobody")
    assert answer.code == 2
    assert 'Nobody has the SCIM id, userName or externalId "nobody"' in answer.err


def test_leaving_has_a_clock_and_every_step_confirmed(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    key = world.sandbox.add_key("ada@example.com", "research")
    world.deactivate("ada")
    world.drain()
    told = world.run("offboarding", "ada@example.com", "--json").json
    assert (told["person"], told["state"], told["remaining"]) == ("ada@example.com", "done", [])
    assert [(step["kind"], step["object"]) for step in told["steps"]] == [
        ("withdraw_key", key),
        ("revoke", "member"),
        ("remove_account", "ada@example.com"),
    ]
    assert all(step["confirmed"] for step in told["steps"])
    assert told["signalled_at"] <= told["steps"][0]["at"] <= told["finished_at"]
    assert told["steps"][0]["outcome"] == "key set inactive"


def test_a_leaver_nobody_has_looked_at_is_under_way(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    world.deactivate("ada")
    told = world.run("offboarding", "ada@example.com", "--json").json
    assert (told["state"], told["finished_at"]) == ("under way", None)
    assert {each["object"] for each in told["remaining"]} == {"account (user)", "member of research"}
    assert {each["why"] for each in told["remaining"]} == {"waiting"}


def test_one_platform_down_does_not_stop_the_clock_of_the_other(world: World) -> None:
    from scim_bridge.connectors.sandbox import SandboxStore

    world.mapping("second.yaml", SANDBOX.replace("{places:", "{path: second.db, places:"))
    world.take_up()
    world.hire("ada", "Research")
    world.drain()
    second = SandboxStore(world.folder / "second.db")
    second.set_fault("down")
    world.deactivate("ada")
    world.drain()
    told = world.run("offboarding", "ada@example.com", "--json").json
    assert told["state"] == "under way"
    clocks = {each["platform"]: each["state"] for each in told["platforms"]}
    assert clocks == {"sandbox": "done", "second": "under way"}
    assert {each["platform"] for each in told["remaining"]} == {"second"}
    assert "The sandbox is down" in told["remaining"][0]["why"]
    second.clear_faults()
    assert world.run("apply").code == 0
    assert world.run("offboarding", "ada@example.com", "--json").json["state"] == "done"


def test_what_policy_keeps_remains_and_the_leaving_is_done_all_the_same(bare: World) -> None:
    world = bare.start(SANDBOX + "offboarding: {account: keep, keys: {personal: keep}}\n")
    world.hire("ada", "Research")
    world.drain()
    key = world.sandbox.add_key("ada@example.com", "research")
    world.run("keys", "list", "--look")
    world.deactivate("ada")
    world.drain()
    told = world.run("offboarding", "ada@example.com", "--json").json
    assert told["state"] == "done"
    assert {(each["object"], each["why"]) for each in told["remaining"]} == {
        ("account (user)", "kept by policy"),
        (key, "kept by policy"),
    }
    assert "personal key sbx-" in world.run("offboarding", "ada@example.com").out


def test_somebody_who_never_had_anything_has_nothing_to_do(world: World) -> None:
    world.hire("ada")
    world.drain()
    world.deactivate("ada")
    world.drain()
    told = world.run("offboarding", "ada@example.com", "--json").json
    assert (told["state"], told["steps"], told["remaining"], told["finished_at"]) == ("nothing to do", [], [], None)


def test_somebody_who_is_active_and_lost_nothing_has_no_clock(world: World) -> None:
    world.hire("ada", "Research")
    world.drain()
    told = world.run("offboarding", "ada@example.com", "--json").json
    assert (told["state"], told["signalled_at"], told["remaining"]) == ("nothing to do", None, [])


def test_a_leaver_whom_the_brake_holds_remains_with_the_cause(world: World) -> None:
    names = [f"p{number}" for number in range(10)]
    for name in names:
        world.hire(name, "Research")
    world.drain()
    for name in names[:8]:
        world.deactivate(name)
    world.drain()
    told = world.run("offboarding", "p0@example.com", "--json").json
    assert told["state"] == "under way"
    assert all("8 people would lose something" in each["why"] for each in told["remaining"])


def test_after_deletion_the_tombstone_still_answers(world: World) -> None:
    from scim_bridge.intake.users import delete_user

    scim_id = world.hire("ada", "Research")
    world.drain()
    world.house.database.write(lambda connection: delete_user(connection, world._pusher._push(), scim_id))
    world.drain()
    assert world.run("offboarding", "ada@example.com", "--json").json["state"] == "done"


def test_two_people_of_one_name_must_be_told_apart(world: World) -> None:
    world.hire("ada")
    world.other_source("other").create_user({"schemas": [USER], "userName": "ada@example.com", "active": True})
    answer = world.run("explain", "ada@example.com")
    assert answer.code == 2
    assert "may be several people" in answer.err
    told = world.run("explain", "ada@example.com", "--source", "other", "--json")
    assert told.json["person"]["source"] == "other"


TAKING_A_PERSON = [
    ["explain", "zoe@example.com"],
    ["offboarding", "zoe@example.com"],
    ["mapping", "explain", "zoe@example.com"],
    ["holdings", "--person", "zoe@example.com"],
    ["plan", "--person", "zoe@example.com"],
    ["keys", "list", "--person", "zoe@example.com"],
    ["audit", "show", "--person", "zoe@example.com"],
    ["work", "retry", "--person", "zoe@example.com"],
]


@pytest.mark.parametrize("words", TAKING_A_PERSON, ids=lambda words: " ".join(words[:2]))
def test_a_name_that_two_sources_have_is_asked_about_alike_by_every_command(world: World, words: list[str]) -> None:
    world.hire("zoe")
    world.drain()
    world.other_source().create_user({"schemas": [USER], "userName": "zoe@example.com", "active": True})
    asked = world.run(*words)
    assert (asked.code, "of source default" in asked.err, "of source entra" in asked.err) == (2, True, True)
    for source in ("default", "entra"):
        assert world.run(*words, "--source", source).code == 0
    nobody = world.run(*words, "--source", "okta")
    assert (nobody.code, 'Source "okta" has nobody called' in nobody.err) == (2, True)


def test_of_two_people_of_one_name_only_the_one_of_the_source_is_shown(world: World) -> None:
    world.hire("zoe", "Research")
    world.drain()
    world.other_source().create_user({"schemas": [USER], "userName": "zoe@example.com", "active": True})
    one = ("--person", "zoe@example.com", "--json", "--source")
    assert len(world.run("holdings", *one, "default").json["holdings"]) == 2
    assert world.run("holdings", *one, "entra").json["holdings"] == []
    assert {each["source"] for each in world.run("audit", "show", *one, "entra").json["records"]} == {"entra"}


def test_a_source_without_a_person_says_what_it_is_for(world: World) -> None:
    answer = world.run("holdings", "--source", "default")
    assert (answer.code, "--source says which --person is meant" in answer.err) == (2, True)


def test_a_scim_id_means_one_person_whatever_others_are_called(world: World) -> None:
    scim_id = world.hire("zoe")
    body = {"schemas": [USER], "userName": "max@example.com", "externalId": scim_id, "active": True}
    world.other_source().create_user(body)
    assert world.run("explain", scim_id, "--json").json["person"]["user_name"] == "zoe@example.com"
