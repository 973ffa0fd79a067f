"""YAML, read safely: plain values, and the line and column of each.

Scalars follow the core schema of YAML 1.2 (section 10.3), not YAML 1.1: only `true` and `false` are booleans, so that
groups and places called On, Off, Yes or NO stay names; dates and 1:30 stay text. Tags and repeated keys are errors,
merge keys are unknown ones. Anchors work; what they expand to is bounded, and so are size and depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from scim_bridge.mapping.problems import Mark, Path, Report

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
MAX_VALUES = 100_000

_TAG = "tag:yaml.org,2002:"
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_PLAIN = {f"{_TAG}{name}" for name in ("str", "map", "seq", "bool", "int", "float", "null")}


class _CoreResolver(BaseResolver):
    """Which plain scalars are more than text."""


_CORE = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?(?:0|[1-9][0-9]{0,17})", list("-+0123456789")),
    "float": (r"[-+]?(?:\.[0-9]+|[0-9]{1,18}\.[0-9]*)(?:[eE][-+]?[0-9]{1,3})?", list("-+.0123456789")),
}
for _name, (_pattern, _first) in _CORE.items():
    _CoreResolver.add_implicit_resolver(_TAG + _name, re.compile(f"(?:{_pattern})\\Z"), _first)


class _TooDeep(yaml.MarkedYAMLError):
    """Nested deeper than any mapping file needs."""


class _Loader(Reader, Scanner, Parser, Composer, _CoreResolver):
    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        _CoreResolver.__init__(self)
        self._depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise _TooDeep(problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


@dataclass
class Document:
    """One file as plain values. `content` is None when the file could not be read at all; `report` then says why."""

    report: Report
    content: Any = None
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)
    texts: dict[Path, Mark] = field(default_factory=dict)


def read(file: str, source: bytes) -> Document:
    """Read one file. Mistakes go into the document's report; nothing is raised."""
    document = Document(Report(file))
    report = document.report
    report.values, report.keys, report.texts = document.values, document.keys, document.texts
    text = _decoded(source, report)
    node = _composed(text, report) if text is not None else None
    if node is not None and text is not None:
        document.content = _Reading(document, text).value(node, ())
    return document


def _decoded(source: bytes, report: Report) -> str | None:
    if len(source) > MAX_BYTES:
        report.at((1, 1), "too_large", f"The file has {len(source)} bytes; a mapping file has at most {MAX_BYTES}.")
        return None
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", "replace")
        report.at(_mark_after(before), "not_utf8", "The file is not UTF-8 text from here on. Save it as UTF-8.")
        return None


def _mark_after(text: str) -> Mark:
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def _composed(text: str, report: Report) -> Node | None:
    try:
        node = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        report.at(where, "bad_yaml", f"This is not YAML as the bridge reads it: {_sentence(error)}.")
        return None
    except ReaderError as error:
        where = _mark_after(text[: error.position])
        report.at(where, "bad_yaml", "A control character stands here, which YAML does not allow.")
        return None
    if node is None:
        report.at((1, 1), "empty_file", "The file is empty. Fill it, or take it away.")
    return node


def _sentence(error: yaml.MarkedYAMLError) -> str:
    sentence = ", ".join(str(part) for part in (error.context, error.problem) if part)
    return f"{sentence} (text with braces needs quotes)" if "'{'" in sentence else sentence


class _Reading:
    """Turns composed nodes into plain values and remembers where each stands."""

    def __init__(self, document: Document, text: str) -> None:
        self.document = document
        self.text = text
        self.count = 0
        self.open: set[int] = set()
        self.refused = False

    def value(self, node: Node, path: Path) -> Any:
        self.document.values[path] = _mark(node)
        self.count += 1
        if id(node) in self.open or self.count > MAX_VALUES:
            self._refuse(node)
            return None
        if node.tag not in _PLAIN:
            self.document.report.error(path, "bad_yaml", f"The tag {node.tag} means nothing here. Leave it out.")
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        self.open.add(id(node))
        try:
            return self._sequence(node, path) if isinstance(node, SequenceNode) else self._mapping(node, path)
        finally:
            self.open.discard(id(node))

    def _refuse(self, node: Node) -> None:
        if not self.refused:
            message = f"An anchor contains itself, or the file makes more than {MAX_VALUES} values."
            self.document.report.at(_mark(node), "too_large", message)
        self.refused = True

    def _scalar(self, node: ScalarNode, path: Path) -> Any:
        kind = node.tag.removeprefix(_TAG)
        if kind == "null":
            return None
        if kind == "bool":
            return node.value.lower() == "true"
        if kind in ("int", "float"):
            return _number(node.value, kind)
        if _UNSTORABLE.search(node.value):
            self.document.report.error(path, "bad_yaml", "A control character or half a character stands here.")
        inside = 1 if node.style in ("'", '"') else 0
        start = node.start_mark.index + inside
        if self.text[start : start + len(node.value)] == node.value and "\n" not in node.value:
            self.document.texts[path] = (node.start_mark.line + 1, node.start_mark.column + 1 + inside)
        return node.value

    def _sequence(self, node: Node, path: Path) -> list[Any]:
        items = node.value if isinstance(node, SequenceNode) else []
        return [self.value(item, (*path, index)) for index, item in enumerate(items) if not self.refused]

    def _mapping(self, node: Node, path: Path) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for key, value in self._pairs(node):
            if self.refused:
                break
            if key.value in content:
                first = self.document.keys[(*path, key.value)][0]
                message = f'"{key.value}" is written twice in one mapping; the first stands in line {first}.'
                self.document.report.at(_mark(key), "duplicate_key", message)
                continue
            self.document.keys[(*path, key.value)] = _mark(key)
            if _UNSTORABLE.search(key.value):
                self.document.report.at(_mark(key), "bad_yaml", "A control character or half a character stands here.")
            content[key.value] = self.value(value, (*path, key.value))
        return content

    def _pairs(self, node: Node) -> Iterator[tuple[ScalarNode, Node]]:
        """Keys are names, whatever they look like: `2024:` and `no:` are texts."""
        for key, value in node.value if isinstance(node, MappingNode) else []:
            if isinstance(key, ScalarNode):
                yield key, value
            else:
                message = "A key is a single name; a list or mapping stands here."
                self.document.report.at(_mark(key), "bad_yaml", message)


def _mark(node: Node) -> Mark:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _number(text: str, kind: str) -> Any:
    try:
        return int(text) if kind == "int" else float(text)
    except ValueError:  # an explicit tag (`!!int x`) on something that is no number
        return text
