"""A stateful stand-in for OpenAI's organization admin API on 127.0.0.1, for the real `openai` SDK to talk to.

    with OpenAISimulator() as simulator:
        client = OpenAI(admin_api_key=simulator.admin_key, base_url=simulator.url, max_retries=0)

`simulator.human` does what people do by hand, `simulator.rules` says what kind of organization it is,
`simulator.clock` moves time, `fail` and `drop` make calls go wrong, `calls` counts them by (method, route), where a
route is a template of the vendor's document, without `/v1`: `/organization/users/{user_id}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.simulators import openai_role_routes, openai_routes
from tests.simulators import openai_wire as wire
from tests.simulators.faults import Bucket, Fault
from tests.simulators.loopback import Answer, Loopback
from tests.simulators.openai_human import Human, automaton
from tests.simulators.openai_objects import Refusal, Rules
from tests.simulators.openai_organization import Organization
from tests.simulators.openai_request import Request
from tests.simulators.openai_state import state

ROOT = "/v1"
ROUTES = openai_routes.ROUTES | openai_role_routes.ROUTES


@dataclass(frozen=True)
class Call:
    """One request as it came, and what it got; status None when the connection was dropped."""

    method: str
    route: str
    """The template, or the path itself where nothing is served."""
    path: str
    query: Mapping[str, list[str]]
    """By name without brackets."""
    body: bytes
    known: bool
    """Whether such a route exists, with this method."""
    status: int | None = None
    answer: bytes = b""
    staged: bool = False
    """Whether the answer is a fault that a test asked for."""


class OpenAISimulator(Loopback):
    """One organization with one admin key, a read-only key and its default project; nobody is in it yet."""

    root = ROOT
    admin_key = "sk-admin-simulated-0000"
    read_only_key = "sk-admin-read-only-0000"

    def __init__(self, **rules: Any) -> None:
        super().__init__()
        self.rules = Rules(**rules)
        self.org = Organization(self.clock, self.rules)
        self.human = Human(self.org, self.lock)
        self.own_key_id = self.org.keys.create_admin(automaton(self.org, "bridge"), "bridge", self.admin_key).id
        """The id of the key that `admin_key` is: listed among the admin keys, and deleted like any of them."""
        self._requests = Bucket(self.clock, timedelta(minutes=1))

    # what tests ask for

    def fail(self, status: int, times: int = 1, *, body: Any = None, **fault: Any) -> None:
        """The next calls get this status; `body` answers exactly these bytes, or this as JSON.

        See `Fault` for `skip`, `method`, `route`, `retry_after` (header text), `error_code` and the rest.
        """
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        self._arm(Fault(status, times, **({"raw": raw} | fault)))

    @property
    def strays(self) -> list[Call]:
        """The requests that no route, or no method of one, was there for."""
        return [call for call in self.log if not call.known]

    def state(self) -> dict[str, Any]:
        """The world as a reader wants it; see `openai_state`."""
        with self.lock:
            return state(self.org)

    def key_works(self, key_id: str) -> bool:
        """Whether a request with this key, of a project or an administrator, would be served."""
        with self.lock:
            return self.org.keys.works(key_id)

    # serving

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """What a request gets; None for a dropped connection."""
        parts = urlsplit(target)
        path = unquote(parts.path).removeprefix(ROOT)
        template, values = find(path) if parts.path.startswith(ROOT + "/") else (parts.path, {})
        known = method in ROUTES.get(template, {})
        with self.lock:
            query = wire.Query.parse(parts.query)
            call = Call(method, template, path, query.values, body, known)
            answer, staged = self._answered(call, values, headers)
            self.calls[method, template] += 1
            given = replace(call, status=answer.status, answer=answer.body) if answer else call
            self.log.append(replace(given, staged=staged))
            return answer

    def _answered(
        self, call: Call, values: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[Answer | None, bool]:
        if self.down:
            return None, True
        fault = self._faults.take(call.method, call.route)
        if fault and not fault.applied:
            return self._faulty(fault), True
        try:
            self._admit(call, headers)
            answer = self._json(200, self._handle(call, values))
        except Refusal as refusal:
            answer = self._refused(refusal)
        return (self._faulty(fault), True) if fault else (answer, False)

    def _admit(self, call: Call, headers: Mapping[str, str]) -> None:
        """Credential and rate, in this order."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        keys = self.org.keys
        if self.own_key_id in keys.admin:
            keys.admin[self.own_key_id].value = self.admin_key
        if scheme != "Bearer" or not given:
            raise Refusal(401, "You didn't provide an API key in the Authorization header.")
        if any(key.value == given for key in keys.project.values()):
            raise Refusal(self.rules.project_key_status, "Missing scopes: api.management.read.", "missing_scope")
        admin = next((key for key in keys.admin.values() if key.value == given and keys.admin_works(key)), None)
        if admin is None and given != self.read_only_key:
            raise Refusal(401, "Incorrect API key provided.", "invalid_api_key")
        if given == self.read_only_key and call.method != "GET":
            raise Refusal(403, "Missing scopes: api.management.write.", "missing_scope")
        wait = self._requests.take(self.rules.requests_per_minute)
        if wait is not None:
            raise Refusal(429, "Rate limit reached.", "rate_limit_exceeded", retry_after=wait)
        if admin:
            admin.last_used_at = self.clock.now()

    def _handle(self, call: Call, values: Mapping[str, str]) -> dict[str, Any]:
        if call.route not in ROUTES:
            raise Refusal(404, f"Invalid URL ({call.method} {ROOT}{call.path})", "unknown_url")
        if not call.known:
            raise Refusal(405, f"Not allowed to {call.method} on {ROOT}{call.path}", "method_not_supported")
        request = Request(self.org, values, wire.Query(call.query), _parsed(call))
        return ROUTES[call.route][call.method](request)

    def _faulty(self, fault: Fault) -> Answer | None:
        if fault.status is None:
            return None
        refusal = Refusal(fault.status, fault.message or "Simulated fault.", fault.error_code)
        answer = self._refused(refusal)
        extra = {"retry-after": fault.retry_after} if fault.retry_after is not None else {}
        if fault.raw is None:
            return Answer(answer.status, answer.body, {**answer.headers, **extra})
        return Answer(fault.status, fault.raw, {**answer.headers, "content-type": fault.content_type, **extra})

    def _refused(self, refusal: Refusal) -> Answer:
        waiting = {} if refusal.retry_after is None else {"retry-after": str(refusal.retry_after)}
        return self._json(refusal.status, wire.error_json(refusal, self.rules.bare_errors), waiting)

    def _json(self, status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        shown = {"content-type": "application/json", "x-request-id": f"req_{len(self.log) + 1:06d}", **(headers or {})}
        return Answer(status, json.dumps(body).encode(), shown)


def find(path: str) -> tuple[str, dict[str, str]]:
    """The route template a path belongs to and the path's own values; the path itself where there is none."""
    for template in ROUTES:
        match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path)
        if match:
            return template, match.groupdict()
    return path, {}


def _parsed(call: Call) -> dict[str, Any]:
    """The JSON object of a POST; a GET or DELETE has none."""
    if not call.body:
        return {}
    try:
        body = json.loads(call.body)
    except ValueError:
        raise Refusal(400, "We could not parse the JSON body of your request.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "The request body is not a JSON object.")
    return body
