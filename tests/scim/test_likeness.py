"""Looking values up gives what comparing each with each gives."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scim_bridge.scim.fold import fold
from scim_bridge.scim.likeness import with_added, without
from scim_bridge.scim.registry import USER

words = st.sampled_from(["a", "A", "b", "B\u00df", "bSS"])
items = st.lists(
    st.fixed_dictionaries({}, optional={"value": words, "type": words, "display": words, "primary": st.booleans()}).filter(bool),
    max_size=5,
)


def attribute(name: str) -> Any:
    found = USER.find(name)
    assert found is not None
    return found.attribute


def means(one: dict[str, Any], each: dict[str, Any], exact: bool) -> bool:
    """Whether one value means the other: by `value`, and `type` where given; without `value` by everything."""

    def same(left: Any, right: Any, folded: bool) -> bool:
        both = isinstance(left, str) and isinstance(right, str) and folded
        return fold(left) == fold(right) if both else left == right

    keys = one.keys() & {"value", "type"} if "value" in one else one.keys()
    return all(same(one[key], each.get(key), not (exact and key == "value")) for key in keys)


def added(old: list[dict[str, Any]], named: list[dict[str, Any]]) -> list[dict[str, Any]]:
    values = list(old)
    for one in named:
        place = next((index for index, each in enumerate(values) if means(one, each, False)), len(values))
        values[place:] = [{**(values[place] if place < len(values) else {}), **one}, *values[place + 1 :]]
    return values


@given(items, items)
def test_removing_by_look_up_removes_what_is_meant(old: list[dict[str, Any]], named: list[dict[str, Any]]) -> None:
    for name, exact in (("emails", False), ("x509Certificates", True)):
        left = [each for each in old if not any(means(one, each, exact) for one in named)]
        assert without(old, named, attribute(name)) == left


@given(items.map(lambda some: [{**each, "value": f"{number}"} for number, each in enumerate(some)]), items)
def test_adding_by_look_up_completes_what_is_meant(old: list[dict[str, Any]], named: list[dict[str, Any]]) -> None:
    """With values that nobody else has; a value that changes what it is called by in between may be found by both names."""
    named = [{**each, "value": each.get("value", "c")} for each in named]
    assert with_added(old, named, attribute("emails")) == added(old, named)
