"""Group patterns: `AI-{place}-{role}`, anchored, without case, each part one or more characters.

Matched by hand rather than by a regular expression: a name pushed from outside must not be able to cost more than
parts x length squared, and a part without a table keeps the spelling that the identity provider used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from unicodedata import normalize

from scim_bridge.errors import BridgeError

MAX_PARTS = 8
_PIECE = re.compile(r"\{([^{}]*)\}|([{}])")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class PatternError(BridgeError):
    """The text is no pattern. `position` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def pieces(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split into literals and part names, one literal more than parts. Raises `PatternError`."""
    literals, parts, end = [], [], 0
    for found in _PIECE.finditer(text):
        if found[2]:
            raise PatternError("A brace stands alone here. A part is written {name}.", found.start())
        if not _NAME.fullmatch(found[1]):
            raise PatternError("A part is named with letters, digits and _, and begins with no digit.", found.start())
        literals.append(text[end : found.start()])
        parts.append(found[1])
        end = found.end()
    return (*literals, text[end:]), tuple(parts)


@dataclass(frozen=True)
class Pattern:
    """`tables` holds, for the parts that have one, what a text stands for. Only a table's keys match its part."""

    text: str
    literals: tuple[str, ...]
    parts: tuple[str, ...]
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_folded", tuple(_fold(literal) for literal in self.literals))
        keys = [{_fold(key): value for key, value in self.tables[name].items()} if name in self.tables else None
                for name in self.parts]  # fmt: skip
        object.__setattr__(self, "_keys", tuple(keys))

    _folded: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _keys: tuple[dict[str, str] | None, ...] = field(init=False, repr=False, compare=False)

    def match(self, name: str) -> dict[str, str] | None:
        """What each part stands for in this group name, or None. Earlier parts take as much as they can."""
        name = normalize("NFC", name)
        folded, origin = _fold_with_origin(name)
        first, last = self._folded[0], self._folded[-1]
        if not (folded.startswith(first) and folded.endswith(last)):
            return None
        spans = self._split(folded, len(first), len(folded) - len(last))
        if spans is None:
            return None
        found = {}
        for part, keys, (start, end) in zip(self.parts, self._keys, spans, strict=True):
            text = name[origin[start] : origin[end]] if origin else name[start:end]
            found[part] = text if keys is None else keys[folded[start:end]]
        return found

    def _split(self, folded: str, start: int, stop: int) -> list[tuple[int, int]] | None:
        """Where each part lies, between the first literal and the last. Dead ends are remembered and walked once."""
        dead: set[tuple[int, int]] = set()

        def walk(index: int, begin: int) -> list[tuple[int, int]] | None:
            if index == len(self.parts):
                return [] if begin == stop else None
            if (index, begin) in dead:
                return None
            for end in self._ends(index, folded, begin, stop):
                following = self._folded[index + 1] if index + 1 < len(self.parts) else ""
                rest = walk(index + 1, end + len(following))
                if rest is not None:
                    return [(begin, end), *rest]
            dead.add((index, begin))
            return None

        return walk(0, start)

    def _ends(self, index: int, folded: str, begin: int, stop: int) -> list[int]:
        """Where part `index` may end when it begins here, the farthest first."""
        is_last = index + 1 == len(self.parts)
        following = "" if is_last else self._folded[index + 1]
        keys = self._keys[index]
        if keys is not None:
            ends = sorted((begin + len(key) for key in keys if folded.startswith(key, begin)), reverse=True)
        else:
            ends = [stop] if is_last else list(range(stop - len(following), begin, -1))
        return [
            end
            for end in ends
            if begin < end <= stop and (end == stop if is_last else folded.startswith(following, end))
        ]


def compiled(text: str, tables: Mapping[str, Mapping[str, str]]) -> Pattern:
    """The pattern, or `PatternError` with the position of what is wrong."""
    literals, parts = pieces(text)
    for index, part in enumerate(parts):
        position = sum(len(literal) for literal in literals[: index + 1]) + sum(len(p) + 2 for p in parts[:index])
        if part in parts[:index]:
            raise PatternError(f"The part {{{part}}} stands twice in this pattern.", position)
        if index and not literals[index]:
            raise PatternError(f"There must be text between {{{parts[index - 1]}}} and {{{part}}}.", position)
    if len(parts) > MAX_PARTS:
        raise PatternError(f"A pattern has at most {MAX_PARTS} parts.", 0)
    return Pattern(text, literals, parts, {name: table for name, table in tables.items() if name in parts})


def filled(text: str, found: Mapping[str, str]) -> str:
    """A grant's text with `{part}` replaced. Parts that nothing defines were refused on loading."""
    return _PIECE.sub(lambda piece: found.get(piece[1], piece[0]), text) if "{" in text else text


def _fold(text: str) -> str:
    return normalize("NFC", text).casefold()


def _fold_with_origin(text: str) -> tuple[str, list[int] | None]:
    """The folded text and, where folding changed its length, the index each folded character came from."""
    folded = text.casefold()
    if len(folded) == len(text) and text.isascii():
        return folded, None
    pairs = [(character, index) for index, each in enumerate(text) for character in each.casefold()]
    return "".join(character for character, _ in pairs), [*(index for _, index in pairs), len(text)]
