from __future__ import annotations

import pytest

from scim_bridge.mapping import nodes


def read(text: str | bytes) -> nodes.Document:
    return nodes.read("lab.yaml", text.encode() if isinstance(text, str) else text)


def only_error(text: str | bytes) -> tuple[int, int, str]:
    (error,) = read(text).report.errors
    return error.line, error.column, error.code


def test_every_value_and_key_knows_its_line_and_column() -> None:
    document = read("a: 1\nrules:\n  - name: x\n    grant: [{place: here}]\n")
    assert document.values[("rules", 0, "grant", 0, "place")] == (4, 21)
    assert document.keys[("rules", 0, "grant")] == (4, 5)


@pytest.mark.parametrize("word", ["on", "off", "yes", "No", "NO", "y", "1:30", "2026-01-31", "010", "0x1F", "1_000", "="])
def test_what_yaml_1_1_would_make_something_else_stays_the_name_it_is(word: str) -> None:
    assert read(f"group: {word}").content == {"group": word}


def test_only_true_and_false_are_booleans_and_plain_numbers_numbers() -> None:
    assert read("[true, False, 12, -3, 0.5, ~, null]").content == [True, False, 12, -3, 0.5, None, None]


def test_keys_are_names_whatever_they_look_like() -> None:
    assert read("2024: a\nno: b\ntrue: c\n1.5: d\n").content == {"2024": "a", "no": "b", "true": "c", "1.5": "d"}


def test_a_key_written_twice_is_an_error_where_it_stands_the_second_time() -> None:
    document = read("mode: plan\nrules: []\nmode: apply\n")
    assert [(e.line, e.column, e.code) for e in document.report.errors] == [(3, 1, "duplicate_key")]
    assert document.content["mode"] == "plan"
    assert "line 1" in document.report.errors[0].message


def test_bytes_that_are_not_utf_8_are_named_with_line_and_column() -> None:
    assert only_error(b"version: 1\nconnector: caf\xe9\n") == (2, 15, "not_utf8")


def test_utf_16_is_refused_as_not_utf_8() -> None:
    assert only_error("version: 1".encode("utf-16"))[2] == "not_utf8"


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read(b"\xef\xbb\xbfversion: 1").content == {"version": 1}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: [1, 2", (1, 9)),
        ("a: 1\n\tb: 2", (2, 1)),
        ("a: b: c", (1, 5)),
        ("a: *nothing", (1, 4)),
        ("a: 1\n---\nb: 2", (2, 1)),
        ("a: \x01", (1, 4)),
        ('a: "\\0"', (1, 4)),
        ('a: "\\ud800"', (1, 4)),
        ("a: !!python/object:os.system x", (1, 4)),
        ("a: 1\n? [b]\n: c", (2, 3)),
        ("[" * 40, (1, 25)),
    ],
)
def test_what_is_not_yaml_here_is_one_error_at_its_place(text: str, where: tuple[int, int]) -> None:
    assert only_error(text) == (*where, "bad_yaml")


def test_text_with_braces_that_needs_quotes_is_told_so() -> None:
    (error,) = read("places: {research: {id: ${X}}}").report.errors
    assert "needs quotes" in error.message


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n"])
def test_an_empty_file_is_an_error(text: str) -> None:
    assert only_error(text)[2] == "empty_file"


def test_anchors_work_and_point_to_where_the_text_stands() -> None:
    document = read("a: &x {role: member}\nb: *x\n")
    assert document.content == {"a": {"role": "member"}, "b": {"role": "member"}}
    assert document.values[("b", "role")] == (1, 14)


def test_anchors_that_multiply_are_stopped() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert only_error("\n".join(lines))[2] == "too_large"


def test_an_anchor_that_contains_itself_is_stopped() -> None:
    assert only_error("a: &a [*a]")[2] == "too_large"


def test_a_file_beyond_the_size_cap_is_not_parsed() -> None:
    assert only_error(b"#" * (nodes.MAX_BYTES + 1)) == (1, 1, "too_large")
