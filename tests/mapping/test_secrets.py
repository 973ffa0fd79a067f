from __future__ import annotations

import pytest

from scim_bridge.mapping.secrets import VariableUnset, expand


def test_variables_are_replaced_in_texts_and_lists() -> None:
    connection = {"key": "${KEY}", "url": "https://${HOST:-localhost}/v1", "places": ["a", "${P}"], "on": True}
    expanded = expand(connection, {"KEY": "secret", "P": "b"})
    assert expanded == {"key": "secret", "url": "https://localhost/v1", "places": ["a", "b"], "on": True}


def test_an_unset_or_empty_variable_is_named() -> None:
    for environment in ({}, {"KEY": ""}):
        with pytest.raises(VariableUnset, match="KEY") as raised:
            expand({"key": "${KEY}"}, environment)
        assert raised.value.name == "KEY"


def test_a_value_is_not_looked_into_for_further_variables() -> None:
    assert expand({"key": "${KEY}"}, {"KEY": "${OTHER}", "OTHER": "x"}) == {"key": "${OTHER}"}


def test_an_empty_default_is_a_default() -> None:
    assert expand({"key": "${KEY:-}"}, {}) == {"key": ""}
