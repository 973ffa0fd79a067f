"""The literals of a filter in the type of the attribute they are compared with."""

from __future__ import annotations

from scim_bridge.scim.attribute import NUMBERS
from scim_bridge.scim.errors import InvalidFilter
from scim_bridge.scim.fields import number_in
from scim_bridge.scim.grammar import Literal
from scim_bridge.scim.instant import format_instant, parse_instant
from scim_bridge.scim.registry import Ref


def coerced(ref: Ref, literal: Literal) -> str | bool | int | float:
    """The value as `filters.Compare` holds it. InvalidFilter, with the position, when it is not of the type."""
    kind, value = ref.leaf.type, literal.value
    if kind == "boolean":
        return _boolean(ref, literal)
    if kind in NUMBERS:
        return _number(ref, literal)
    if not isinstance(value, str):
        raise _refused(literal, f"'{ref.path}' holds text: put the value in double quotes")
    return _instant(ref, literal, value) if kind == "dateTime" else value


def _refused(literal: Literal, sentence: str) -> InvalidFilter:
    return InvalidFilter(f"{sentence} (position {literal.position}).")


def _boolean(ref: Ref, literal: Literal) -> bool:
    """Entra compares `roles[primary eq "True"]`."""
    word = literal.value.lower() if isinstance(literal.value, str) else literal.value
    if word is True or word == "true":
        return True
    if word is False or word == "false":
        return False
    raise _refused(literal, f"'{ref.path}' is true or false")


def _number(ref: Ref, literal: Literal) -> float:
    """Numbers are compared as floating point of 64 bits, as both databases do."""
    number = number_in(literal.value)
    try:
        if number is not None:
            return float(number)
    except OverflowError:
        pass
    raise _refused(literal, f"'{ref.path}' is a number")


def _instant(ref: Ref, literal: Literal, value: str) -> str:
    try:
        return format_instant(parse_instant(value))
    except ValueError as error:
        raise _refused(literal, f"'{ref.path}' is a date and time, such as \"2026-01-31T09:30:00Z\"") from error
