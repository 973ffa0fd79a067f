"""Whatever is wrong is a sentence, with the right exit code, as JSON where JSON was asked for."""

from __future__ import annotations

import json

import pytest

from tests.cli.worlds import SANDBOX, World

READERS = [
    ("holdings",), ("plan",), ("work", "list"), ("explain", "ada"), ("offboarding", "ada"), ("keys", "list"),
    ("platform", "list"), ("platform", "check"), ("source", "list"), ("token", "list"), ("audit", "show"),
    ("audit", "verify"), ("mapping", "explain", "ada"), ("apply",), ("work", "wait", "--timeout", "0"), ("okta", "status"),
]  # fmt: skip


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_a_missing_database_is_a_sentence_and_none_is_made(bare: World, words: tuple[str, ...]) -> None:
    answer = bare.run(*words, "--json")
    assert answer.code == 2
    assert "There is no database" in answer.json["error"]
    assert "scim-bridge migrate" in answer.json["error"]
    assert list(bare.folder.iterdir()) == []


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_an_unmigrated_database_is_a_sentence_and_is_not_migrated(bare: World, words: tuple[str, ...]) -> None:
    (bare.folder / "bridge.db").touch()
    answer = bare.run(*words)
    assert answer.code == 2
    assert "run `scim-bridge migrate`" in answer.err
    assert "Traceback" not in answer.err + answer.out
    assert bare.run("holdings").code == 2


def test_wrong_usage_is_two_and_says_what_was_meant(world: World) -> None:
    answer = world.run("holding")
    assert answer.code == 2
    assert "No such command 'holding'" in answer.err
    assert answer.out == ""


def test_wrong_usage_under_json_is_one_document(world: World) -> None:
    answer = world.run("work", "wait", "--json")
    assert (answer.code, answer.err) == (2, "")
    assert "--timeout" in answer.json["error"]


def test_a_wrong_setting_is_named_and_its_value_never_shown(bare: World) -> None:
    bare.environment = {"SCIM_BRIDGE_BOOTSTRAP_TOKEN": "tooshort", "SCIM_BRIDGE_BIMD": "x"}
    answer = bare.run("migrate")
    assert answer.code == 2
    assert "SCIM_BRIDGE_BOOTSTRAP_TOKEN" in answer.err
    assert "did you mean SCIM_BRIDGE_BIND" in answer.err
    assert "tooshort" not in answer.err


def test_an_unset_secret_is_named(bare: World) -> None:
    bare.environment = {"WHERE": "sandbox.db"}
    world = bare.start(SANDBOX.replace("{places:", "{path: '${WHERE}', places:"))
    world.hire("ada", "Research")
    bare.environment = {}
    answer = world.run("plan", "--json")
    assert answer.code == 1
    assert "WHERE is not set" in answer.json["problems"]["sandbox"]


def test_every_command_takes_json(bare: World) -> None:
    from click import Command, Context, Group

    from scim_bridge.cli import cli

    def leaves(command: Command, path: str) -> list[tuple[str, Command]]:
        if not isinstance(command, Group):
            return [(path, command)]
        names = command.list_commands(Context(command))
        return [leaf for name in names for leaf in leaves(command.commands[name], f"{path} {name}".strip())]

    found = leaves(cli, "")
    assert len(found) > 30
    for path, command in found:
        if not command.hidden:
            assert any("--json" in each.opts for each in command.params), path


def test_migrate_makes_the_database_and_may_be_repeated(bare: World) -> None:
    first = bare.run("migrate", "--json")
    assert first.code == 0
    assert bare.run("migrate", "--json").json == first.json
    assert bare.run("holdings").code == 0


def test_stdout_of_a_json_answer_is_one_document_and_nothing_else(world: World) -> None:
    world.mapping("sandbox.yaml", SANDBOX + "# changed\n")
    answer = world.run("plan", "--json")
    assert "not in force yet" in answer.err
    assert isinstance(json.loads(answer.out), dict)


def test_a_database_url_that_names_a_folder_says_so(bare: World) -> None:
    bare.environment = {"SCIM_BRIDGE_DATABASE_URL": f"sqlite:///{bare.folder}"}
    for words in (["holdings"], ["migrate"]):
        answer = bare.run(*words)
        assert answer.code == 2
        assert f"names a folder, {bare.folder}" in answer.err


@pytest.mark.parametrize("url", ["garbage", "mysql://root@localhost/bridge"])
def test_a_malformed_setting_stops_also_what_could_do_without_a_database(bare: World, url: str) -> None:
    bare.mapping("sandbox.yaml", SANDBOX)
    assert bare.run("mapping", "check").code == 0
    bare.environment = {"SCIM_BRIDGE_DATABASE_URL": url}
    answer = bare.run("mapping", "check")
    assert (answer.code, "SCIM_BRIDGE_DATABASE_URL" in answer.err) == (2, True)
