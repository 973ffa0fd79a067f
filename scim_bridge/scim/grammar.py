# mypy: disable-error-code="misc, untyped-decorator, no-untyped-def, no-untyped-call, name-defined, no-redef, has-type"
# ruff: noqa: F821, F811, N802
"""The grammar of RFC 7644 section 3.4.2.2: scim2-filter-parser 0.7, with what it gets wrong put right.

Corrected here: `and` binds closer than `or`; numbers, JSON escapes and typed literals; words such as `trueName` are
names; LF and CR are white space; one exception, with a position. The grammar rules are the library's own; sly does not
inherit them, so each is named again. Never use the library's SQL transpiler: it drops unknown attributes silently.

sly's class bodies take any free upper-case name as a token, and its decorator comes from a metaclass: hence the
directives on top. Instances keep state while they work, so each call makes its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from scim2_filter_parser import ast
from scim2_filter_parser.lexer import SCIMLexer
from scim2_filter_parser.parser import SCIMParser, SCIMParserError

MAX_LENGTH = 4096  # characters
MAX_DEPTH = 32  # parentheses and brackets within one another
MAX_TERMS = 128  # comparisons

# Lower case on purpose: see the module's docstring.
wordend = r"(?![A-Za-z0-9_$.:-])"

_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_COMPARISONS = frozenset({"EQ", "NE", "CO", "SW", "EW", "GT", "GE", "LT", "LE", "PR"})
_BREAK = re.compile(r"[\s()\[\]]")
_OPERATOR_BEFORE = re.compile(r"\s(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+\Z", re.IGNORECASE)
_LITERALS = frozenset({"COMP_VALUE", "NUMBER", "TRUE", "FALSE", "NULL"})
_NAMES = frozenset({"ATTRNAME", "SUBATTR", "SCHEMA_URI"})
_OPENING = frozenset({"LPAREN", "LBRACKET"})
_CLOSING = frozenset({"RPAREN", "RBRACKET"})


class GrammarError(Exception):
    """The text is not a filter. The message is a sentence; positions count from 1."""

    def __init__(self, sentence: str, position: int | None = None) -> None:
        super().__init__(sentence)
        self.position = position


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it stands in the text. `position` counts from 1; `number` is its place among the literals, from 0."""

    value: str | bool | int | float | None
    position: int
    number: int


Tokens: TypeAlias = list[Any]
Shape: TypeAlias = tuple[str, ...]


class FilterLexer(SCIMLexer):
    """Tokens with JSON's literals, each with its own type."""

    tokens = SCIMLexer.tokens
    ignore = " \t\r\n"
    FALSE = "(?i:false)" + wordend
    TRUE = "(?i:true)" + wordend
    NULL = "(?i:null)" + wordend
    NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_.:-])"

    @_(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
    def COMP_VALUE(self, t):
        t.value = json.loads(t.value)
        if _NO_TEXT.search(t.value):  # no answer could quote it, and no text is stored that has it
            raise GrammarError(f"The text at position {t.index + 1} holds characters that no text can have.", t.index + 1)
        return t

    def error(self, t):
        raise _illegal(self.text, t.index)


class FilterParser(SCIMParser):
    """The library's rules with the RFC's precedence and typed values; paths remember where they stood."""

    tokens = SCIMLexer.tokens
    precedence = (("left", "OR"), ("left", "AND"), ("right", "NOT"))

    filter = SCIMParser.filter
    value_path = SCIMParser.value_path
    attr_exp = SCIMParser.attr_exp
    log_exp = SCIMParser.log_exp
    sub_attr = SCIMParser.sub_attr

    @_("FALSE", "NULL", "TRUE", "NUMBER", "COMP_VALUE")
    def comp_value(self, p):
        return ast.CompValue(p[0])

    @_("SCHEMA_URI ATTRNAME sub_attr")
    def attr_path(self, p):
        return ast.AttrPath(p[1], p[2], p[0], index=p.index)

    @_("SCHEMA_URI ATTRNAME")
    def attr_path(self, p):
        return ast.AttrPath(p[1], None, p[0], index=p.index)

    @_("ATTRNAME sub_attr")
    def attr_path(self, p):
        return ast.AttrPath(p[0], p[1], None, index=p.index)

    @_("ATTRNAME")
    def attr_path(self, p):
        return ast.AttrPath(p[0], None, None, index=p.index)

    @_("value_path sub_attr")
    def attr_path(self, p):
        return ast.AttrPath(p[0], p[1], None, index=p[0].namespace.index)

    @_("value_path")
    def attr_path(self, p):
        return ast.AttrPath(p[0], None, None, index=p[0].namespace.index)

    def error(self, p):
        if p is None:
            end = self.words[-1].end + 1
            raise GrammarError(f"The expression ends too early, at position {end}.", end)
        before = self.words[self.words.index(p) - 1].type if self.words[0] is not p else ""
        raise _unexpected(p.value, p.index + 1, unquoted=p.type in _NAMES and before in _COMPARISONS - {"PR"})


def parse(text: str) -> Any:
    """The library's tree for a filter. GrammarError for everything that is not one, too long, too deep or too wide.

    In the tree a `value_path` is `Filter(expr, False, namespace)`; an AttrPath whose `attr_name` is such a Filter is
    what stands before a sub-attribute or an operator (`emails[type eq "work"].value`). A CompValue holds a Literal.
    """
    return tree_of(tokens_of(text))


def tokens_of(text: str) -> Tokens:
    """The words of a filter, within the caps. The value of one that is a literal is a Literal. GrammarError otherwise."""
    if len(text) > MAX_LENGTH:
        raise GrammarError(f"The expression has {len(text)} characters; at most {MAX_LENGTH} are read.")
    if not text.strip():
        raise GrammarError("The expression is empty.")
    tokens = list(FilterLexer().tokenize(text))
    _measure(tokens)
    for number, token in enumerate(each for each in tokens if each.type in _LITERALS):
        token.value = Literal(_value(token), token.index + 1, number)
    return tokens


def shape_of(tokens: Tokens) -> Shape:
    """What two filters share that differ in their values alone."""
    return tuple(f"{each.type} {each.value.lower()}" if each.type in _NAMES else each.type for each in tokens)


def literals_of(tokens: Tokens) -> Sequence[Literal]:
    """The values, in the order of the text."""
    return [each.value for each in tokens if each.type in _LITERALS]


def tree_of(tokens: Tokens) -> Any:
    """The tree of `parse`, of words that were read already."""
    parser = FilterParser()
    parser.words = tokens
    try:
        return parser.parse(iter(tokens))
    except (SCIMParserError, ValueError, AttributeError) as error:
        raise GrammarError("The expression is malformed.") from error


def _value(token: Any) -> str | bool | int | float | None:
    words = {"TRUE": True, "FALSE": False, "NULL": None}
    if token.type in words:
        return words[token.type]
    return _number(token.value) if token.type == "NUMBER" else token.value


def _measure(tokens: list[Any]) -> None:
    """Keeps the tree small enough for plain recursion."""
    if max(_depths(tokens), default=0) > MAX_DEPTH:
        raise GrammarError(f"The expression is nested more than {MAX_DEPTH} deep.")
    terms = sum(token.type in _COMPARISONS for token in tokens)
    if terms > MAX_TERMS:
        raise GrammarError(f"The expression has {terms} comparisons; at most {MAX_TERMS} are read.")


def _depths(tokens: list[Any]) -> Iterator[int]:
    depth = 0
    for token in tokens:
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
        yield depth


def _number(text: str) -> int | float:
    return float(text) if any(mark in text for mark in ".eE") else int(text)


def _shown(value: object) -> str:
    """A token for a person, short."""
    text = str(value.value if isinstance(value, Literal) else value)
    return f"'{text}'" if len(text) <= 40 else f"'{text[:40]}...'"


def _unexpected(word: object, position: int, *, unquoted: bool) -> GrammarError:
    hint = " Text is written in double quotes." if unquoted else ""
    return GrammarError(f"{_shown(word)} at position {position} is not expected there.{hint}", position)


def _illegal(text: str, index: int) -> GrammarError:
    """About a character that begins no token, and the word it stands in."""
    if text[index] == '"':
        sentence = f"The text that begins at position {index + 1} is not a JSON string; is a quote or an escape missing?"
        return GrammarError(sentence, index + 1)
    if text[index] == "'":
        return GrammarError(f"Position {index + 1}: text is written in double quotes, not in single ones.", index + 1)
    start = max((each.end() for each in _BREAK.finditer(text[:index])), default=0)
    word = _BREAK.split(text[start:], maxsplit=1)[0]
    return _unexpected(word, start + 1, unquoted=bool(_OPERATOR_BEFORE.search(text[:start])))
