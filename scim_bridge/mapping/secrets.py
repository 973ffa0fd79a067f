"""`${NAME}` and `${NAME:-otherwise}` in a connection: found on loading, replaced at the last moment, never stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scim_bridge.errors import BridgeError

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^{}]*))?\}")


class VariableUnset(BridgeError):
    """A mapping file names a variable that the environment does not have. `name` is the variable's."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The environment variable {name} is not set, or is empty.")
        self.name = name


@dataclass(frozen=True)
class Variable:
    """One `${...}` in a text. `otherwise` is what stands behind `:-`, None where nothing does."""

    name: str
    otherwise: str | None


def variables(text: str) -> Iterator[Variable]:
    for found in VARIABLE.finditer(text):
        yield Variable(found[1], found[3] if found[2] else None)


def is_malformed(text: str) -> bool:
    """Whether a `${` begins something that is no variable."""
    return "${" in VARIABLE.sub("", text)


def expand(connection: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """The connection with every variable replaced. An empty variable counts as unset. Raises `VariableUnset`."""
    return {key: _expanded(value, environment) for key, value in connection.items()}


def _expanded(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return VARIABLE.sub(lambda found: _replacement(found, environment), value)
    if isinstance(value, list):
        return [_expanded(item, environment) for item in value]
    return value


def _replacement(found: re.Match[str], environment: Mapping[str, str]) -> str:
    value = environment.get(found[1]) or found[3]
    if not value and found[2] is None:
        raise VariableUnset(found[1])
    return value or ""
