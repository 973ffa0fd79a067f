"""References within a bulk request (RFC 7644 section 3.7.2): `bulkId:` and the name of what another operation makes.

A text that is nothing else is a reference, whatever attribute it is the value of; so is the end of a `$ref`, and a quoted
text in the path of a PATCH, `members[value eq "bulkId:ada"]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

PREFIX = "bulkId:"

_WHOLE = re.compile(r"()bulkId:(.+)()", re.DOTALL)
_ADDRESS = re.compile(r"(.*/|)bulkId:(.+)()", re.DOTALL)
_QUOTED = re.compile(r'(")bulkId:([^"\\]+)(")')


def names_in(value: Any) -> tuple[str, ...]:
    """The names that are referred to anywhere within, each once, in order."""
    names: dict[str, None] = {}

    def note(name: str) -> str:
        names[name] = None
        return name

    _mapped(value, "", note)
    return tuple(names)


def resolved(value: Any, ids: Mapping[str, str]) -> Any:
    """The value with every reference replaced by the id in `ids`, which has all of them."""
    return _mapped(value, "", ids.__getitem__)


def _mapped(value: Any, key: str, replace: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {name: _mapped(part, str(name).lower(), replace) for name, part in value.items()}
    if isinstance(value, list):
        return [_mapped(each, key, replace) for each in value]
    if not isinstance(value, str) or PREFIX not in value:
        return value

    def put(found: re.Match[str]) -> str:
        return f"{found[1]}{replace(found[2])}{found[3]}"

    if key == "path":
        return _QUOTED.sub(put, value)
    found = (_ADDRESS if key == "$ref" else _WHOLE).fullmatch(value)
    return value if found is None else put(found)
