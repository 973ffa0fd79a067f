"""Which values of a multi-valued attribute mean one another, found by look-up: comparing each with each costs the square."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scim_bridge.scim.attribute import Attribute
from scim_bridge.scim.fold import fold


def with_added(old: Sequence[Any], named: Sequence[Any], attribute: Attribute) -> list[Any]:
    """Old and new. What is there already is completed, not doubled."""
    values = list(old)
    shapes = {_shape(one) for one in named}
    places: dict[object, int] = {}
    for place, each in enumerate(values):
        _note(places, place, each, shapes, attribute)
    for one in named:
        wanted = _likeness(one, _shape(one), attribute)
        place = places.get(wanted, len(values))
        if place < len(values) and _likeness(values[place], _shape(one), attribute) == wanted:
            values[place] = {**values[place], **one} if attribute.is_complex else values[place]
        else:
            place = len(values)
            values.append(one)
        _note(places, place, values[place], shapes, attribute)
    return values


def without(old: Sequence[Any], named: Sequence[Any], attribute: Attribute) -> list[Any]:
    """The old ones that none of the named means."""
    shapes = {_shape(one) for one in named}
    wanted = {_likeness(one, _shape(one), attribute) for one in named}
    return [each for each in old if all(_likeness(each, shape, attribute) not in wanted for shape in shapes)]


def _shape(one: Any) -> tuple[str, ...]:
    """By what a value means another: by `value`, and by `type` where it is given; without `value` by everything.

    A simple value means what is equal to it.
    """
    if not isinstance(one, Mapping):
        return ()
    return tuple(sorted(one.keys() & {"value", "type"} if "value" in one else one.keys()))


def _likeness(each: Any, shape: tuple[str, ...], attribute: Attribute) -> object:
    """Equal for two values that are the same in these sub-attributes."""
    if not attribute.is_complex:
        return _compared(attribute, each)
    return shape, tuple(_compared(attribute.sub(name), each.get(name)) for name in shape)


def _compared(sub: Attribute | None, value: object) -> object:
    return value if sub is None or sub.case_exact or not isinstance(value, str) else fold(value)


def _note(
    places: dict[object, int], place: int, each: Any, shapes: set[tuple[str, ...]], attribute: Attribute
) -> None:
    for shape in shapes:
        places.setdefault(_likeness(each, shape, attribute), place)
