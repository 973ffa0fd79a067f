"""A stateful stand-in for Anthropic's Admin API on 127.0.0.1, for the real `anthropic` SDK to talk to.

    with AnthropicSimulator() as simulator:
        client = Anthropic(api_key=simulator.admin_key, base_url=simulator.url, max_retries=0)

`simulator.human` does what people do by hand, `simulator.rules` says what kind of organization it is,
`simulator.clock` moves time, `fail` and `drop` make calls go wrong, `calls` counts them by (method, route).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.simulators import anthropic_routes as routes
from tests.simulators import anthropic_wire as wire
from tests.simulators.anthropic_human import Human
from tests.simulators.anthropic_organization import Organization, Refusal, Rules
from tests.simulators.faults import Bucket, Fault
from tests.simulators.loopback import Answer, Loopback


@dataclass(frozen=True)
class Call:
    """One request as it came, and the status it got; None when the connection was dropped."""

    method: str
    route: str
    path: str
    query: Mapping[str, list[str]]
    body: bytes
    version: str | None
    status: int | None = None


class AnthropicSimulator(Loopback):
    """One organization with one admin key, a read-only key and its default workspace; nobody is in it yet."""

    admin_key = "sk-ant-admin01-simulated"
    read_only_key = "sk-ant-admin01-read-only"
    oauth_token = "sk-ant-oat01-simulated"

    def __init__(self, **rules: Any) -> None:
        super().__init__()
        self.rules = Rules(**rules)
        self.org = Organization(self.clock, self.rules)
        self.human = Human(self.org, self.lock)
        self.human.create_workspace("Default")
        next(iter(self.org.workspaces.values())).default = True
        self._requests = Bucket(self.clock, timedelta(minutes=1))
        self._invitations = Bucket(self.clock, timedelta(hours=1))

    # what tests ask for

    def fail(self, status: int, times: int = 1, **fault: Any) -> None:
        """The next calls get this status; see `Fault` for `skip`, `method`, `route`, `error_code` and the rest."""
        self._arm(Fault(status, times, **fault))

    def state(self) -> dict[str, Any]:
        """The world as a reader wants it: roles by address, invitations, assigned workspace roles, key statuses."""
        with self.lock:
            org, now = self.org, self.clock.now()
            addresses = {user.id: user.email for user in org.users.values()}
            names = {workspace.id: workspace.name for workspace in org.workspaces.values()}
            return {
                "users": {user.email: user.role for user in org.users.values()},
                "invites": [(invite.email, invite.status(now)) for invite in org.invites.values()],
                "members": {(addresses[user], names[place]): role for (place, user), role in org.explicit.items()},
                "keys": {key.id: key.status(now) for key in org.keys.values()},
            }

    def key_works(self, key_id: str) -> bool:
        """Whether a request with this key would be served."""
        with self.lock:
            return self.org.key_works(self.org.key(key_id))

    # serving

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """What a request gets; None for a dropped connection."""
        parts = urlsplit(target)
        path = unquote(parts.path)
        found = routes.find(path)
        route = routes.ROOT + found[0] if found else path
        with self.lock:
            query = wire.Query.parse(parts.query)
            call = Call(method, route, path, query.values, body, headers.get("anthropic-version"))
            answer = self._answered(call, found, headers)
            self.calls[method, route] += 1
            self.log.append(Call(**{**vars(call), "status": answer.status if answer else None}))
            return answer

    def _answered(
        self, call: Call, found: tuple[str, dict[str, str]] | None, headers: Mapping[str, str]
    ) -> Answer | None:
        if self.down:
            return None
        fault = self._faults.take(call.method, call.route)
        if fault and not fault.applied:
            return self._faulty(fault)
        try:
            self._admit(call, headers)
            answer = _json(200, self._handle(call, found))
        except Refusal as refusal:
            answer = self._refused(refusal)
        return self._faulty(fault) if fault else answer

    def _admit(self, call: Call, headers: Mapping[str, str]) -> None:
        """Credential, version and rate, in this order."""
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        given = headers.get("x-api-key") or (bearer if self.rules.bearer_admin_keys else "")
        if given not in (self.admin_key, self.read_only_key) and bearer != self.oauth_token:
            raise Refusal(401, "invalid x-api-key")
        if given == self.read_only_key and call.method != "GET":
            raise Refusal(403, "The API key lacks the scope write:members.")
        if call.version is None:
            raise Refusal(400, "anthropic-version: header is required")
        if call.version not in (wire.OLD, wire.NEW):
            raise Refusal(400, f"anthropic-version: {call.version} is not a valid version")
        self._count(self._requests, self.rules.requests_per_minute)

    def _count(self, bucket: Bucket, limit: int | None) -> None:
        wait = bucket.take(limit)
        if wait is not None:
            raise Refusal(429, "This organization's rate limit for the Admin API is used up.", retry_after=wait)

    def _handle(self, call: Call, found: tuple[str, dict[str, str]] | None) -> dict[str, Any]:
        if found is None:
            raise Refusal(404, "Not found")
        template, values = found
        if self.rules.organization_type == "enterprise" and template.startswith(routes.CONSOLE_ONLY):
            raise Refusal(400, "Not for this type of organization.", "organization_type_not_supported")
        if call.method not in routes.ROUTES[template]:
            raise Refusal(405, "Method not allowed")
        body = _parsed(call)
        if (call.method, template) == ("POST", "/invites"):
            self._count(self._invitations, self.rules.invites_per_hour)
        generation = self.rules.fields or str(call.version)
        request = routes.Request(self.org, values, wire.Query(call.query), body, generation)
        return routes.ROUTES[template][call.method](request)

    def _faulty(self, fault: Fault) -> Answer | None:
        if fault.status is None:
            return None
        if fault.raw is not None:
            return Answer(fault.status, fault.raw, {"content-type": fault.content_type})
        refusal = Refusal(fault.status, fault.message or "Simulated fault.", fault.error_code)
        answer = self._refused(refusal)
        extra = {"retry-after": fault.retry_after} if fault.retry_after is not None else {}
        return Answer(answer.status, answer.body, {**answer.headers, **extra})

    def _refused(self, refusal: Refusal) -> Answer:
        request_id = f"req_{len(self.log) + 1:06d}"
        headers = {"request-id": request_id}
        if refusal.retry_after is not None:
            headers["retry-after"] = str(refusal.retry_after)
        return _json(refusal.status, wire.error_json(refusal, request_id), headers)


def _json(status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})})


def _parsed(call: Call) -> dict[str, Any]:
    """The JSON object of a POST; a GET or DELETE has none."""
    if not call.body:
        return {}
    try:
        body = json.loads(call.body)
    except ValueError:
        raise Refusal(400, "The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "The request body is not a JSON object.")
    return body
