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
    assert 'sandbox.yaml:7:5' in bare.run("mapping", "check").out


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
