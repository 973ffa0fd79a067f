"""Sets kept in the database, and what is wrong with the newest files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from scim_bridge.db import Database
from scim_bridge.mapping import revisions, tables
from scim_bridge.mapping.model import RuleSet
from scim_bridge.mapping.nodes import MAX_BYTES
from scim_bridge.mapping.problems import Problem
from tests.mapping.worlds import load, written

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)
RULE = "rules: [{name: r, when: everybody, grant: [{place: p, role: member}]}]\n"


@pytest.fixture
def books(database: Database) -> Database:
    return database


def a_set(**sources: str) -> tuple[dict[str, bytes], RuleSet]:
    """Files by platform name, each speaking of the sources given as `a, b`."""
    own = "sources: [{}]\nconnection: {{path: {}.db}}\n"
    texts = {f"{name}.yaml": written(RULE) + own.format(names, name) for name, names in sources.items()}
    rules = load(texts).rules
    assert rules is not None
    return {name: text.encode() for name, text in texts.items()}, rules


def test_before_the_first_set_there_is_none(books: Database) -> None:
    with books.reading() as connection:
        assert revisions.current(connection) is None
        assert revisions.current_id(connection) is None
        assert revisions.platforms_of(connection, "default") == ()


def test_a_set_is_kept_byte_by_byte_with_its_time(books: Database) -> None:
    files, rules = a_set(lab="default")
    with books.writing() as connection:
        stored = revisions.store(connection, files, rules, now=NOW)
    with books.reading() as connection:
        assert revisions.current(connection) == stored
        assert (stored.files, stored.taken_at, revisions.current_id(connection)) == (files, NOW, stored.id)


def test_a_revision_says_which_platforms_speak_of_a_source(books: Database) -> None:
    with books.writing() as connection:
        revisions.store(connection, *a_set(lab="okta", prod="okta, entra"), now=NOW)
    with books.reading() as connection:
        assert revisions.platforms_of(connection, "okta") == ("lab", "prod")
        assert revisions.platforms_of(connection, "entra") == ("prod",)
        assert revisions.platforms_of(connection, "default") == ()


def test_only_the_newest_set_speaks_and_the_older_one_can_still_be_read(books: Database) -> None:
    with books.writing() as connection:
        old = revisions.store(connection, *a_set(lab="okta"), now=NOW)
        new = revisions.store(connection, *a_set(prod="entra"), now=LATER)
    with books.reading() as connection:
        assert revisions.platforms_of(connection, "okta") == ()
        assert revisions.platforms_of(connection, "entra") == ("prod",)
        assert revisions.revision(connection, old.id) == old
        assert revisions.current(connection) == new


def test_the_same_bytes_make_no_new_revision_and_going_back_makes_one(books: Database) -> None:
    first, second = a_set(lab="okta"), a_set(lab="entra")
    with books.writing() as connection:
        one = revisions.store(connection, *first, now=NOW)
        assert revisions.store(connection, *first, now=LATER) == one
        revisions.store(connection, *second, now=LATER)
        back = revisions.store(connection, *first, now=LATER)
        assert back.id > one.id
        assert back.digest == one.digest
        assert connection.execute(select(func.count()).select_from(tables.mapping_revision)).scalar_one() == 3


def test_tests_and_yml_files_are_not_part_of_a_revision(books: Database) -> None:
    files, rules = a_set(lab="okta")
    more = {**files, "lab.test.yaml": b"x", "other.yml": b"y"}
    assert revisions.digest_of(more) == revisions.digest_of(files)
    with books.writing() as connection:
        assert revisions.store(connection, more, rules, now=NOW).files == files


def test_the_digest_tells_names_and_bytes_apart() -> None:
    sets = [{"a.yaml": b"b"}, {"b.yaml": b"b"}, {"a.yaml": b"c"}, {"a.yaml": b"", "b.yaml": b"b"}, {}]
    assert len({revisions.digest_of(files) for files in sets}) == len(sets)


def test_lesson_35_a_bad_set_leaves_the_good_one_in_force(books: Database) -> None:
    with books.writing() as connection:
        good = revisions.store(connection, *a_set(lab="okta"), now=NOW)
    loaded = load({"lab.yaml": written(RULE).replace("member", "membr")})
    assert loaded.rules is None
    with books.writing() as connection:
        revisions.note_problems(connection, loaded.errors, LATER)
    with books.reading() as connection:
        assert revisions.current(connection) == good
        assert revisions.platforms_of(connection, "okta") == ("lab",)
        assert revisions.newest_problems(connection) == loaded.errors


def test_problems_are_replaced_and_go_when_the_files_are_right(books: Database) -> None:
    one, two = Problem("a.yaml", 1, 2, "bad_yaml", "x"), Problem("b.yaml", 3, 4, "bad_value", "y")
    with books.writing() as connection:
        revisions.note_problems(connection, [two, one], NOW)
        assert revisions.newest_problems(connection) == (two, one)
        revisions.note_problems(connection, [one], NOW)
        assert revisions.newest_problems(connection) == (one,)
        revisions.note_problems(connection, [], NOW)
        assert revisions.newest_problems(connection) == ()


def test_only_yaml_directly_in_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "x.yaml").write_text("x")
    (tmp_path / "folder.yaml").mkdir()
    for name in ("lab.yaml", "lab.test.yaml", "old.yml", ".lab.yaml.swp", ".hidden.yaml", "lab.yaml~", "README.md"):
        (tmp_path / name).write_bytes(name.encode())
    assert revisions.read_folder(tmp_path) == {
        "lab.test.yaml": b"lab.test.yaml", "lab.yaml": b"lab.yaml", "old.yml": b"old.yml"
    }  # fmt: skip


def test_a_folder_that_is_mounted_with_links_is_read_through_them(tmp_path: Path) -> None:
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "lab.yaml").write_bytes(b"x")
    (tmp_path / "lab.yaml").symlink_to(Path("..data") / "lab.yaml")
    assert revisions.read_folder(tmp_path) == {"lab.yaml": b"x"}


def test_a_huge_file_is_read_no_further_than_the_cap(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_bytes(b"#" * (MAX_BYTES * 2))
    files = revisions.read_folder(tmp_path)
    assert [error.code for error in load(files).errors] == ["too_large"]


def test_a_folder_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(revisions.FolderUnreadable, match="mappings"):
        revisions.read_folder(tmp_path / "mappings")


def test_a_link_that_leads_nowhere_does_not_look_like_a_file_taken_away(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").symlink_to("gone")
    with pytest.raises(revisions.FolderUnreadable, match=r"lab\.yaml"):
        revisions.read_folder(tmp_path)
