"""Plays a wire scenario (tests/wire/README.md) against the web application and says what was not as expected."""

from __future__ import annotations

import base64
import copy
import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

BASE = "/scim/v2"
_NAME = re.compile(r"\{\{([^}]+)\}\}")
_MISSING = object()


class Replay:
    """One scenario against one empty tenant. `givens` bring about the states a step may ask for."""

    def __init__(self, client: FlaskClient, token: str, givens: Mapping[str, Callable[[], None]] | None = None) -> None:
        basic = base64.b64encode(f"okta:{token}".encode()).decode()
        self.names: dict[str, str] = {"token": token, "basic": basic}
        self._client = client
        self._givens = givens or {}

    def play(self, steps: list[dict[str, Any]]) -> list[str]:
        """Every deviation, as a sentence; an empty list when all is as expected."""
        return [fault for step in steps for turn in self._turns(step) for fault in self._step(turn)]

    def _turns(self, step: dict[str, Any]) -> Iterator[dict[str, Any]]:
        repeat = step.get("repeat")
        if repeat is None:
            yield step
            return
        for number in range(repeat["from"], repeat["to"] + 1):
            self.names[repeat["var"]] = str(number)
            yield copy.deepcopy(step)

    def _step(self, step: dict[str, Any]) -> Iterator[str]:
        for state in step.get("given", {}):
            self._givens[state]()
        began = perf_counter()
        response = self._send(step)
        spent = (perf_counter() - began) * 1000
        document = _json(response)
        for name, pointer in step.get("capture", {}).items():
            self.names[name] = str(found(document, pointer))
        for fault in self._faults(step["expect"], response, document):
            yield f"{step['name']}: {fault}; {response.status_code} {response.get_data(as_text=True)[:300]}"
        if spent > step.get("max_ms", 60_000):
            yield f"{step['name']}: took {spent:.0f} ms"

    def _send(self, step: dict[str, Any]) -> TestResponse:
        query = step.get("raw_query")
        if query is None:
            given = step.get("query", {})
            query = "&".join(f"{quote(key)}={quote(self._filled(value), safe='')}" for key, value in given.items())
        content = step.get("raw_body")
        if content is None and "body" in step:
            content = self._filled(json.dumps(step["body"], ensure_ascii=False), inside_json=True)
        headers = {name: self._filled(value) for name, value in step.get("headers", {}).items()}
        path = BASE + self._filled(step["path"])
        query = self._filled(query)
        return _inflated(self._client.open(path, query_string=query, method=step["method"], headers=headers, data=content))

    def _faults(self, expect: dict[str, Any], response: TestResponse, document: Any) -> Iterator[str]:
        wanted = expect["status"] if isinstance(expect["status"], list) else [expect["status"]]
        if response.status_code not in wanted:
            yield f"status {response.status_code}, not {wanted}"
        for must in expect.get("must", []):
            value = response.headers.get(must["header"], _MISSING) if "header" in must else found(document, must["path"])
            target = json.loads(self._filled(json.dumps(must.get("value")), inside_json=True))
            if not holds(must.get("op", "eq"), value, target):
                yield f"{must.get('path') or must['header']} {must['op']} {target!r} does not hold"

    def _filled(self, text: str, *, inside_json: bool = False) -> str:
        def value(match: re.Match[str]) -> str:
            plain = self.names.get(match[1], match[0])
            return json.dumps(plain)[1:-1] if inside_json else plain

        return _NAME.sub(value, text)


def found(document: Any, pointer: str) -> Any:
    """What the pointer names. `*` collects over an array, `emails[type=home]` picks by a sub-attribute."""
    here = document
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for position, part in enumerate(parts):
        if part == "*":
            rest = "".join("/" + each for each in parts[position + 1 :])
            return [found(each, rest) if rest else each for each in here] if isinstance(here, list) else _MISSING
        here = _below(here, part)
        if here is _MISSING:
            return _MISSING
    return here


def holds(op: str, value: Any, target: Any) -> bool:
    """One assertion. Numbers and booleans are typed: 1 is not true."""
    if op in _WITHOUT_VALUE:
        return _WITHOUT_VALUE[op](value)
    return value is not _MISSING and _WITH_VALUE[op](value, target)


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


_WITHOUT_VALUE: dict[str, Callable[[Any], bool]] = {
    "exists": lambda value: value is not _MISSING,
    "absent": lambda value: value is _MISSING or value is None,
    "nonempty": lambda value: value is not _MISSING and bool(value),
    "empty_or_absent": lambda value: value is _MISSING or value in (None, "", []),
}
_TYPES = {"integer": int, "array": list, "string": str, "object": dict, "boolean": bool}
_WITH_VALUE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": _same,
    "ne": lambda value, target: not _same(value, target),
    "type": lambda value, target: type(value) is _TYPES[target],
    "len": lambda value, target: len(value) == target,
    "contains": lambda value, target: target in value,
    "set_eq": lambda value, target: sorted(value) == sorted(target),
    "startswith": lambda value, target: value.startswith(target),
    "endswith": lambda value, target: value.endswith(target),
    "matches": lambda value, target: re.search(target, value) is not None,
}


def _below(here: Any, part: str) -> Any:
    picked = re.fullmatch(r"(.+)\[(\w+)=(.+)\]", part)
    if picked and isinstance(here, dict):
        items = here.get(picked[1]) or []
        return next((item for item in items if str(item.get(picked[2])) == picked[3]), _MISSING)
    if isinstance(here, list) and part.isdecimal():
        return here[int(part)] if int(part) < len(here) else _MISSING
    return here.get(part, _MISSING) if isinstance(here, dict) else _MISSING


def _inflated(response: TestResponse) -> TestResponse:
    if response.headers.get("Content-Encoding") == "gzip":
        response.set_data(gzip.decompress(response.get_data()))
    return response


def _json(response: TestResponse) -> Any:
    try:
        return json.loads(response.get_data())
    except ValueError:
        return None
