"""A mapping file with mistakes, as the person who wrote it meets them."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.bridge import Bridge

EIGHT = """\
version: 1
connector: sandbox
conection: {path: sandbox.db}
accounts: {role: usr}
rules:
  - name: researchers
    when: {group: Research}
    grant:
      - {place: research, role: membr}
  - name: researchers
    when: {group_patern: "AI {place}"}
    grant:
      - {place: production, role: admin}
  - name: lab
    when: {person: 'userTyp eq "Employee"'}
    grant:
      - {place: "{team}", role: member}
mode: applied
"""
RIGHT = """\
version: 1
connector: sandbox
accounts: {role: user}
rules:
  - {name: researchers, when: {group: Research}, grant: [{place: research, role: member}]}
mode: apply
"""


def test_shown_by_6_eight_different_mistakes_are_eight_errors_with_file_line_and_column(tmp_path: Path) -> None:
    code, told = Bridge(tmp_path, {"lab.yaml": EIGHT.replace("mode: applied\n", "")}).run("mapping", "check")
    assert code == 1
    assert [(each["file"], each["line"], each["column"], each["code"]) for each in told["errors"]] == [
        ("lab.yaml", 3, 1, "unknown_key"),
        ("lab.yaml", 4, 18, "unknown_role"),
        ("lab.yaml", 9, 33, "unknown_role"),
        ("lab.yaml", 10, 11, "duplicate_rule"),
        ("lab.yaml", 11, 12, "unknown_key"),
        ("lab.yaml", 13, 35, "admin_not_allowed"),
        ("lab.yaml", 15, 21, "bad_filter"),
        ("lab.yaml", 17, 18, "unknown_part"),
    ]
    meant = ['"connection"', '"user"', '"member"', "", '"group_pattern"']
    for error, word in zip(told["errors"], meant, strict=False):
        assert word in error["message"]


def test_a_first_start_with_a_bad_file_takes_pushes_and_gives_access_once_the_file_is_right(tmp_path: Path) -> None:
    bridge = Bridge(tmp_path, {"lab.yaml": EIGHT}).start()
    try:
        _, body = bridge.ask("GET", "/readyz")
        assert body["mapping"]["revision"] is None
        assert {"file": "lab.yaml", "line": 18, "code": "bad_value"}.items() <= body["mapping"]["problems"][-1].items()
        bridge.hire("ada@example.com", "Research")
        assert bridge.run("apply")[0] == 1
        bridge.write("lab.yaml", RIGHT)
        assert bridge.until(lambda: bool(bridge.holdings()), seconds=10)
        assert bridge.run("work", "wait", "--timeout", "10")[0] == 0
        assert set(bridge.holdings().values()) == {"held"}
        bridge.write("lab.yaml", EIGHT)
        assert bridge.until(lambda: bridge.ask("GET", "/readyz")[1]["mapping"]["problems"] != [], seconds=10)
        bridge.hire("grace@example.com", "Research")
        assert bridge.run("work", "wait", "--timeout", "10")[0] == 0
        assert bridge.holdings("--person", "grace@example.com")["lab", "grace@example.com", "research"] == "held"
    finally:
        bridge.stop()
