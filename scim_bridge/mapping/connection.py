"""The `connection:` of a file against what its connector documents, and the variables in it. No value is ever shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scim_bridge.access.connector import ConnectionKey, ConnectorType
from scim_bridge.mapping.problems import did_you_mean, listed
from scim_bridge.mapping.secrets import VARIABLE, is_malformed, variables
from scim_bridge.mapping.spot import Spot

Environment = Mapping[str, str] | None
"""None: variables are not looked up (a stored revision stays loadable when a variable has gone)."""


def check_connection(spot: Spot, kind: ConnectorType, environment: Environment) -> dict[str, Any]:
    """Note what is wrong; return what is right, as written, with the connector's defaults for what is left out."""
    known = {key.name: key for key in kind.connection}
    good = {key.name: key.default for key in kind.connection if not key.required and key.default is not None}
    for name, entry in spot.entries():
        if name not in known:
            hint = did_you_mean(name, known) or f" Known here: {', '.join(known)}."
            entry.error("unknown_key", f'"{name}" is not a key of the connection of {kind.name}.{hint}', at_key=True)
        elif _is_right(entry, known[name], environment):
            good[name] = entry.value
    for name in spot.lacks(*(key.name for key in kind.connection if key.required), known=known):
        spot.error("missing_key", f"`{name}` is missing.", at_key=True)
    return good


def _is_right(entry: Spot, key: ConnectionKey, environment: Environment) -> bool:
    if key.type == "secret":
        return _secret(entry, environment)
    if key.type == "bool":
        return _flag(entry)
    if key.type == "list":
        return _names(entry, environment)
    if not _text(entry, environment, "unset_variable"):
        return False
    return key.type == "text" or _choice(entry, key.choices)


def _secret(entry: Spot, environment: Environment) -> bool:
    found = VARIABLE.fullmatch(entry.value) if isinstance(entry.value, str) else None
    if found is None or found[2] is not None:
        message = "A secret is only ever ${NAME}, the name of an environment variable, without anything around it."
        entry.error("literal_secret", message)
        return False
    return _are_set(entry, environment, "unset_secret")


def _flag(entry: Spot) -> bool:
    if not isinstance(entry.value, bool):
        entry.error("wrong_type", "This must be true or false.")
    return isinstance(entry.value, bool)


def _names(entry: Spot, environment: Environment) -> bool:
    if not isinstance(entry.value, list):
        entry.error("wrong_type", "This must be a list.")
        return False
    wrong = [item for item in entry.items() if not _text(item, environment, "unset_variable")]
    return not wrong


def _choice(entry: Spot, choices: tuple[str, ...]) -> bool:
    if entry.value not in choices:
        hint = did_you_mean(str(entry.value), choices)
        entry.error("bad_value", f'"{entry.value}" is not {listed(choices)}.{hint}')
    return entry.value in choices


def _text(entry: Spot, environment: Environment, code: Any) -> bool:
    if entry.text is None:
        entry.error("wrong_type", "This must be text. Put it in quotes if it looks like something else.")
        return False
    if is_malformed(entry.text):
        entry.error("bad_variable", "A variable is written ${NAME} or ${NAME:-otherwise}.")
        return False
    return _are_set(entry, environment, code)


def _are_set(entry: Spot, environment: Environment, code: Any) -> bool:
    missing = [
        variable.name
        for variable in variables(entry.text or "")
        if environment is not None and variable.otherwise is None and not environment.get(variable.name)
    ]
    for name in missing:
        entry.error(code, f"The environment variable {name} is not set, or is empty.")
    return not missing


def check_no_variables(spot: Spot) -> None:
    """Outside of `connection`, `${NAME}` would be taken for a name: better said than searched for."""
    if isinstance(spot.value, str) and "${" in spot.value:
        spot.error("variable_not_here", "Variables are replaced under `connection` only.")
    for _, entry in spot.entries():
        check_no_variables(entry)
    for item in spot.items():
        check_no_variables(item)
