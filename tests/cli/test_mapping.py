"""`mapping`: the files, checked and tested without any database."""

from __future__ import annotations

from tests.cli.worlds import SANDBOX, World

TESTS = """\
version: 1
tests:
  - name: a researcher
    person: {userName: ada@example.com}
    groups: [Research]
    expect:
      account: user
      grants: {research: ROLE}
"""


def test_good_files_are_good_and_need_no_database(bare: World) -> None:
    bare.mapping("sandbox.yaml", SANDBOX)
    assert bare.run("mapping", "check", "--json").json == {"errors": [], "warnings": [], "platforms": ["sandbox"]}
    assert "no mistakes" in bare.run("mapping", "check").out
    assert {each.name for each in bare.folder.iterdir()} == {"mappings"}


def test_mistakes_have_file_line_and_column_and_exit_one(bare: World) -> None:
    bare.mapping("sandbox.yaml", SANDBOX.replace("    when: {group: Research}", "    wenn: {group: Research}"))
    answer = bare.run("mapping", "check", "--json")
    assert answer.code == 1
    places = {(each["file"], each["line"], each["column"], each["code"]) for each in answer.json["errors"]}
    assert ("sandbox.yaml", 7, 5, "unknown_key") in places
    assert 'sandbox.yaml:7:5: ' in bare.run("mapping", "check").out


def test_mistakes_of_the_tests_are_mistakes_too(bare: World) -> None:
    bare.mapping("sandbox.yaml", SANDBOX)
    bare.mapping("sandbox.test.yaml", TESTS.replace("groups:", "grups:"))
    assert bare.run("mapping", "check").code == 1


def test_a_folder_that_is_not_there_is_a_sentence(bare: World) -> None:
    answer = bare.run("mapping", "check", "--json")
    assert answer.code == 2
    assert "cannot be read" in answer.json["error"]


def test_another_folder_can_be_named(bare: World) -> None:
    other = bare.folder / "other"
    other.mkdir()
    (other / "lab.yaml").write_text(SANDBOX)
    assert bare.run("mapping", "check", str(other), "--json").json["platforms"] == ["lab"]


def test_tests_pass_or_show_expected_against_given(bare: World) -> None:
    bare.mapping("sandbox.yaml", SANDBOX)
    bare.mapping("sandbox.test.yaml", TESTS.replace("ROLE", "member"))
    answer = bare.run("mapping", "test", "--json")
    assert (answer.code, answer.json["passed"], answer.json["failed"]) == (0, 1, 0)
    bare.mapping("sandbox.test.yaml", TESTS.replace("ROLE", "admin"))
    failing = bare.run("mapping", "test")
    assert failing.code == 1
    assert "expected admin, given member" in failing.out
    assert '"researchers"' in failing.out


def test_explain_says_which_rules_hold_and_where_the_others_fail(world: World) -> None:
    world.hire("ada", "Research")
    (platform,) = world.run("mapping", "explain", "ada@example.com", "--json").json["platforms"]
    told = {each["rule"]: (each["holds"], each["groups"], each["failed"]) for each in platform["rules"]}
    assert told == {
        "researchers": (True, ["Research"], None),
        "producers": (False, [], 'group: not in "Production"'),
    }


# what the check finds beyond mistakes

TWICE = SANDBOX.replace("mode: apply", """\
  - name: researchers again
    when: {group: research}
    grant:
      - {place: research, role: member}
  - name: nobody
    when: {person: 'userType eq "A" and userType eq "B"'}
    grant:
      - {place: research, role: member}
mode: apply""")


def warned(world: World, *words: str) -> list[tuple[int, str]]:
    answer = world.run("mapping", "check", *words, "--json")
    assert answer.code == 0, answer.out
    return [(each["line"], each["code"]) for each in answer.json["warnings"]]


def test_rules_that_change_nothing_and_rules_that_never_hold_are_warned_about(bare: World) -> None:
    bare.mapping("sandbox.yaml", TWICE)
    assert warned(bare) == [(14, "pointless_rule"), (19, "unreachable_rule")]
    assert '"researchers" (line 6)' in bare.run("mapping", "check").out


def test_groups_nobody_has_pushed_are_warned_about_where_there_is_a_database(world: World) -> None:
    assert warned(world) == []  # nothing was pushed yet, so nothing can be said
    world.hire("ada", "Research")
    assert warned(world) == [(11, "unknown_group")]
    assert 'No group "Production" has been pushed.' in world.run("mapping", "check").out


def test_a_check_makes_no_database_and_minds_none_that_is_old_or_broken(bare: World) -> None:
    bare.mapping("sandbox.yaml", SANDBOX)
    assert warned(bare) == []
    assert not (bare.folder / "bridge.db").exists()
    (bare.folder / "bridge.db").write_text("no database")
    assert warned(bare) == []
    assert (bare.folder / "bridge.db").read_text() == "no database"


def test_online_the_platform_is_asked_with_a_database_and_without(bare: World) -> None:
    text = SANDBOX.replace("place: production", "place: produktion")
    bare.mapping("sandbox.yaml", text)
    assert warned(bare) == []
    assert warned(bare, "--online") == [(13, "unknown_place")]
    assert not (bare.folder / "bridge.db").exists()
    bare.start(text)
    assert warned(bare, "--online") == [(13, "unknown_place")]
    bare.sandbox.set_fault("down")
    assert "unreachable_platform" in [code for _, code in warned(bare, "--online")]


def test_online_two_files_of_one_organization_are_a_mistake(bare: World) -> None:
    bare.mapping("sandbox.yaml", SANDBOX)
    bare.mapping("other.yaml", SANDBOX.replace("{places:", "{path: ./sandbox.db, places:"))
    assert bare.run("mapping", "check").code == 0
    answer = bare.run("mapping", "check", "--online", "--json")
    assert answer.code == 1
    assert [(each["file"], each["line"], each["code"]) for each in answer.json["errors"]] == [("sandbox.yaml", 3, "same_organization")]


# somebody described in a file

DENYING = SANDBOX.replace("mode: apply", """\
  - name: visitors
    when: {person: 'userType eq "Visitor"'}
    deny:
      - {place: production}
mode: apply""")


def test_a_person_in_a_file_is_explained_without_any_database(bare: World) -> None:
    bare.mapping("sandbox.yaml", DENYING)
    described = bare.folder / "ada.json"
    described.write_text('{"person": {"userName": "ada@example.com", "userType": "Visitor"}, "groups": ["research", "Production"]}')
    answer = bare.run("mapping", "explain", "--file", str(described), "--json")
    assert answer.code == 0
    assert answer.json["person"]["groups"] == ["Production", "research"]
    (platform,) = answer.json["platforms"]
    assert [(each["rule"], each["holds"], each["groups"]) for each in platform["rules"]] == [
        ("researchers", True, ["research"]),
        ("producers", True, ["Production"]),
        ("visitors", True, []),
    ]
    outcome = platform["outcome"]
    assert (outcome["account"], [(each["place"], each["role"]) for each in outcome["grants"]]) == ("user", [("research", "member")])
    (denied,) = outcome["denied"]
    assert (denied["place"], denied["because"][0]["rule"], denied["denied_by"][0]["line"]) == ("production", "producers", 14)
    shown = bare.run("mapping", "explain", "--file", str(described)).out
    assert "denied: member in production, by visitors, sandbox.yaml:14" in shown
    assert not (bare.folder / "bridge.db").exists()


def test_a_person_in_a_file_may_be_held_against_another_folder(bare: World) -> None:
    other = bare.folder / "other"
    other.mkdir()
    (other / "lab.yaml").write_text(SANDBOX)
    (bare.folder / "ada.yaml").write_text("person: {userName: ada@example.com}\ngroups: [Nobody]\n")
    answer = bare.run("mapping", "explain", "--file", "ada.yaml", str(other), "--json")
    (platform,) = answer.json["platforms"]
    assert (platform["platform"], platform["outcome"]["account"], platform["outcome"]["grants"]) == ("lab", None, [])
    assert {each["failed"] for each in platform["rules"]} == {'group: not in "Research"', 'group: not in "Production"'}
    assert "gives: no account" in bare.run("mapping", "explain", "--file", "ada.yaml", str(other)).out


def test_mistakes_in_the_persons_file_have_file_line_and_column(bare: World) -> None:
    bare.mapping("sandbox.yaml", SANDBOX)
    (bare.folder / "ada.yaml").write_text("person:\n  userName: ada@example.com\n  usrType: Visitor\n")
    answer = bare.run("mapping", "explain", "--file", "ada.yaml", "--json")
    assert answer.code == 1
    (only,) = answer.json["errors"]
    assert (only["file"], only["line"], only["column"], only["code"]) == ("ada.yaml", 3, 3, "unknown_key")
    assert "ada.yaml:3:3" in bare.run("mapping", "explain", "--file", "ada.yaml").out


def test_explaining_nobody_and_a_file_that_is_not_there_are_wrong_usage(bare: World) -> None:
    bare.mapping("sandbox.yaml", SANDBOX)
    assert bare.run("mapping", "explain").code == 2
    assert bare.run("mapping", "explain", "--file", "ada.yaml").code == 2
    assert bare.run("mapping", "explain", "--file", "ada.yaml", "--source", "default").code == 2


def test_explaining_a_person_says_what_comes_of_it_too(world: World) -> None:
    world.hire("ada", "Research")
    (platform,) = world.run("mapping", "explain", "ada@example.com", "--json").json["platforms"]
    assert [(each["place"], each["role"]) for each in platform["outcome"]["grants"]] == [("research", "member")]
    assert platform["outcome"]["because"] == [{"file": "sandbox.yaml", "line": 6, "rule": "researchers", "group": "Research"}]
