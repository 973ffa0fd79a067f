"""People, groups and filters, made up from a seed."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from random import Random
from typing import Any

from tests.oracle.attributes import ENTERPRISE_URN, GROUP_LEAVES, LAB_URN, TEAM_URN, USER_LEAVES, Leaf
from tests.oracle.evaluate import Both, Either, Has, Is, Negated, OneValue, Tree

WORDS = [
    "ada", "Ada", "ADA", "ad", "a", "b", "work", "Work", "home", "other", "mobile", "direct", "zoë", "ZOË", "zoe\u0308",
    "Straße",
    "STRASSE", "İstanbul", "ǆ", "ﬁ", "Ωmega", "ωMEGA", "日本", "😀", "a b", " a", "%", "_", "a_b", "100%", "\\", '"', "'", "/", "é",
    "É", "e\u0301", "true", "null", "x" * 199, "x" * 200, "x" * 201, "x" * 201 + "y", "https://Example.com/A", "https://example.com/a",
    "@example.com", "0", "-1", "~", "\u00a0", "\x7f", "tab\there", "line\nbreak", "Ā", "ā", "ſ", "K", "k", "K", "User", "Group",
]  # fmt: skip
MOMENTS = [
    "2026-01-31T09:30:00Z", "2026-01-31T10:30:00+01:00", "2026-01-31T09:30:00.000001Z", "2026-01-31T09:30:00.5Z",
    "1999-12-31T23:59:59Z",
    "2026-11-24T12:00:00Z", "2026-11-24T12:00:07Z", "2026-11-24T14:00:07+02:00", "2026-01-31T09:30:00", "0001-01-01T00:00:00Z",
]  # fmt: skip
NUMBERS: list[Any] = [0, 1, -1, 2, 10, 9, 1.5, -2.25, 0.1, 1e3, 2**53, -(2**53), 3.0000000000000004]
OPS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
READ_ONLY = {"groups", "meta", "id", "schemas"}


class People:
    """Bodies of POST, which hold every attribute now and then."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def user(self, number: int) -> dict[str, Any]:
        body: dict[str, Any] = {"userName": f"{self.random.choice(WORDS).strip() or 'u'}{number}", LAB_URN: {}, ENTERPRISE_URN: {}}
        if self.random.random() < 0.6:
            body["externalId"] = self.random.choice(WORDS[:8])
        return self._filled(body, USER_LEAVES, 0.35)

    def group(self, number: int) -> dict[str, Any]:
        body = {"displayName": f"{self.random.choice(WORDS).strip() or 'g'}{number}", TEAM_URN: {}}
        return self._filled(body, [each for each in GROUP_LEAVES if each.name not in ("members", "displayName")], 0.5)

    def _filled(self, body: dict[str, Any], leaves: Sequence[Leaf], share: float) -> dict[str, Any]:
        chosen = sorted({(each.urn or "", each.name) for each in leaves})
        for urn, name in chosen:
            if name in READ_ONLY or name in body or self.random.random() > share:
                continue
            parts = [each for each in leaves if (each.urn or "", each.name) == (urn, name)]
            value = [self._item(parts) for _ in range(self.random.randint(1, 3))] if parts[0].several else self._item(parts)
            (body[urn] if urn else body)[name] = value
        return body

    def _item(self, parts: Sequence[Leaf]) -> Any:
        if parts[0].sub is None:
            return self._value(parts[0])
        item = {each.sub: self._value(each) for each in parts if self.random.random() < 0.7 and each.sub != "primary"}
        value = next((each for each in parts if each.sub == "value"), parts[0])
        return item | {value.sub: self._value(value)}

    def _value(self, leaf: Leaf) -> Any:
        if leaf.kind == "boolean":
            return self.random.random() < 0.5
        if leaf.kind == "integer":
            return self.random.choice([each for each in NUMBERS if each == int(each)])
        if leaf.kind == "decimal":
            return self.random.choice(NUMBERS)
        if leaf.kind == "dateTime":
            return self.random.choice(MOMENTS)
        return self.random.choice(WORDS)


class Filters:
    """Trees, and the texts that say the same. Values are taken from what is there, whole or cut, as often as made up."""

    def __init__(self, seed: int, leaves: Sequence[Leaf], resources: Sequence[dict[str, Any]]) -> None:
        self.random = Random(seed)
        self.leaves = leaves
        self.complex = sorted({(each.urn, each.name) for each in leaves if each.sub and each.name != "meta"}, key=str)
        self.texts = sorted({text for each in resources for text in _texts(each)})

    def tree(self) -> Tree:
        return self._tree(self.random.choice([0, 1, 1, 2, 3]))

    def _tree(self, depth: int) -> Tree:
        chance = self.random.random()
        if depth and chance < 0.2:
            return Both(self._tree(depth - 1), self._tree(depth - 1))
        if depth and chance < 0.4:
            return Either(self._tree(depth - 1), self._tree(depth - 1))
        if depth and chance < 0.5:
            return Negated(self._tree(depth - 1))
        if chance < 0.7:
            return self._bracket()
        return self._term(self.leaves)

    def varied(self, tree: Tree) -> Tree:
        """The same with other values: what the bridge answers out of its cache of shapes."""
        if isinstance(tree, Both | Either):
            return type(tree)(self.varied(tree.one), self.varied(tree.other))
        if isinstance(tree, Negated):
            return Negated(self.varied(tree.term))
        if isinstance(tree, OneValue):
            behind = None if tree.behind is None else self._revalued(tree.behind)
            return OneValue(tree.leaf, self.varied(tree.inner), behind)
        return self._revalued(tree) if isinstance(tree, Is) else tree

    def _revalued(self, tree: Is) -> Is:
        return tree if tree.value is None else Is(tree.leaf, tree.op, self._literal_for(tree.leaf))

    def _bracket(self) -> Tree:
        urn, name = self.random.choice(self.complex)
        parts = [each for each in self.leaves if (each.urn, each.name) == (urn, name)]
        behind = self._comparison(self.random.choice(parts)) if self.random.random() < 0.3 else None
        return OneValue(parts[0], self._inner(parts, 2), behind if behind and behind.value is not None else None)

    def _inner(self, parts: Sequence[Leaf], depth: int) -> Tree:
        chance = self.random.random()
        if depth and chance < 0.25:
            return Both(self._inner(parts, depth - 1), self._inner(parts, depth - 1))
        if depth and chance < 0.4:
            return Either(self._inner(parts, depth - 1), self._inner(parts, depth - 1))
        if depth and chance < 0.5:
            return Negated(self._inner(parts, depth - 1))
        return self._term(parts)

    def _term(self, leaves: Sequence[Leaf]) -> Tree:
        leaf = self.random.choice(leaves)
        if self.random.random() < 0.15:
            whole = leaf.sub and leaves is self.leaves and leaf.name != "meta" and self.random.random() < 0.3
            return Has(Leaf(leaf.urn, leaf.name, "", "complex", False, leaf.several) if whole else leaf)
        return self._comparison(leaf)

    def _comparison(self, leaf: Leaf) -> Is:
        if self.random.random() < 0.05:
            return Is(leaf, self.random.choice(["eq", "ne"]), None)
        ops = {"boolean": OPS[:2], "binary": OPS[:5]}.get(leaf.kind, OPS)
        if leaf.kind in ("integer", "decimal", "dateTime"):
            ops = [each for each in OPS if each not in ("co", "sw", "ew")]
        return Is(leaf, self.random.choice(ops), self._literal_for(leaf))

    def _literal_for(self, leaf: Leaf) -> Any:
        if leaf.kind == "boolean":
            return self.random.choice([True, False, "True", "false"])
        if leaf.kind in ("integer", "decimal"):
            return self.random.choice(NUMBERS)
        return self.random.choice(MOMENTS) if leaf.kind == "dateTime" else self._text()

    def _text(self) -> str:
        text = self.random.choice(self.texts if self.random.random() < 0.6 else WORDS)
        cut = self.random.randrange(len(text) + 1)
        return self.random.choice([text, text, text, text[:cut], text[cut:], text.swapcase(), unicodedata.normalize("NFD", text)])

    def written(self, tree: Tree, within: bool = False) -> str:
        """As text: blanks, cases, needless parentheses, bare names and JSON escapes as they come."""
        if isinstance(tree, Both | Either):
            word = self._cased("and" if isinstance(tree, Both) else "or")
            return f"({self.written(tree.one, within)}{self._blank()}{word}{self._blank()}{self.written(tree.other, within)})"
        if isinstance(tree, Negated):
            return f"{self._cased('not')}{self.random.choice(['', ' '])}({self.written(tree.term, within)})"
        if isinstance(tree, OneValue):
            name = self._named(Leaf(tree.leaf.urn, tree.leaf.name, None, "complex", False, True), False)
            behind = "" if tree.behind is None else self._behind(tree.behind)
            return f"{name}[{self.random.choice(['', ' '])}{self.written(tree.inner, True)}]{behind}"
        if isinstance(tree, Has):
            return f"{self._named(tree.leaf, within)}{self._blank()}{self._cased('pr')}"
        return f"{self._named(tree.leaf, within)}{self._compared(tree)}"

    def _behind(self, tree: Is) -> str:
        return f".{self._cased(tree.leaf.sub or '')}{self._compared(tree)}"

    def _compared(self, tree: Is) -> str:
        return f"{self._blank()}{self._cased(tree.op)}{self._blank()}{self._literal(tree.value)}"

    def _named(self, leaf: Leaf, within: bool) -> str:
        if within:
            return self._cased(leaf.sub or "")
        bare = leaf.sub in (None, "") or (leaf.sub == "value" and leaf.several and self.random.random() < 0.3)
        path = leaf.name if bare else f"{leaf.name}.{leaf.sub}"
        return self._cased(path if leaf.urn is None else f"{leaf.urn}:{path}")

    def _literal(self, value: Any) -> str:
        if isinstance(value, str):
            text = json.dumps(value, ensure_ascii=self.random.random() < 0.3)
            return text.replace("/", "\\/") if self.random.random() < 0.1 else text
        return self._cased(json.dumps(value)) if isinstance(value, bool) or value is None else json.dumps(value)

    def _blank(self) -> str:
        return self.random.choice([" ", " ", " ", "  ", "\t", "\n"])

    def _cased(self, text: str) -> str:
        return self.random.choice([text, text, text, text.upper(), text.lower()])


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []
