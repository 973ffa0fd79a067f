"""One column against one value. Text is compared literally: no pattern language, so nothing in a value is special.

(LIKE would need escapes, and SQLite's takes `a` for `A` even where case counts.) Order is by code point everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import eq, ge, gt, le, lt
from typing import Any

from sqlalchemy import ColumnElement, String, and_, func, literal, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from scim_bridge.directory.tables import KEY_LENGTH, user_value
from scim_bridge.directory.values import compared
from scim_bridge.scim.attribute import Attribute
from scim_bridge.scim.instant import parse_instant


class ByCodePoint(FunctionElement[str]):
    """Text in the order of its code points, whatever the database's collation."""

    inherit_cache = True
    type = String()


@compiles(ByCodePoint)
def _as_it_is(element: ByCodePoint, compiler: Any, **arguments: Any) -> str:
    """SQLite compares bytes of UTF-8, which is the order of code points."""
    return str(compiler.process(element.clauses, **arguments))


@compiles(ByCodePoint, "postgresql")
def _collated(element: ByCodePoint, compiler: Any, **arguments: Any) -> str:
    return f'(({compiler.process(element.clauses, **arguments)}) COLLATE "C")'


def column_compares(column: ColumnElement[Any], leaf: Attribute, op: str, value: Any) -> ColumnElement[bool]:
    """`column op value` for every op but `ne`: true or false, never NULL.

    `column` holds text as it is compared (folded, unless the attribute is caseExact), a boolean, number or instant.
    """
    return and_(column.is_not(None), _compares(column, op, bound(leaf, value)))


def value_compares(row: Any, leaf: Attribute, op: str, value: Any) -> ColumnElement[bool]:
    """The same for a row of `user_value` (an alias of the table); false where it has no value of this type."""
    column = row.c[_column_of(leaf)]
    target = bound(leaf, value)
    if column.name != "text" or op != "eq":
        return column_compares(column, leaf, op, value)
    # The index holds the first characters; only a longer value needs the whole text compared.
    found: ColumnElement[bool] = row.c.key == target[:KEY_LENGTH]
    return found if len(target) < KEY_LENGTH else and_(found, row.c.text == target)


def value_is_present(row: Any) -> ColumnElement[bool]:
    """An empty text is no value (RFC 7644 section 3.4.2.2, `pr`)."""
    return func.coalesce(row.c.text, "x") != ""


def bound(leaf: Attribute, value: Any) -> Any:
    """The value of a comparison in the form the column has."""
    if leaf.type == "dateTime":
        return parse_instant(value)
    return compared(leaf, value) if isinstance(value, str) else value


def _column_of(leaf: Attribute) -> str:
    named = {"boolean": "boolean", "integer": "number", "decimal": "number", "dateTime": "instant"}
    column = named.get(leaf.type, "text")
    assert column in user_value.c
    return column


def _compares(column: ColumnElement[Any], op: str, value: Any) -> ColumnElement[bool]:
    if op in ("co", "sw", "ew"):
        return _contains(column, op, value)
    compared_by = column if op == "eq" or not isinstance(value, str) else ByCodePoint(column)
    found: ColumnElement[bool] = _ORDERS[op](compared_by, value)
    return found


_ORDERS: dict[str, Callable[[Any, Any], Any]] = {"eq": eq, "gt": gt, "ge": ge, "lt": lt, "le": le}


def _contains(column: ColumnElement[Any], op: str, value: str) -> ColumnElement[bool]:
    if not value:
        return true()
    length = literal(len(value))
    if op == "sw":
        return func.substr(column, 1, length) == value
    if op == "ew":
        long_enough = func.length(column) >= length
        return and_(long_enough, func.substr(column, func.length(column) - length + 1, length) == value)
    return func.replace(column, value, "") != column
