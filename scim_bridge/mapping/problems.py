"""What is wrong with a mapping file: where, a stable code, and a sentence for the person who wrote it.

Every code has its own heading in docs/mapping.md. No message holds the value of a variable or of a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

Code = Literal[
    "admin_not_allowed",
    "bad_file_name",
    "bad_filter",
    "bad_grant",
    "bad_json",
    "bad_pattern",
    "bad_schema",
    "bad_value",
    "bad_variable",
    "bad_version",
    "bad_yaml",
    "duplicate_attribute",
    "duplicate_key",
    "duplicate_place",
    "duplicate_rule",
    "duplicate_schema",
    "duplicate_test",
    "empty_file",
    "exception_due",
    "groups_not_supported",
    "limit_without_effect",
    "literal_secret",
    "missing_key",
    "no_condition",
    "no_effect",
    "no_rules",
    "not_utf8",
    "place_not_aliased",
    "pointless_rule",
    "policy_not_possible",
    "role_not_givable",
    "same_organization",
    "test_without_mapping",
    "too_large",
    "unknown_connector",
    "unknown_group",
    "unknown_key",
    "unknown_part",
    "unknown_place",
    "unknown_role",
    "unknown_source",
    "unreachable_platform",
    "unreachable_rule",
    "unset_secret",
    "unset_variable",
    "variable_not_here",
    "wrong_extension",
    "wrong_type",
]

Path = tuple[str | int, ...]
"""From the top of a document to a value: keys and list indexes."""

Mark = tuple[int, int]
"""Line and column, both counted from 1."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake. Lines and columns are counted from 1."""

    file: str
    line: int
    column: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message} [{self.code}]"


@dataclass
class Report:
    """Collects the problems of one file and finds where each path stands in it."""

    file: str
    values: Mapping[Path, Mark] = field(default_factory=dict)
    keys: Mapping[Path, Mark] = field(default_factory=dict)
    texts: Mapping[Path, Mark] = field(default_factory=dict)
    """For texts written on one line without escapes: where their first character stands."""
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def error(self, path: Path, code: Code, message: str, *, at_key: bool = False, offset: int | None = None) -> None:
        """Note an error at a value, at its key, or `offset` characters into a text."""
        self.errors.append(Problem(self.file, *self._mark(path, at_key, offset), code, message))

    def warn(self, path: Path, code: Code, message: str, *, at_key: bool = False) -> None:
        self.warnings.append(Problem(self.file, *self._mark(path, at_key, None), code, message))

    def at(self, mark: Mark, code: Code, message: str) -> None:
        """Note an error at a place that no path names (a syntax error, a repeated key)."""
        self.errors.append(Problem(self.file, *mark, code, message))

    def line(self, path: Path) -> int:
        return self._mark(path, False, None)[0]

    def _mark(self, path: Path, at_key: bool, offset: int | None) -> Mark:
        if at_key and path in self.keys:
            return self.keys[path]
        if offset is not None and path in self.texts:
            line, column = self.texts[path]
            return line, column + offset
        for length in range(len(path), -1, -1):
            if path[:length] in self.values:
                return self.values[path[:length]]
        return 1, 1


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` Did you mean "x"?` when something known is close, else an empty text. Case alone is always close."""
    meant = nearest(word, known)
    return f' Did you mean "{meant}"?' if meant else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """What was probably meant, if anything is close."""
    folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def listed(words: Iterable[str]) -> str:
    """`a, b or c`, for the end of a sentence; `nothing` when there is none."""
    *most, last = list(words) or ["nothing"]
    return f"{', '.join(most)} or {last}" if most else last
